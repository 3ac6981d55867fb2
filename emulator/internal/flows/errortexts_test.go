package flows_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	passwordssessions "github.com/seed75add069/stytch-go/b2b/passwords/sessions"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
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

func TestErrors_sayWhatIsMissingOrUnknown(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ada := h.create("ada@example.com")
	_, err := h.api.B2B.TOTPs.Authenticate(t.Context(), &totps.AuthenticateRequest{
		OrganizationID: ada.Organization.OrganizationID, MemberID: ada.MemberID, Code: "123456",
	})
	require.ErrorIs(t, err, stytcherror.CodeNoSessionArguments)
	require.ErrorContains(t, err, "neither an intermediate session token, as in a login, nor a session token")
	_, err = h.api.B2B.Passwords.Email.Reset(t.Context(), &passwordsemail.ResetRequest{
		PasswordResetToken: "59cnLELtq5cFVS6uYK9f-pAWzBkhqZl8AvLhbhOvKNWw", Password: strong,
	})
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken)
	require.ErrorContains(t, err, "is unknown, was used before or has expired")
	impersonated, err := h.impersonated(h.impersonate(ada.MemberID))
	require.NoError(t, err)
	_, err = h.api.B2B.Passwords.Sessions.Reset(t.Context(), &passwordssessions.ResetRequest{
		OrganizationID: ada.Organization.OrganizationID, Password: strong, SessionToken: &impersonated.SessionToken,
	})
	require.ErrorIs(t, err, stytcherror.CodeSessionTooOldToResetPassword)
	require.ErrorContains(t, err, "A session of an impersonation resets no password.")
	_, err = h.api.B2B.ConnectedApp.Clients.Create(t.Context(), &clients.CreateRequest{ClientType: "public"})
	require.ErrorIs(t, err, stytcherror.CodeInvalidConnectedAppType)
	require.ErrorContains(t, err, "client_type must be one of first_party, first_party_public, third_party, third_party_public.")
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
