package httpauth_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// stressed is a session that several goroutines use at once.
type stressed struct {
	*stytchtest.Visitor
	cookies []*http.Cookie
	id      string
	isOut   atomic.Bool // SignOut has returned
}

// The test does all that a guard can do with a few sessions at once. Nobody is ever taken for somebody else, and no
// request that begins after SignOut is let through.
func TestGuard_mixesUpNobodyUnderLoad(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *httpauth.Config) { c.MaxRemote = 8 })
	people := make([]*stressed, 4)
	for i, email := range []string{"ada@example.com", "bob@example.com", "cleo@example.com", "dan@example.com"} {
		v := s.LogIn(email)
		people[i] = &stressed{Visitor: v, cookies: s.cookies(v), id: s.sessionID(v)}
	}
	s.expireJWTs()
	s.fault(emulator.Fault{Operation: authenticate, Count: 20, Skip: 5, Status: 500})
	h := s.guard.Optional()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p, ok := httpauth.FromContext(r.Context()); ok {
			w.Header().Set("X-Member", p.ID)
			_ = s.guard.Recheck(r.Context())
		}
	}))
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for n := range 30 {
				s.step(t, h, people[random.IntN(len(people))], people, random.IntN(20), n)
			}
		})
	}
	wait.Wait()
	for _, p := range people {
		require.NoError(t, s.guard.SignOut(httptest.NewRecorder(), form("/bye", "", p.cookies...)))
		w := s.get(request(http.MethodGet, "/notes", p.cookies...))
		assert.Equal(t, http.StatusUnauthorized, w.Code)
	}
	for i := range 32 { // no call was leaked: as many as may run at once still do
		w := s.get(request(http.MethodGet, "/notes", cookie(tokenCookie, token(i))))
		assert.Equal(t, http.StatusUnauthorized, w.Code)
	}
}

// step does one of the things that can happen.
func (s *site) step(t *testing.T, h http.Handler, p *stressed, all []*stressed, what, n int) {
	t.Helper()
	r := request(http.MethodGet, "/notes", p.cookies...)
	switch {
	case what == 0:
		s.guard.Forget(p.id)
	case what == 1 && n > 15 && p == all[0]:
		_ = s.guard.SignOut(httptest.NewRecorder(), form("/bye", "", p.cookies...))
		p.isOut.Store(true)
	case what == 2 && n > 15 && p == all[1]: // its cookies are replaced by those of another session
		w := httptest.NewRecorder()
		err := s.guard.SignIn(w, form("/in", "", p.cookies...), httpauth.Tokens{
			SessionToken: all[2].SessionToken, SessionJWT: all[2].SessionJWT,
		})
		if err == nil {
			p.isOut.Store(true)
		}
	case what == 3:
		_, _ = s.guard.Check(t.Context(), p.SessionToken, httpauth.Remote())
	default:
		wasOut := p.isOut.Load()
		w := serve(h, r)
		assert.Contains(t, []int{http.StatusOK, http.StatusServiceUnavailable}, w.Code)
		switch member := w.Header().Get("X-Member"); member {
		case "":
		case p.MemberID:
			assert.False(t, wasOut, "after the session has ended")
		default:
			assert.Fail(t, "somebody else", "%s for %s", member, p.MemberID)
		}
	}
}
