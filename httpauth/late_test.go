package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// gate holds the first call about a session once it is armed: before the API gets it, or after the API has answered.
type gate struct {
	next     http.RoundTripper
	armed    atomic.Bool
	answered bool
	arrived  chan struct{}
	open     chan struct{}
}

func (g *gate) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != authenticatePath || !g.armed.CompareAndSwap(true, false) {
		return g.next.RoundTrip(r)
	}
	if !g.answered {
		close(g.arrived)
		<-g.open
		return g.next.RoundTrip(r)
	}
	resp, err := g.next.RoundTrip(r)
	close(g.arrived)
	<-g.open
	return resp, err
}

// lateSite is a site with a login, whose first call about a session is held.
type lateSite struct {
	*pair
	gate  *gate
	login *httpauth.Login
}

func newLateSite(t *testing.T, answered bool, change ...func(*httpauth.Config)) *lateSite {
	t.Helper()
	p := newPair(t)
	g := &gate{next: p.Transport(), answered: answered, arrived: make(chan struct{}), open: make(chan struct{})}
	client := p.NewClient(stytch.Config{BaseURL: "http://localhost:1", HTTPClient: &http.Client{Transport: g}})
	p.guard = p.newGuard(client, httpauth.NewB2B, change...)
	login, err := p.guard.Login(httpauth.LoginConfig{Name: "Notes"})
	require.NoError(t, err)
	return &lateSite{p, g, login}
}

// begin sends a request whose call is held. The function that it returns lets the call go on and returns the answer.
func (l *lateSite) begin(r *http.Request, rules ...httpauth.Rule) (finish func() *httptest.ResponseRecorder) {
	l.t.Helper()
	l.gate.armed.Store(true)
	answer := make(chan *httptest.ResponseRecorder, 1)
	go func() { answer <- l.get(r, rules...) }()
	select {
	case <-l.gate.arrived:
	case w := <-answer:
		require.Fail(l.t, "the request was answered without a call", "status %d", w.Code)
	}
	return func() *httptest.ResponseRecorder {
		close(l.gate.open)
		return <-answer
	}
}

// cookiesSet are those that a response sets, as a browser sends them back.
func cookiesSet(w *httptest.ResponseRecorder) []*http.Cookie {
	set, _ := kept(w)
	var sent []*http.Cookie
	for _, c := range set {
		sent = append(sent, cookie(c.Name, c.Value))
	}
	return sent
}

// ends are what ends the session of A. Each returns the answer to the request that does it, and who has a session then.
var ends = map[string]func(l *lateSite, old []*http.Cookie) (w *httptest.ResponseRecorder, who string){
	"SignIn": func(l *lateSite, old []*http.Cookie) (*httptest.ResponseRecorder, string) {
		w := httptest.NewRecorder()
		require.NoError(l.t, l.guard.SignIn(w, form("/my-login", "", old...), tokensOf(l.b)))
		return w, "B"
	},
	"SignIn of the same person": func(l *lateSite, old []*http.Cookie) (*httptest.ResponseRecorder, string) {
		w := httptest.NewRecorder()
		require.NoError(l.t, l.guard.SignIn(w, form("/my-login", "", old...), tokensOf(l.LogIn("ada@example.com"))))
		return w, "A"
	},
	"SignOut": func(l *lateSite, old []*http.Cookie) (*httptest.ResponseRecorder, string) {
		w := httptest.NewRecorder()
		require.NoError(l.t, l.guard.SignOut(w, form("/my-logout", "", old...)))
		return w, ""
	},
	"logout": func(l *lateSite, old []*http.Cookie) (*httptest.ResponseRecorder, string) {
		return serve(l.login, form("/auth/logout", "", old...)), ""
	},
	"login": func(l *lateSite, old []*http.Cookie) (*httptest.ResponseRecorder, string) {
		body := url.Values{"stytch_token_type": {"discovery"}, "token": {l.MagicLink("bob@example.com")}}
		return serve(l.login, form("/auth/callback", body.Encode(), old...)), "B"
	},
	"switch": func(l *lateSite, old []*http.Cookie) (*httptest.ResponseRecorder, string) {
		created := l.LogIn("ada@example.com", stytchtest.InOrganization("other"))
		l.a.MemberID = created.MemberID
		body := url.Values{"organization_id": {created.OrganizationID}}
		return serve(l.login, form("/auth/switch", body.Encode(), old...)), "A"
	},
}

func tokensOf(v *stytchtest.Visitor) httpauth.Tokens {
	return httpauth.Tokens{SessionToken: v.SessionToken, SessionJWT: v.SessionJWT, ExpiresAt: v.ExpiresAt}
}

func TestLate_requestWithOldCookiesLogsNobodyOut(t *testing.T) {
	t.Parallel()
	for name, end := range ends {
		for when, answered := range map[string]bool{"answered before": true, "asked after": false} {
			for how, request := range requests {
				t.Run(name+"/"+when+"/"+how, func(t *testing.T) {
					t.Parallel()
					l := newLateSite(t, answered)
					old := l.cookiesOf(jwtOfA, tokenOfA)
					l.expireJWTs()
					l.b = l.LogIn("bob@example.com") // its JWT is good
					var rules []httpauth.Rule
					if name == "switch" { // which would wait for the same call otherwise
						rules = append(rules, httpauth.Remote())
					}
					finish := l.begin(request(http.MethodGet, "/notes", old...), rules...)
					w, who := end(l, old)
					late := finish()
					want := map[string]int{"script": http.StatusUnauthorized, "navigation": http.StatusSeeOther}
					assert.Equal(t, want[how], late.Code)
					assert.Empty(t, late.Result().Cookies(), "the browser may have other cookies by now")
					if who == "" {
						_, cleared := kept(w)
						assert.Subset(t, cleared, both)
						return
					}
					set := cookiesSet(w)
					require.Subset(t, names(set), both)
					got, _ := l.send(l.guard.Require(), navigation(http.MethodGet, "/", set...))
					assert.Equal(t, who, got.who)
					assert.Empty(t, got.cleared)
				})
			}
		}
	}
}

var requests = map[string]func(string, string, ...*http.Cookie) *http.Request{"script": request, "navigation": navigation}

// The request comes after the session has ended, as one does that a browser sent before.
func TestLate_cookiesOfASessionThatEndedHere(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		later       bool // the JWTs have expired
		jwt, token  value
		answer      answered
		isTwoValues bool
	}{
		"both":                            {false, jwtOfA, tokenOfA, answered{status: 401}, false},
		"a JWT that is still good":        {false, jwtOfA, nil, answered{status: 401}, false},
		"a token alone":                   {false, nil, tokenOfA, answered{status: 401}, false},
		"both, expired":                   {true, jwtOfA, tokenOfA, answered{status: 401}, false},
		"an expired JWT alone":            {true, jwtOfA, nil, answered{status: 401}, false},
		"its token and another one":       {false, nil, tokenOfA, answered{status: 401}, true},
		"its JWT beside another's token":  {false, jwtOfA, tokenOfB, answered{200, "B", 1, fresh, nil}, false},
		"its JWT, expired, beside it":     {true, jwtOfA, tokenOfB, answered{200, "B", 1, fresh, nil}, false},
		"its token beside another's JWT":  {false, jwtOfB, tokenOfA, answered{status: 200, who: "B"}, false},
		"its JWT beside an unknown token": {false, jwtOfA, unknownToken, answered{status: 401, calls: 1}, false},
	} {
		for how, request := range requests {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				p := newPair(t)
				require.NoError(t, p.guard.SignOut(httptest.NewRecorder(), form("/", "", p.cookies(p.a)...)))
				if row.later {
					p.expireJWTs()
				}
				cookies := p.cookiesOf(row.jwt, row.token)
				if row.isTwoValues {
					cookies = append(cookies, cookie(tokenCookie, p.b.SessionToken))
				}
				got, set := p.send(p.guard.Require(), request(http.MethodGet, "/", cookies...))
				assert.Equal(t, row.answer, got, "nothing is cleared")
				p.checkSet("B", set)
			})
		}
	}
}

func TestLate_twoJWTsOfWhichOneEndedHereStay(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	require.NoError(t, p.guard.SignOut(httptest.NewRecorder(), form("/", "", p.cookies(p.a)...)))
	cookies := append(p.cookiesOf(jwtOfA, tokenOfB), cookie(jwtCookie, p.b.SessionJWT))
	got, _ := p.send(p.guard.Require(), navigation(http.MethodGet, "/", cookies...))
	assert.Equal(t, answered{status: 401}, got)
}

// The API is asked about A by a token and nothing else, and B logs in before it has answered.
func TestLate_sessionThatOnlyItsTokenNames(t *testing.T) {
	t.Parallel()
	l := newLateSite(t, true)
	old := l.cookiesOf(nil, tokenOfA)
	finish := l.begin(request(http.MethodGet, "/", old...))
	require.NoError(t, l.guard.SignIn(httptest.NewRecorder(), form("/", "", old...), tokensOf(l.b)))
	late := finish()
	assert.Equal(t, http.StatusUnauthorized, late.Code)
	assert.Empty(t, late.Result().Cookies())
	got, _ := l.send(l.guard.Require(), request(http.MethodGet, "/", l.cookiesOf(jwtOfA, nil)...))
	assert.Equal(t, answered{status: 401}, got, "by then the session is known: its JWT is refused too")
}
