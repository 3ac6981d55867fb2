package email_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/otps/email"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Authenticate() {
	ctx := context.Background()
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.CreateOrganization("ada@analytical.dev", "Analytical Engines", &organizations.CreateRequest{
		MFAPolicy: new("REQUIRED_FOR_ALL"),
	})

	_, err := client.B2B.OTPs.Email.LoginOrSignup(ctx, &email.LoginOrSignupRequest{
		OrganizationID: "analytical-engines",
		EmailAddress:   "ada@analytical.dev",
	})
	if err != nil {
		log.Fatal(err)
	}
	code := server.WaitMessage("ada@analytical.dev").Code // which the member enters
	resp, err := client.B2B.OTPs.Email.Authenticate(ctx, &email.AuthenticateRequest{
		OrganizationID:         "analytical-engines",
		EmailAddress:           "ada@analytical.dev",
		Code:                   code,
		SessionDurationMinutes: new(60),
	})
	switch {
	case errors.Is(err, stytcherror.CodeOTPCodeNotFound):
		fmt.Println("The code is wrong.")
		return
	case err != nil:
		log.Fatal(err)
	}
	switch step := resp.Next(); step.Kind {
	case sessions.StepDone:
		fmt.Println("logged in until", resp.MemberSession.ExpiresAt)
	default:
		fmt.Println("next step:", step.Kind, step.Methods)
	}
	// Output: next step: mfa []
}
