package flows_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestSessions_keysAreThoseOfBothProducts(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	keys, err := h.api.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: h.ID()})
	require.NoError(t, err)
	require.Len(t, keys.Keys, 1)
	assert.Empty(t, keys.Keys[0].X5TS256)
	same, err := h.api.B2C.Sessions.GetJWKS(t.Context(), &b2csessions.GetJWKSRequest{ProjectID: h.ID()})
	require.NoError(t, err)
	assert.Equal(t, keys.Keys, same.Keys)
	for _, path := range []string{"/v1/b2b/sessions/jwks/", "/v1/sessions/jwks/"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://emulator.example"+path+h.ID(), nil)
		require.NoError(t, err)
		resp, err := h.Transport().RoundTrip(req)
		require.NoError(t, err)
		var public sessions.GetJWKSResponse
		require.NoError(t, json.NewDecoder(resp.Body).Decode(&public))
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, keys.Keys, public.Keys, "without credentials too")
	}
	_, err = h.api.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: "project-test-x"})
	refused(t, err, stytcherror.CodeProjectNotFound)
	_, err = h.api.B2C.Sessions.GetJWKS(t.Context(), &b2csessions.GetJWKSRequest{ProjectID: "project-test-x"})
	refused(t, err, stytcherror.CodeProjectNotFound)
	for _, stranger := range h.strangers() {
		_, err = stranger.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: h.ID()})
		require.Error(t, err)
		_, err = stranger.B2C.Sessions.GetJWKS(t.Context(), &b2csessions.GetJWKSRequest{ProjectID: h.ID()})
		require.Error(t, err)
	}
}

func TestRateLimits_applyWhereSwitchedOn(t *testing.T) {
	t.Parallel()
	h := newHarness(t, still(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)))
	send := func(to string) error {
		_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(),
			&magiclinksemaildiscovery.SendRequest{EmailAddress: to}, shared.WithRetry(shared.RetryPolicy{MaxAttempts: 1}))
		return err
	}
	require.NoError(t, send("ada@example.com"))
	require.NoError(t, send("ada@example.com"), "they are off by default")
	require.NoError(t, h.SetSettings(emulator.Settings{RateLimits: true}))
	err := send("Ada@example.com")
	refused(t, err, stytcherror.CodeTooManyRequests)
	failure, ok := errors.AsType[*stytcherror.Error](err)
	require.True(t, ok)
	assert.Equal(t, time.Second, failure.RetryAfter)
	assert.Len(t, h.Inbox().Messages("ada@example.com"), 2, "nothing was sent")
	require.NoError(t, send("bob@example.com"), "another address")
	h.Clock().Advance(time.Second)
	require.NoError(t, send("ada@example.com"))
}

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

func TestSessions_expiredJWTNamesAnActiveSession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	h.Clock().Advance(6 * time.Minute)
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT})
	require.NoError(t, err)
	h.Clock().Advance(time.Hour)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestSessions_authenticateRefusesWhatIsNoSessionOfTheProject(t *testing.T) {
	t.Parallel()
	h, other := newHarness(t), newHarness(t)
	created, foreign := h.create("ada@example.com"), other.create("ada@example.com")
	for name, row := range map[string]struct {
		req  sessions.AuthenticateRequest
		want stytcherror.Code
	}{
		"no session": {sessions.AuthenticateRequest{}, stytcherror.CodeNoSessionArguments},
		"two sessions": {sessions.AuthenticateRequest{SessionToken: new("a"), SessionJWT: new("b")},
			stytcherror.CodeTooManySessionArguments},
		"a malformed token": {sessions.AuthenticateRequest{SessionToken: new("short")},
			stytcherror.CodeInvalidSessionToken},
		"an unknown token": {
			sessions.AuthenticateRequest{SessionToken: new(base64.RawURLEncoding.EncodeToString(make([]byte, 33)))},
			stytcherror.CodeSessionNotFound},
		"a JWT of another project": {sessions.AuthenticateRequest{SessionJWT: &foreign.SessionJWT},
			stytcherror.CodeUnableToParseSessionJWT},
		"a tampered JWT": {
			sessions.AuthenticateRequest{SessionJWT: new(tampered(created.SessionJWT))}, stytcherror.CodeUnableToParseSessionJWT},
		"an unsigned JWT": {
			sessions.AuthenticateRequest{SessionJWT: new(unsigned(t, created.SessionJWT))}, stytcherror.CodeUnableToParseSessionJWT},
		"a longer JWT": {sessions.AuthenticateRequest{SessionJWT: new(created.SessionJWT + "x")},
			stytcherror.CodeUnableToParseSessionJWT},
		"a JWT of 20 kB": {sessions.AuthenticateRequest{SessionJWT: new(strings.Repeat("x", 20_000))},
			stytcherror.CodeUnableToParseSessionJWT},
		"too short a duration": {
			sessions.AuthenticateRequest{SessionToken: &created.SessionToken, SessionDurationMinutes: new(4)},
			stytcherror.CodeInvalidSessionDurationMinutes},
		"too long a duration": {
			sessions.AuthenticateRequest{SessionToken: &created.SessionToken, SessionDurationMinutes: new(527041)},
			stytcherror.CodeInvalidSessionDurationMinutes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := h.api.B2B.Sessions.Authenticate(t.Context(), &row.req)
			require.ErrorIs(t, err, row.want)
		})
	}
}

// tampered changes a role in a JWT's claims, and keeps the signature.
func tampered(token string) string {
	parts := strings.Split(token, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), "stytch_admin", "stytch_owner", 1)))
	return strings.Join(parts, ".")
}

// unsigned is a JWT's claims with the algorithm "none".
func unsigned(t *testing.T, token string) string {
	t.Helper()
	var claims jwt.MapClaims
	_, _, err := jwt.NewParser().ParseUnverified(token, &claims)
	require.NoError(t, err)
	text, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	return text
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
	require.ErrorIs(t, revoke(&sessions.RevokeRequest{MemberSessionID: new("nobody")}), stytcherror.CodeSessionNotFound)
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
