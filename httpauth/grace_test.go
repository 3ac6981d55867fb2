package httpauth_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
)

// withGrace sets an OutageGrace of ten minutes.
func withGrace(c *httpauth.Config) { c.OutageGrace = 10 * time.Minute }

// newSeen returns the cookies of somebody of whom the API was asked here, and whose JWT has expired since.
func (s *site) newSeen(email string) []*http.Cookie {
	s.t.Helper()
	_, cookies := s.newLateVisitor(email)
	cookies = s.refreshed(cookies)
	s.expireJWTs()
	return cookies
}

func TestOutageGrace_isForOutagesOnly(t *testing.T) {
	t.Parallel()
	for _, tt := range outages {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t, withGrace)
				cookies := s.newSeen("ada@example.com")
				s.fault(tt.fault)
				w := s.get(navigation(http.MethodGet, "/notes", cookies...))
				if !tt.isOutage {
					assertUnavailable(t, w)
					return
				}
				assert.Equal(t, http.StatusOK, w.Code, w.Body)
				assert.Empty(t, w.Header()["Set-Cookie"])
			})
		})
	}
}

func TestOutageGrace_isStaleAndEnds(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t, withGrace)
		cookies := s.newSeen("ada@example.com")
		s.down()
		s.takeEvents()
		var stale *httpauth.Principal
		h := s.guard.Require()(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			stale = httpauth.Must(r.Context())
			err := s.guard.Recheck(r.Context())
			var d *httpauth.Denial
			if assert.ErrorAs(t, err, &d) {
				assert.Equal(t, httpauth.ReasonUnavailable, d.Reason)
			}
		}))
		w := serve(h, request(http.MethodGet, "/notes", cookies...))
		require.Equal(t, http.StatusOK, w.Code, w.Body)
		assert.True(t, stale.Stale)
		assert.True(t, stale.CheckedAt.Before(s.Clock().Now().Add(-5*time.Minute)), "when it was vouched for")
		events := s.takeEvents()
		require.Len(t, events, 1)
		assert.True(t, events[0].Principal.Stale)

		s.Clock().Advance(10*time.Minute - 5*time.Second) // the JWT ended a second ago, or a little more
		assert.Equal(t, http.StatusOK, s.get(request(http.MethodGet, "/notes", cookies...)).Code, "to the end of the grace")
		s.Clock().Advance(5 * time.Second)
		assertUnavailable(t, s.get(request(http.MethodGet, "/notes", cookies...)))

		s.ClearFaults()
		s.refreshed(cookies)
	})
}

func TestOutageGrace_isForSessionsSeenHereThatNobodyRefused(t *testing.T) {
	t.Parallel()
	refuse := func(s *site) {
		s.fault(emulator.Fault{Operation: authenticate, Status: 404, ErrorType: "session_not_found"})
	}
	status := func(s *site, cookies []*http.Cookie, rules ...httpauth.Rule) int {
		return s.get(request(http.MethodGet, "/notes", cookies...), rules...).Code
	}
	for _, tt := range []struct {
		name   string
		change func(*httpauth.Config)
		// do sends the request once the API is out of reach.
		do     func(*site) int
		status int
	}{
		{"a session that was seen here passes", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			return status(s, cookies)
		}, 200},
		{"without OutageGrace it does not", func(*httpauth.Config) {}, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			return status(s, cookies)
		}, 503},
		{"one that was not seen here does not", withGrace, func(s *site) int {
			_, cookies := s.newLateVisitor("ada@example.com")
			s.down()
			return status(s, cookies)
		}, 503},
		{"nor one that another guard has seen", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.guard = s.newGuard(s.NewClient(stytch.Config{}), httpauth.NewB2B, withGrace)
			require.NoError(s.t, s.guard.Ready(context.Background()))
			s.down()
			return status(s, cookies)
		}, 503},
		{"nor somebody's JWT beside a token of somebody else", withGrace, func(s *site) int {
			ada, bob := s.newSeen("ada@example.com"), s.newSeen("bob@example.com")
			s.down()
			return status(s, append(only(ada, jwtCookie), only(bob, tokenCookie)...))
		}, 503},
		{"nor a JWT alone", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			return status(s, only(cookies, jwtCookie))
		}, 401},
		{"nor a token alone", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			return status(s, only(cookies, tokenCookie))
		}, 503},
		{"nor a forged JWT", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			c := only(cookies, jwtCookie)[0]
			c.Value = c.Value[:len(c.Value)-8] + "AAAAAAAA"
			return status(s, cookies)
		}, 503},
		{"nor after a refusal", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			refuse(s)
			require.Equal(s.t, 401, status(s, cookies))
			s.down()
			s.Clock().Advance(31 * time.Second) // the refusal itself is no longer remembered
			return status(s, cookies)
		}, 503},
		{"nor while a refusal is remembered", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			refuse(s)
			require.Equal(s.t, 401, status(s, cookies))
			s.down()
			return status(s, cookies)
		}, 401},
		{"nor after Forget", withGrace, func(s *site) int {
			v, cookies := s.newLateVisitor("ada@example.com")
			cookies = s.refreshed(cookies)
			id := s.sessionID(v)
			s.expireJWTs()
			s.guard.Forget(id)
			s.down()
			return status(s, cookies)
		}, 503},
		{"nor after SignOut", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			require.Error(s.t, s.guard.SignOut(discard{http.Header{}}, form("/bye", "", cookies...)))
			return status(s, cookies)
		}, 401},
		{"MaxAge is not satisfied", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			return status(s, cookies, httpauth.MaxAge(time.Hour))
		}, 503},
		{"nor Remote", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			return status(s, cookies, httpauth.Remote())
		}, 503},
		{"nor MaxAge in a guard inside another one", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			inner := s.guard.Require(httpauth.MaxAge(time.Hour))(http.HandlerFunc(whoami))
			return serve(s.guard.Require()(inner), request(http.MethodGet, "/notes", cookies...)).Code
		}, 503},
		{"nor FreshWithin", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			return status(s, cookies, httpauth.FreshWithin(time.Hour))
		}, 401},
		{"Factor is", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			return status(s, cookies, httpauth.Factor(httpauth.FactorEmail))
		}, 200},
		{"nobody outlives the session", func(c *httpauth.Config) { withGrace(c); c.SessionDuration = 7 * time.Minute }, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			require.Equal(s.t, 200, status(s, cookies))
			s.Clock().Advance(2 * time.Minute)
			return status(s, cookies)
		}, 503},
		{"a bearer JWT gets none", withGrace, func(s *site) int {
			cookies := s.newSeen("ada@example.com")
			s.down()
			return s.get(withBearer(request(http.MethodGet, "/notes"), only(cookies, jwtCookie)[0].Value)).Code
		}, 401},
		{"a login of this process was seen by it", withGrace, func(s *site) int {
			require.NoError(s.t, s.guard.Ready(context.Background()))
			cookies := s.logInHere("ada@example.com")
			s.expireJWTs()
			s.down()
			return status(s, cookies)
		}, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) { assert.Equal(t, tt.status, tt.do(newSite(t, tt.change))) })
		})
	}
}

// logInHere logs somebody in by the guard's own Login, and returns the cookies of the browser.
func (s *site) logInHere(email string) []*http.Cookie {
	s.t.Helper()
	s.LogIn(email) // makes the organization
	l, err := s.guard.Login(httpauth.LoginConfig{})
	require.NoError(s.t, err)
	begun := serve(l, form("/auth/start", "email="+email))
	require.Equal(s.t, http.StatusSeeOther, begun.Code, begun.Body)
	cookies, _ := kept(begun)
	m := s.WaitMessage(email)
	w := serve(l, navigation(http.MethodGet, "/auth/callback?stytch_token_type=discovery&token="+m.Token, cookies...))
	require.Equal(s.t, http.StatusSeeOther, w.Code, w.Body)
	set, _ := kept(w)
	require.Len(s.t, only(set, tokenCookie), 1, w.Header().Get("Location"))
	return set
}

func TestOutageGrace_ofAFullMaxRemote(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t, withGrace, func(c *httpauth.Config) { c.MaxRemote = 1 })
		_, ada := s.newLateVisitor("ada@example.com")
		_, bob := s.newLateVisitor("bob@example.com")
		ada, bob = s.refreshed(ada), s.refreshed(bob)
		s.expireJWTs()
		s.hangs(authenticate)
		answers := many(s.whoamiGuarded(), 2, func(i int) *http.Request {
			return request(http.MethodGet, "/notes", [][]*http.Cookie{ada, bob}[i]...)
		})
		statuses := []int{answers[0].Code, answers[1].Code}
		assert.ElementsMatch(t, []int{http.StatusOK, http.StatusServiceUnavailable}, statuses,
			"who was asked about passes, and who was not asked about does not")
	})
}

// Where our clock is behind the API's, a JWT ends later by it, and so do the grace and what is remembered for it.
func TestOutageGrace_ofAClockThatIsBehind(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		now := func() time.Time { return s.Clock().Now().Add(-4 * time.Minute) }
		s.guard = s.newGuard(s.NewClient(stytch.Config{Now: now}), httpauth.NewB2B, withGrace)
		v := s.LogIn("ada@example.com")
		p, err := s.guard.Check(t.Context(), v.SessionToken)
		require.NoError(t, err)
		assert.WithinDuration(t, now(), p.CheckedAt, 0, "by our clock")

		w := s.get(request(http.MethodGet, "/notes", only(s.cookies(v), tokenCookie)...))
		set, _ := kept(w)
		cookies := merged(only(s.cookies(v), tokenCookie), set)
		s.Clock().Advance(9*time.Minute + 10*time.Minute - 5*time.Second)
		s.fault(lostConnection)
		assert.Equal(t, http.StatusOK, s.get(request(http.MethodGet, "/notes", cookies...)).Code)
		s.Clock().Advance(5 * time.Second)
		assertUnavailable(t, s.get(request(http.MethodGet, "/notes", cookies...)))
	})
}
