package emulator_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// authenticate authenticates a session.
func (h *harness) authenticate(req *sessions.AuthenticateRequest) (*sessions.AuthenticateResponse, error) {
	return h.api.B2B.Sessions.Authenticate(h.t.Context(), req)
}

func TestSession_authenticate(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	h.Clock().Advance(2 * time.Minute)
	byToken, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
	require.NoError(t, err)
	assert.Equal(t, created.SessionToken, byToken.SessionToken, "the token is echoed")
	assert.NotEqual(t, created.SessionJWT, byToken.SessionJWT, "the JWT is new")
	assert.Equal(t, created.MemberSession.ExpiresAt, byToken.MemberSession.ExpiresAt, "without a duration the expiry stays")
	assert.True(t, byToken.MemberSession.LastAccessedAt.After(created.MemberSession.LastAccessedAt))

	byJWT, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT})
	require.NoError(t, err)
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
}

func TestSession_expiredJWTNamesAnActiveSession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	h.Clock().Advance(6 * time.Minute)
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT})
	require.NoError(t, err)
	h.Clock().Advance(time.Hour)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestSession_refusals(t *testing.T) {
	t.Parallel()
	h, other := newHarness(t), newHarness(t)
	created, foreign := h.create("ada@example.com", nil), other.create("ada@example.com", nil)
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
		"a JWT of 20 kB": {sessions.AuthenticateRequest{SessionJWT: new(strings.Repeat("x", 20_000))},
			stytcherror.CodeUnableToParseSessionJWT},
		"a duration out of bounds": {
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

func TestSession_authorizationCheck(t *testing.T) {
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
	_, err = check(joined.SessionToken, org, "stytch.member", "delete")
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError)
	_, err = check(created.SessionToken, "organization-test-other", "stytch.member", "delete")
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationTenancyError, "the organization is checked before the roles")
}

func TestSession_getAndRevoke(t *testing.T) {
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
}

func TestSession_revokeOnBehalfOfASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin := h.create("ada@example.com", allowing("example.com"))
	org := admin.Organization.OrganizationID
	bob, err := h.exchange(h.IntermediateSession("bob@example.com"), org)
	require.NoError(t, err)
	stranger := h.create("eve@evil.dev", nil)
	revoke := func(member string, as shared.Authorization) error {
		_, err := h.api.B2B.Sessions.Revoke(t.Context(), &sessions.RevokeRequest{MemberID: &member}, shared.WithAuthorization(as))
		return err
	}
	asBob := shared.Authorization{SessionToken: bob.SessionToken}
	require.ErrorIs(t, revoke(admin.MemberID, asBob), stytcherror.CodeSessionAuthorizationError)
	require.ErrorIs(t, revoke(bob.MemberID, shared.Authorization{SessionJWT: stranger.SessionJWT}),
		stytcherror.CodeSessionAuthorizationTenancyError)
	require.NoError(t, revoke(bob.MemberID, asBob), "a member may revoke their own sessions")
	require.ErrorIs(t, revoke(admin.MemberID, asBob), stytcherror.CodeSessionNotFound, "bob's session is revoked")
	require.NoError(t, revoke(bob.MemberID, shared.Authorization{SessionToken: admin.SessionToken}))
}

// The JWT has the header and claims that JWTs of the real service have.
func TestSession_jwt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	keys := h.keys()
	require.Len(t, keys, 1)
	claims := jwt.MapClaims{}
	token, err := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(h.ID()),
		jwt.WithIssuer("stytch.com/"+h.ID()), jwt.WithExpirationRequired()).
		ParseWithClaims(created.SessionJWT, claims, func(t *jwt.Token) (any, error) { return keys[t.Header["kid"].(string)], nil })
	require.NoError(t, err)
	assert.Equal(t, "JWT", token.Header["typ"])
	assert.True(t, strings.HasPrefix(token.Header["kid"].(string), "jwk-test-"))
	assert.Equal(t, created.MemberID, claims["sub"])
	assert.Equal(t, []any{h.ID()}, claims["aud"])
	assert.InEpsilon(t, 300, claims["exp"].(float64)-claims["iat"].(float64), 0)
	assert.Equal(t, claims["iat"], claims["nbf"])
	assert.NotContains(t, claims, "jti")
	assert.EqualValues(t, map[string]any{
		"organization_id": created.Organization.OrganizationID, "slug": created.Organization.OrganizationSlug,
	}, claims["https://stytch.com/organization"])
	session := claims["https://stytch.com/session"].(map[string]any)
	assert.Equal(t, created.MemberSession.MemberSessionID, session["id"])
	assert.Equal(t, created.MemberSession.ExpiresAt.Format(time.RFC3339), session["expires_at"])
	assert.EqualValues(t, map[string]any{"user_agent": "", "ip_address": ""}, session["attributes"])
	assert.Equal(t, []any{"stytch_member", "stytch_admin"}, session["roles"])
	factor := session["authentication_factors"].([]any)[0].(map[string]any)
	assert.ElementsMatch(t, []string{"type", "delivery_method", "last_authenticated_at", "email_factor"}, keysOf(factor))

	header, _, _ := strings.Cut(created.SessionJWT, ".")
	raw, err := base64.RawURLEncoding.DecodeString(header)
	require.NoError(t, err)
	assert.Regexp(t, `^\{"alg":"RS256","kid":"[^"]+","typ":"JWT"\}$`, string(raw))
}

func TestKeys_rotate(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	before := h.create("ada@example.com", nil)
	kid, err := h.RotateKeys()
	require.NoError(t, err)
	after, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &before.SessionJWT})
	require.NoError(t, err, "the old key still verifies")
	assert.Len(t, h.keys(), 2)
	assert.Contains(t, h.keys(), kid)
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(after.SessionJWT, ".")[0])
	require.NoError(t, err)
	assert.Contains(t, string(header), kid)
	h.Clock().Advance(31 * 24 * time.Hour)
	assert.Len(t, h.keys(), 1, "the old key is published for thirty days")
}

func TestKeys_areTheSameForBothProducts(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	members := h.send("GET", "/v1/b2b/sessions/jwks/"+h.ID(), "", "", "")
	users := h.send("GET", "/v1/sessions/jwks/"+h.ID(), "", "", "")
	assert.Equal(t, http.StatusOK, users.status, users.text)
	assert.NotEmpty(t, users.body["keys"])
	assert.Equal(t, members.body["keys"], users.body["keys"])
}

func TestSign_doesNotChangeClaims(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, claims := range []jwt.MapClaims{{"exp": 1.0, "aud": "x"}, {}, {"iss": nil, "sub": []any{"a", 2.0}}} {
		text, err := h.Sign(claims)
		require.NoError(t, err)
		var got jwt.MapClaims
		token, err := jwt.NewParser(jwt.WithoutClaimsValidation()).ParseWithClaims(text, &got, func(token *jwt.Token) (any, error) {
			return h.keys()[token.Header["kid"].(string)], nil
		})
		require.NoError(t, err)
		assert.True(t, token.Valid)
		assert.Equal(t, claims, got)
	}
	_, err := h.Sign(map[string]any{"f": func() {}})
	require.Error(t, err, "a func does not encode as JSON")
}

// keys fetches the published keys by key id, without credentials, and checks their other members.
func (h *harness) keys() map[string]*rsa.PublicKey {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.URL()+"/v1/b2b/sessions/jwks/"+h.ID(), nil)
	require.NoError(h.t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(h.t, err)
	defer func() { _ = resp.Body.Close() }()
	defer http.DefaultClient.CloseIdleConnections()
	var set struct {
		Keys []struct{ Kty, Use, Alg, Kid, N, E string }
	}
	require.NoError(h.t, json.NewDecoder(resp.Body).Decode(&set))
	keys := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		assert.Equal(h.t, []string{"RSA", "sig", "RS256", "AQAB"}, []string{k.Kty, k.Use, k.Alg, k.E})
		n, err := base64.RawURLEncoding.DecodeString(k.N)
		require.NoError(h.t, err)
		keys[k.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: 65537}
	}
	return keys
}

func keysOf(m map[string]any) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}
