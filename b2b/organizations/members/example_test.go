package members_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// Fields that are nil are not changed. Others are sent, even if they are false or empty.
func ExampleService_Update() {
	server := stytchtest.NewServer() // an emulator
	client := server.Client()
	ada := server.CreateOrganization("ada@analytical.dev", "Analytical Engines", nil)

	resp, err := client.B2B.Organizations.Members.Update(context.Background(), &members.UpdateRequest{
		OrganizationID: "analytical-engines",
		MemberID:       ada.MemberID,
		MFAEnrolled:    new(false),
		Name:           new(""),
		Roles:          []string{}, // remove all assigned roles
	})
	if err != nil {
		log.Fatal(err)
	}
	requests := server.Requests()
	fmt.Printf("%s\n", requests[len(requests)-1].Body)
	fmt.Println("second factor at every login:", resp.Member.MFAEnrolled)
	fmt.Println("administrator:", resp.Member.IsAdmin)
	// Output:
	// {"name":"","mfa_enrolled":false,"roles":[]}
	// second factor at every login: false
	// administrator: false
}

// Metadata is merged: keys that are not in the request are kept, and nil deletes a key.
func ExampleService_Update_metadata() {
	server := stytchtest.NewServer()
	client := server.Client()
	ada := server.CreateOrganization("ada@analytical.dev", "Analytical Engines", nil)

	for _, metadata := range []map[string]any{
		{"plan": "trial", "since": "2026", "trial_until": "2027"},
		{"plan": "team", "trial_until": nil}, // nil deletes
	} {
		resp, err := client.B2B.Organizations.Members.Update(context.Background(), &members.UpdateRequest{
			OrganizationID:  "analytical-engines",
			MemberID:        ada.MemberID,
			TrustedMetadata: metadata,
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("metadata:", resp.Member.TrustedMetadata)
	}
	// Output:
	// metadata: map[plan:trial since:2026 trial_until:2027]
	// metadata: map[plan:team since:2026]
}

func ExampleService_Search() {
	server := stytchtest.NewServer()
	client := server.Client()
	server.CreateOrganization("charles@analytical.dev", "Analytical Engines", nil)
	_, err := client.B2B.MagicLinks.Email.Invite(context.Background(), &email.InviteRequest{
		OrganizationID: "analytical-engines", EmailAddress: "ada@analytical.dev",
	})
	if err != nil {
		log.Fatal(err)
	}

	resp, err := client.B2B.Organizations.Members.Search(context.Background(), &members.SearchRequest{
		OrganizationIDs: []string{"analytical-engines"},
		Query: &organizations.SearchQuery{
			Operator: shared.SearchOperatorAnd,
			Operands: []organizations.SearchQueryOperand{
				members.FilterEmailFuzzy("analytical"),
				members.FilterStatuses(organizations.MemberStatusInvited, organizations.MemberStatusPending),
				members.FilterIsBreakglass(false),
			},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, member := range resp.Members {
		organization := resp.Organizations[member.OrganizationID]
		fmt.Println(member.EmailAddress, "is", member.Status, "to", organization.OrganizationName)
	}
	// Output: ada@analytical.dev is invited to Analytical Engines
}

func ExampleService_SearchAll() {
	server := stytchtest.NewServer()
	client := server.NewClient(stytch.Config{Retry: shared.RetryPolicy{MaxAttempts: 1}})
	server.Respond("b2b.organizations.members.search", `{
		"members": [{"email_address": "ada@analytical.dev"}],
		"results_metadata": {"total": 2, "next_cursor": "example-cursor"}
	}`)
	server.RespondError("b2b.organizations.members.search", &stytcherror.Error{ // for the second page
		StatusCode: 429, Code: stytcherror.CodeTooManyRequests,
	})

	request := &members.SearchRequest{OrganizationIDs: []string{"organization-test-1"}}
	for member, err := range client.B2B.Organizations.Members.SearchAll(context.Background(), request) {
		if page, failed := errors.AsType[*shared.PageError](err); failed {
			fmt.Println("too many requests:", errors.Is(err, stytcherror.CodeTooManyRequests))
			fmt.Println("resume later from", page.Cursor)
			break
		}
		fmt.Println(member.EmailAddress)
	}
	// Output:
	// ada@analytical.dev
	// too many requests: true
	// resume later from example-cursor
}
