package httpauth_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// withBearer sets the request's Authorization header and returns it.
func withBearer(r *http.Request, token string) *http.Request {
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

// with sets a header of a request and returns it.
func with(r *http.Request, name, value string) *http.Request {
	r.Header.Set(name, value)
	return r
}

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

// outage lets all calls of an operation fail, until ClearFaults.
func (s *site) outage(t *testing.T, operation string) {
	t.Helper()
	require.NoError(t, s.AddFaults(emulator.Fault{Operation: operation, Count: -1, Status: http.StatusBadGateway}))
}

// sessionOutage lets all calls fail that ask about a member's session.
func (s *site) sessionOutage(t *testing.T) {
	t.Helper()
	s.outage(t, "b2b.sessions.authenticate")
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

// who answers with the id of who sends the request, or "nobody".
func who(w http.ResponseWriter, r *http.Request) {
	text := "nobody"
	if p, ok := httpauth.FromContext(r.Context()); ok {
		text = p.ID
	}
	_, _ = io.WriteString(w, text)
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

// discardResponse returns a response that nobody looks at.
func discardResponse() http.ResponseWriter { return httptest.NewRecorder() }
