package flows_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/emulator"
)

// A flow or a connection that no login could have made would fail later, when a browser comes.
func TestSSO_snapshotOfALoginThatCannotEndIsRefused(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	real, played := h.realOIDC(org, p), h.activeSAML(org).ConnectionID
	back := h.toProvider(s, p, "connection_id", real)
	row := func(state object, list string) object { return state[list].([]any)[0].(object) }
	flow := func(fields object) func(object) {
		return func(state object) { maps.Copy(row(state, "sso_flows"), fields) }
	}
	oidc := func(fields object) func(object) {
		return func(state object) { maps.Copy(row(state, "sso_connections")["oidc"].(object), fields) }
	}
	for name, row := range map[string]struct {
		change func(object)
		says   string
	}{
		"a login at a provider by a SAML connection": {flow(object{"connection_id": played}), "callback_url is for OIDC"},
		"one without a cookie":                       {flow(object{"cookie": ""}), "sso_flows[0]: cookie is missing"},
		"one without a nonce":                        {flow(object{"nonce": ""}), "sso_flows[0]: nonce is missing"},
		"one with a short verifier":                  {flow(object{"code_verifier": "x"}), "sso_flows[0]: code_verifier is missing or malformed"},
		"one with a malformed callback URL":          {flow(object{"callback_url": "//evil.example"}), "sso_flows[0]: callback_url is not"},
		"a nonce of a login at no provider":          {flow(object{"callback_url": "", "cookie": ""}), "sso_flows[0]: nonce is for a login with"},
		"a login that leads nowhere":                 {flow(object{"login_redirect_url": "javascript:x"}), "sso_flows[0]: login_redirect_url is not"},
		"both of its URLs":                           {flow(object{"login_redirect_url": "x", "signup_redirect_url": "y"}), "login_redirect_url"},
		"an active connection without an issuer":     {oidc(object{"issuer": ""}), "sso_connections[0]: oidc is active"},
		"one without a client id":                    {oidc(object{"client_id": ""}), "sso_connections[0]: oidc is active"},
		"a malformed authorization URL":              {oidc(object{"authorization_url": "http://[::1"}), "sso_connections[0]: oidc.authorization_url is not"},
		"a token URL of another machine by http":     {oidc(object{"token_url": "http://idp.example/token"}), "oidc.token_url is one"},
		"keys with credentials":                      {oidc(object{"jwks_url": "https://a:b@idp.example/"}), "oidc.jwks_url is one with credentials"},
		"a userinfo URL of another scheme":           {oidc(object{"userinfo_url": "file:///etc/passwd"}), "oidc.userinfo_url is not"},
	} {
		for range 5 { // the text is the same every time
			assert.ErrorContains(t, h.edit(row.change), row.says, name)
		}
	}
	assert.Equal(t, "/signup", s.do(back.String(), nil).to.Path, "nothing was changed")
}

// The connection may change while somebody logs in. The snapshot is one nevertheless.
func TestSSO_snapshotOfALoginAtAProviderThatHasGoneIsRestored(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	c := h.realOIDC(h.create("ada@example.com").Organization.OrganizationID, p)
	back := h.toProvider(s, p, "connection_id", c)
	h.alterConnection(c, object{"is_real": false})
	h.alterConnection(c, object{"oidc": object{"token_url": ""}})
	v := s.do(back.String(), nil)
	assert.Contains(t, v.body, "oidc_invalid_callback_request")
	assert.Equal(t, 400, v.status)
}

// alterConnection sets fields of an OIDC connection, as calls cannot.
func (h *harness) alterConnection(id string, fields object) {
	h.t.Helper()
	require.NoError(h.t, h.edit(func(state object) {
		for _, c := range state["sso_connections"].([]any) {
			if oidc, is := c.(object)["oidc"].(object); is && oidc["connection_id"] == id {
				if changes, has := fields["oidc"].(object); has {
					maps.Copy(oidc, changes)
					continue
				}
				maps.Copy(c.(object), fields)
			}
		}
	}))
}

// A token that two rows have would be that of the one that is found first.
func TestSnapshot_tokenOfTwoKindsIsRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	_, _, err := h.Impersonate(created.MemberID, emulator.Impersonator{Email: "support@example.com"})
	require.NoError(t, err)
	_, err = h.authorize(created.SessionToken, h.newApp(connectedapp.ClientTypeFirstParty, nil).ClientID, nil, "openid")
	require.NoError(t, err)
	for list, says := range map[string]string{
		"impersonations": "state.impersonations[0]: token is another row's", "app_tokens": "state.app_tokens[0]: token is another row's",
	} {
		assert.ErrorContains(t, h.edit(func(state object) {
			token := state["sessions"].([]any)[0].(object)["tokens"].([]any)[0]
			state[list].([]any)[0].(object)["token"] = token
		}), says)
	}
}
