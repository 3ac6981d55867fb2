package flows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
)

// What a mapping has beside the person's own data goes to the trusted metadata, with every login.
func TestOIDC_mappedClaimsBecomeTrustedMetadata(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, other := h.create("ada@example.com").Organization.OrganizationID, h.organization(nil).OrganizationID
	c := h.activeOIDC(org).ConnectionID
	_, err := h.updateOIDC(org, c, func(r *oidc.UpdateConnectionRequest) {
		r.AttributeMapping = map[string]any{"department": "dept", "plan": "tier", "full_name": "cn", "groups": "roles"}
	})
	require.NoError(t, err)
	login := func(connection, attributes string) (id string, metadata map[string]any) {
		got, err := h.authenticateSSO(h.ssoToken(connection, "bob@example.com", "provider_attributes", attributes))
		require.NoError(t, err)
		return got.MemberID, got.Member.TrustedMetadata
	}
	id, metadata := login(c, `{"dept": "Eng", "cn": "Bob", "roles": ["Ops"], "mail": "x"}`)
	assert.Equal(t, map[string]any{"department": "Eng"}, metadata)
	_, err = h.api.B2B.Organizations.Members.Update(t.Context(), &members.UpdateRequest{
		OrganizationID: org, MemberID: id, TrustedMetadata: map[string]any{"seat": "1A"},
	})
	require.NoError(t, err)
	_, metadata = login(c, `{"dept": {"name": "Sales"}, "tier": 3}`)
	assert.Equal(t, map[string]any{"department": map[string]any{"name": "Sales"}, "plan": 3.0, "seat": "1A"}, metadata)
	_, metadata = login(c, `{"dept": null}`)
	assert.Len(t, metadata, 3, "what is not said stays")
	_, metadata = login(c, `{"tier": "`+strings.Repeat("x", 20_000)+`"}`)
	assert.Equal(t, 3.0, metadata["plan"], "what does not fit changes nothing")

	ext, err := h.external(other, org, c, nil)
	require.NoError(t, err)
	_, metadata = login(ext.ConnectionID, `{"dept": "Eng"}`)
	assert.Empty(t, metadata, "the mapping is another organization's")
}
