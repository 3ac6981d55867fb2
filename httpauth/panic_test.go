package httpauth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
)

// withOneCall lets one call to the API run at a time: one that never ended would stop all others.
func withOneCall(c *httpauth.Config) { c.MaxRemote = 1 }

// recovered returns what a handler panics with, as net/http gets it.
func recovered(h http.Handler, r *http.Request) (reason any) {
	defer func() { reason = recover() }()
	h.ServeHTTP(httptest.NewRecorder(), r)
	return nil
}

func TestPanic_reachesTheServerAndStopsNobody(t *testing.T) {
	t.Parallel()
	cause := errors.New("a mistake of the application")
	for _, tt := range []struct {
		name string
		// of returns a handler in whose way fail panics once.
		of func(s *site, fail func()) http.Handler
	}{
		{"in a handler", func(s *site, fail func()) http.Handler {
			return s.guard.Require()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { fail() }))
		}},
		{"in Allow", func(s *site, fail func()) http.Handler {
			return s.guard.Require(httpauth.Allow(func(*http.Request, *httpauth.Principal) error {
				fail()
				return nil
			}))(http.HandlerFunc(whoami))
		}},
		{"in the function of InOrganization", func(s *site, fail func()) http.Handler {
			return s.guard.Require(httpauth.InOrganization(func(r *http.Request) string {
				fail()
				p, err := s.guard.Check(r.Context(), only(r.Cookies(), tokenCookie)[0].Value)
				require.NoError(s.t, err)
				return p.OrganizationID
			}))(http.HandlerFunc(whoami))
		}},
		{"in OnEvent", func(s *site, fail func()) http.Handler {
			s.guard = s.newGuard(s.Client(), httpauth.NewB2B, withOneCall, func(c *httpauth.Config) {
				c.OnEvent = func(context.Context, httpauth.Event) { fail() }
			})
			return s.whoamiGuarded()
		}},
		{"in the transport's middleware", func(s *site, fail func()) http.Handler {
			s.withMiddleware(answering(func(*http.Request) (*http.Response, error) {
				fail()
				return nil, nil //nolint:nilnil // the API answers
			}), withOneCall)
			return s.whoamiGuarded()
		}},
		{"in the transport's middleware after the response", func(s *site, fail func()) http.Handler {
			s.withMiddleware(func(next http.RoundTripper) http.RoundTripper {
				return roundTripper(func(r *http.Request) (*http.Response, error) {
					resp, err := next.RoundTrip(r)
					if strings.HasSuffix(r.URL.Path, authenticatePath) {
						fail()
					}
					return resp, err
				})
			}, withOneCall)
			return s.whoamiGuarded()
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, withOneCall)
			isArmed := true
			h := tt.of(s, func() {
				if isArmed {
					isArmed = false
					panic(cause)
				}
			})
			_, cookies := s.newLateVisitor("ada@example.com")
			r := request(http.MethodGet, "/notes", cookies...)
			reason, ok := recovered(h, r).(error)
			require.True(t, ok, "it panics with an error")
			assert.ErrorIs(t, reason, cause)
			assert.Equal(t, http.StatusOK, serve(h, r).Code, "the next request is served")
			_, others := s.newLateVisitor("bob@example.com")
			assert.Equal(t, http.StatusOK, serve(h, request(http.MethodGet, "/notes", others...)).Code, "and others are")
		})
	}
}

func TestPanic_ofASharedCallReachesAllWhoWait(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		hold := make(chan struct{})
		calls := 0
		s.withMiddleware(answering(func(*http.Request) (*http.Response, error) {
			if calls++; calls == 1 {
				<-hold
				panic("a mistake of the transport")
			}
			return nil, nil //nolint:nilnil // the API answers
		}), withOneCall)
		_, cookies := s.newLateVisitor("ada@example.com")
		h := s.whoamiGuarded()
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				err, _ := recovered(h, request(http.MethodGet, "/notes", cookies...)).(error)
				assert.ErrorContains(t, err, "a mistake of the transport")
			})
		}
		synctest.Wait()
		close(hold)
		wait.Wait()
		assert.Equal(t, 1, calls)
		assert.Equal(t, http.StatusOK, serve(h, request(http.MethodGet, "/notes", cookies...)).Code)
	})
}

// http.ErrAbortHandler closes the connection without a record in the log.
func TestPanic_ofErrAbortHandlerStaysWhatItIs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cookies := s.cookies(s.LogIn("ada@example.com"))
	h := s.guard.Require()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	reason := recovered(h, request(http.MethodGet, "/notes", cookies...))
	assert.True(t, reason == http.ErrAbortHandler, "net/http compares it") //nolint:errorlint // as net/http does
}

func TestLeaving_duringTheWait(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t, withOneCall)
		others := s.cookies(s.LogIn("bob@example.com"))
		v, cookies := s.newLateVisitor("ada@example.com")
		s.fault(emulator.Fault{Operation: authenticate, DelayMS: 1000})
		ctx, leave := context.WithCancelCause(t.Context())
		gone := errors.New("the client has gone")
		s.takeEvents()
		var wait sync.WaitGroup
		wait.Go(func() {
			assertUnavailable(t, s.get(navigation(http.MethodGet, "/notes", cookies...).WithContext(ctx)))
		})
		synctest.Wait()
		leave(gone)
		synctest.Wait()
		events := s.takeEvents()
		require.Len(t, events, 1)
		require.ErrorIs(t, events[0].Err, gone)
		assert.Equal(t, httpauth.ReasonUnavailable, events[0].Reason)

		assertUnavailable(t, s.get(request(http.MethodGet, "/notes", others...))) // the call runs on
		wait.Wait()
		w := s.get(request(http.MethodGet, "/notes", cookies...)) // and has an answer for the next request
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Contains(t, w.Body.String(), v.MemberID)
		assert.Equal(t, 1, s.refreshes())
		assert.Equal(t, http.StatusOK, s.get(request(http.MethodGet, "/notes", others...)).Code)
	})
}

// Who leaves while the keys are fetched is told nothing about the session: it is not asked about by another cookie.
func TestLeaving_whileTheKeysAreFetched(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change  func(*httpauth.Config)
		cookies func(p *pair) []*http.Cookie
	}{
		"the server's cookies":     {func(*httpauth.Config) {}, func(p *pair) []*http.Cookie { return p.cookiesOf(jwtOfA, tokenOfA) }},
		"the server's JWT alone":   {func(*httpauth.Config) {}, func(p *pair) []*http.Cookie { return p.cookiesOf(jwtOfA, nil) }},
		"the browser SDK's":        {frontend, func(p *pair) []*http.Cookie { return p.several([]value{jwtOfA}, []value{tokenOfA}) }},
		"several JWTs of it alone": {frontend, func(p *pair) []*http.Cookie { return p.several([]value{jwtOfA, jwtOfB}, nil) }},
		"several JWTs and a token": {frontend, func(p *pair) []*http.Cookie { return p.several([]value{jwtOfA, jwtOfB}, []value{tokenOfA}) }},
		"a JWT and several tokens": {frontend, func(p *pair) []*http.Cookie { return p.several([]value{jwtOfA}, []value{tokenOfA, tokenOfB}) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				p := newPair(t)
				p.guard = p.newGuard(p.NewClient(stytch.Config{}), httpauth.NewB2B, tt.change) // one without keys
				p.fault(emulator.Fault{Operation: keysOperation, DelayMS: 1000})
				cookies := tt.cookies(p)
				ctx, leave := context.WithCancelCause(t.Context())
				gone := errors.New("the client has gone")
				var wait sync.WaitGroup
				wait.Go(func() {
					assertUnavailable(t, p.get(navigation(http.MethodGet, "/notes", cookies...).WithContext(ctx)))
				})
				synctest.Wait()
				leave(gone)
				wait.Wait()
				assert.Zero(t, p.refreshes(), "no token is asked about")
				events := p.takeEvents()
				require.Len(t, events, 1)
				assert.Equal(t, httpauth.ReasonUnavailable, events[0].Reason)
				require.ErrorIs(t, events[0].Err, gone)
				time.Sleep(2 * time.Second) // of the bubble: the keys have come
			})
		})
	}
}

func TestLeaving_beforeTheRequestIsLookedAt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	require.NoError(t, s.guard.Ready(t.Context()))
	ctx, leave := context.WithCancel(t.Context())
	leave()
	for _, r := range []*http.Request{
		request(http.MethodGet, "/notes", s.cookies(v)...), v.Bearer(request(http.MethodGet, "/notes")),
		request(http.MethodGet, "/notes", only(s.cookies(v), tokenCookie)...),
	} {
		w := s.get(r.WithContext(ctx))
		assert.Contains(t, []int{http.StatusOK, http.StatusServiceUnavailable}, w.Code)
		_, expired := kept(w)
		assert.Empty(t, expired, "who leaves is not logged out")
	}
}
