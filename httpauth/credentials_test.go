package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// pair is a site with the sessions of two people, whose tokens a row of a table combines.
type pair struct {
	*site
	a, b *stytchtest.Visitor
}

func newPair(t *testing.T, change ...func(*httpauth.Config)) *pair {
	t.Helper()
	s := newSite(t, change...)
	return &pair{s, s.LogIn("ada@example.com"), s.LogIn("bob@example.com")}
}

// value is that of a cookie, made when a row is run. A nil value is no cookie.
type value func(*pair) string

func jwtOfA(p *pair) string   { return p.a.SessionJWT }
func jwtOfB(p *pair) string   { return p.b.SessionJWT }
func tokenOfA(p *pair) string { return p.a.SessionToken }
func tokenOfB(p *pair) string { return p.b.SessionToken }
func empty(*pair) string      { return "" }

// unknownToken has the form of a session token.
func unknownToken(*pair) string { return strings.Repeat("unknown-", 4) }

// malformedToken is too short for a session token.
func malformedToken(*pair) string { return "short" }

func forgedJWT(p *pair) string {
	return p.MintSessionJWT(stytchtest.Session{MemberID: p.a.MemberID}, stytchtest.Forged())
}

func foreignJWT(p *pair) string {
	return p.MintSessionJWT(stytchtest.Session{}, stytchtest.OtherProject(), stytchtest.OtherKey())
}

func jwtOfUser(p *pair) string {
	return p.userJWT()
}

func jwtOfMachine(p *pair) string {
	return p.machineToken("read:notes")
}

// cookiesOf returns the cookies of a row.
func (p *pair) cookiesOf(jwt, token value) []*http.Cookie {
	var cookies []*http.Cookie
	if token != nil {
		cookies = append(cookies, cookie(tokenCookie, token(p)))
	}
	if jwt != nil {
		cookies = append(cookies, cookie(jwtCookie, jwt(p)))
	}
	return cookies
}

// answered is what a request has led to.
type answered struct {
	status int
	// who is "A", "B", or empty for nobody, as the handler is told. Without a handler, it is the error of the JSON.
	who string
	// calls is how often the API was asked about a session.
	calls        int
	set, cleared []string
}

// names are those of cookies.
func names(cookies []*http.Cookie) []string {
	var all []string
	for _, c := range cookies {
		all = append(all, c.Name)
	}
	return all
}

// send sends a request through a guard and returns what it has led to.
func (p *pair) send(guard func(http.Handler) http.Handler, r *http.Request) (answered, []*http.Cookie) {
	before := p.refreshes()
	var who string
	w := serve(guard(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		switch principal, ok := httpauth.FromContext(r.Context()); {
		case !ok:
		case principal.ID == p.a.MemberID:
			who = "A"
		case principal.ID == p.b.MemberID:
			who = "B"
		default:
			who = "somebody else"
		}
	})), r)
	set, cleared := kept(w)
	return answered{w.Code, who, p.refreshes() - before, names(set), cleared}, set
}

// both are the session's cookies.
var both = []string{tokenCookie, jwtCookie}

// fresh is a new JWT alone.
var fresh = []string{jwtCookie}

var longToken = func(*pair) string { return strings.Repeat("t", 513) }

// credentialRows are the table of what counts. cleared is for a script, clearedPage for a navigation.
var credentialRows = []struct {
	name                 string
	jwt, token           value
	later                time.Duration // since the logins
	rules                []httpauth.Rule
	status               int
	who                  string
	calls                int
	set                  []string
	cleared, clearedPage []string
}{
	// The JWT is good, and fresh enough for the rule: any token.
	{name: "a good JWT and its token: no call", jwt: jwtOfA, token: tokenOfA, status: 200, who: "A"},
	{name: "a good JWT alone: no call", jwt: jwtOfA, status: 200, who: "A"},
	{name: "a good JWT of four minutes ago: no call", jwt: jwtOfA, token: tokenOfA, later: 4 * time.Minute, status: 200, who: "A"},
	{name: "a good JWT and an empty token: no call", jwt: jwtOfA, token: empty, status: 200, who: "A"},
	{name: "a good JWT and an unknown token: no call", jwt: jwtOfA, token: unknownToken, status: 200, who: "A"},
	{name: "a good JWT and a malformed token: no call", jwt: jwtOfA, token: malformedToken, status: 200, who: "A"},
	{name: "a good JWT and another's token: no call, and the JWT counts", jwt: jwtOfA, token: tokenOfB, status: 200, who: "A"},
	{name: "a JWT fresh enough for MaxAge: no call", jwt: jwtOfA, token: tokenOfA, later: time.Minute, rules: []httpauth.Rule{httpauth.MaxAge(2 * time.Minute)}, status: 200, who: "A"},

	// It has expired, or is too old for the rule.
	{name: "an expired JWT and its token: one call, a new JWT", jwt: jwtOfA, token: tokenOfA, later: 6 * time.Minute, status: 200, who: "A", calls: 1, set: fresh},
	{name: "a JWT too old for MaxAge and its token: one call, a new JWT", jwt: jwtOfA, token: tokenOfA, later: 2 * time.Minute, rules: []httpauth.Rule{httpauth.MaxAge(time.Minute)}, status: 200, who: "A", calls: 1, set: fresh},
	{name: "a good JWT and its token under Remote: one call, a new JWT", jwt: jwtOfA, token: tokenOfA, later: time.Minute, rules: []httpauth.Rule{httpauth.Remote()}, status: 200, who: "A", calls: 1, set: fresh},
	{name: "a JWT too old for MaxAge alone: one call by the JWT, no new one", jwt: jwtOfA, later: 2 * time.Minute, rules: []httpauth.Rule{httpauth.MaxAge(time.Minute)}, status: 200, who: "A", calls: 1},
	{name: "a good JWT alone under Remote: one call by the JWT, no new one", jwt: jwtOfA, later: time.Minute, rules: []httpauth.Rule{httpauth.Remote()}, status: 200, who: "A", calls: 1},

	// There is none, or it does not hold: the token decides.
	{name: "no JWT and a good token: one call, a new JWT", token: tokenOfA, status: 200, who: "A", calls: 1, set: fresh},
	{name: "an empty JWT and a good token: one call, a new JWT", jwt: empty, token: tokenOfA, status: 200, who: "A", calls: 1, set: fresh},
	{name: "a forged JWT and a good token: the token decides", jwt: forgedJWT, token: tokenOfB, status: 200, who: "B", calls: 1, set: fresh},
	{name: "another project's JWT and a good token: the token decides", jwt: foreignJWT, token: tokenOfB, status: 200, who: "B", calls: 1, set: fresh},
	{name: "a user's JWT and a member's token: the token decides", jwt: jwtOfUser, token: tokenOfB, status: 200, who: "B", calls: 1, set: fresh},
	{name: "a machine's token as the JWT and a good token: the token decides", jwt: jwtOfMachine, token: tokenOfB, status: 200, who: "B", calls: 1, set: fresh},
	{name: "the token in both cookies: the token decides", jwt: tokenOfA, token: tokenOfA, status: 200, who: "A", calls: 1, set: fresh},

	// An expired JWT without a token is no credential.
	{name: "an expired JWT alone: no call", jwt: jwtOfA, later: 6 * time.Minute, status: 401, who: "invalid_token", clearedPage: both},
	{name: "an expired JWT and a malformed token: no call", jwt: jwtOfA, token: malformedToken, later: 6 * time.Minute, status: 401, who: "invalid_token", clearedPage: both},
	{name: "a forged JWT alone: no call", jwt: forgedJWT, status: 401, who: "invalid_token", clearedPage: both},
	{name: "another project's JWT alone: no call", jwt: foreignJWT, status: 401, who: "invalid_token", clearedPage: both},
	{name: "a user's JWT alone: no call", jwt: jwtOfUser, status: 401, who: "invalid_token", clearedPage: both},
	{name: "a machine's token as a cookie: no call", jwt: jwtOfMachine, status: 401, who: "invalid_token", clearedPage: both},

	// Genuine, of one session, beside the token of another: the JWT is cleared in every answer.
	{name: "an expired JWT and another's token: the JWT is cleared", jwt: jwtOfA, token: tokenOfB, later: 6 * time.Minute, status: 401, who: "invalid_token", calls: 1, cleared: fresh, clearedPage: fresh},
	{name: "a JWT too old for MaxAge and another's token: the JWT is cleared", jwt: jwtOfA, token: tokenOfB, later: 2 * time.Minute, rules: []httpauth.Rule{httpauth.MaxAge(time.Minute)}, status: 401, who: "invalid_token", calls: 1, cleared: fresh, clearedPage: fresh},
	{name: "a good JWT and another's token under Remote: the JWT is cleared", jwt: jwtOfA, token: tokenOfB, rules: []httpauth.Rule{httpauth.Remote()}, status: 401, who: "invalid_token", calls: 1, cleared: fresh, clearedPage: fresh},

	// The API does not know the token.
	{name: "an unknown token alone: one call", token: unknownToken, status: 401, who: "invalid_token", calls: 1, clearedPage: both},
	{name: "an expired JWT and an unknown token: one call", jwt: jwtOfA, token: unknownToken, later: 6 * time.Minute, status: 401, who: "invalid_token", calls: 1, clearedPage: both},
	{name: "a forged JWT and an unknown token: one call", jwt: forgedJWT, token: unknownToken, status: 401, who: "invalid_token", calls: 1, clearedPage: both},

	// A token that is not of a token's form is as if missing.
	{name: "a malformed token alone: as if there were none", token: malformedToken, status: 401, who: "login_required"},
	{name: "a token of 513 bytes alone: as if there were none", token: longToken, status: 401, who: "login_required"},
	{name: "a JWT as the token: as if there were none", token: jwtOfA, status: 401, who: "login_required"},
	{name: "two empty cookies: as if there were none", jwt: empty, token: empty, status: 401, who: "login_required"},
	{name: "no cookies", status: 401, who: "login_required"},
}

func TestGuard_theTokenDecidesWhereTheJWTDoesNot(t *testing.T) {
	t.Parallel()
	for _, row := range credentialRows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			p.Clock().Advance(row.later)
			cookies := p.cookiesOf(row.jwt, row.token)
			for _, isPage := range []bool{false, true} {
				for _, isOptional := range []bool{false, true} {
					p.restart()
					r, want := request(http.MethodGet, "/notes", cookies...), answered{row.status, row.who, row.calls, row.set, row.cleared}
					if isPage {
						r, want.cleared = navigation(http.MethodGet, "/notes", cookies...), row.clearedPage
					}
					guard := p.guard.Require(row.rules...)
					if isOptional {
						guard = p.guard.Optional(row.rules...)
					}
					if row.status != http.StatusOK {
						want.who = ""
					}
					if isOptional && row.status == http.StatusUnauthorized { // a dead cookie is nobody
						want.status = http.StatusOK
						if len(row.clearedPage) == 2 { // of both cookies, which only a refusal does
							want.cleared = nil
						}
					}
					got, set := p.send(guard, r)
					assert.Equal(t, want, got, "page: %t, optional: %t", isPage, isOptional)
					p.checkReason(row.who, row.status)
					p.checkSet(row.who, set)
				}
			}
		})
	}
}

// restart gives the site a new guard, which remembers nothing.
func (p *pair) restart() {
	p.t.Helper()
	p.guard = p.newGuard(p.NewClient(stytch.Config{}), httpauth.NewB2B)
}

// checkReason looks up the reason of the last request that was refused, or passed as nobody.
func (p *pair) checkReason(reason string, status int) {
	p.t.Helper()
	events := p.takeEvents()
	require.NotEmpty(p.t, events)
	last := events[len(events)-1]
	if last.Kind == httpauth.EventDenied {
		assert.Equal(p.t, httpauth.Reason(reason), last.Reason)
		return
	}
	assert.Equal(p.t, httpauth.EventAdmitted, last.Kind)
	assert.Equal(p.t, status == http.StatusOK, last.Principal != nil, "who was let through")
}

// checkSet holds a new JWT to what it was set for: it is that person's, and it serves without a call.
func (p *pair) checkSet(who string, set []*http.Cookie) {
	p.t.Helper()
	for _, c := range set {
		got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", cookie(c.Name, c.Value)))
		assert.Equal(p.t, answered{status: 200, who: who}, got, c.Name)
		assert.True(p.t, c.HttpOnly && c.Secure && c.Path == "/" && c.Domain == "" && c.SameSite == http.SameSiteLaxMode)
	}
}

func TestGuard_clearedJWTHeals(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.expireJWTs()
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookiesOf(jwtOfA, tokenOfB)...))
	require.Equal(t, answered{401, "", 1, nil, fresh}, got)
	got, set := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookiesOf(nil, tokenOfB)...))
	assert.Equal(t, answered{200, "B", 0, fresh, nil}, got, "what the API said about the token is remembered")
	p.checkSet("B", set)
}

func TestGuard_theTokenDecidesWithoutKeys(t *testing.T) {
	t.Parallel()
	keys := emulator.Fault{Operation: keysOperation, Count: allCalls, Status: 503}
	for name, row := range map[string]struct {
		token value
		want  answered
	}{
		"the token decides by a call":           {tokenOfA, answered{200, "A", 1, fresh, nil}},
		"a JWT alone is 503":                    {nil, answered{503, "", 0, nil, nil}},
		"a JWT and a malformed token are 503":   {malformedToken, answered{503, "", 0, nil, nil}},
		"an unknown token is refused by a call": {unknownToken, answered{401, "", 1, nil, both}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			p.Clock().Advance(time.Minute)
			p.fault(keys)
			got, _ := p.send(p.guard.Require(), navigation(http.MethodGet, "/", p.cookiesOf(jwtOfA, row.token)...))
			assert.Equal(t, row.want, got)
		})
	}
}

func TestGuard_everyRefusalOfTheSessionLogsOut(t *testing.T) {
	t.Parallel()
	for code, status := range map[stytcherror.Code]int{
		stytcherror.CodeSessionNotFound: 404, stytcherror.CodeInvalidSessionToken: 401,
		stytcherror.CodeUnableToParseSessionJWT: 400, "jwt_invalid_signature": 401, "jwt_invalid_of_tomorrow": 400,
	} {
		t.Run(string(code), func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			p.RespondError(authenticate, &stytcherror.Error{Code: code, StatusCode: status})
			got, _ := p.send(p.guard.Require(), navigation(http.MethodGet, "/", p.cookiesOf(nil, tokenOfA)...))
			assert.Equal(t, answered{401, "", 1, nil, both}, got)
		})
	}
}

// cookieHeader replaces {A's token}, {A's JWT} and those of B in the cookies of a row.
func (p *pair) cookieHeader(row string) string {
	return strings.NewReplacer(
		"{A's token}", p.a.SessionToken, "{A's JWT}", p.a.SessionJWT,
		"{B's token}", p.b.SessionToken, "{B's JWT}", p.b.SessionJWT,
	).Replace(row)
}

var twoValueRows = map[string]struct {
	header string // lines of the header Cookie
	want   answered
	script bool
}{
	"two tokens":                       {"__Host-stytch_session={A's token}; __Host-stytch_session={B's token}", answered{401, "", 0, nil, both}, false},
	"two tokens in two lines":          {"__Host-stytch_session={A's token}\n__Host-stytch_session={B's token}", answered{401, "", 0, nil, both}, false},
	"two tokens beside a good JWT":     {"__Host-stytch_session={A's token}; __Host-stytch_session_jwt={A's JWT}; __Host-stytch_session={B's token}", answered{401, "", 0, nil, both}, false},
	"two JWTs beside a good token":     {"__Host-stytch_session={A's token}; __Host-stytch_session_jwt={A's JWT}; __Host-stytch_session_jwt=x.y.z", answered{401, "", 0, nil, both}, false},
	"two tokens, for a script":         {"__Host-stytch_session={A's token}; __Host-stytch_session={B's token}", answered{401, "", 0, nil, nil}, true},
	"one token twice counts once":      {"__Host-stytch_session={A's token}; __Host-stytch_session={A's token}", answered{200, "A", 1, fresh, nil}, false},
	"one JWT twice counts once":        {"__Host-stytch_session_jwt={A's JWT}; __Host-stytch_session={A's token}; __Host-stytch_session_jwt={A's JWT}", answered{200, "A", 0, nil, nil}, false},
	"a token quoted and not is one":    {`__Host-stytch_session={A's token}; __Host-stytch_session="{A's token}"`, answered{200, "A", 1, fresh, nil}, false},
	"an empty value beside one is one": {"__Host-stytch_session=; __Host-stytch_session={A's token}", answered{200, "A", 1, fresh, nil}, false},
}

func TestGuard_twoValuesUnderOneName(t *testing.T) {
	t.Parallel()
	for name, row := range twoValueRows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			r := navigation(http.MethodGet, "/")
			if row.script {
				r = request(http.MethodGet, "/")
			}
			withCookies(r, strings.Split(p.cookieHeader(row.header), "\n")...)
			got, _ := p.send(p.guard.Require(), r)
			assert.Equal(t, row.want, got)
		})
	}
}

func TestGuard_twoValuesAreClearedForHostAndDomain(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *httpauth.Config) { c.Cookies.Domain = "example.com" })
	r := navigation(http.MethodGet, "/", cookie("__Secure-stytch_session", "one-value-of-a-token"),
		cookie("__Secure-stytch_session", "another-value-of-one"))
	w := s.get(r)
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.ElementsMatch(t, []string{
		"__Secure-stytch_session /", "__Secure-stytch_session / example.com",
		"__Secure-stytch_session_jwt /", "__Secure-stytch_session_jwt / example.com",
	}, clearedScopes(w))
}

// clearedScopes are name, path and domain of the cookies that a response expires.
func clearedScopes(w *httptest.ResponseRecorder) []string {
	var scopes []string
	for _, c := range w.Result().Cookies() {
		if c.MaxAge < 0 {
			scopes = append(scopes, strings.TrimSpace(c.Name+" "+c.Path+" "+c.Domain))
		}
	}
	return scopes
}
