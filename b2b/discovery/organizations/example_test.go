package organizations_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/discovery"
	"github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	b2borganizations "github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Create() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	ist := server.IntermediateSession("ada@analytical.dev") // from MagicLinks.Discovery.Authenticate

	resp, err := client.B2B.Discovery.Organizations.Create(context.Background(), &organizations.CreateRequest{
		IntermediateSessionToken: ist,
		OrganizationName:         new("Analytical Engines"),
		OrganizationSlug:         new("analytical-engines"),
		EmailJITProvisioning:     new(b2borganizations.EmailJITProvisioningRestricted),
		EmailAllowedDomains:      []string{"analytical.dev"}, // people with such an address may join
		SessionDurationMinutes:   new(60),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Organization.OrganizationSlug, resp.MemberSession.Roles)
	// Output: analytical-engines [stytch_member stytch_admin]
}

func ExampleService_List() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.CreateOrganization("ada@analytical.dev", "Analytical Engines", &organizations.CreateRequest{
		EmailJITProvisioning: new(b2borganizations.EmailJITProvisioningRestricted),
		EmailAllowedDomains:  []string{"analytical.dev"},
	})
	server.CreateOrganization("charles@analytical.dev", "Difference Engines", nil)

	resp, err := client.B2B.Discovery.Organizations.List(context.Background(), &organizations.ListRequest{
		IntermediateSessionToken: new(server.IntermediateSession("charles@analytical.dev")), // it can be used again afterwards
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, found := range resp.DiscoveredOrganizations {
		switch found.Membership.Type {
		case discovery.MembershipTypeActiveMember:
			fmt.Println("Log in to", found.Organization.OrganizationName)
		case discovery.MembershipTypeEligibleToJoinByEmailDomain:
			fmt.Println("Join", found.Organization.OrganizationName)
		}
	}
	// Unordered output:
	// Log in to Difference Engines
	// Join Analytical Engines
}
