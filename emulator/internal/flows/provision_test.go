package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksemail "github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestProvision_retiredAddressesCannotJoin(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.CreateOrganization("ada@example.com", "Acme", &discoveryorganizations.CreateRequest{
		EmailJITProvisioning: new("RESTRICTED"), EmailAllowedDomains: []string{"example.com"},
	})
	h.alter("members", "member_id", v.MemberID, map[string]any{
		"retired_email_addresses": []any{map[string]any{"email_id": "e", "email_address": "old@example.com"}},
	})
	ist := h.IntermediateSession("old@example.com")
	list, err := h.api.B2B.Discovery.Organizations.List(t.Context(),
		&discoveryorganizations.ListRequest{IntermediateSessionToken: &ist})
	require.NoError(t, err)
	assert.Empty(t, list.DiscoveredOrganizations)
	_, err = h.exchange(ist, "acme")
	require.ErrorIs(t, err, stytcherror.CodeRetiredMemberEmail)
	_, err = h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(),
		&magiclinksemail.LoginOrSignupRequest{OrganizationID: "acme", EmailAddress: "new@example.com"})
	require.NoError(t, err)
}
