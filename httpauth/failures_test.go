package httpauth_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// causes are errors of the API at a step of a login, and the status and code of the answer. Their text is for logs.
var causes = map[string]struct {
	err    stytcherror.Error
	status int
	code   string
}{
	"what the API fails at": {stytcherror.Error{Code: "internal_server_error", StatusCode: 500}, 503, "temporarily_unavailable"},
	"what it limits":        {stytcherror.Error{Code: stytcherror.CodeTooManyRequests, StatusCode: 429}, 429, "rate_limited"},
	"a secret that it refuses": {
		stytcherror.Error{Code: stytcherror.CodeUnauthorizedCredentials, StatusCode: 401}, 503, "temporarily_unavailable",
	},
}

// steps are requests that each call an operation.
var steps = map[string]func(a *app) *http.Request{
	sendLink: func(*app) *http.Request { return form("/auth/start", "email="+ada) },
	spendLink: func(a *app) *http.Request {
		body := url.Values{"stytch_token_type": {"discovery"}, "token": {a.MagicLink(ada)}}
		return form("/auth/callback", body.Encode())
	},
	createOrganization: func(*app) *http.Request { return form("/auth/organizations", "organization_name=New") },
	listOrganizations:  func(*app) *http.Request { return request(http.MethodGet, "/auth/organizations") },
}

func TestLogin_failuresTellTheirCauseToEventsOnly(t *testing.T) {
	t.Parallel()
	for operation, step := range steps {
		for name, cause := range causes {
			for form, asks := range forms {
				t.Run(operation+"/"+name+"/"+form, func(t *testing.T) {
					t.Parallel()
					a := newApp(t, httpauth.LoginConfig{})
					r := step(a)
					asks(r)
					r.AddCookie(cookie(interCookie, a.IntermediateSession(ada)))
					err := cause.err
					err.Message = "canary"
					a.RespondError(operation, &err)
					a.takeEvents()
					w := serve(a.login, r)
					assert.Equal(t, cause.status, w.Code)
					assert.NotContains(t, fmt.Sprint(w.Header(), w.Body), "canary")
					assert.NotContains(t, w.Body.String(), operation)
					events := a.takeEvents()
					require.Len(t, events, 1)
					assert.Equal(t, httpauth.EventDenied, events[0].Kind)
					require.ErrorIs(t, events[0].Err, err.Code)
					assert.Contains(t, events[0].Err.Error(), cause.code+": ")
					assert.Contains(t, events[0].Err.Error(), "canary")
				})
			}
		}
	}
}

func TestLogin_aBodyThatCannotBeReadIsMalformed(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	cut := errors.New("canary")
	r := form("/auth/start", "")
	r.Body, r.ContentLength = io.NopCloser(iotest.ErrReader(cut)), 10
	w := serve(a.login, r)
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.NotContains(t, w.Body.String(), "canary")
	events := a.takeEvents()
	require.Len(t, events, 1)
	require.ErrorIs(t, events[0].Err, cut)
	assert.Equal(t, "invalid_request: canary", events[0].Err.Error())
}

func TestLogin_aFailureWithoutACauseIsItsCode(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	r := form("/auth/start", "email=ada@example.com")
	r.Header.Set("Content-Type", "text/plain")
	assert.Equal(t, http.StatusUnsupportedMediaType, serve(a.login, r).Code)
	events := a.takeEvents()
	require.Len(t, events, 1)
	assert.EqualError(t, events[0].Err, "invalid_request")
}

func TestDenial_tellsItsCauseToEventsOnly(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		code   stytcherror.Code
		status int
		reason httpauth.Reason
	}{
		"a session that has ended": {stytcherror.CodeSessionNotFound, 404, httpauth.ReasonToken},
		"too many requests":        {stytcherror.CodeTooManyRequests, 429, httpauth.ReasonUnavailable},
		"a refused secret":         {stytcherror.CodeUnauthorizedCredentials, 401, httpauth.ReasonUnavailable},
	} {
		for form, asks := range forms {
			t.Run(name+"/"+form, func(t *testing.T) {
				t.Parallel()
				s := newSite(t, withLoginURL)
				v := s.LogIn("ada@example.com")
				refuse := func() {
					s.RespondError(authenticate, &stytcherror.Error{Code: tt.code, StatusCode: tt.status, Message: "canary"})
				}
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/notes", http.NoBody)
				asks(r)
				for _, c := range only(s.cookies(v), tokenCookie) {
					r.AddCookie(c)
				}
				refuse()
				w := s.get(r)
				assert.GreaterOrEqual(t, w.Code, 300)
				text := fmt.Sprint(w.Header(), w.Body)
				assert.NotContains(t, text, "canary")
				assert.NotContains(t, strings.ToLower(text), string(tt.code))
				events := s.takeEvents()
				require.Len(t, events, 1)
				assert.Equal(t, tt.reason, events[0].Reason)
				assert.Contains(t, events[0].Err.Error(), "canary")

				s.guard = s.newGuard(s.Client(), httpauth.NewB2B)
				refuse()
				_, err := s.guard.Check(t.Context(), v.SessionToken)
				assert.Equal(t, tt.reason, reasonOf(t, err))
				assert.ErrorContains(t, err, "canary")
			})
		}
	}
}
