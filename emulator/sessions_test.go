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

func (w *world) authenticate(req *sessions.AuthenticateRequest) (*sessions.AuthenticateResponse, error) {
	return w.api.B2B.Sessions.Authenticate(w.t.Context(), req)
}

func TestSession_authenticate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	founded := w.found("ada@example.com", nil)
	w.Clock().Advance(2 * time.Minute)
	byToken, err := w.authenticate(&sessions.AuthenticateRequest{SessionToken: &founded.SessionToken})
	require.NoError(t, err)
	assert.Equal(t, founded.SessionToken, byToken.SessionToken, "the token is echoed")
	assert.NotEqual(t, founded.SessionJWT, byToken.SessionJWT, "the JWT is a new one")
	assert.Equal(t, founded.MemberSession.ExpiresAt, byToken.MemberSession.ExpiresAt, "the end stays")
	assert.True(t, byToken.MemberSession.LastAccessedAt.After(founded.MemberSession.LastAccessedAt))

	byJWT, err := w.authenticate(&sessions.AuthenticateRequest{SessionJWT: &founded.SessionJWT})
	require.NoError(t, err)
	assert.Empty(t, byJWT.SessionToken, "with a JWT there is no token to echo")
	assert.Equal(t, founded.MemberSession.MemberSessionID, byJWT.MemberSession.MemberSessionID)

	longer, err := w.authenticate(&sessions.AuthenticateRequest{
		SessionToken: &founded.SessionToken, SessionDurationMinutes: new(120),
		SessionCustomClaims: map[string]any{"a": 1, "b": 2},
	})
	require.NoError(t, err)
	assert.WithinDuration(t, w.Clock().Now().Add(2*time.Hour), longer.MemberSession.ExpiresAt, 5*time.Second)
	changed, err := w.authenticate(&sessions.AuthenticateRequest{
		SessionToken: &founded.SessionToken, SessionDurationMinutes: new(120), SessionCustomClaims: map[string]any{"a": nil},
	})
	require.NoError(t, err)
	assert.EqualValues(t, map[string]any{"b": 2.0}, changed.MemberSession.CustomClaims, "null deletes a claim")
}

func TestSession_jwtThatExpiredStillNamesALiveSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	founded := w.found("ada@example.com", nil)
	w.Clock().Advance(6 * time.Minute)
	_, err := w.authenticate(&sessions.AuthenticateRequest{SessionJWT: &founded.SessionJWT})
	require.NoError(t, err)
	w.Clock().Advance(time.Hour)
	_, err = w.authenticate(&sessions.AuthenticateRequest{SessionJWT: &founded.SessionJWT})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestSession_refusals(t *testing.T) {
	t.Parallel()
	w, other := newWorld(t), newWorld(t)
	founded, foreign := w.found("ada@example.com", nil), other.found("ada@example.com", nil)
	for name, row := range map[string]struct {
		req  sessions.AuthenticateRequest
		want stytcherror.Code
	}{
		"no session at all": {sessions.AuthenticateRequest{}, stytcherror.CodeNoSessionArguments},
		"two sessions": {sessions.AuthenticateRequest{SessionToken: new("a"), SessionJWT: new("b")},
			stytcherror.CodeTooManySessionArguments},
		"what has not the form of a token": {sessions.AuthenticateRequest{SessionToken: new("short")},
			stytcherror.CodeInvalidSessionToken},
		"a token nobody gave out": {
			sessions.AuthenticateRequest{SessionToken: new(base64.RawURLEncoding.EncodeToString(make([]byte, 33)))},
			stytcherror.CodeSessionNotFound},
		"a JWT of another project": {sessions.AuthenticateRequest{SessionJWT: &foreign.SessionJWT},
			stytcherror.CodeUnableToParseSessionJWT},
		"a JWT that was changed": {
			sessions.AuthenticateRequest{SessionJWT: new(tampered(founded.SessionJWT))}, stytcherror.CodeUnableToParseSessionJWT},
		"a JWT without signature": {
			sessions.AuthenticateRequest{SessionJWT: new(unsigned(t, founded.SessionJWT))}, stytcherror.CodeUnableToParseSessionJWT},
		"a JWT of 20 kB": {sessions.AuthenticateRequest{SessionJWT: new(strings.Repeat("x", 20_000))},
			stytcherror.CodeUnableToParseSessionJWT},
		"a duration out of bounds": {
			sessions.AuthenticateRequest{SessionToken: &founded.SessionToken, SessionDurationMinutes: new(527041)},
			stytcherror.CodeInvalidSessionDurationMinutes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := w.api.B2B.Sessions.Authenticate(t.Context(), &row.req)
			require.ErrorIs(t, err, row.want)
		})
	}
}

func tampered(token string) string {
	parts := strings.Split(token, ".")
	claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(claims), "stytch_admin", "stytch_owner", 1)))
	return strings.Join(parts, ".")
}

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
	w := newWorld(t)
	founded := w.found("ada@example.com", admitting("example.com"))
	joined, err := w.exchange(w.prove("bob@example.com").IntermediateSessionToken, founded.Organization.OrganizationID)
	require.NoError(t, err)
	check := func(token, org, resource, action string) (*sessions.AuthenticateResponse, error) {
		return w.authenticate(&sessions.AuthenticateRequest{SessionToken: &token, AuthorizationCheck: &sessions.AuthorizationCheck{
			OrganizationID: org, ResourceID: resource, Action: action,
		}})
	}
	org := founded.Organization.OrganizationID
	resp, err := check(founded.SessionToken, org, "stytch.member", "delete")
	require.NoError(t, err)
	assert.Equal(t, &sessions.AuthorizationVerdict{Authorized: true, GrantingRoles: []string{"stytch_admin"}}, resp.Verdict)
	_, err = check(joined.SessionToken, org, "stytch.member", "delete")
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError)
	_, err = check(founded.SessionToken, "organization-test-other", "stytch.member", "delete")
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationTenancyError, "tenancy goes before roles")
}

func TestSession_getAndRevoke(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	founded := w.found("ada@example.com", admitting("example.com"))
	org := founded.Organization.OrganizationID
	login := func() *intermediatesessions.ExchangeResponse {
		resp, err := w.exchange(w.prove("ada@example.com").IntermediateSessionToken, org)
		require.NoError(t, err)
		return resp
	}
	active := func() []string {
		resp, err := w.api.B2B.Sessions.Get(t.Context(),
			&sessions.GetRequest{OrganizationID: founded.Organization.OrganizationSlug, MemberID: founded.MemberID})
		require.NoError(t, err)
		ids := []string{}
		for _, s := range resp.MemberSessions {
			ids = append(ids, s.MemberSessionID)
		}
		return ids
	}
	revoke := func(req *sessions.RevokeRequest) error {
		_, err := w.api.B2B.Sessions.Revoke(t.Context(), req)
		return err
	}
	a, b, c := login(), login(), login()
	assert.Len(t, active(), 4)
	require.NoError(t, revoke(&sessions.RevokeRequest{SessionToken: &a.SessionToken}))
	require.NoError(t, revoke(&sessions.RevokeRequest{SessionJWT: &b.SessionJWT}))
	require.NoError(t, revoke(&sessions.RevokeRequest{MemberSessionID: &c.MemberSession.MemberSessionID}))
	assert.Equal(t, []string{founded.MemberSession.MemberSessionID}, active())
	_, err := w.authenticate(&sessions.AuthenticateRequest{SessionJWT: &b.SessionJWT})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	require.ErrorIs(t, revoke(&sessions.RevokeRequest{SessionToken: &a.SessionToken}), stytcherror.CodeSessionNotFound)
	login()
	require.NoError(t, revoke(&sessions.RevokeRequest{MemberID: &founded.MemberID}))
	assert.Empty(t, active())

	require.ErrorIs(t, revoke(&sessions.RevokeRequest{}), stytcherror.CodeNoSessionRevokeArguments)
	require.ErrorIs(t, revoke(&sessions.RevokeRequest{MemberID: new("m"), SessionToken: new("s")}),
		stytcherror.CodeTooManySessionRevokeArguments)
	require.ErrorIs(t, revoke(&sessions.RevokeRequest{MemberID: new("nobody")}), stytcherror.CodeMemberNotFound)
}

func TestSession_revokeOnBehalfOfASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.found("ada@example.com", admitting("example.com"))
	org := admin.Organization.OrganizationID
	bob, err := w.exchange(w.prove("bob@example.com").IntermediateSessionToken, org)
	require.NoError(t, err)
	stranger := w.found("eve@evil.dev", nil)
	revoke := func(member string, as shared.Authorization) error {
		_, err := w.api.B2B.Sessions.Revoke(t.Context(), &sessions.RevokeRequest{MemberID: &member}, shared.WithAuthorization(as))
		return err
	}
	asBob := shared.Authorization{SessionToken: bob.SessionToken}
	require.ErrorIs(t, revoke(admin.MemberID, asBob), stytcherror.CodeSessionAuthorizationError)
	require.ErrorIs(t, revoke(bob.MemberID, shared.Authorization{SessionJWT: stranger.SessionJWT}),
		stytcherror.CodeSessionAuthorizationTenancyError)
	require.NoError(t, revoke(bob.MemberID, asBob), "one's own sessions")
	require.ErrorIs(t, revoke(admin.MemberID, asBob), stytcherror.CodeSessionNotFound, "bob's session is gone")
	require.NoError(t, revoke(bob.MemberID, shared.Authorization{SessionToken: admin.SessionToken}))
}

// TestSession_jwt holds a JWT against what the real service was seen to issue.
func TestSession_jwt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	founded := w.found("ada@example.com", nil)
	keys := w.keys()
	require.Len(t, keys, 1)
	claims := jwt.MapClaims{}
	token, err := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithAudience(w.ID()),
		jwt.WithIssuer("stytch.com/"+w.ID()), jwt.WithExpirationRequired()).
		ParseWithClaims(founded.SessionJWT, claims, func(t *jwt.Token) (any, error) { return keys[t.Header["kid"].(string)], nil })
	require.NoError(t, err)
	assert.Equal(t, "JWT", token.Header["typ"])
	assert.True(t, strings.HasPrefix(token.Header["kid"].(string), "jwk-test-"))
	assert.Equal(t, founded.MemberID, claims["sub"])
	assert.Equal(t, []any{w.ID()}, claims["aud"])
	assert.InEpsilon(t, 300, claims["exp"].(float64)-claims["iat"].(float64), 0)
	assert.Equal(t, claims["iat"], claims["nbf"])
	assert.NotContains(t, claims, "jti")
	assert.EqualValues(t, map[string]any{
		"organization_id": founded.Organization.OrganizationID, "slug": founded.Organization.OrganizationSlug,
	}, claims["https://stytch.com/organization"])
	session := claims["https://stytch.com/session"].(map[string]any)
	assert.Equal(t, founded.MemberSession.MemberSessionID, session["id"])
	assert.Equal(t, founded.MemberSession.ExpiresAt.Format(time.RFC3339), session["expires_at"])
	assert.EqualValues(t, map[string]any{"user_agent": "", "ip_address": ""}, session["attributes"])
	assert.Equal(t, []any{"stytch_member", "stytch_admin"}, session["roles"])
	factor := session["authentication_factors"].([]any)[0].(map[string]any)
	assert.ElementsMatch(t, []string{"type", "delivery_method", "last_authenticated_at", "email_factor"}, keysOf(factor))

	header, _, _ := strings.Cut(founded.SessionJWT, ".")
	raw, err := base64.RawURLEncoding.DecodeString(header)
	require.NoError(t, err)
	assert.Regexp(t, `^\{"alg":"RS256","kid":"[^"]+","typ":"JWT"\}$`, string(raw))
}

func TestKeys_rotate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := w.found("ada@example.com", nil)
	kid, err := w.RotateKeys()
	require.NoError(t, err)
	after, err := w.authenticate(&sessions.AuthenticateRequest{SessionJWT: &before.SessionJWT})
	require.NoError(t, err, "the old key still verifies")
	assert.Len(t, w.keys(), 2)
	assert.Contains(t, w.keys(), kid)
	header, err := base64.RawURLEncoding.DecodeString(strings.Split(after.SessionJWT, ".")[0])
	require.NoError(t, err)
	assert.Contains(t, string(header), kid)
	w.Clock().Advance(31 * 24 * time.Hour)
	assert.Len(t, w.keys(), 1, "the old key is gone after a month")
}

func TestKeys_servesBothProducts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	members := w.send("GET", "/v1/b2b/sessions/jwks/"+w.ID(), "", "", "")
	users := w.send("GET", "/v1/sessions/jwks/"+w.ID(), "", "", "")
	assert.Equal(t, http.StatusOK, users.status, users.text)
	assert.NotEmpty(t, users.body["keys"])
	assert.Equal(t, members.body["keys"], users.body["keys"])
}

func TestSign_takesClaimsAsTheyStand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, claims := range []jwt.MapClaims{{"exp": 1.0, "aud": "x"}, {}, {"iss": nil, "sub": []any{"a", 2.0}}} {
		text, err := w.Sign(claims)
		require.NoError(t, err)
		var got jwt.MapClaims
		token, err := jwt.NewParser(jwt.WithoutClaimsValidation()).ParseWithClaims(text, &got, func(token *jwt.Token) (any, error) {
			return w.keys()[token.Header["kid"].(string)], nil
		})
		require.NoError(t, err)
		assert.True(t, token.Valid)
		assert.Equal(t, claims, got)
	}
	_, err := w.Sign(map[string]any{"f": func() {}})
	require.Error(t, err, "what JSON has no form for")
}

// keys reads the published keys the way a verifier does, without credentials.
func (w *world) keys() map[string]*rsa.PublicKey {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.URL()+"/v1/b2b/sessions/jwks/"+w.ID(), nil)
	require.NoError(w.t, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(w.t, err)
	defer func() { _ = resp.Body.Close() }()
	defer http.DefaultClient.CloseIdleConnections()
	var set struct {
		Keys []struct{ Kty, Use, Alg, Kid, N, E string }
	}
	require.NoError(w.t, json.NewDecoder(resp.Body).Decode(&set))
	keys := map[string]*rsa.PublicKey{}
	for _, k := range set.Keys {
		assert.Equal(w.t, []string{"RSA", "sig", "RS256", "AQAB"}, []string{k.Kty, k.Use, k.Alg, k.E})
		n, err := base64.RawURLEncoding.DecodeString(k.N)
		require.NoError(w.t, err)
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
