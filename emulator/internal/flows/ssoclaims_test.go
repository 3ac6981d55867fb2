package flows_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// An ID token and the userinfo may have different addresses: each says of its own whether it is verified.
func TestOIDC_addressAndWhetherItIsVerifiedAreOfOneDocument(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.realOIDC(org, p)
	const unverified = string(stytcherror.CodeOIDCResponseUnverifiedEmail)
	for name, row := range map[string]struct {
		claims, info object
		refused      bool
	}{
		"the ID token verifies another address":     {object{"email": "x@example.com", "email_verified": true}, object{"email_verified": false}, true},
		"the ID token alone verifies none":          {object{"email_verified": true}, object{"email_verified": "false"}, true},
		"the ID token does not verify another":      {object{"email": "x@example.com", "email_verified": false}, nil, false},
		"the ID token does not verify the same":     {object{"email": "bob@example.com", "email_verified": false}, nil, true},
		"the userinfo verifies the same":            {object{"email": "bob@example.com", "email_verified": false}, object{"email_verified": true}, false},
		"the userinfo has no address":               {object{"email": "bob@example.com", "email_verified": true}, object{"email": nil, "email_verified": false}, false},
		"nor does the ID token verify its own":      {object{"email": "bob@example.com", "email_verified": false}, object{"email": nil, "email_verified": true}, true},
		"the ID token verifies without an address":  {object{"email_verified": false}, object{"email_verified": true}, false},
		"both say nothing":                          {nil, nil, false},
		"the ID token denies, but has no address":   {object{"email_verified": false}, nil, false},
		"the userinfo denies, though the token not": {object{"email": "bob@example.com", "email_verified": true}, object{"email_verified": false}, true},
	} {
		p.mu.Lock()
		p.reset()
		p.claims, p.info = row.claims, row.info
		p.mu.Unlock()
		v := s.do(h.toProvider(s, p, "connection_id", c).String(), nil)
		if row.refused {
			assert.Contains(t, v.body, unverified, name)
			continue
		}
		if assert.NotNil(t, v.to, "%s: %s", name, v.body) {
			got, err := h.authenticateSSO(v.token(t, "sso"))
			require.NoError(t, err, name)
			assert.Equal(t, "bob@example.com", got.Member.EmailAddress, name)
		}
	}
	_, err := h.updateOIDC(org, c, func(r *oidc.UpdateConnectionRequest) { r.AttributeMapping = map[string]any{"email": "upn"} })
	require.NoError(t, err)
	p.mu.Lock()
	p.claims, p.info = object{"upn": "eve@example.com", "email_verified": true}, object{"upn": "ada@example.com", "email_verified": false}
	p.mu.Unlock()
	assert.Contains(t, s.do(h.toProvider(s, p, "connection_id", c).String(), nil).body, unverified, "mapped")
}

func TestOIDC_lifetimeOfATokenMayBeText(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.realOIDC(org, p)
	for given, want := range map[string]int{
		`"1800"`: 1800, `1800`: 1800, `"0"`: 0, `null`: 0, `-5`: 0, `99999999999`: 10 * 365 * 24 * 3600,
		`"soon"`: -1, `""`: -1, `1.5`: -1, `{}`: -1, `99999999999999999999`: -1,
	} {
		p.mu.Lock()
		p.lifetime = given
		p.mu.Unlock()
		v := s.do(h.toProvider(s, p, "connection_id", c).String(), nil)
		if want < 0 {
			assert.Contains(t, v.body, "expires_in is not a number of seconds", given)
			assert.Contains(t, v.body, string(stytcherror.CodeOIDCAuthCodeError), given)
			continue
		}
		require.NotNil(t, v.to, "%s: %s", given, v.body)
		got, err := h.authenticateSSO(v.token(t, "sso"))
		require.NoError(t, err)
		tokens, err := h.api.B2B.Organizations.Members.OIDCProviders(t.Context(), &members.OIDCProvidersRequest{
			OrganizationID: org, MemberID: got.MemberID,
		})
		require.NoError(t, err)
		assert.Equal(t, strconv.Itoa(want), strconv.Itoa(tokens.Registrations[0].AccessTokenExpiresIn), given)
	}
}

func TestOIDC_emptyGroupIsNone(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	c := h.realOIDC(h.create("ada@example.com").Organization.OrganizationID, p)
	p.info = object{"groups": ""}
	_, err := h.authenticateSSO(s.do(h.toProvider(s, p, "connection_id", c).String(), nil).token(t, "sso"))
	require.NoError(t, err)
	assert.NotContains(t, h.rows("registrations")[0], "sso_groups")
}

func TestOIDC_addressThatIsNoTextIsNone(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	c := h.realOIDC(h.create("ada@example.com").Organization.OrganizationID, p)
	for _, address := range []any{[]string{"bob@example.com"}, object{"value": "bob@example.com"}} {
		p.mu.Lock()
		p.claims, p.info = object{"email": address, "email_verified": true}, object{"email": address}
		p.mu.Unlock()
		v := s.do(h.toProvider(s, p, "connection_id", c).String(), nil)
		assert.Contains(t, v.body, string(stytcherror.CodeOIDCResponseEmailMissing))
	}
}
