// Command service makes the call with one service, without a client.
package main

import (
	"context"
	"fmt"
	"net/url"
	"os"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/shared"
)

func main() {
	base, err := url.Parse(os.Getenv("STYTCH_BASE_URL"))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	service := intermediatesessions.New(&shared.FetchConfig{BaseURL: base})
	resp, err := service.Exchange(context.Background(), &intermediatesessions.ExchangeRequest{
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
