//go:build !race

package httpauth_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/shared"
)

// testing.AllocsPerRun counts those of all goroutines, so that this test runs alone.
func TestGuard_allocatesAtMostTenMoreThanVerification(t *testing.T) { //nolint:paralleltest // see above
	for name, size := range map[string]int{"verified": 0, "cached": 1024} {
		s := newSite(t)
		client := s.NewClient(stytch.Config{Verification: shared.Verification{TokenCacheSize: size}})
		g, err := httpauth.NewB2B(client, httpauth.Config{Origin: origin})
		require.NoError(t, err)
		v := s.LogIn("ada@example.com")
		guarded := g.Require()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		w := discard{http.Header{}}
		verification := testing.AllocsPerRun(200, func() {
			_, err := client.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{
				SessionJWT: v.SessionJWT,
			})
			require.NoError(t, err)
		})
		for how, r := range map[string]*http.Request{
			"cookies": request(http.MethodGet, "/notes", s.cookies(v)...),
			"bearer":  v.Bearer(request(http.MethodGet, "/notes")),
		} {
			n := testing.AllocsPerRun(200, func() {
				clear(w.header)
				guarded.ServeHTTP(w, r)
			})
			assert.LessOrEqual(t, n, verification+10, "%s by %s, where verification costs %.0f", name, how, verification)
		}
	}
}
