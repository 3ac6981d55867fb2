package flows_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/external"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// leadTo makes a connection lead to another OIDC provider.
func (h *harness) leadTo(org, connection string, p *provider) {
	h.t.Helper()
	_, err := h.updateOIDC(org, connection, func(r *oidc.UpdateConnectionRequest) { r.Issuer = &p.URL })
	require.NoError(h.t, err)
}

// A subject is one's own at its issuer only: what another provider calls the same is somebody else.
func TestOIDC_accountIsThatOfItsIssuer(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org, other := h.create("ada@example.com").Organization.OrganizationID, h.organization(nil).OrganizationID
	c := h.realOIDC(org, p)
	ext, err := h.external(other, org, c, nil)
	require.NoError(t, err)
	first := map[string]*sso.AuthenticateResponse{}
	login := func(p *provider, connection string) *sso.AuthenticateResponse {
		got, err := h.authenticateSSO(s.do(h.toProvider(s, p, "connection_id", connection).String(), nil).token(t, "sso"))
		require.NoError(t, err)
		return got
	}
	for _, connection := range []string{c, ext.ConnectionID} {
		first[connection] = login(p, connection)
	}
	next := newProvider(t)
	next.info = object{"email": "mallory@evil.example"}
	h.leadTo(org, c, next)
	for _, connection := range []string{c, ext.ConnectionID} {
		got := login(next, connection)
		assert.Equal(t, "mallory@evil.example", got.Member.EmailAddress)
		assert.NotEqual(t, first[connection].MemberID, got.MemberID)
	}
	h.leadTo(org, c, p)
	p.mu.Lock()
	p.info = object{"email": "bob@new.example"}
	p.mu.Unlock()
	again := login(p, c)
	assert.Equal(t, first[c].MemberID, again.MemberID, "the first provider knows its own account still")
	assert.Len(t, again.Member.SSORegistrations, 1)
}

func TestSAML_accountIsThatOfItsEntity(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.activeSAML(org).ConnectionID
	bob, err := h.authenticateSSO(h.ssoToken(c, "bob@example.com", "provider_subject", "u/1"))
	require.NoError(t, err)
	token := h.ssoToken(c, "bob@example.com", "provider_subject", "u/1")
	_, err = h.updateSAML(org, c, func(r *saml.UpdateConnectionRequest) { r.IDPEntityID = new("https://other.example") })
	require.NoError(t, err)
	_, err = h.authenticateSSO(token)
	require.ErrorIs(t, err, stytcherror.CodeSSOTokenNotFound, "it is from the provider before")
	mallory, err := h.authenticateSSO(h.ssoToken(c, "mallory@evil.example", "provider_subject", "u/1"))
	require.NoError(t, err)
	assert.NotEqual(t, bob.MemberID, mallory.MemberID)
}

// An account in a snapshot that somebody has written is one of the provider that the connection leads to.
func TestSSO_accountsWithoutAnIssuerAreThoseOfTheConnection(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.activeSAML(org).ConnectionID
	bob, err := h.authenticateSSO(h.ssoToken(c, "bob@example.com", "provider_subject", "u/1"))
	require.NoError(t, err)
	require.NoError(t, h.edit(func(state object) { delete(state["registrations"].([]any)[0].(object), "issuer") }))
	again, err := h.authenticateSSO(h.ssoToken(c, "bob@new.example", "provider_subject", "u/1"))
	require.NoError(t, err)
	assert.Equal(t, bob.MemberID, again.MemberID)
}

// A provider that the connection led to when a login began must not have its code, its answer or its token taken for
// those of another one (RFC 9700, section 4.4).
func TestOIDC_loginEndsAtTheProviderWhereItBegan(t *testing.T) {
	t.Parallel()
	h, p, next, s := newHarness(t), newProvider(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.realOIDC(org, p)
	begin := func() *url.URL {
		back := h.toProvider(s, p, "connection_id", c)
		query := back.Query()
		query.Del("iss")
		back.RawQuery = query.Encode()
		return back
	}
	token, back := s.do(begin().String(), nil).token(t, "sso"), begin()
	h.leadTo(org, c, next)
	v := s.do(back.String(), nil)
	assert.Contains(t, v.body, "oidc_invalid_callback_request")
	next.mu.Lock()
	assert.Empty(t, next.redeemed, "it did not get the code")
	next.mu.Unlock()
	_, err := h.authenticateSSO(token)
	require.ErrorIs(t, err, stytcherror.CodeSSOTokenNotFound)

	h.leadTo(org, c, p)
	back = begin()
	_, err = h.updateOIDC(org, c, func(r *oidc.UpdateConnectionRequest) { r.TokenURL = new(next.URL + "/token") })
	require.NoError(t, err)
	assert.Contains(t, s.do(back.String(), nil).body, "oidc_invalid_callback_request")
	next.mu.Lock()
	assert.Empty(t, next.redeemed, "another token endpoint of the same issuer does not get it either")
	next.mu.Unlock()
}

// The issuer may change while the provider is asked for the tokens.
func TestOIDC_issuerThatChangesMeanwhileEndsTheLogin(t *testing.T) {
	t.Parallel()
	h, p, next, s := newHarness(t), newProvider(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.realOIDC(org, p)
	back := h.toProvider(s, p, "connection_id", c)
	answer := serves(`{"sub": "u/1", "email": "bob@example.com"}`)
	p.mu.Lock()
	p.answers["/me"] = func(w http.ResponseWriter, r *http.Request) {
		h.leadTo(org, c, next)
		answer(w, r)
	}
	p.mu.Unlock()
	assert.Contains(t, s.do(back.String(), nil).body, "oidc_invalid_callback_request")
}

func TestSSO_externalConnectionFollowsTheOneThatItRefersTo(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, other := h.organization(nil).OrganizationID, h.create("ada@example.com").Organization.OrganizationID
	theirs := h.activeSAML(other).ConnectionID
	c, err := h.external(org, other, theirs, func(r *external.CreateConnectionRequest) {
		r.ConnectionImplicitRoleAssignments = []sso.ConnectionImplicitRoleAssignment{{RoleID: rbac.RoleStytchAdmin}}
	})
	require.NoError(t, err)
	bob, err := h.authenticateSSO(h.ssoToken(c.ConnectionID, "bob@example.com"))
	require.NoError(t, err)
	roles := func() []string {
		got, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &bob.SessionToken})
		require.NoError(t, err)
		return got.MemberSession.Roles
	}
	setURL := func(address string) {
		_, err := h.updateSAML(other, theirs, func(r *saml.UpdateConnectionRequest) { r.IDPSSOURL = &address })
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"stytch_member", "stytch_admin"}, roles())
	setURL("")
	assert.Equal(t, []string{"stytch_member"}, roles(), "nobody can log in by it")
	assert.Empty(t, h.getOrg(org).SSOActiveConnections)
	setURL("https://idp.example/sso")
	assert.Equal(t, []string{"stytch_member", "stytch_admin"}, roles())
	assert.Equal(t, []string{c.ConnectionID}, activeIDs(h.getOrg(org)))
}

func TestSSO_externalConnectionToOIDCGivesNoRoles(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, other := h.organization(nil).OrganizationID, h.organization(nil).OrganizationID
	theirs := h.activeOIDC(other).ConnectionID
	everyones := []sso.ConnectionImplicitRoleAssignment{{RoleID: rbac.RoleStytchAdmin}}
	groups := []sso.GroupImplicitRoleAssignment{{RoleID: rbac.RoleStytchAdmin, Group: "Ops"}}
	for _, change := range []func(*external.CreateConnectionRequest){
		func(r *external.CreateConnectionRequest) { r.ConnectionImplicitRoleAssignments = everyones },
		func(r *external.CreateConnectionRequest) { r.GroupImplicitRoleAssignments = groups },
	} {
		_, err := h.external(org, other, theirs, change)
		require.ErrorIs(t, err, stytcherror.CodeInvalidRBACRoleAssignment)
	}
	c, err := h.external(org, other, theirs, nil)
	require.NoError(t, err)
	for _, req := range []*external.UpdateConnectionRequest{
		{ExternalConnectionImplicitRoleAssignments: everyones}, {ExternalGroupImplicitRoleAssignments: groups},
	} {
		req.OrganizationID, req.ConnectionID = org, c.ConnectionID
		_, err := h.api.B2B.SSO.External.UpdateConnection(t.Context(), req)
		require.ErrorIs(t, err, stytcherror.CodeInvalidRBACRoleAssignment)
	}
	require.ErrorContains(t, h.edit(func(state object) {
		for _, row := range state["sso_connections"].([]any) {
			if ext, is := row.(object)["external"].(object); is {
				ext["external_connection_implicit_role_assignments"] = []any{object{"role_id": "stytch_admin"}}
			}
		}
	}), "it refers to an OIDC connection")
}
