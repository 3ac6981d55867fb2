package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksemail "github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Each way in which an address could become that of a member, where another organization has claimed its domain.
func TestClaimedDomain_itsAddressesJoinNoOtherOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.joinable() // acme, which people on example.com may join
	org := v.Organization.OrganizationID
	claimer := h.organization(func(*organizations.CreateRequest) {})
	_, err := h.AddMember(org, "first@example.com")
	require.NoError(t, err)
	ist := h.IntermediateSession("bob@example.com")
	discovered := func() int {
		list, err := h.listDiscovered(ist)
		require.NoError(t, err)
		return len(list)
	}
	require.Equal(t, 1, discovered())
	h.alter("organizations", "organization_id", claimer.OrganizationID, object{"claimed_email_domains": []any{"example.com"}})
	assert.Zero(t, discovered())
	for name, join := range map[string]func() error{
		"exchange": func() error {
			_, err := h.exchange(ist, org)
			return err
		},
		"create": func() error {
			_, err := h.api.B2B.Discovery.Organizations.Create(t.Context(),
				&discoveryorganizations.CreateRequest{IntermediateSessionToken: ist})
			return err
		},
		"login or signup": func() error {
			_, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(),
				&magiclinksemail.LoginOrSignupRequest{OrganizationID: org, EmailAddress: "bob@example.com"})
			return err
		},
		"invitation": func() error {
			_, err := h.api.B2B.MagicLinks.Email.Invite(t.Context(),
				&magiclinksemail.InviteRequest{OrganizationID: org, EmailAddress: "bob@example.com"})
			return err
		},
		"new member": func() error {
			_, err := h.api.B2B.Organizations.Members.Create(t.Context(),
				&members.CreateRequest{OrganizationID: org, EmailAddress: "bob@example.com"})
			return err
		},
		"change of address": func() error {
			_, err := h.update(org, v.MemberID, func(r *members.UpdateRequest) { r.EmailAddress = new("bob@example.com") })
			return err
		},
		"started change": func() error {
			_, err := h.startUpdate(org, v.MemberID, "bob@example.com", nil)
			return err
		},
	} {
		require.ErrorIs(t, join(), stytcherror.CodeActionNotAllowedEmailDomainIsClaimed, name)
	}
	_, err = h.follow(h.link(org, "first@example.com"))
	require.NoError(t, err, "members stay members")
}

func TestClaimedDomain_takesAnEmailUpdateThatWasStarted(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.joinable()
	_, err := h.startUpdate("acme", v.MemberID, "bob@example.com", nil)
	require.NoError(t, err)
	claimer := h.organization(func(*organizations.CreateRequest) {})
	h.alter("organizations", "organization_id", claimer.OrganizationID, object{"claimed_email_domains": []any{"example.com"}})
	_, err = h.follow(h.WaitMessage("bob@example.com").Token)
	require.ErrorIs(t, err, stytcherror.CodeActionNotAllowedEmailDomainIsClaimed)
	assert.Equal(t, "ada@example.org", h.member("acme", v.MemberID).EmailAddress)
}
