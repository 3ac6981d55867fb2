package magiclinks_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Authenticate() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.Respond("b2b.magic_links.authenticate", `{
		"member_authenticated": false,
		"member_id": "member-test-1", "organization_id": "organization-test-1",
		"session_token": "", "session_jwt": "", "member_session": null,
		"intermediate_session_token": "example-intermediate-session",
		"primary_required": null, "mfa_required": {
			"member_options": {"mfa_phone_number": "+12025550162", "totp_registration_id": ""},
			"secondary_auth_initiated": "sms_otp"
		}
	}`)

	resp, err := client.B2B.MagicLinks.Authenticate(context.Background(), &magiclinks.AuthenticateRequest{
		MagicLinksToken:        "example-token", // the link's "token" parameter
		SessionDurationMinutes: new(60),
	})
	switch {
	case errors.Is(err, stytcherror.CodeMagicLinkNotFound), errors.Is(err, stytcherror.CodeUnableToAuthMagicLink):
		fmt.Println("The link was used or has expired. Please request a new one.")
		return
	case err != nil:
		log.Fatal(err)
	}
	switch step := resp.Next(); {
	case step.Kind == sessions.StepDone:
		fmt.Println("logged in:", resp.MemberSession.MemberSessionID)
	case step.CodeSent: // call OTPs.SMS.Authenticate next, with the intermediate session token
		fmt.Println("A code was sent to", resp.MFARequired.MemberOptions.MFAPhoneNumber)
	default:
		fmt.Println("next step:", step.Kind, step.Methods)
	}
	// Output: A code was sent to +12025550162
}
