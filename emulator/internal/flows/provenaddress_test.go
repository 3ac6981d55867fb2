package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// An administrator may give a member any address. It must not make that member's session one of whoever has the address.
func TestSessions_anAddressThatWasNotProvedOpensNoOtherOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	victim := h.create("victim@example.com")
	admin := h.create("mallory@example.org")
	org := admin.Organization.OrganizationID
	accomplice := h.visitor(org, "eve@example.org")
	_, err := h.update(org, accomplice.MemberID, func(r *members.UpdateRequest) {
		r.EmailAddress = new("victim@example.com")
	}, as(admin.SessionToken))
	require.NoError(t, err)

	exchange := func() error {
		_, err := h.api.B2B.Sessions.Exchange(t.Context(), &sessions.ExchangeRequest{
			SessionToken: &accomplice.SessionToken, OrganizationID: victim.Organization.OrganizationID,
		})
		return err
	}
	list := func() (ids []string) {
		found, err := h.api.B2B.Discovery.Organizations.List(t.Context(),
			&discoveryorganizations.ListRequest{SessionToken: &accomplice.SessionToken})
		require.NoError(t, err)
		for _, o := range found.DiscoveredOrganizations {
			ids = append(ids, o.Organization.OrganizationID)
		}
		return ids
	}
	require.ErrorIs(t, exchange(), stytcherror.CodeInsufficientFactorsForSessionExchange)
	assert.Equal(t, []string{org}, list(), "its own")

	_, err = h.follow(h.link(org, "victim@example.com"))
	require.NoError(t, err)
	require.NoError(t, exchange(), "the address is proved now")
	assert.ElementsMatch(t, []string{org, victim.Organization.OrganizationID}, list())
}
