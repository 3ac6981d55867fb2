package verify_test

import (
	"net/http"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/minttest"
)

func cacheTokens(c *stytch.Config) { c.Verification.TokenCacheSize = 64 }

// jwtOf returns the JWT of a session. Its role is so long that the JSON decoder does not intern it.
func (f *fixture) jwtOf(sessionID string) string {
	return f.sessionJWT(map[string]any{
		minttest.SessionClaim: map[string]any{"id": sessionID, "roles": []string{strings.Repeat("editor", 100)}},
	})
}

// verification accepts a token, and returns a pointer that is the same as long as the token is cached: the results of a
// cached token share the bytes of their strings.
func (f *fixture) verification(text string) *byte {
	f.t.Helper()
	s, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
	require.NoError(f.t, err)
	return unsafe.StringData(s.roles[0])
}

func TestRevoke_removesCachedTokens(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
		forEachProduct(t, "also if the API fails: "+http.StatusText(status), func(f *fixture) {
			f.api.Handle("/sessions/revoke", minttest.Status(status, `{"request_id":"request-id-1","status_code":200}`))
			revoked, other := f.jwtOf("session-1"), f.jwtOf("session-2")
			for name, tt := range map[string]struct {
				req         *revokeRequest
				otherCached bool
			}{
				"by the session's id":      {&revokeRequest{MemberSessionID: new("session-1")}, true},
				"by a cached JWT":          {&revokeRequest{SessionJWT: &revoked}, true},
				"by a JWT not cached":      {&revokeRequest{SessionJWT: new("jwt")}, false},
				"by a session token":       {&revokeRequest{SessionToken: new("token")}, false},
				"with an empty request":    {&revokeRequest{}, false},
				"with a JWT that is empty": {&revokeRequest{SessionJWT: new("")}, false},
			} {
				f.t.Log(name)
				first, second := f.verification(revoked), f.verification(other)
				require.Same(f.t, first, f.verification(revoked), "it is cached")
				err := f.revoke(f.t.Context(), tt.req)
				assert.Equal(f.t, status == http.StatusOK, err == nil)
				assert.NotSame(f.t, first, f.verification(revoked))
				assert.Equal(f.t, tt.otherCached, second == f.verification(other))
			}
			assert.Equal(f.t, status == http.StatusOK, f.revoke(f.t.Context(), nil) == nil)
		}, cacheTokens, noRetry)
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "Forget removes the tokens of a session, ForgetAll those of all", func(f *fixture) {
		text, other := f.jwtOf("session-1"), f.jwtOf("session-2")
		first, second := f.verification(text), f.verification(other)
		f.forget("session-3")
		assert.Same(f.t, first, f.verification(text))
		f.forget("session-1")
		again := f.verification(text)
		assert.NotSame(f.t, first, again)
		assert.Same(f.t, second, f.verification(other))
		f.forgetAll()
		assert.NotSame(f.t, again, f.verification(text))
		assert.NotSame(f.t, second, f.verification(other))
	}, cacheTokens)
}
