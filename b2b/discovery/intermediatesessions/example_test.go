package intermediatesessions_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Exchange() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	org := server.CreateOrganization("ada@example.com", "Analytical Engines", nil).Organization.OrganizationID
	ist := server.IntermediateSession("ada@example.com") // from MagicLinks.Discovery.Authenticate

	resp, err := client.B2B.Discovery.IntermediateSessions.Exchange(context.Background(),
		&intermediatesessions.ExchangeRequest{
			IntermediateSessionToken: ist,
			OrganizationID:           org,
			SessionDurationMinutes:   new(60),
		})
	if err != nil {
		log.Fatal(err)
	}
	switch step := resp.Next(); step.Kind {
	case sessions.StepDone:
		lifetime := resp.MemberSession.ExpiresAt.Sub(resp.MemberSession.StartedAt)
		fmt.Printf("%s is logged in for %v\n", resp.Member.EmailAddress, lifetime.Round(time.Minute))
	default:
		fmt.Println("next step:", step.Kind, step.Methods)
	}
	// Output: ada@example.com is logged in for 1h0m0s
}

func ExampleService_Exchange_secondFactor() {
	server := stytchtest.NewServer()
	client := server.Client()
	strict := &discoveryorganizations.CreateRequest{MFAPolicy: new(organizations.MFAPolicyRequiredForAll)}
	org := server.CreateOrganization("ada@example.com", "Analytical Engines", strict).Organization.OrganizationID

	resp, err := client.B2B.Discovery.IntermediateSessions.Exchange(context.Background(),
		&intermediatesessions.ExchangeRequest{
			IntermediateSessionToken: server.IntermediateSession("ada@example.com"),
			OrganizationID:           org,
		})
	if err != nil {
		log.Fatal(err)
	}
	step := resp.Next()
	fmt.Println(step.Kind, len(step.Methods)) // she has none yet, and must set one up first, for example with TOTPs.Create
	fmt.Println("intermediate session:", resp.IntermediateSessionToken != "")
	fmt.Println("session:", resp.SessionToken != "")
	// Output:
	// mfa 0
	// intermediate session: true
	// session: false
}

func ExampleService_Exchange_expired() {
	server := stytchtest.NewServer()
	client := server.Client()
	org := server.CreateOrganization("ada@example.com", "Analytical Engines", nil).Organization.OrganizationID
	ist := server.IntermediateSession("ada@example.com")
	server.Clock().Advance(11 * time.Minute)

	_, err := client.B2B.Discovery.IntermediateSessions.Exchange(context.Background(),
		&intermediatesessions.ExchangeRequest{IntermediateSessionToken: ist, OrganizationID: org})
	switch {
	case errors.Is(err, stytcherror.CodeIntermediateSessionNotFound):
		fmt.Println("Too late, please log in again.")
	case err != nil:
		log.Fatal(err)
	}
	// Output: Too late, please log in again.
}
