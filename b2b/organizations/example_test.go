package organizations_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func ExampleService_Create() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	server.CreateOrganization("ada@analytical.dev", "Analytical Engines", nil)

	resp, err := client.B2B.Organizations.Create(context.Background(), &organizations.CreateRequest{
		OrganizationName: "Analytical Engines",
		OrganizationSlug: new("analytical-engines"),
		MFAPolicy:        new(organizations.MFAPolicyRequiredForAll),
		TrustedMetadata:  map[string]any{"plan": "trial"},
	})
	switch {
	case errors.Is(err, stytcherror.CodeOrganizationSlugAlreadyUsed):
		fmt.Println("Please choose another slug.")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println("created", resp.Organization.OrganizationID)
	}
	// Output: Please choose another slug.
}

func ExampleService_SearchAll() {
	server := stytchtest.NewServer()
	client := server.Client()
	for _, name := range []string{"Analytical Engines", "Difference Engines", "Jacquard Looms"} {
		server.CreateOrganization("ada@analytical.dev", name, nil)
	}

	found := client.B2B.Organizations.SearchAll(context.Background(), &organizations.SearchRequest{
		Limit: new(2), // per page
		Query: &organizations.SearchQuery{
			Operator: shared.SearchOperatorAnd,
			Operands: []organizations.SearchQueryOperand{
				organizations.FilterSlugs("analytical-engines", "difference-engines", "jacquard-looms"),
				organizations.FilterHasActiveSSOConnection(false),
			},
		},
	})
	for organization, err := range found {
		if err != nil {
			log.Fatal(err) // a *shared.PageError, with the cursor to resume from
		}
		fmt.Println(organization.OrganizationSlug)
	}
	// Output:
	// analytical-engines
	// difference-engines
	// jacquard-looms
}

// A filter for which the SDK has no constructor is written as FilterName and FilterValue.
func ExampleService_Search() {
	server := stytchtest.NewServer()
	client := server.Client()

	_, err := client.B2B.Organizations.Search(context.Background(), &organizations.SearchRequest{
		Query: &organizations.SearchQuery{
			Operator: shared.SearchOperatorAnd,
			Operands: []organizations.SearchQueryOperand{
				{FilterName: "new_filter", FilterValue: []string{"a", "b"}},
			},
		},
	})
	if errors.Is(err, stytcherror.CodeOrganizationSearchFilterNameNotRecognized) {
		fmt.Println("the emulator does not know the filter of")
	}
	fmt.Println(server.Requests()[0])
	// Output:
	// the emulator does not know the filter of
	// POST /v1/b2b/organizations/search
	// {"query":{"operands":[{"filter_name":"new_filter","filter_value":["a","b"]}],"operator":"AND"}}
}
