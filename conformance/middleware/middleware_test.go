// Package middleware_test compares the cost of a request through our guard with that through the middleware of others.
package middleware_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	auth0 "github.com/auth0/go-jwt-middleware/v2"
	"github.com/auth0/go-jwt-middleware/v2/validator"
	"github.com/clerk/clerk-sdk-go/v2"
	clerkhttp "github.com/clerk/clerk-sdk-go/v2/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// The issuers that the others require, and an audience.
const (
	clerkIssuer = "https://clerk.example.com"
	auth0Issuer = "https://example.auth0.com/"
	audience    = "project-test"
)

// peer is a middleware, and a request that it lets through.
type peer struct {
	name    string
	handler http.Handler
	request *http.Request
}

func (p *peer) serve() int {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, p.request)
	return w.Code
}

// sessionClaims are what a Stytch JWT says of a session. The others decode them as the application's own claims.
type sessionClaims struct {
	Session struct {
		ID        string                          `json:"id"`
		StartedAt string                          `json:"started_at"`
		ExpiresAt string                          `json:"expires_at"`
		Factors   []sessions.AuthenticationFactor `json:"authentication_factors"`
		Roles     []string                        `json:"roles"`
	} `json:"https://stytch.com/session"`
	Organization struct {
		ID   string `json:"organization_id"`
		Slug string `json:"slug"`
	} `json:"https://stytch.com/organization"`
}

// Validate is for auth0's middleware.
func (*sessionClaims) Validate(context.Context) error { return nil }

// newPeers returns our guard by cookies, by a bearer and with a cache of verified tokens, then clerk's and auth0's
// middleware. All verify RS256 signatures of one key of 2048 bits, from memory, of JWTs with the same claims but for
// issuer and audience. Where withSession is set, the others decode the session in the JWT, as ours always does.
func newPeers(tb testing.TB, withSession bool) []*peer {
	tb.Helper()
	s := stytchtest.New(tb)
	v := s.LogIn("ada@example.com")
	done := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })

	guard := func(cached int) (*httpauth.Guard, http.Handler) {
		client := s.NewClient(stytch.Config{Verification: shared.Verification{TokenCacheSize: cached}})
		g, err := httpauth.NewB2B(client, httpauth.Config{Origin: "https://app.example.com"})
		require.NoError(tb, err)
		require.NoError(tb, g.Ready(tb.Context()))
		return g, g.Require()(done)
	}
	g, ours := guard(0)
	_, oursCached := guard(1024)
	byCookies := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "https://app.example.com/", http.NoBody)
	for _, c := range g.Cookies(httpauth.Tokens{SessionToken: v.SessionToken, SessionJWT: v.SessionJWT}) {
		byCookies.AddCookie(c)
	}

	key := publicKey(tb, s)
	clerkOptions := []clerkhttp.AuthorizationOption{func(p *clerkhttp.AuthorizationParams) error {
		p.JWK = key // JSONWebKey would parse the key for each request
		return nil
	}}
	var auth0Options []validator.Option
	if withSession {
		clerkOptions = append(clerkOptions, clerkhttp.CustomClaimsConstructor(func(context.Context) any {
			return &sessionClaims{}
		}))
		auth0Options = append(auth0Options, validator.WithCustomClaims(func() validator.CustomClaims {
			return &sessionClaims{}
		}))
	}
	check, err := validator.New(
		func(context.Context) (any, error) { return key.Key, nil }, validator.RS256, auth0Issuer, []string{audience},
		auth0Options...)
	require.NoError(tb, err)

	return []*peer{
		{"ours-by-cookies", ours, byCookies},
		{"ours-by-bearer", ours, bearer(tb, v.SessionJWT)},
		{"ours-cached", oursCached, byCookies},
		{
			"clerk", clerkhttp.RequireHeaderAuthorization(clerkOptions...)(done),
			bearer(tb, resigned(tb, s, v.SessionJWT, clerkIssuer)),
		},
		{"auth0", auth0.New(check.ValidateToken).CheckJWT(done), bearer(tb, resigned(tb, s, v.SessionJWT, auth0Issuer))},
	}
}

func bearer(tb testing.TB, token string) *http.Request {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "https://app.example.com/", http.NoBody)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// resigned returns a JWT with the claims of another one, but for issuer and audience, signed with the same key.
func resigned(tb testing.TB, s *stytchtest.Server, jwt, issuer string) string {
	tb.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[1])
	require.NoError(tb, err)
	claims := map[string]any{}
	require.NoError(tb, json.Unmarshal(payload, &claims))
	claims["iss"], claims["aud"] = issuer, []string{audience}
	signed, err := s.Sign(claims)
	require.NoError(tb, err)
	return signed
}

// publicKey is the project's, as clerk's SDK reads it.
func publicKey(tb testing.TB, s *stytchtest.Server) *clerk.JSONWebKey {
	tb.Helper()
	r, err := http.NewRequestWithContext(
		tb.Context(), http.MethodGet, fmt.Sprintf("http://localhost/v1/b2b/sessions/jwks/%s", s.ID()), http.NoBody)
	require.NoError(tb, err)
	resp, err := s.Transport().RoundTrip(r)
	require.NoError(tb, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(tb, err)
	var set struct {
		Keys []*clerk.JSONWebKey `json:"keys"`
	}
	require.NoError(tb, json.Unmarshal(body, &set))
	require.Len(tb, set.Keys, 1)
	return set.Keys[0]
}

// TestPeers_verify says that what is compared lets the JWT through, and not one whose signature is another's.
func TestPeers_verify(t *testing.T) {
	t.Parallel()
	for _, withSession := range []bool{false, true} {
		for _, p := range newPeers(t, withSession) {
			assert.Equal(t, http.StatusNoContent, p.serve(), p.name)
			if p.request.Header.Get("Authorization") == "" {
				continue
			}
			token := p.request.Header.Get("Authorization")
			i := len(token) - 100 // within the signature
			p.request.Header.Set("Authorization", token[:i]+strings.Repeat("A", 8)+token[i+8:])
			assert.Equal(t, http.StatusUnauthorized, p.serve(), p.name)
		}
	}
}

// BenchmarkMiddleware reports how long a request through our guard takes, and that time divided by the others'. README
// has the results.
func BenchmarkMiddleware(b *testing.B) {
	for name, withSession := range map[string]bool{"registered claims": false, "session": true} {
		peers := newPeers(b, withSession)
		others := peers[3:]
		for _, ours := range peers[:3] {
			b.Run(name+"/"+ours.name, func(b *testing.B) {
				variants := make([]benchtest.Variant, len(others))
				for i, p := range others {
					variants[i] = benchtest.Variant{Name: p.name, Do: func() { p.serve() }}
				}
				benchtest.Run(b, benchtest.Variant{Name: ours.name, Do: func() { ours.serve() }}, variants...)
			})
		}
	}
}
