package verify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestAuthenticateJWT_accepts(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "a session's JWT is accepted until it expires, with one fetch of keys", func(f *fixture) {
		text := f.sessionJWT(nil)
		f.accepts(text)
		f.advance(4*time.Minute + 59*time.Second)
		f.accepts(text)
		assert.Equal(f.t, 1, f.api.Requests(f.keysPath))
		assert.Equal(f.t, 1, f.api.Requests(""))
	})
	forEachProduct(t, "the session is that of the claims", func(f *fixture) {
		f.withBoth(f.t.Context(), &request{SessionJWT: f.sessionJWT(nil)}, func(_ string, s *session, err error) {
			require.NoError(f.t, err)
			assert.Equal(f.t, f.claims(start)["sub"], s.subject)
			assert.Equal(f.t, start.Add(time.Hour), s.expiresAt, "the session's end, not the JWT's")
			assert.Equal(f.t, map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10.0}}, s.claims)
			assert.Contains(f.t, s.roles, "editor")
		})
	})
	forEachProduct(t, "keys are fetched from the base URL and its path", func(f *fixture) {
		f.accepts(f.sessionJWT(map[string]any{"iss": "https://auth.example.com/stytch"}))
		f.accepts(f.sessionJWT(nil))
		f.accepts(f.sessionJWT(map[string]any{"iss": "https://login.example.com"}))
		assert.Equal(f.t, 1, f.api.Requests("/stytch"+f.keysPath))
	}, func(c *stytch.Config) {
		c.BaseURL = "https://auth.example.com/stytch/"
		c.Verification.Issuers = []string{"https://login.example.com"}
	})
}

func TestIssuers(t *testing.T) {
	t.Parallel()
	const domain = "https://login.example.com"
	for name, configured := range map[string]string{
		"a slash at the end": domain + "/", "two slashes": domain + "//", "a host in capitals": "https://Login.EXAMPLE.com",
		"a scheme in capitals": "HTTPS://login.example.com", "the scheme's port": domain + ":443", "all of that": "Https://LOGIN.example.com:443/",
		"a dot after the host": domain + ".", "the port with zeros": domain + ":0443", "an empty port": domain + ":",
	} {
		forEachProduct(t, "an issuer is configured with "+name, func(f *fixture) {
			f.accepts(f.sessionJWT(map[string]any{"iss": domain}))
			for _, other := range []string{domain + "/", domain + ":443", domain + "/a", "https://login.example.com.evil", "http://login.example.com"} {
				f.refuses(&request{SessionJWT: f.sessionJWT(map[string]any{"iss": other})}, wrongClaims)
			}
		}, func(c *stytch.Config) { c.Verification.Issuers = []string{configured} })
		forEachProduct(t, "the base URL has "+name, func(f *fixture) {
			f.accepts(f.sessionJWT(map[string]any{"iss": domain}))
		}, func(c *stytch.Config) { c.BaseURL = configured })
	}
	for configured, issuer := range map[string]string{
		"https://login.example.com:8443/": domain + ":8443", "http://localhost:80/": "http://localhost",
		"http://login.example.com": "http://login.example.com", "https://[::1]:443": "https://[::1]",
		"https://login.example.com/Auth/": domain + "/Auth", "stytch.com/project-live-1/": "stytch.com/project-live-1",
	} {
		forEachProduct(t, configured+" stands for "+issuer, func(f *fixture) {
			f.accepts(f.sessionJWT(map[string]any{"iss": issuer}))
		}, func(c *stytch.Config) { c.Verification.Issuers = []string{configured} })
	}
}

func TestAuthenticateJWTLocal_session(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "an old JWT without the session's end and roles has that of the JWT, and none", func(f *fixture) {
		s, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: f.sessionJWT(map[string]any{
			minttest.SessionClaim: map[string]any{"id": minttest.Session}, "plan": nil, "limits": nil,
		})})
		require.NoError(f.t, err)
		assert.Equal(f.t, &session{id: minttest.Session, subject: f.subject, expiresAt: start.Add(5 * time.Minute)}, s)
	})
	forEachProduct(t, "custom claims are those without a meaning in JWT and Stytch", func(f *fixture) {
		s, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: f.sessionJWT(map[string]any{
			"jti": "1", "https://stytch.com/new": 1, "https://acme.example/tier": 1, "ISS": "a", "scope": "b", "plan": false,
			"limits": nil,
		})})
		require.NoError(f.t, err)
		assert.Equal(f.t, map[string]any{"https://acme.example/tier": 1.0, "ISS": "a", "scope": "b", "plan": false}, s.claims)
	})
	forEachProduct(t, "new members and factors of a session are accepted", func(f *fixture) {
		s, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: f.sessionJWT(map[string]any{
			minttest.SessionClaim: map[string]any{
				"id": minttest.Session, "new": []int{1}, "authentication_factors": []any{map[string]any{"type": "telepathy", "new": 1}},
			},
		})})
		require.NoError(f.t, err)
		assert.Equal(f.t, []string{"telepathy"}, s.factors)
	})
}

func TestClaims(t *testing.T) {
	t.Parallel()
	for _, p := range products() {
		t.Run("the claims of a session are decoded, and an error names the operation/"+p.name, func(t *testing.T) {
			t.Parallel()
			claims := map[string]any{"plan": "pro", "limits": map[string]any{"seats": 10.0}}
			got, err := p.zero.decodeClaims(claims)
			require.NoError(t, err)
			assert.Equal(t, "pro", got.Plan)
			assert.Equal(t, 10, got.Limits.Seats)
			got, err = p.zero.decodeClaims(nil)
			require.NoError(t, err)
			assert.Zero(t, got)
			claims["limits"] = map[string]any{"seats": "ten"}
			_, err = p.zero.decodeClaims(claims)
			assert.Equal(t, "/limits/seats", outermost[*stytcherror.DecodeError](t, err).Field)
			assert.EqualError(t, err,
				"stytch: "+p.name+".sessions.claims: the value does not decode at /limits/seats: it does not fit int")
		})
	}
}
