package transport_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/b2b/passwords"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Somebody's password may be a word of an error_type, which callers compare.
func TestError_knownCodeIsKeptWhateverTheSecretsOfTheRequestAre(t *testing.T) {
	t.Parallel()
	for password, code := range map[string]stytcherror.Code{
		"weak": stytcherror.CodeWeakPassword, "password": stytcherror.CodeBreachedPassword, "breached_password": stytcherror.CodeBreachedPassword,
	} {
		client := newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
			return respond(r, 400, `{"error_type": "`+string(code)+`", "error_message": "`+password+` is refused",
				"error_url": "https://stytch.com/docs/b2b/api/errors/400#`+string(code)+`"}`), nil
		}))
		resp, err := client.B2B.Passwords.Authenticate(t.Context(), &passwords.AuthenticateRequest{
			OrganizationID: "acme", EmailAddress: "ada@example.com", Password: password,
		})
		e := requireError[apiError](t, resp, err)
		assert.Equal(t, code, e.Code)
		assert.ErrorIs(t, err, code)
		assert.Equal(t, "https://stytch.com/docs/b2b/api/errors/400#"+string(code), e.URL)
		assert.Equal(t, "[redacted] is refused", e.Message)
	}
}
