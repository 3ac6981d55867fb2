package flows_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// One error_type is for several causes: the message says which it was.
func TestErrors_sayWhichCredentialsAreWrong(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	message := func(err error) string {
		t.Helper()
		var refused *stytcherror.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, stytcherror.CodeUnauthorizedCredentials, refused.Code)
		return refused.Message
	}
	_, err := h.signIn("example", "ada@example.com", another)
	assert.Equal(t, "The password is wrong.", message(err))
	stranger, err := stytch.NewClient(stytch.Config{ProjectID: h.ID(), Secret: "other", BaseURL: h.URL()})
	require.NoError(t, err)
	_, err = stranger.B2B.RBAC.Policy(t.Context(), &rbac.PolicyRequest{})
	assert.Equal(t, "The secret is not the project's.", message(err))
	got := h.post("/v1/saml/validate", "application/json", `{}`, "Bearer x")
	assert.Equal(t, http.StatusUnauthorized, got.status)
	assert.Equal(t, "The bearer token is not a project's public token.", got.body["error_message"])
}

// What nobody could verify about an error is in comments, and not in messages.
func TestErrors_saySentencesOnly(t *testing.T) {
	t.Parallel()
	for _, op := range ops.All {
		for _, e := range op.Errors {
			assert.NotContains(t, e.Text, "Unverified", e.Code)
			assert.Regexp(t, `^[A-Z0-9a-z].*\.$`, e.Text, e.Code)
		}
	}
}
