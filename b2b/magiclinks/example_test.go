package magiclinks_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Authenticate() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.CreateOrganization("ada@analytical.dev", "Analytical Engines", nil)
	_, err := client.B2B.MagicLinks.Email.LoginOrSignup(context.Background(), &email.LoginOrSignupRequest{
		OrganizationID: "analytical-engines", EmailAddress: "ada@analytical.dev",
	})
	if err != nil {
		log.Fatal(err)
	}

	resp, err := client.B2B.MagicLinks.Authenticate(context.Background(), &magiclinks.AuthenticateRequest{
		MagicLinksToken:        server.WaitMessage("ada@analytical.dev").Token, // the link's "token" parameter
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
		fmt.Println("logged in:", resp.Member.EmailAddress)
	case step.CodeSent: // call OTPs.SMS.Authenticate next, with the intermediate session token
		fmt.Println("A code was sent to", resp.MFARequired.MemberOptions.MFAPhoneNumber)
	default:
		fmt.Println("next step:", step.Kind, step.Methods)
	}
	// Output: logged in: ada@analytical.dev
}
