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
	"github.com/seed75add069/stytch-go/internal/stage"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func ExampleService_Exchange() {
	s := stage.New() // an emulator
	client := s.Client
	org := s.Found("ada@example.com", "Analytical Engines", nil).Organization.OrganizationID
	ist := s.Prove("ada@example.com") // from MagicLinks.Discovery.Authenticate

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
		life := resp.MemberSession.ExpiresAt.Sub(resp.MemberSession.StartedAt)
		fmt.Printf("%s is in for %v\n", resp.Member.EmailAddress, life.Round(time.Minute))
	default:
		fmt.Println("not yet:", step.Kind, step.Methods)
	}
	// Output: ada@example.com is in for 1h0m0s
}

func ExampleService_Exchange_secondFactor() {
	s := stage.New()
	client := s.Client
	strict := &discoveryorganizations.CreateRequest{MFAPolicy: new(organizations.MFAPolicyRequiredForAll)}
	org := s.Found("ada@example.com", "Analytical Engines", strict).Organization.OrganizationID

	resp, err := client.B2B.Discovery.IntermediateSessions.Exchange(context.Background(),
		&intermediatesessions.ExchangeRequest{
			IntermediateSessionToken: s.Prove("ada@example.com"),
			OrganizationID:           org,
		})
	if err != nil {
		log.Fatal(err)
	}
	step := resp.Next()
	fmt.Println(step.Kind, len(step.Methods)) // none of her own yet: let her set one up, with TOTPs.Create for one
	fmt.Println("to send along:", resp.IntermediateSessionToken != "", resp.SessionToken != "")
	// Output:
	// mfa 0
	// to send along: true false
}

func ExampleService_Exchange_expired() {
	s := stage.New()
	client := s.Client
	org := s.Found("ada@example.com", "Analytical Engines", nil).Organization.OrganizationID
	ist := s.Prove("ada@example.com")
	s.Clock().Advance(11 * time.Minute)

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
