package httpauth_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// html is a page of a gateway, with a status.
func html(status int) emulator.Fault {
	return emulator.Fault{Operation: authenticate, Count: allCalls, Status: status, Body: "<html>Sorry</html>"}
}

// apiError is an error of the API.
func apiError(status int, code string) emulator.Fault {
	return emulator.Fault{Operation: authenticate, Count: allCalls, Status: status, ErrorType: code}
}

// jsonBody is a response with status 200.
func jsonBody(body string) emulator.Fault {
	return emulator.Fault{
		Operation: authenticate, Count: allCalls, Status: 200, Body: body, ContentType: "application/json",
	}
}

var (
	lostConnection = emulator.Fault{Operation: authenticate, Count: allCalls, Disconnect: true}
	noAnswer       = emulator.Fault{Operation: authenticate, Count: allCalls, DelayMS: tenMinutes}
)

// outages are the failures that nobody who sends a request can help. isOutage is set for those that OutageGrace is for.
var outages = []struct {
	name     string
	fault    emulator.Fault
	isOutage bool
}{
	{"a lost connection", lostConnection, true},
	{"no answer in time", noAnswer, true},
	{"500 of the API", apiError(500, "internal_server_error"), true},
	{"500 of a gateway", html(500), true},
	{"502 of a gateway", html(502), true},
	{"503 of the API", apiError(503, "service_unavailable"), true},
	{"504 of a gateway", html(504), true},
	{"429 of the API", apiError(429, "too_many_requests"), false},
	{"429 of a gateway", html(429), false},
	{"HTML with status 200", html(200), false},
	{"an empty object", jsonBody(`{}`), false},
	{"half an object", jsonBody(`{"member_session":{"member_session_id":"mem`), false},
	{"404 of a gateway", html(404), false},
	{"401 of a gateway", html(401), false},
	{"403 of a gateway", html(403), false},
	{"a dead session's code with status 500", apiError(500, "session_not_found"), true},
	{"a 404 with another code", apiError(404, "route_not_found"), false},
	{"a 400 with another code", apiError(400, "invalid_session_duration_minutes"), false},
	{"a refusal's code with another status", apiError(429, "session_not_found"), false},
	{"our own secret refused", apiError(401, "unauthorized_credentials"), false},
	{"a project that is not ours", apiError(404, "project_not_found"), false},
}

func TestOutage_logsNobodyOut(t *testing.T) {
	t.Parallel()
	for _, tt := range outages {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t, func(c *httpauth.Config) { c.LoginURL = "/login" })
				v, cookies := s.newLateVisitor("ada@example.com")
				s.fault(tt.fault)
				for _, send := range []func() *httptest.ResponseRecorder{
					func() *httptest.ResponseRecorder { return s.get(request(http.MethodPost, "/notes", cookies...)) },
					func() *httptest.ResponseRecorder { return s.get(navigation(http.MethodGet, "/notes", cookies...)) },
					func() *httptest.ResponseRecorder {
						return s.get(navigation(http.MethodGet, "/notes", only(cookies, tokenCookie)...))
					},
					func() *httptest.ResponseRecorder {
						jwt := cookie(jwtCookie, s.MintSessionJWT(stytchtest.Session{}, stytchtest.Forged()))
						return s.get(navigation(http.MethodGet, "/notes", append(only(cookies, tokenCookie), jwt)...))
					},
					func() *httptest.ResponseRecorder {
						return s.get(withBearer(request(http.MethodGet, "/notes"), v.SessionToken))
					},
					func() *httptest.ResponseRecorder {
						h := s.guard.Optional()(http.HandlerFunc(whoami))
						return serve(h, navigation(http.MethodGet, "/notes", cookies...))
					},
				} {
					began := time.Now()
					assertUnavailable(t, send())
					assert.LessOrEqual(t, time.Since(began), httpauth.DefaultRemoteTimeout)
				}
				s.ClearFaults()
				w := s.get(navigation(http.MethodGet, "/notes", cookies...))
				assert.Equal(t, http.StatusOK, w.Code)
				assert.Contains(t, w.Body.String(), v.MemberID)
			})
		})
	}
}

func TestOutage_aResponseThatIsCutOffIsNone(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, cookies := s.newLateVisitor("ada@example.com")
	s.withMiddleware(answering(func(r *http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(`{"member_session":`), iotest.ErrReader(io.ErrUnexpectedEOF))
		return &http.Response{
			StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(body), Request: r,
		}, nil
	}))
	assertUnavailable(t, s.get(navigation(http.MethodGet, "/notes", cookies...)))
}

func TestOutage_aRefusedSecretLogsNobodyOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v, cookies := s.newLateVisitor("ada@example.com")
	client, err := stytch.NewClient(stytch.Config{
		ProjectID: s.ID(), Secret: "secret-test-that-was-rotated-00000000=", BaseURL: "http://localhost:1",
		HTTPClient: &http.Client{Transport: s.Transport()}, Now: s.Clock().Now,
	})
	require.NoError(t, err)
	s.guard = s.newGuard(client, httpauth.NewB2B, func(c *httpauth.Config) { c.OutageGrace = time.Hour })
	assertUnavailable(t, s.get(navigation(http.MethodGet, "/notes", cookies...)))
	r := withBearer(request(http.MethodGet, "/notes"), v.SessionToken)
	assertUnavailable(t, s.get(r))
}

func TestOutage_aWrongClockLogsNobodyOut(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ahead  time.Duration
		status int
	}{
		"behind: the API's word counts":             {-10 * time.Minute, http.StatusOK},
		"ahead by more than a JWT's life":           {10 * time.Minute, http.StatusServiceUnavailable},
		"ahead by more than the session's duration": {100 * 24 * time.Hour, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			client := s.NewClient(stytch.Config{Now: func() time.Time { return s.Clock().Now().Add(tt.ahead) }})
			s.guard = s.newGuard(client, httpauth.NewB2B, func(c *httpauth.Config) { c.OutageGrace = time.Hour })
			w := s.get(navigation(http.MethodGet, "/notes", s.cookies(s.LogIn("ada@example.com"))...))
			assert.Equal(t, tt.status, w.Code, w.Body)
			_, expired := kept(w)
			assert.Empty(t, expired)
		})
	}
}

func TestOutage_ofTheKeysAtStart(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]emulator.Fault{
		"503":  {Operation: keysOperation, Count: allCalls, Status: 503},
		"HTML": {Operation: keysOperation, Count: allCalls, Status: 200, Body: "<html>Sorry</html>"},
		"hung": {Operation: keysOperation, Count: allCalls, DelayMS: tenMinutes},
		"lost": {Operation: keysOperation, Count: allCalls, Disconnect: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t)
				v := s.LogIn("ada@example.com")
				s.fault(f)
				s.guard = s.newGuard(s.NewClient(stytch.Config{}), httpauth.NewB2B)
				send := func(names ...string) *httptest.ResponseRecorder {
					began := time.Now()
					var cookies []*http.Cookie
					for _, n := range names {
						cookies = append(cookies, only(s.cookies(v), n)...)
					}
					w := s.get(navigation(http.MethodGet, "/notes", cookies...))
					assert.LessOrEqual(t, time.Since(began), httpauth.DefaultRemoteTimeout)
					return w
				}
				assert.Error(t, s.guard.Ready(t.Context()))
				w := send(tokenCookie, jwtCookie)
				assert.Equal(t, http.StatusOK, w.Code, "the token decides, by a call")
				assert.Contains(t, w.Body.String(), v.MemberID)
				assert.Equal(t, 1, s.refreshes())
				assertUnavailable(t, send(jwtCookie))
				assertUnavailable(t, s.get(v.Bearer(request(http.MethodGet, "/notes"))))
				s.fault(lostConnection)
				s.Clock().Advance(time.Minute) // what was remembered of the token has not ended
				assert.Equal(t, http.StatusOK, send(tokenCookie, jwtCookie).Code)

				time.Sleep(11 * time.Second) // of the bubble: a fetch that hangs has ended
				s.ClearFaults()
				s.Clock().Advance(2 * time.Minute) // the pause after a failure is over
				assert.NoError(t, s.guard.Ready(t.Context()))
				assert.Equal(t, http.StatusOK, send(jwtCookie).Code)
				assert.Equal(t, 1, s.refreshes())
			})
		})
	}
}

func TestOutage_ofTheKeysLater(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		require.NoError(t, s.guard.Ready(t.Context()))
		s.fails(keysOperation)
		for range 8 {
			s.Clock().Advance(2 * time.Hour)
			w := s.get(navigation(http.MethodGet, "/notes", s.cookies(s.LogIn("ada@example.com"))...))
			assert.Equal(t, http.StatusOK, w.Code, "the keys that are there serve for a day")
		}
		assert.Zero(t, s.refreshes())
	})
}

func TestOutage_ofAnAccessTokensKeysAndOfThePolicy(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		v := s.LogIn("ada@example.com")
		machine := withBearer(request(http.MethodGet, "/notes"), s.machineToken("read:notes"))
		app := withBearer(request(http.MethodGet, "/notes"), s.appToken(v, "read:notes"))
		member := request(http.MethodGet, "/notes", s.cookies(v)...)
		for _, tt := range []struct {
			hung    string // the operation
			request *http.Request
			rule    httpauth.Rule
		}{
			{keysOperation, machine, httpauth.Machines("read:notes")},
			{keysOperation, app, httpauth.Apps("read:notes")},
			{policyOperation, member, httpauth.Permission("stytch.self", "*")},
		} {
			s.hangs(tt.hung)
			began := time.Now()
			assertUnavailable(t, s.get(tt.request, tt.rule))
			assert.LessOrEqual(t, time.Since(began), httpauth.DefaultRemoteTimeout)
			s.ClearFaults()
			time.Sleep(11 * time.Second)       // of the bubble: the fetch has ended
			s.Clock().Advance(2 * time.Minute) // and the pause after it
			assert.Equal(t, http.StatusOK, s.get(tt.request, tt.rule).Code)
			s.guard = s.newGuard(s.NewClient(stytch.Config{}), httpauth.NewB2B) // one without keys
		}
	})
}
