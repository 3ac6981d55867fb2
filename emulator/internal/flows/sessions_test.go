package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestSessions_authenticateMakesAJWTAndExtendsIfAsked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	h.Clock().Advance(2 * time.Minute)
	byToken, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
	require.NoError(t, err)
	assert.Equal(t, created.SessionToken, byToken.SessionToken, "the token is echoed")
	assert.NotEqual(t, created.SessionJWT, byToken.SessionJWT, "the JWT is new")
	assert.Equal(t, created.MemberSession.ExpiresAt, byToken.MemberSession.ExpiresAt, "without a duration the expiry stays")
	assert.True(t, byToken.MemberSession.LastAccessedAt.After(created.MemberSession.LastAccessedAt))

	byJWT, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT, SessionToken: new("")})
	require.NoError(t, err, "an empty token is as if absent")
	assert.Empty(t, byJWT.SessionToken, "with a JWT there is no token to echo")
	assert.Equal(t, created.MemberSession.MemberSessionID, byJWT.MemberSession.MemberSessionID)

	longer, err := h.authenticate(&sessions.AuthenticateRequest{
		SessionToken: &created.SessionToken, SessionDurationMinutes: new(120),
		SessionCustomClaims: map[string]any{"a": 1, "b": 2},
	})
	require.NoError(t, err)
	assert.WithinDuration(t, h.Clock().Now().Add(2*time.Hour), longer.MemberSession.ExpiresAt, 5*time.Second)
	changed, err := h.authenticate(&sessions.AuthenticateRequest{
		SessionToken: &created.SessionToken, SessionDurationMinutes: new(120), SessionCustomClaims: map[string]any{"a": nil},
	})
	require.NoError(t, err)
	assert.EqualValues(t, map[string]any{"b": 2.0}, changed.MemberSession.CustomClaims, "null deletes a claim")
	h.Clock().Advance(2 * time.Hour)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound, "it has expired")
}

func TestSessions_authorizationCheckNamesTheGrantingRoles(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", allowing("example.com"))
	joined, err := h.exchange(h.IntermediateSession("bob@example.com"), created.Organization.OrganizationID)
	require.NoError(t, err)
	check := func(token, org, resource, action string) (*sessions.AuthenticateResponse, error) {
		return h.authenticate(&sessions.AuthenticateRequest{SessionToken: &token, AuthorizationCheck: &sessions.AuthorizationCheck{
			OrganizationID: org, ResourceID: resource, Action: action,
		}})
	}
	org := created.Organization.OrganizationID
	resp, err := check(created.SessionToken, org, "stytch.member", "delete")
	require.NoError(t, err)
	assert.Equal(t, &sessions.AuthorizationVerdict{Authorized: true, GrantingRoles: []string{"stytch_admin"}}, resp.Verdict)
	_, err = check(created.SessionToken, org, "documents", "read")
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError, "no role is about documents")
	_, err = check(joined.SessionToken, org, "stytch.member", "delete")
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError)
	_, err = check(created.SessionToken, "organization-test-other", "stytch.member", "delete")
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationTenancyError, "the organization is checked before the roles")
}

func TestSessions_revokedOnesAreGone(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", allowing("example.com"))
	org := created.Organization.OrganizationID
	login := func() *intermediatesessions.ExchangeResponse {
		resp, err := h.exchange(h.IntermediateSession("ada@example.com"), org)
		require.NoError(t, err)
		return resp
	}
	active := func() []string {
		resp, err := h.api.B2B.Sessions.Get(t.Context(),
			&sessions.GetRequest{OrganizationID: created.Organization.OrganizationSlug, MemberID: created.MemberID})
		require.NoError(t, err)
		ids := []string{}
		for _, s := range resp.MemberSessions {
			ids = append(ids, s.MemberSessionID)
		}
		return ids
	}
	revoke := func(req *sessions.RevokeRequest) error {
		_, err := h.api.B2B.Sessions.Revoke(t.Context(), req)
		return err
	}
	a, b, c := login(), login(), login()
	assert.Len(t, active(), 4)
	require.NoError(t, revoke(&sessions.RevokeRequest{SessionToken: &a.SessionToken}))
	require.NoError(t, revoke(&sessions.RevokeRequest{SessionJWT: &b.SessionJWT}))
	require.NoError(t, revoke(&sessions.RevokeRequest{MemberSessionID: &c.MemberSession.MemberSessionID}))
	assert.Equal(t, []string{created.MemberSession.MemberSessionID}, active())
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &b.SessionJWT})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	require.ErrorIs(t, revoke(&sessions.RevokeRequest{SessionToken: &a.SessionToken}), stytcherror.CodeSessionNotFound)
	login()
	require.NoError(t, revoke(&sessions.RevokeRequest{MemberID: &created.MemberID}))
	assert.Empty(t, active())

	require.ErrorIs(t, revoke(&sessions.RevokeRequest{}), stytcherror.CodeNoSessionRevokeArguments)
	require.ErrorIs(t, revoke(&sessions.RevokeRequest{MemberID: new("m"), SessionToken: new("s")}),
		stytcherror.CodeTooManySessionRevokeArguments)
	require.ErrorIs(t, revoke(&sessions.RevokeRequest{MemberID: new("nobody")}), stytcherror.CodeMemberNotFound)
	for id, code := range map[string]stytcherror.Code{
		"nobody":                stytcherror.CodeInvalidSessionID,
		"member-session-live-1": stytcherror.CodeLiveIDUsedInTestEnvironment,
		"member-session-test-1": stytcherror.CodeSessionNotFound,
	} {
		require.ErrorIs(t, revoke(&sessions.RevokeRequest{MemberSessionID: &id}), code, id)
	}
	require.ErrorIs(t, revoke(&sessions.RevokeRequest{MemberID: new("member-live-1")}),
		stytcherror.CodeLiveIDUsedInTestEnvironment)
	for code, req := range map[stytcherror.Code]*sessions.GetRequest{
		stytcherror.CodeOrganizationNotFound: {OrganizationID: "nobody", MemberID: created.MemberID},
		stytcherror.CodeMemberNotFound:       {OrganizationID: org, MemberID: "nobody"},
	} {
		_, err := h.api.B2B.Sessions.Get(t.Context(), req)
		require.ErrorIs(t, err, code)
	}
}

func TestSessions_revokeOnBehalfOfASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin := h.create("ada@example.com", allowing("example.com"))
	org := admin.Organization.OrganizationID
	bob, err := h.exchange(h.IntermediateSession("bob@example.com"), org)
	require.NoError(t, err)
	stranger := h.create("eve@evil.dev")
	revoke := func(member string, as shared.Authorization) error {
		_, err := h.api.B2B.Sessions.Revoke(t.Context(), &sessions.RevokeRequest{MemberID: &member}, shared.WithAuthorization(as))
		return err
	}
	asBob := shared.Authorization{SessionToken: bob.SessionToken}
	require.ErrorIs(t, revoke(admin.MemberID, asBob), stytcherror.CodeSessionAuthorizationError)
	for _, as := range []shared.Authorization{{SessionJWT: stranger.SessionJWT}, {SessionToken: stranger.SessionToken}} {
		require.ErrorIs(t, revoke(bob.MemberID, as), stytcherror.CodeSessionAuthorizationTenancyError)
	}
	require.NoError(t, revoke(bob.MemberID, asBob), "a member may revoke their own sessions")
	require.ErrorIs(t, revoke(admin.MemberID, asBob), stytcherror.CodeSessionNotFound, "bob's session is revoked")
	require.NoError(t, revoke(bob.MemberID, shared.Authorization{SessionToken: admin.SessionToken}))
	_, err = h.api.B2B.Sessions.Revoke(t.Context(), &sessions.RevokeRequest{SessionJWT: &admin.SessionJWT}, as(admin.SessionToken))
	require.NoError(t, err, "a session may revoke itself")
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &admin.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestSessions_exchangeIsForMembersOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	first := h.create("ada@example.com")
	second := h.create("ada@example.com")
	other := h.create("eve@example.com", allowing("example.com"))
	h.alter("members", "member_id", second.MemberID, map[string]any{"status": "invited"})
	exchange := func(org string) (*sessions.ExchangeResponse, error) {
		return h.api.B2B.Sessions.Exchange(t.Context(),
			&sessions.ExchangeRequest{OrganizationID: org, SessionToken: &first.SessionToken})
	}
	resp, err := exchange(second.Organization.OrganizationID)
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, second.MemberID, resp.MemberID)
	assert.Equal(t, organizations.MemberStatusActive, resp.Member.Status, "the login accepts an invitation")
	assert.NotEqual(t, first.MemberSession.MemberSessionID, resp.MemberSession.MemberSessionID)
	_, err = h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &first.SessionToken})
	require.NoError(t, err, "the first session stays valid")
	_, err = exchange(other.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound, "a session exchange does no JIT provisioning")
	_, err = exchange("nobody")
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	_, err = h.api.B2B.Sessions.Exchange(t.Context(),
		&sessions.ExchangeRequest{OrganizationID: second.Organization.OrganizationID, SessionToken: new("short")})
	require.ErrorIs(t, err, stytcherror.CodeInvalidSessionToken)

	h.alter("organizations", "organization_id", second.Organization.OrganizationID, map[string]any{"mfa_policy": "REQUIRED_FOR_ALL"})
	resp, err = exchange(second.Organization.OrganizationID)
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	require.NotEmpty(t, resp.IntermediateSessionToken)
	assert.WithinDuration(t, h.Clock().Now().Add(10*time.Minute), resp.IntermediateSessionTokenExpiresAt, 5*time.Second)
	list, err := h.api.B2B.Discovery.Organizations.List(t.Context(),
		&discoveryorganizations.ListRequest{IntermediateSessionToken: &resp.IntermediateSessionToken})
	require.NoError(t, err)
	assert.Equal(t, second.Organization.OrganizationID, list.OrganizationIDHint)
	back, err := h.exchange(resp.IntermediateSessionToken, first.Organization.OrganizationID)
	require.NoError(t, err, "the factors are good in every organization")
	assert.True(t, back.MemberAuthenticated)
}

func TestSessions_oldestOfTooManyTokensIsDropped(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	tokens := []string{v.SessionToken}
	for range 100 {
		resp, err := h.follow(h.link("example", "ada@example.com"), func(r *magiclinks.AuthenticateRequest) {
			r.SessionToken = &tokens[len(tokens)-1]
		})
		require.NoError(t, err)
		require.Equal(t, v.MemberSession.MemberSessionID, resp.MemberSession.MemberSessionID)
		tokens = append(tokens, resp.SessionToken)
	}
	for i, token := range tokens {
		_, err := h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &token})
		assert.Equal(t, i == 0, err != nil, "%d: %v", i, err)
	}
}

func TestSessions_getListsNoneThatHaveExpired(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	get := func() (ids []string) {
		resp, err := h.api.B2B.Sessions.Get(t.Context(),
			&sessions.GetRequest{OrganizationID: v.Organization.OrganizationID, MemberID: v.MemberID})
		require.NoError(t, err)
		for _, s := range resp.MemberSessions {
			ids = append(ids, s.MemberSessionID)
		}
		return ids
	}
	short, err := h.follow(h.link("example", "ada@example.com"), func(r *magiclinks.AuthenticateRequest) {
		r.SessionDurationMinutes = new(5)
	})
	require.NoError(t, err)
	assert.Equal(t, []string{v.MemberSession.MemberSessionID, short.MemberSession.MemberSessionID}, get())
	h.Clock().Set(short.MemberSession.ExpiresAt)
	assert.Equal(t, []string{v.MemberSession.MemberSessionID}, get())
	h.Clock().Set(v.MemberSession.ExpiresAt)
	assert.Empty(t, get())
}
