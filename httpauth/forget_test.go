package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestRefresh_isDroppedByWhatEndsOrChangesASession(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(*site, *stytchtest.Visitor, []*http.Cookie)
		// status and calls are those of the next request with the same cookies.
		status, calls int
	}{
		{"nothing", func(*site, *stytchtest.Visitor, []*http.Cookie) {}, http.StatusOK, 0},
		{"Forget", func(s *site, v *stytchtest.Visitor, _ []*http.Cookie) {
			s.guard.Forget(s.sessionID(v))
		}, http.StatusOK, 1},
		{"Forget of another session", func(s *site, _ *stytchtest.Visitor, _ []*http.Cookie) {
			s.guard.Forget("member-session-test-00000000-0000-4000-8000-000000000001")
		}, http.StatusOK, 0},
		{"SignOut", func(s *site, _ *stytchtest.Visitor, cookies []*http.Cookie) {
			require.NoError(s.t, s.guard.SignOut(httptest.NewRecorder(), form("/bye", "", cookies...)))
		}, http.StatusUnauthorized, 0},
		{"SignOut that is not revoked", func(s *site, _ *stytchtest.Visitor, cookies []*http.Cookie) {
			s.fails(revoke)
			require.Error(s.t, s.guard.SignOut(httptest.NewRecorder(), form("/bye", "", cookies...)))
		}, http.StatusUnauthorized, 0},
		{"SignOut by the token alone", func(s *site, _ *stytchtest.Visitor, cookies []*http.Cookie) {
			require.NoError(s.t, s.guard.SignOut(httptest.NewRecorder(), form("/bye", "", only(cookies, tokenCookie)...)))
		}, http.StatusUnauthorized, 0},
		{"SignIn of somebody else", func(s *site, _ *stytchtest.Visitor, cookies []*http.Cookie) {
			v := s.LogIn("bob@example.com")
			require.NoError(s.t, s.guard.SignIn(httptest.NewRecorder(), form("/in", "", cookies...), httpauth.Tokens{
				SessionToken: v.SessionToken, SessionJWT: v.SessionJWT,
			}))
		}, http.StatusUnauthorized, 0},
		{"a switch", func(s *site, v *stytchtest.Visitor, cookies []*http.Cookie) {
			other := s.LogIn(v.Email, stytchtest.InOrganization("other"))
			l, err := s.guard.Login(httpauth.LoginConfig{})
			require.NoError(s.t, err)
			body := url.Values{"organization_id": {other.OrganizationID}}.Encode()
			w := serve(l, form("/auth/switch", body, cookies...))
			require.Equal(s.t, http.StatusSeeOther, w.Code, w.Body)
		}, http.StatusUnauthorized, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			v, cookies := s.newLateVisitor("ada@example.com")
			fresh := s.refreshed(cookies)
			tt.do(s, v, fresh)
			before := s.refreshes()
			w := s.get(request(http.MethodGet, "/notes", cookies...))
			assert.Equal(t, tt.status, w.Code, w.Body)
			assert.Equal(t, tt.calls, s.refreshes()-before)
		})
	}
}

// sessionID returns the id of a visitor's session.
func (s *site) sessionID(v *stytchtest.Visitor) string {
	s.t.Helper()
	p, err := s.guard.Check(s.t.Context(), v.SessionToken)
	require.NoError(s.t, err)
	return p.SessionID
}

func TestForget_duringACall(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		names          []string // of the cookies that are sent
		other          bool     // another session is forgotten
		joined, stored bool
	}{
		{"the call of a JWT's session is neither joined nor remembered", []string{tokenCookie, jwtCookie}, false, false, false},
		{"nor that of a token alone", []string{tokenCookie}, false, false, false},
		{"another session's is both", []string{tokenCookie, jwtCookie}, true, true, true},
		{"a token alone may be of any session until the answer says it", []string{tokenCookie}, true, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t)
				v := s.LogIn("ada@example.com")
				id := "member-session-test-00000000-0000-4000-8000-000000000001"
				if !tt.other {
					p, err := s.guard.Check(t.Context(), v.SessionJWT)
					require.NoError(t, err)
					id = p.SessionID
				}
				s.expireJWTs()
				var cookies []*http.Cookie
				for _, name := range tt.names {
					cookies = append(cookies, only(s.cookies(v), name)...)
				}
				get := func() *httptest.ResponseRecorder { return s.get(request(http.MethodGet, "/notes", cookies...)) }

				s.fault(emulator.Fault{Operation: authenticate, DelayMS: 1000})
				var wait sync.WaitGroup
				wait.Go(func() { assert.Equal(t, http.StatusOK, get().Code, "who asked before is answered") })
				synctest.Wait()
				s.guard.Forget(id)
				wait.Wait()
				require.Equal(t, http.StatusOK, get().Code)
				assert.Equal(t, tt.stored, s.refreshes() == 1, "remembered")

				s.expireJWTs()
				before := s.refreshes()
				s.fault(emulator.Fault{Operation: authenticate, Count: 2, DelayMS: 1000})
				wait.Go(func() { get() })
				synctest.Wait()
				s.guard.Forget(id)
				wait.Go(func() { assert.Equal(t, http.StatusOK, get().Code) })
				wait.Wait()
				assert.Equal(t, tt.joined, s.refreshes()-before == 1, "joined")
			})
		})
	}
}

func TestForget_letsARefusedTokenBeAskedAboutAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	r := request(http.MethodGet, "/notes", only(s.cookies(v), tokenCookie)...)
	s.fault(emulator.Fault{Operation: authenticate, Status: 404, ErrorType: "session_not_found"})
	require.Equal(t, http.StatusUnauthorized, s.get(r).Code)
	require.Equal(t, http.StatusUnauthorized, s.get(r).Code)
	p, err := s.guard.Check(t.Context(), v.SessionJWT)
	require.NoError(t, err)
	s.guard.Forget(p.SessionID)
	assert.Equal(t, http.StatusOK, s.get(r).Code)
}

func TestForget_ofACallThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{tokenCookie, jwtCookie} {
		t.Run("beside "+name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t)
				v, cookies := s.newLateVisitor("ada@example.com")
				id := s.sessionID(v)
				s.guard.Forget(id)
				if name == tokenCookie {
					cookies = only(cookies, name)
				}
				get := func() int { return s.get(request(http.MethodGet, "/notes", cookies...)).Code }
				s.fault(emulator.Fault{
					Operation: authenticate, Status: 404, ErrorType: "session_not_found", DelayMS: 1000,
				})
				var wait sync.WaitGroup
				wait.Go(func() { assert.Equal(t, http.StatusUnauthorized, get()) })
				synctest.Wait()
				s.guard.Forget(id)
				wait.Wait()
				assert.Equal(t, http.StatusOK, get(), "a refusal of before is not remembered")
			})
		})
	}
}

// A logout says nothing about the tokens of others: those that the API refused are not asked about again.
func TestForget_aLogoutKeepsTheRefusalsOfOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	unknown := request(http.MethodGet, "/notes", cookie(tokenCookie, token(1)))
	ask := func() (calls int) {
		before := s.refreshes()
		assert.Equal(t, http.StatusUnauthorized, s.get(unknown).Code)
		return s.refreshes() - before
	}
	assert.Equal(t, 1, ask())
	require.NoError(t, s.guard.SignOut(httptest.NewRecorder(), form("/", "", s.cookies(v)...)))
	assert.Zero(t, ask())
	s.guard.Forget("member-session-test-1")
	assert.Equal(t, 1, ask(), "a token whose session is unknown may be of the one that is forgotten")
}

// A call that began too long ago is no answer for MaxAge.
func TestMaxAge_joinsNoOlderCall(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		_, cookies := s.newLateVisitor("ada@example.com")
		require.NoError(t, s.guard.Ready(t.Context()))
		before := s.refreshes()
		s.fault(emulator.Fault{Operation: authenticate, Count: 2, DelayMS: 4000})
		var wg sync.WaitGroup
		for wait, rules := range map[time.Duration][]httpauth.Rule{
			0: nil, time.Second: {httpauth.MaxAge(time.Minute)}, 3 * time.Second: {httpauth.MaxAge(time.Second)},
		} {
			wg.Go(func() {
				time.Sleep(wait)
				assert.Equal(t, http.StatusOK, s.get(request(http.MethodGet, "/notes", cookies...), rules...).Code)
			})
		}
		wg.Wait()
		assert.Equal(t, 2, s.refreshes()-before)
	})
}
