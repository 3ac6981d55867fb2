package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
)

func TestSignOut_thatIsNotRevokedIsReported(t *testing.T) {
	t.Parallel()
	for _, tt := range outages {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t)
				cookies := s.cookies(s.LogIn("ada@example.com"))
				fault := tt.fault
				fault.Operation = revoke
				s.fault(fault)
				w := httptest.NewRecorder()
				err := s.guard.SignOut(w, form("/bye", "", cookies...))
				_, cleared := kept(w)
				assert.Equal(t, both, cleared)
				require.Error(t, err)
				events := s.takeEvents()
				require.Len(t, events, 1)
				assert.Equal(t, httpauth.EventLogout, events[0].Kind)
				require.ErrorIs(t, events[0].Err, err)
				assert.Equal(t, http.StatusUnauthorized, s.get(request(http.MethodGet, "/notes", cookies...)).Code)
			})
		})
	}
}

func TestSignOut_thatIsNotRevokedHoldsHereForTenMinutes(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		v := s.LogIn("ada@example.com")
		cookies := s.cookies(v)
		s.fails(revoke)
		require.Error(t, s.guard.SignOut(httptest.NewRecorder(), form("/bye", "", cookies...)))
		refused := func(r *http.Request, rules ...httpauth.Rule) {
			w := s.get(r, rules...)
			assert.Equal(t, http.StatusUnauthorized, w.Code)
			assert.Empty(t, w.Header()["Set-Cookie"], "the browser may have other cookies by now")
		}
		s.Clock().Advance(time.Minute)
		for _, rule := range []httpauth.Rule{httpauth.Local(), httpauth.Remote(), httpauth.MaxAge(time.Second)} {
			refused(navigation(http.MethodGet, "/notes", cookies...), rule)
			refused(v.Bearer(request(http.MethodGet, "/notes")), rule)
			refused(navigation(http.MethodGet, "/notes", only(cookies, tokenCookie)...), rule)
			refused(navigation(http.MethodGet, "/notes", only(cookies, jwtCookie)...), rule)
		}
		s.Clock().Advance(9*time.Minute - 1)
		refused(navigation(http.MethodGet, "/notes", cookies...))
		assert.Zero(t, s.refreshes(), "nobody is asked")
		s.Clock().Advance(1)
		assert.Equal(t, http.StatusOK, s.get(request(http.MethodGet, "/notes", cookies...)).Code, "then the API decides")
	})
}

func TestSignOut_duringARefresh(t *testing.T) {
	t.Parallel()
	for name, names := range map[string][]string{
		"with both cookies": {tokenCookie, jwtCookie}, "with the token alone": {tokenCookie},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t)
				_, all := s.newLateVisitor("ada@example.com")
				var cookies []*http.Cookie
				for _, n := range names {
					cookies = append(cookies, only(all, n)...)
				}
				s.fails(revoke)
				s.fault(emulator.Fault{Operation: authenticate, DelayMS: 1000})
				var wait sync.WaitGroup
				wait.Go(func() {
					w := s.get(navigation(http.MethodGet, "/notes", cookies...))
					assert.Equal(t, http.StatusUnauthorized, w.Code, "it ends after the session")
					assert.Empty(t, w.Header()["Set-Cookie"], "and sets nothing beside those of another one")
				})
				synctest.Wait()
				require.Error(t, s.guard.SignOut(httptest.NewRecorder(), form("/bye", "", cookies...)))
				wait.Wait()
				assert.Equal(t, http.StatusUnauthorized, s.get(request(http.MethodGet, "/notes", all...)).Code)
				assert.Equal(t, 1, s.refreshes())
			})
		})
	}
}
