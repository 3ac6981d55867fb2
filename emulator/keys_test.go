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

	"github.com/seed75add069/stytch-go/b2b/sessions"
)

func TestSession_jwtHasTheClaimsOfTheRealService(t *testing.T) {
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

func TestKeys_oldKeyVerifiesForThirtyDays(t *testing.T) {
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
