package httpauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
)

// Somebody gives a browser their own cookies before its owner logs in.
func TestSignIn_keepsNothingOfTheSessionBefore(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	w, err := p.signIn(form("/my-login", "", p.cookies(p.b)...), tokensOf(p.a))
	require.NoError(t, err)
	for _, c := range cookiesSet(w) {
		assert.NotContains(t, []string{p.b.SessionToken, p.b.SessionJWT}, c.Value, "nothing of the other session remains")
	}
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookies(p.b)...))
	assert.Equal(t, 401, got.status, "the other session has ended")
}

// A token of somebody else beside the JWT of the owner never becomes the owner's session by a refresh.
func TestAttack_tokenOfTwoPeople(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	cookies := p.cookiesOf(jwtOfA, tokenOfB)
	nested := func(next http.Handler) http.Handler {
		return p.guard.Require()(p.guard.Require(httpauth.Remote())(next))
	}
	got, _ := p.send(nested, request(http.MethodGet, "/", cookies...))
	assert.Equal(t, answered{status: 401, calls: 1, cleared: fresh}, got, "a stricter guard inside another one")
	p.Clock().Advance(6 * time.Minute)
	got, _ = p.send(p.guard.Require(), request(http.MethodGet, "/", cookies...))
	assert.Equal(t, 401, got.status)
	assert.Empty(t, got.who+strings.Join(got.set, " "))
}

// A refreshed answer for a token is remembered; it serves no request that says it is of another session.
func TestAttack_rememberedAnswerServesNoOtherSession(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.expireJWTs()
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookiesOf(nil, tokenOfB)...))
	require.Equal(t, "B", got.who)
	got, _ = p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookiesOf(jwtOfA, tokenOfB)...))
	assert.Equal(t, answered{status: 401, cleared: fresh}, got)
}

var tossedRows = map[string]struct {
	domain string
	header string // A is the owner, B the attacker; see cookieHeader
	want   answered
}{
	"unprefixed cookies beside prefixed ones":     {"", "stytch_session={B's token}; stytch_session_jwt={B's JWT}; __Host-stytch_session={A's token}; __Host-stytch_session_jwt={A's JWT}", answered{status: 200, who: "A"}},
	"unprefixed cookies alone":                    {"", "stytch_session={B's token}; stytch_session_jwt={B's JWT}", answered{status: 401}},
	"__Secure- where __Host- is the name":         {"", "__Secure-stytch_session={B's token}; __Host-stytch_session={A's token}", answered{200, "A", 1, fresh, nil}},
	"__Host- where __Secure- is the name":         {"example.com", "__Host-stytch_session={B's token}", answered{status: 401}},
	"a prefix in other letters":                   {"", "__host-stytch_session={B's token}; __HOST-stytch_session_jwt={B's JWT}", answered{status: 401}},
	"a name with a space before it":               {"", "__Host-stytch_session ={B's token}", answered{status: 401}},
	"a nameless cookie whose value names one":     {"", "=__Host-stytch_session={B's token}", answered{status: 401}},
	"a cookie whose value has one":                {"", "theme=a,__Host-stytch_session={B's token}", answered{status: 401}},
	"a value in quotes with a semicolon":          {"", `theme="a; x=__Host-stytch_session={B's token}"`, answered{status: 401}},
	"a second token":                              {"", "__Host-stytch_session={B's token}; __Host-stytch_session={A's token}; __Host-stytch_session_jwt={A's JWT}", answered{status: 401}},
	"a second token of no form beside a good JWT": {"", "__Host-stytch_session=x; __Host-stytch_session={A's token}; __Host-stytch_session_jwt={A's JWT}", answered{status: 401}},
	"a second JWT that does not hold":             {"", "__Host-stytch_session_jwt={A's JWT}; __Host-stytch_session_jwt=x.y.z", answered{status: 401}},
	"values in quotes":                            {"", `__Host-stytch_session="{A's token}"; __Host-stytch_session_jwt="{A's JWT}"`, answered{status: 200, who: "A"}},
	"half a quote is part of the value":           {"", `__Host-stytch_session="{A's token}`, answered{status: 401}},
	"quotes in quotes are part of the value":      {"", `__Host-stytch_session=""{A's token}""`, answered{status: 401}},
	"no space after the semicolon":                {"", "a=b;__Host-stytch_session_jwt={A's JWT};c=d", answered{status: 200, who: "A"}},
	"junk around":                                 {"", ";;; =; x; __Host-stytch_session_jwt={A's JWT}; ;", answered{status: 200, who: "A"}},
	"a name without a value":                      {"", "__Host-stytch_session", answered{status: 401}},
}

func TestAttack_tossedCookies(t *testing.T) {
	t.Parallel()
	for name, row := range tossedRows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, func(c *httpauth.Config) { c.Cookies.Domain = row.domain })
			r := withCookies(request(http.MethodGet, "/"), p.cookieHeader(row.header))
			got, _ := p.send(p.guard.Require(), r)
			assert.Equal(t, row.want, got)
		})
	}
}

func TestAttack_tenThousandCookies(t *testing.T) {
	t.Parallel()
	junk := strings.Repeat("name=value; ", 10_000)
	for name, row := range map[string]struct {
		header func(p *pair) string
		want   answered
	}{
		"ours after them counts":        {func(p *pair) string { return junk + jwtCookie + "=" + p.a.SessionJWT }, answered{status: 200, who: "A"}},
		"ours before them counts":       {func(p *pair) string { return tokenCookie + "=" + p.a.SessionToken + "; " + junk }, answered{200, "A", 1, fresh, nil}},
		"none of them is ours":          {func(*pair) string { return junk }, answered{status: 401}},
		"all are ours, and the same":    {func(p *pair) string { return strings.Repeat(jwtCookie+"="+p.a.SessionJWT+"; ", 10_000) }, answered{status: 200, who: "A"}},
		"all are ours, and they differ": {differentTokens, answered{status: 401}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			got, _ := p.send(p.guard.Require(), withCookies(request(http.MethodGet, "/"), row.header(p)))
			assert.Equal(t, row.want, got)
		})
	}
}

// differentTokens are ten thousand of the form of a token.
func differentTokens(*pair) string {
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, "%s=token-of-nobody-%05d; ", tokenCookie, i)
	}
	return b.String()
}

// The browser SDK's cookies may have several values, but not any number: each could cost a call, and those that are not
// looked at could be of somebody else.
func TestAttack_tenThousandTokensCostNoCall(t *testing.T) {
	t.Parallel()
	p := newPair(t, frontend)
	line := strings.ReplaceAll(differentTokens(p), tokenCookie, frontendToken)
	got, _ := p.send(p.guard.Require(), withCookies(request(http.MethodGet, "/"), line))
	assert.Equal(t, answered{status: 401, calls: 0}, got)
}

// Nothing that a request says becomes a line of the answer's header.
func TestAttack_headerInjection(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(c *httpauth.Config) { c.SessionDuration, c.LoginURL = time.Hour, "/login" })
	const attack = "x\r\nSet-Cookie: a=b"
	for name, change := range map[string]func(*http.Request){
		"the token":   func(r *http.Request) { withCookies(r, tokenCookie+"="+p.a.SessionToken+attack) },
		"the JWT":     func(r *http.Request) { withCookies(r, jwtCookie+"="+p.a.SessionJWT+attack) },
		"the bearer":  func(r *http.Request) { withBearer(r, attack) },
		"the path":    func(r *http.Request) { r.RequestURI, r.URL.Path = "/"+attack, "/"+attack },
		"the query":   func(r *http.Request) { r.RequestURI = "/?" + attack },
		"the referer": func(r *http.Request) { r.Method = http.MethodPost; r.Header.Set("Referer", origin+"/"+attack) },
		"the page of htmx": func(r *http.Request) {
			r.Header.Set("HX-Request", "true")
			r.Header.Set("HX-Current-URL", origin+"/"+attack)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := navigation(http.MethodGet, "/")
			change(r)
			w := p.get(r)
			assert.NotEqual(t, 200, w.Code)
			for key, lines := range w.Header() {
				for _, line := range lines {
					assert.NotContains(t, line, "a=b", key)
					assert.NotContains(t, line, "\n", key)
					assert.NotContains(t, line, "\r", key)
				}
			}
		})
	}
}

// An answer to a request shows no token, whatever it is refused for.
func TestAttack_answersShowNoTokens(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.expireJWTs()
	secrets := []string{p.a.SessionToken, p.a.SessionJWT, p.b.SessionToken, p.b.SessionJWT, unknownToken(p)}
	for name, r := range map[string]*http.Request{
		"cookies":       navigation(http.MethodGet, "/", p.cookiesOf(jwtOfA, unknownToken)...),
		"two values":    navigation(http.MethodGet, "/", append(p.cookies(p.a), p.cookies(p.b)...)...),
		"a mixed pair":  request(http.MethodGet, "/", p.cookiesOf(jwtOfA, tokenOfB)...),
		"a bearer":      withBearer(request(http.MethodGet, "/"), p.a.SessionJWT),
		"a bad request": withAuthorization(request(http.MethodGet, "/"), "Bearer "+p.a.SessionToken+" x"),
	} {
		w := p.get(r)
		assert.NotEqual(t, 200, w.Code, name)
		events := p.takeEvents()
		require.Len(t, events, 1, name)
		text := fmt.Sprintf("%v %s %+v %v", w.Header(), w.Body, events[0], events[0].LogValue())
		for _, secret := range secrets {
			assert.NotContains(t, text, secret, name)
		}
	}
}

// A session that ends between two guards of a request: a navigation is logged out as by the outer one.
func TestGuard_aNestedGuardClearsLikeAnOuterOne(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		jwt, token value
		outer      []httpauth.Rule
	}{
		"both cookies": {jwtOfA, tokenOfA, nil}, "the token": {nil, tokenOfA, nil}, "the JWT": {jwtOfA, nil, nil},
		"a JWT that the outer one asks about": {jwtOfA, nil, []httpauth.Rule{httpauth.MaxAge(time.Second)}},
	} {
		for how, request := range requests {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				p := newPair(t)
				p.Clock().Advance(2 * time.Second)
				inner := p.guard.Require(httpauth.Remote())(http.HandlerFunc(whoami))
				h := p.guard.Require(row.outer...)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					elsewhere := p.newGuard(p.Client(), httpauth.NewB2B)
					assert.NoError(t, elsewhere.SignOut(httptest.NewRecorder(), form("/", "", p.cookies(p.a)...)))
					inner.ServeHTTP(w, r)
				}))
				w := serve(h, request(http.MethodGet, "/", p.cookiesOf(row.jwt, row.token)...))
				assert.Equal(t, 401, w.Code)
				_, cleared := kept(w)
				if how == "navigation" {
					assert.Equal(t, both, cleared)
					return
				}
				assert.Empty(t, cleared)
			})
		}
	}
}
