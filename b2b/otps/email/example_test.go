package email_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/otps/email"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Authenticate() {
	ctx := context.Background()
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2b.otps.email.login_or_signup", `{"member_id": "member-test-1", "member_created": false}`)
	server.Respond("b2b.otps.email.authenticate", `{
		"member_id": "member-test-1", "member_authenticated": false,
		"intermediate_session_token": "example-intermediate-session",
		"mfa_required": {"member_options": {"mfa_phone_number": "", "totp_registration_id": "totp-registration-test-1"}}
	}`)

	_, err := client.B2B.OTPs.Email.LoginOrSignup(ctx, &email.LoginOrSignupRequest{
		OrganizationID: "analytical-engines",
		EmailAddress:   "ada@analytical.dev",
	})
	if err != nil {
		log.Fatal(err)
	}
	// The member then enters the code.
	resp, err := client.B2B.OTPs.Email.Authenticate(ctx, &email.AuthenticateRequest{
		OrganizationID:         "analytical-engines",
		EmailAddress:           "ada@analytical.dev",
		Code:                   "123456",
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
	// Output: next step: mfa [totp]
}
