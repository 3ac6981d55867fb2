package discovery_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Authenticate() {
	ctx := context.Background()
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.CreateOrganization("ada@example.com", "Analytical Engines", nil)

	token := server.MagicLink("ada@example.com") // the "token" parameter of the redirect URL
	resp, err := client.B2B.MagicLinks.Discovery.Authenticate(ctx, &discovery.AuthenticateRequest{
		DiscoveryMagicLinksToken: token,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.EmailAddress, "is verified")
	for _, found := range resp.DiscoveredOrganizations {
		fmt.Printf("%s: %s\n", found.Organization.OrganizationName, found.Membership.Type)
	}

	// A link works once.
	_, err = client.B2B.MagicLinks.Discovery.Authenticate(ctx, &discovery.AuthenticateRequest{
		DiscoveryMagicLinksToken: token,
	})
	fmt.Println("used or expired:", errors.Is(err, stytcherror.CodeUnableToAuthMagicLink))
	// Output:
	// ada@example.com is verified
	// Analytical Engines: active_member
	// used or expired: true
}
