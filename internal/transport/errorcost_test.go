package transport_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
)

// far is beyond what an error may cost, and far from what these cost on a slow machine. They took half a minute each
// when their cost was quadratic.
const far = 10 * time.Second

func TestError_cost(t *testing.T) {
	t.Parallel()
	failure := func(t *testing.T, status int, body, token string) error {
		t.Helper()
		client := newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) { return respond(r, status, body), nil }))
		begin := time.Now()
		_, err := client.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &token})
		require.Error(t, err)
		assert.Less(t, time.Since(begin), far)
		assert.Less(t, len(err.Error()), 1000)
		return err
	}
	t.Run("a body that does not decode, far inside of objects with long names", func(t *testing.T) {
		t.Parallel()
		for _, before := range []string{`"unknown":`, `"member":{"trusted_metadata":`} {
			body := `{"request_id":"r","status_code":200,` + before + strings.Repeat(`{"`+strings.Repeat("n", 1600)+`":`, 9000) + "x"
			assert.ErrorContains(t, failure(t, http.StatusOK, body, "token-1"), "...")
		}
	})
	t.Run("a long secret that repeats itself", func(t *testing.T) {
		t.Parallel()
		long := strings.Repeat("a", 60<<10)
		for _, token := range []string{long, long + "b", long + "b" + long, strings.Repeat(long, 20) + "b", strings.Repeat("a+", 30<<10)} {
			body := `{"request_id":"r","status_code":404,"error_type":"session_not_found","error_message":"` + long + `"}`
			assert.ErrorContains(t, failure(t, http.StatusNotFound, body, token), "session_not_found")
		}
	})
}
