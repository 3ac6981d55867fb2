// Command official makes the same call with Stytch's own SDK.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/stytchauth/stytch-go/v16/stytch/b2b/b2bstytchapi"
	"github.com/stytchauth/stytch-go/v16/stytch/b2b/discovery/intermediatesessions"
)

func main() {
	client, err := b2bstytchapi.NewClient(os.Getenv("STYTCH_PROJECT_ID"), os.Getenv("STYTCH_SECRET"))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	resp, err := client.Discovery.IntermediateSessions.Exchange(context.Background(), &intermediatesessions.ExchangeParams{
		IntermediateSessionToken: os.Args[1],
		OrganizationID:           os.Args[2],
		SessionDurationMinutes:   60,
	})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(resp.MemberID, resp.SessionToken)
}
