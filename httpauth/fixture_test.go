package httpauth_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

const (
	origin      = "https://app.example.com"
	tokenCookie = "__Host-stytch_session"
	jwtCookie   = "__Host-stytch_session_jwt"
)

// site is an application whose handlers are guarded, and the emulator behind it.
type site struct {
	*stytchtest.Server
	guard *httpauth.Guard

	t      *testing.T
	mu     sync.Mutex
	events []httpauth.Event
}

// newSite returns an application for members at origin, whose signing key several tests share: to make one takes longer
// than a test. The functions change its Config.
func newSite(t *testing.T, change ...func(*httpauth.Config)) *site {
	t.Helper()
	s := &site{Server: stytchtest.New(t, stytchtest.WithRedirectURL(origin+"/auth/callback")), t: t}
	require.NoError(t, s.Restore(signingKey()))
	s.guard = s.newGuard(s.Client(), httpauth.NewB2B, change...)
	return s
}

// newUserSite is newSite for users, whom the emulator does not have: Respond says what the API answers.
func newUserSite(t *testing.T, change ...func(*httpauth.Config)) *site {
	t.Helper()
	s := &site{Server: stytchtest.New(t), t: t}
	s.guard = s.newGuard(s.Client(), httpauth.NewB2C, change...)
	return s
}

func (s *site) newGuard(
	client *stytch.Client, of func(*stytch.Client, httpauth.Config) (*httpauth.Guard, error),
	change ...func(*httpauth.Config),
) *httpauth.Guard {
	s.t.Helper()
	config := httpauth.Config{Origin: origin, OnEvent: s.record}
	for _, f := range change {
		f(&config)
	}
	g, err := of(client, config)
	require.NoError(s.t, err)
	return g
}

func (s *site) record(_ context.Context, e httpauth.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}

// takeEvents returns the events since the last call.
func (s *site) takeEvents() []httpauth.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.events
	s.events = nil
	return events
}

// calls returns how often an endpoint was called, as in "/v1/b2b/sessions/authenticate".
func (s *site) calls(path string) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Path == path {
			n++
		}
	}
	return n
}

// refreshes returns how often the API was asked about a member's session.
func (s *site) refreshes() int { return s.calls(authenticatePath) }

// whoami answers with who sends the request, or "nobody".
func whoami(w http.ResponseWriter, r *http.Request) {
	var text any = "nobody"
	if p, ok := httpauth.FromContext(r.Context()); ok {
		text = p
	}
	_, _ = fmt.Fprint(w, text)
}

// asMember is what whoami says of a visitor.
func asMember(v *stytchtest.Visitor) string {
	return "member " + v.MemberID + " in " + v.OrganizationID
}

// get sends a request through a guard of the rules.
func (s *site) get(r *http.Request, rules ...httpauth.Rule) *httptest.ResponseRecorder {
	return serve(s.guard.Require(rules...)(http.HandlerFunc(whoami)), r)
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// request returns a request of a script for a path of the application, with cookies.
func request(method, path string, cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequestWithContext(context.Background(), method, origin+path, http.NoBody)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Sec-Fetch-Mode", "cors")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}

// navigation is request for a browser that opens a page.
func navigation(method, path string, cookies ...*http.Cookie) *http.Request {
	r := request(method, path, cookies...)
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Accept", "text/html,application/xhtml+xml")
	return r
}

// form is navigation for a form that is sent.
func form(path, body string, cookies ...*http.Cookie) *http.Request {
	r := navigation(http.MethodPost, path, cookies...)
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// withBearer sets a request's Authorization header to a bearer token, and returns the request.
func withBearer(r *http.Request, token string) *http.Request {
	return withAuthorization(r, "Bearer "+token)
}

// withAuthorization sets the lines of a request's Authorization header as they are, and returns the request.
func withAuthorization(r *http.Request, lines ...string) *http.Request {
	r.Header["Authorization"] = lines
	return r
}

// withCookies sets the lines of a request's Cookie header as they are, and returns the request.
func withCookies(r *http.Request, lines ...string) *http.Request {
	r.Header["Cookie"] = lines
	return r
}

// cookies are those that SignIn sets for a visitor.
func (s *site) cookies(v *stytchtest.Visitor) []*http.Cookie {
	return s.guard.Cookies(httpauth.Tokens{
		SessionToken: v.SessionToken, SessionJWT: v.SessionJWT, ExpiresAt: v.ExpiresAt,
	})
}

func cookie(name, value string) *http.Cookie { return &http.Cookie{Name: name, Value: value} }

// kept are the cookies of a response that a browser keeps, and expired the names of those that it drops.
func kept(w *httptest.ResponseRecorder) (cookies []*http.Cookie, expired []string) {
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			expired = append(expired, c.Name)
		} else {
			cookies = append(cookies, c)
		}
	}
	return cookies, expired
}

// expireJWTs lets the JWTs that were issued until now expire.
func (s *site) expireJWTs() { s.Clock().Advance(5*time.Minute + time.Second) }
