package httpauth_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// What clears cookies is the answer to a navigation: nothing else is sure to be newer than the browser's cookies.
func TestClearing_onlyNavigations(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		headers map[string]string
		clears  bool
	}{
		"a browser that opens a page":          {map[string]string{"Sec-Fetch-Mode": "navigate"}, true},
		"an older browser that opens a page":   {map[string]string{"Accept": "text/html, */*;q=0.8"}, true},
		"a script":                             {map[string]string{"Sec-Fetch-Mode": "cors", "Accept": "text/html"}, false},
		"a script of the same origin":          {map[string]string{"Sec-Fetch-Mode": "same-origin"}, false},
		"an image":                             {map[string]string{"Sec-Fetch-Mode": "no-cors", "Accept": "image/*"}, false},
		"a WebSocket":                          {map[string]string{"Sec-Fetch-Mode": "websocket"}, false},
		"htmx":                                 {map[string]string{"Sec-Fetch-Mode": "navigate", "HX-Request": "true"}, false},
		"a script of a library":                {map[string]string{"Accept": "text/html", "X-Requested-With": "XMLHttpRequest"}, false},
		"a client that accepts anything":       {map[string]string{"Accept": "*/*"}, false},
		"a client that excludes HTML":          {map[string]string{"Accept": "application/json, text/html;q=0"}, false},
		"a client that says nothing of itself": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			r := request(http.MethodGet, "/", p.cookiesOf(nil, unknownToken)...)
			r.Header.Del("Sec-Fetch-Mode")
			for key, value := range row.headers {
				r.Header.Set(key, value)
			}
			w := p.get(r)
			assert.NotEqual(t, 200, w.Code)
			_, cleared := kept(w)
			if row.clears {
				assert.Equal(t, both, cleared)
			} else {
				assert.Empty(t, cleared)
			}
		})
	}
}

// A refusal by a rule says nothing about the session.
func TestClearing_aRuleThatRefusesClearsNothing(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]httpauth.Rule{
		"an organization": httpauth.InOrganizationID("organization-test-00000000-0000-4000-8000-000000000009"),
		"a permission":    httpauth.Permission("document", "shred"),
		"a factor":        httpauth.Factor(httpauth.FactorTOTP),
		"Allow":           httpauth.Allow(func(*http.Request, *httpauth.Principal) error { return assert.AnError }),
		"machines only":   httpauth.Machines("read:notes"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			w := p.get(navigation(http.MethodGet, "/", p.cookies(p.a)...), rule)
			assert.NotEqual(t, 200, w.Code)
			assert.Empty(t, w.Header()["Set-Cookie"])
		})
	}
}

func TestClearing_aRequestOfAnotherSiteClearsNothing(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.expireJWTs()
	for _, cookies := range [][]*http.Cookie{
		p.cookies(p.a), p.cookiesOf(nil, unknownToken), p.cookiesOf(jwtOfA, nil), append(p.cookies(p.a), p.cookies(p.b)...),
	} {
		r := navigation(http.MethodPost, "/", cookies...)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		got, _ := p.send(p.guard.Require(), r)
		assert.Equal(t, answered{status: 403}, got)
	}
}

// The answer of the API for a user has no session_token, as when it was asked with a JWT.
func TestRefresh_ofAUserKeepsTheToken(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		duration time.Duration
		set      []string
	}{"not extended": {0, fresh}, "extended": {time.Hour, both}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newUserSite(t, func(c *httpauth.Config) { c.SessionDuration = row.duration })
			const user, token = "user-test-00000000-0000-4000-8000-000000000001", "token-of-a-user-of-the-test"
			old := s.MintSessionJWT(stytchtest.Session{UserID: user})
			s.expireJWTs()
			now := s.Clock().Now().UTC()
			s.Respond(userAuthenticate, fmt.Sprintf(`{
				"session_token": "", "session_jwt": %q, "user": {"user_id": %q},
				"session": {"session_id": "session-test-00000000-0000-4000-8000-000000000000", "user_id": %[2]q,
					"started_at": %[3]q, "last_accessed_at": %[3]q, "expires_at": %[4]q}}`,
				s.MintSessionJWT(stytchtest.Session{UserID: user}), user,
				now.Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339)))
			w := s.get(request(http.MethodGet, "/", cookie(tokenCookie, token), cookie(jwtCookie, old)))
			assert.Equal(t, "user "+user, w.Body.String())
			set, cleared := kept(w)
			assert.Equal(t, row.set, names(set))
			assert.Empty(t, cleared)
			for _, c := range set {
				if c.Name == tokenCookie {
					assert.Equal(t, token, c.Value)
				}
			}
		})
	}
}
