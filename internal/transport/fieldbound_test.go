package transport_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// A field is named by 500 bytes at most. With all of its pointer, which is quadratic to build, such an error takes half
// a minute.
func TestDecodeError_fieldIsBounded(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("n", 1600), "cAnArY-token-1", "n"} {
		for _, before := range []string{`"unknown":`, `"member":{"trusted_metadata":`} {
			body := `{"request_id":"r","status_code":200,` + before + strings.Repeat(`{"`+name+`":`, 9000) + "x"
			client := newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) { return respond(r, 200, body), nil }))
			_, err := client.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: new("cAnArY-token-1")})
			refused, ok := errors.AsType[*stytcherror.DecodeError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, "r", refused.RequestID)
			assert.LessOrEqual(t, len(refused.Field), 504)
			assert.True(t, strings.HasSuffix(refused.Field, "/..."), refused.Field)
			assert.NotContains(t, err.Error(), "cAnArY")
		}
	}
}
