package email_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_LoginOrSignup() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.CreateOrganization("charles@analytical.dev", "Analytical Engines", &organizations.CreateRequest{
		EmailJITProvisioning: new("RESTRICTED"),
		EmailAllowedDomains:  []string{"analytical.dev"},
	})

	resp, err := client.B2B.MagicLinks.Email.LoginOrSignup(context.Background(), &email.LoginOrSignupRequest{
		OrganizationID:   "analytical-engines", // an id or a slug
		EmailAddress:     "ada@analytical.dev",
		LoginRedirectURL: new("https://app.example.com/authenticate"),
	})
	switch {
	case errors.Is(err, stytcherror.CodeInvalidEmailForJITProvisioning),
		errors.Is(err, stytcherror.CodeEmailJITProvisioningNotAllowed):
		fmt.Println("Please ask a colleague for an invitation.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Printf("%s is %s in %s\n", resp.Member.EmailAddress, resp.Member.Status, resp.Organization.OrganizationName)
	}
	// Output: ada@analytical.dev is pending in Analytical Engines
}
