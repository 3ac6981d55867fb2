package httpauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
)

// Names of the browser SDK's cookies.
const (
	frontendToken = "stytch_session"
	frontendJWT   = "stytch_session_jwt"
)

func frontend(c *httpauth.Config) { c.Cookies.Frontend = true }

// frontendCookies are cookies under the names that the browser SDK gives them.
func frontendCookies(cookies []*http.Cookie) []*http.Cookie {
	var named []*http.Cookie
	for _, c := range cookies {
		named = append(named, cookie(strings.TrimPrefix(c.Name, "__Host-"), c.Value))
	}
	return named
}

// The rows are those of the cookies that the server sets, but nothing is ever set or cleared.
func TestFrontend_setsAndClearsNothing(t *testing.T) {
	t.Parallel()
	for _, row := range credentialRows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, frontend)
			p.Clock().Advance(row.later)
			cookies := frontendCookies(p.cookiesOf(row.jwt, row.token))
			want := answered{status: row.status, who: row.who, calls: row.calls}
			if row.status != http.StatusOK {
				want.who = ""
			}
			for _, request := range []func(string, string, ...*http.Cookie) *http.Request{request, navigation} {
				p.guard = p.newGuard(p.Client(), httpauth.NewB2B, frontend)
				got, _ := p.send(p.guard.Require(row.rules...), request(http.MethodGet, "/", cookies...))
				assert.Equal(t, want, got)
			}
		})
	}
}

// newJWT returns another JWT of somebody's session.
func (p *pair) newJWT(token string) string {
	p.t.Helper()
	resp, err := p.Client().B2B.Sessions.Authenticate(p.t.Context(), &sessions.AuthenticateRequest{SessionToken: &token})
	require.NoError(p.t, err)
	return resp.SessionJWT
}

func newJWTOfA(p *pair) string { return p.newJWT(p.a.SessionToken) }
func newJWTOfB(p *pair) string { return p.newJWT(p.b.SessionToken) }

func endedTokenOfB(p *pair) string {
	_, err := p.Client().B2B.Sessions.Revoke(p.t.Context(), &sessions.RevokeRequest{SessionToken: &p.b.SessionToken})
	require.NoError(p.t, err)
	return p.b.SessionToken
}

// severalRows have several values under one name. The clock is at four minutes, and where isLater is set at six, at
// which the JWTs of the logins have expired and new ones have not.
var severalRows = []struct {
	name         string
	isLater      bool
	jwts, tokens []value
	want         answered
}{
	{"of JWTs the first that holds counts", false, []value{forgedJWT, jwtOfA}, nil, answered{status: 200, who: "A"}},
	{"a forged JWT after a good one does not matter", false, []value{jwtOfA, forgedJWT}, nil, answered{status: 200, who: "A"}},
	{"nor one of a user", false, []value{jwtOfUser, jwtOfA}, []value{tokenOfA}, answered{status: 200, who: "A"}},
	{"nor one of another project", false, []value{foreignJWT, jwtOfB}, []value{tokenOfB}, answered{status: 200, who: "B"}},
	{"two JWTs of one session count as it", false, []value{jwtOfA, newJWTOfA}, nil, answered{status: 200, who: "A"}},
	{"two JWTs of two sessions are refused", false, []value{jwtOfA, jwtOfB}, nil, answered{status: 401}},
	{"two JWTs of two sessions are refused, whatever the token", false, []value{jwtOfB, jwtOfA}, []value{tokenOfA}, answered{status: 401}},
	{"three JWTs, two of one session, are refused", false, []value{jwtOfA, newJWTOfA, jwtOfB}, nil, answered{status: 401}},
	{"a good JWT and two tokens: no call", false, []value{jwtOfA}, []value{tokenOfB, tokenOfA}, answered{status: 200, who: "A"}},
	{"two JWTs that do not hold are refused without a token", false, []value{forgedJWT, foreignJWT}, nil, answered{status: 401}},

	{"an expired JWT before a good one of its session", true, []value{jwtOfA, newJWTOfA}, nil, answered{status: 200, who: "A"}},
	{"an expired JWT after a good one of its session", true, []value{newJWTOfA, jwtOfA}, []value{tokenOfA}, answered{status: 200, who: "A", calls: 1}},
	{"an expired JWT of a session that is there no more", true, []value{newJWTOfA, jwtOfB}, []value{tokenOfA, endedTokenOfB}, answered{status: 200, who: "A", calls: 2}},
	{"an expired JWT of a session that still lasts", true, []value{newJWTOfA, jwtOfB}, []value{tokenOfA, tokenOfB}, answered{status: 401, calls: 2}},
	{"two expired JWTs: the token counts", true, []value{jwtOfA, jwtOfB}, []value{tokenOfB}, answered{status: 200, who: "B", calls: 1}},
	{"two expired JWTs alone are refused", true, []value{jwtOfA, jwtOfB}, nil, answered{status: 401}},
	{"two good JWTs of two sessions after a minute", true, []value{newJWTOfA, newJWTOfB}, nil, answered{status: 401}},

	{"of tokens the first that the API knows counts", false, nil, []value{unknownToken, tokenOfA}, answered{status: 200, who: "A", calls: 2}},
	{"an unknown token after a good one does not matter", false, nil, []value{tokenOfA, unknownToken}, answered{status: 200, who: "A", calls: 2}},
	{"a malformed token is not asked about", false, nil, []value{malformedToken, tokenOfB}, answered{status: 200, who: "B", calls: 1}},
	{"tokens of two sessions are refused", false, nil, []value{tokenOfA, tokenOfB}, answered{status: 401, calls: 2}},
	{"no token of several is known", false, nil, []value{unknownToken, malformedToken}, answered{status: 401, calls: 1}},
	{"no JWT of several holds: the token counts", false, []value{forgedJWT, foreignJWT}, []value{tokenOfB}, answered{status: 200, who: "B", calls: 1}},
}

// several returns the cookies of a row in an order in which a browser sends them.
func (p *pair) several(jwts, tokens []value) []*http.Cookie {
	var cookies []*http.Cookie
	for _, v := range jwts {
		cookies = append(cookies, cookie(frontendJWT, v(p)))
	}
	for _, v := range tokens {
		cookies = append(cookies, cookie(frontendToken, v(p)))
	}
	return cookies
}

func TestFrontend_severalValuesUnderOneName(t *testing.T) {
	t.Parallel()
	for _, row := range severalRows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, frontend)
			p.Clock().Advance(4 * time.Minute)
			if row.isLater {
				p.Clock().Advance(2 * time.Minute)
			}
			cookies := p.several(row.jwts, row.tokens)
			got, _ := p.send(p.guard.Require(), navigation(http.MethodGet, "/", cookies...))
			assert.Equal(t, row.want, got)
			want := row.want
			if want.calls = 0; want.status == http.StatusUnauthorized {
				want.status = http.StatusOK // nobody
			}
			got, _ = p.send(p.guard.Optional(), navigation(http.MethodGet, "/", cookies...))
			assert.Equal(t, want, got, "Optional; what the API said is remembered")
		})
	}
}

func TestFrontend_severalTokensWithoutAnAnswerAre503(t *testing.T) {
	t.Parallel()
	for name, skip := range map[string]int{"of the first": 0, "of the second": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, frontend)
			cookies := p.several(nil, []value{tokenOfA, unknownToken})
			p.fault(emulator.Fault{
				Operation: authenticate, Skip: skip, Count: allCalls, Status: 429, ErrorType: "too_many_requests",
			})
			got, _ := p.send(p.guard.Require(), navigation(http.MethodGet, "/", cookies...))
			assert.Equal(t, 503, got.status, "another session may be as good")
			assert.Empty(t, got.cleared)
		})
	}
}

func TestFrontend_neverExtends(t *testing.T) {
	t.Parallel()
	p := newPair(t, frontend, func(c *httpauth.Config) { c.SessionDuration = time.Hour })
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.several(nil, []value{tokenOfA})...))
	require.Equal(t, answered{status: 200, who: "A", calls: 1}, got)
	for _, r := range p.Requests() {
		if r.Path == authenticatePath {
			assert.NotContains(t, string(r.Body), "session_duration_minutes", "the browser SDK extends its session")
		}
	}
}

func TestFrontend_readsNoCookiesOfTheServer(t *testing.T) {
	t.Parallel()
	p := newPair(t, frontend)
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookiesOf(jwtOfA, tokenOfA)...))
	assert.Equal(t, answered{status: 401}, got)
}

func TestFrontend_readsTheNamesOfItsConfig(t *testing.T) {
	t.Parallel()
	p := newPair(t, frontend, func(c *httpauth.Config) { c.Cookies.Session, c.Cookies.JWT = "token", "jwt" })
	r := request(http.MethodGet, "/", cookie("token", p.b.SessionToken), cookie(frontendToken, p.a.SessionToken))
	got, _ := p.send(p.guard.Require(), r)
	assert.Equal(t, answered{status: 200, who: "B", calls: 1}, got)
}
