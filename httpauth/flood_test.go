package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// withMaxRemote sets a MaxRemote of 16, of which requests without a genuine JWT get four.
func withMaxRemote(c *httpauth.Config) { c.MaxRemote = 16 }

// timed are answers, and how long each of them took.
type timed struct {
	*httptest.ResponseRecorder
	took time.Duration
}

// flood sends requests in parallel.
func flood(h http.Handler, n int, of func(i int) *http.Request) []timed {
	answers := make([]timed, n)
	took := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		h.ServeHTTP(w, r)
		w.Header().Set("X-Took", time.Since(began).String())
	})
	for i, w := range many(took, len(answers), of) {
		answers[i].ResponseRecorder = w
		answers[i].took, _ = time.ParseDuration(w.Header().Get("X-Took"))
	}
	return answers
}

// assertBounded says that so many of the answers waited for the API until RemoteTimeout, and all others not at all.
func assertBounded(t *testing.T, answers []timed, waited int) {
	t.Helper()
	n := 0
	for _, a := range answers {
		assertUnavailable(t, a.ResponseRecorder)
		if a.took > 0 {
			assert.Equal(t, httpauth.DefaultRemoteTimeout, a.took)
			n++
		}
	}
	assert.Equal(t, waited, n)
}

func TestFlood_ofAnAPIThatHangsIsBounded(t *testing.T) {
	t.Parallel()
	none := func(*site) string { return "" }
	expired := func(opts ...stytchtest.TokenOption) func(*site) string {
		return func(s *site) string { return s.mintExpired(opts...) }
	}
	for _, tt := range []struct {
		name          string
		tokens        int // how many different ones
		jwt           func(*site) string
		calls, waited int
	}{
		{"of one session, every request waits for one call", 1, expired(), 1, 1000},
		{"of one token alone, too", 1, none, 1, 1000},
		{"of many tokens with one genuine JWT, four more than a quarter", 1000, expired(), 8, 8},
		{"of many tokens without a JWT, a quarter", 1000, none, 4, 4},
		{"of many tokens with a forged JWT, too", 1000, expired(stytchtest.Forged()), 4, 4},
		{"of many tokens with another project's JWT, too", 1000, expired(stytchtest.OtherProject()), 4, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t, withMaxRemote)
				jwt := cookie(jwtCookie, tt.jwt(s))
				require.NoError(t, s.guard.Ready(t.Context()))
				s.hangs(authenticate)
				for _, n := range []int{1000, 50} { // what the first flood has used is free for the next one
					before := s.refreshes()
					answers := flood(s.whoamiGuarded(), n, func(i int) *http.Request {
						return request(http.MethodGet, "/notes", cookie(tokenCookie, token(i%tt.tokens)), jwt)
					})
					assertBounded(t, answers, min(n, tt.waited))
					assert.Equal(t, tt.calls, s.refreshes()-before)
				}
				s.ClearFaults()
				_, cookies := s.newLateVisitor("ada@example.com")
				assert.Equal(t, http.StatusOK, s.get(request(http.MethodGet, "/notes", cookies...)).Code)
			})
		})
	}
}

// mintExpired returns the JWT of a session that nobody has, which was issued an hour ago.
func (s *site) mintExpired(opts ...stytchtest.TokenOption) string {
	s.t.Helper()
	now := s.Clock().Now()
	return s.MintSessionJWT(
		stytchtest.Session{ExpiresAt: now.Add(time.Hour)}, append(opts, stytchtest.IssuedAt(now.Add(-time.Hour)))...)
}

func TestFlood_ofBearersGetsAQuarter(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t, withMaxRemote)
		s.hangs(authenticate)
		assertBounded(t, flood(s.whoamiGuarded(), 1000, func(i int) *http.Request {
			return withBearer(request(http.MethodGet, "/notes"), token(i))
		}), 4)
	})
}

func TestFlood_ofTokensSparesGenuineSessions(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t, withMaxRemote)
		v, cookies := s.newLateVisitor("ada@example.com")
		other := s.LogIn("bob@example.com")
		hold := make(chan struct{})
		s.withMiddleware(answering(func(r *http.Request) (*http.Response, error) {
			if isOf(r, v) {
				return nil, nil //nolint:nilnil // the API answers
			}
			<-hold
			return nil, nil //nolint:nilnil // the API answers
		}), withMaxRemote)
		ended := make(chan []timed)
		go func() {
			ended <- flood(s.whoamiGuarded(), 1000, func(i int) *http.Request {
				return request(http.MethodGet, "/notes", cookie(tokenCookie, token(i)))
			})
		}()
		synctest.Wait()
		assert.Zero(t, s.refreshes(), "the calls of the flood hang")
		assert.Equal(t, http.StatusOK, s.get(request(http.MethodGet, "/notes", cookies...)).Code, "a refresh")

		out := s.LogIn("cleo@example.com")
		w := httptest.NewRecorder()
		require.NoError(t, s.guard.SignOut(w, form("/bye", "", s.cookies(out)...)), "a session is revoked")
		_, expired := kept(w)
		assert.ElementsMatch(t, []string{tokenCookie, jwtCookie}, expired)

		w = httptest.NewRecorder()
		require.NoError(t, s.guard.SignIn(w, form("/in", "", cookies...), httpauth.Tokens{
			SessionToken: other.SessionToken, SessionJWT: other.SessionJWT,
		}))
		assert.Equal(t, 2, s.calls(revokePath))

		close(hold)
		n := 0
		for _, a := range <-ended {
			if a.Code == http.StatusUnauthorized {
				n++
			} else {
				assertUnavailable(t, a.ResponseRecorder)
			}
			assert.Zero(t, a.took)
		}
		assert.Equal(t, 4, n, "the API has answered those that it was asked about")
	})
}

// isOf reports whether a call is about a visitor's session token.
func isOf(r *http.Request, v *stytchtest.Visitor) bool {
	body, err := r.GetBody()
	if err != nil {
		return false
	}
	defer func() { _ = body.Close() }()
	text := make([]byte, 4096)
	n, _ := body.Read(text)
	return strings.Contains(string(text[:n]), v.SessionToken)
}

func TestFlood_whatElseIsBounded(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t, func(c *httpauth.Config) { c.MaxRemote = 4 }) // one without a genuine JWT
		l, err := s.guard.Login(httpauth.LoginConfig{})
		require.NoError(t, err)
		v := s.LogIn("ada@example.com")
		link := s.MagicLink("ada@example.com")
		require.NoError(t, s.guard.Ready(t.Context()))
		jwt := s.mintExpired()
		s.hangs(authenticate)
		ended := make(chan []timed)
		go func() {
			ended <- flood(s.whoamiGuarded(), 1000, func(i int) *http.Request {
				cookies := []*http.Cookie{cookie(tokenCookie, token(i))}
				if i >= 900 {
					cookies = append(cookies, cookie(jwtCookie, jwt))
				}
				return request(http.MethodGet, "/notes", cookies...)
			})
		}()
		synctest.Wait()
		require.Equal(t, 4, s.refreshes())
		calls := len(s.Requests())

		w := serve(l, form("/auth/start", "email=ada@example.com"))
		assert.Equal(t, http.StatusServiceUnavailable, w.Code, "no link is sent")
		assert.NotEmpty(t, w.Header().Get("Retry-After"))
		spend := form("/auth/callback", "stytch_token_type=discovery&token="+link)
		w = serve(l, spend)
		assert.Equal(t, http.StatusServiceUnavailable, w.Code, "no link is spent")
		assert.NotEmpty(t, w.Header().Get("Retry-After"))

		w = httptest.NewRecorder()
		assert.Error(t, s.guard.SignOut(w, form("/bye", "", s.cookies(v)...)), "no session is revoked")
		_, expired := kept(w)
		assert.ElementsMatch(t, []string{tokenCookie, jwtCookie}, expired, "the cookies are cleared all the same")
		w = s.get(request(http.MethodGet, "/notes", s.cookies(v)...))
		assert.Equal(t, http.StatusUnauthorized, w.Code, "and the session has ended here")
		assert.Len(t, s.Requests(), calls)

		assertBounded(t, <-ended, 4)
		s.ClearFaults()
		w = serve(l, form("/auth/callback", "stytch_token_type=discovery&token="+link))
		assert.Equal(t, http.StatusSeeOther, w.Code, "the link works after that")
	})
}

func TestFlood_ofSignOutsClearsAllCookies(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t, withMaxRemote)
		s.hangs(revoke)
		answers := flood(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			assert.Error(t, s.guard.SignOut(w, r))
		}), 1000, func(i int) *http.Request { return form("/bye", "", cookie(tokenCookie, token(i))) })
		for _, a := range answers {
			_, expired := kept(a.ResponseRecorder)
			assert.ElementsMatch(t, []string{tokenCookie, jwtCookie}, expired)
			assert.LessOrEqual(t, a.took, httpauth.DefaultRemoteTimeout)
		}
		assert.Equal(t, 4, s.calls(revokePath))
	})
}

func TestRemoteTimeout_boundsEachWait(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t, func(c *httpauth.Config) { c.RemoteTimeout = 300 * time.Millisecond })
		v, cookies := s.newLateVisitor("ada@example.com")
		s.hangs(authenticate)
		s.hangs(revoke)
		began := time.Now()
		assertUnavailable(t, s.get(request(http.MethodGet, "/notes", cookies...)))
		assert.Equal(t, 300*time.Millisecond, time.Since(began))
		began = time.Now()
		_, err := s.guard.Check(t.Context(), v.SessionToken, httpauth.Remote())
		assert.Error(t, err)
		assert.Equal(t, 300*time.Millisecond, time.Since(began))
		began = time.Now()
		assert.Error(t, s.guard.SignOut(httptest.NewRecorder(), form("/bye", "", cookies...)))
		assert.Equal(t, 300*time.Millisecond, time.Since(began))
	})
}
