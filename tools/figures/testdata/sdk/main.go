// Command sdk makes one call with the SDK.
package main

import (
	"context"
	"fmt"
	"os"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
)

func main() {
	client, err := stytch.NewClient(stytch.ConfigFromEnv())
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	resp, err := client.B2B.Discovery.IntermediateSessions.Exchange(context.Background(),
		&intermediatesessions.ExchangeRequest{
			IntermediateSessionToken: os.Args[1],
			OrganizationID:           os.Args[2],
			SessionDurationMinutes:   new(60),
		})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(resp.MemberID, resp.SessionToken)
}
