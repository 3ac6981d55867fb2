package httpauth_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// errorOf returns the error that the JSON of an answer names, and "" if somebody was let through.
func errorOf(t *testing.T, w *httptest.ResponseRecorder) httpauth.Reason {
	t.Helper()
	if w.Code == http.StatusOK {
		return ""
	}
	var body struct {
		Error httpauth.Reason `json:"error"`
	}
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body), w.Body.String())
	require.NotEmpty(t, body.Error)
	return body.Error
}

// answerOf sends a member's JWT through a guard of the rules, and returns the error of the answer.
func (s *site) answerOf(t *testing.T, token string, rules ...httpauth.Rule) httpauth.Reason {
	t.Helper()
	return errorOf(t, s.get(withBearer(request(http.MethodGet, "/"), token), rules...))
}

// appToken returns the token of an app that acts for a visitor.
func (s *site) appToken(v *stytchtest.Visitor, scopes ...string) string {
	return s.MintAccessToken(stytchtest.AccessToken{
		ClientID: "connected-app-test-1", MemberID: v.MemberID, OrganizationID: v.OrganizationID, Scopes: scopes,
	})
}

// machineToken returns an M2M access token.
func (s *site) machineToken(scopes ...string) string {
	return s.MintAccessToken(stytchtest.AccessToken{ClientID: "m2m-client-test-1", Scopes: scopes})
}

// echo answers with a text.
func echo(text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
}

// inAcme is for logins to the organization "acme".
var inAcme = stytchtest.InOrganization("acme")

// otherOrganization is an organization that does not exist.
const otherOrganization = "organization-test-11111111-1111-4111-8111-111111111111"

// reasonOf returns the reason of a Denial, and "" for no error.
func reasonOf(t *testing.T, err error) httpauth.Reason {
	t.Helper()
	if err == nil {
		return ""
	}
	var d *httpauth.Denial
	require.ErrorAs(t, err, &d)
	return d.Reason
}
