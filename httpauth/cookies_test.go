package httpauth_test

import (
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// owners are the cookies that the server sets, as it writes them, without Expires.
var owners = map[string]struct {
	config httpauth.Config
	want   []string
}{
	"https": {httpauth.Config{Origin: origin}, []string{
		"__Host-stytch_session=TOKEN; Path=/; HttpOnly; Secure; SameSite=Lax",
		"__Host-stytch_session_jwt=JWT; Path=/; HttpOnly; Secure; SameSite=Lax",
	}},
	"no origin": {httpauth.Config{}, []string{
		"__Host-stytch_session=TOKEN; Path=/; HttpOnly; Secure; SameSite=Lax",
		"__Host-stytch_session_jwt=JWT; Path=/; HttpOnly; Secure; SameSite=Lax",
	}},
	"https on loopback": {httpauth.Config{Origin: "https://localhost:8443"}, []string{
		"__Host-stytch_session=TOKEN; Path=/; HttpOnly; Secure; SameSite=Lax",
		"__Host-stytch_session_jwt=JWT; Path=/; HttpOnly; Secure; SameSite=Lax",
	}},
	"http on localhost": {httpauth.Config{Origin: "http://localhost:8080"}, []string{
		"stytch_session=TOKEN; Path=/; HttpOnly; SameSite=Lax", "stytch_session_jwt=JWT; Path=/; HttpOnly; SameSite=Lax",
	}},
	"http on a name of localhost": {httpauth.Config{Origin: "http://acme.localhost:8080"}, []string{
		"stytch_session=TOKEN; Path=/; HttpOnly; SameSite=Lax", "stytch_session_jwt=JWT; Path=/; HttpOnly; SameSite=Lax",
	}},
	"http on ::1": {httpauth.Config{Origin: "http://[::1]:8080"}, []string{
		"stytch_session=TOKEN; Path=/; HttpOnly; SameSite=Lax", "stytch_session_jwt=JWT; Path=/; HttpOnly; SameSite=Lax",
	}},
	"a domain": {httpauth.Config{Origin: origin, Cookies: httpauth.Cookies{Domain: "example.com"}}, []string{
		"__Secure-stytch_session=TOKEN; Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax",
		"__Secure-stytch_session_jwt=JWT; Path=/; Domain=example.com; HttpOnly; Secure; SameSite=Lax",
	}},
	"a domain over http": {httpauth.Config{
		Origin: "http://app.example.localhost", Cookies: httpauth.Cookies{Domain: "example.localhost"},
	}, []string{
		"stytch_session=TOKEN; Path=/; Domain=example.localhost; HttpOnly; SameSite=Lax",
		"stytch_session_jwt=JWT; Path=/; Domain=example.localhost; HttpOnly; SameSite=Lax",
	}},
	"SameSite None": {httpauth.Config{Origin: origin, Cookies: httpauth.Cookies{SameSite: http.SameSiteNoneMode}}, []string{
		"__Host-stytch_session=TOKEN; Path=/; HttpOnly; Secure; SameSite=None",
		"__Host-stytch_session_jwt=JWT; Path=/; HttpOnly; Secure; SameSite=None",
	}},
	"SameSite Strict": {httpauth.Config{Origin: origin, Cookies: httpauth.Cookies{SameSite: http.SameSiteStrictMode}}, []string{
		"__Host-stytch_session=TOKEN; Path=/; HttpOnly; Secure; SameSite=Strict",
		"__Host-stytch_session_jwt=JWT; Path=/; HttpOnly; Secure; SameSite=Strict",
	}},
	"names of its own": {httpauth.Config{Origin: origin, Cookies: httpauth.Cookies{Session: "__Host-s", JWT: "j"}}, []string{
		"__Host-s=TOKEN; Path=/; HttpOnly; Secure; SameSite=Lax", "j=JWT; Path=/; HttpOnly; Secure; SameSite=Lax",
	}},
	"one name of its own": {httpauth.Config{Origin: origin, Cookies: httpauth.Cookies{JWT: "__Secure-j"}}, []string{
		"__Host-stytch_session=TOKEN; Path=/; HttpOnly; Secure; SameSite=Lax",
		"__Secure-j=JWT; Path=/; HttpOnly; Secure; SameSite=Lax",
	}},
	"the browser SDK": {httpauth.Config{Origin: origin, Cookies: httpauth.Cookies{Frontend: true}}, nil},
}

func TestCookies_whoOwnsThem(t *testing.T) {
	t.Parallel()
	client := stytchtest.New(t).Client()
	for name, row := range owners {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			auth, err := httpauth.NewB2B(client, row.config)
			require.NoError(t, err)
			var lines []string
			for _, c := range auth.Cookies(httpauth.Tokens{SessionToken: "TOKEN", SessionJWT: "JWT"}) {
				lines = append(lines, c.String())
			}
			assert.Equal(t, row.want, lines)
			end := time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)
			for _, c := range auth.Cookies(httpauth.Tokens{SessionToken: "TOKEN", SessionJWT: "JWT", ExpiresAt: end}) {
				assert.Contains(t, c.String(), "; Expires=Mon, 03 Feb 2031 04:05:06 GMT;")
			}
		})
	}
}

// A custom claim whose name differs in case only, by whichever of Unicode's rules, is another one.
func TestCookies_endWithTheSessionOfTheJWT(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	jwt := "e30." + base64.RawURLEncoding.EncodeToString([]byte(
		`{"https://stytch.com/session":{"expires_at":"2031-02-03T04:05:06Z"},`+
			`"https://ſtytch.com/session":{"expires_at":"2041-02-03T04:05:06Z"}}`)) + ".e30"
	for _, c := range s.guard.Cookies(httpauth.Tokens{SessionToken: "TOKEN", SessionJWT: jwt}) {
		assert.Equal(t, 2031, c.Expires.Year())
	}
}

func TestCookies_ofTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, row := range map[string]struct {
		tokens httpauth.Tokens
		want   []string
	}{
		"none":                  {httpauth.Tokens{}, nil},
		"a token alone":         {httpauth.Tokens{SessionToken: "t"}, []string{tokenCookie}},
		"a JWT alone":           {httpauth.Tokens{SessionJWT: "j"}, []string{jwtCookie}},
		"a JWT of 3800 bytes":   {httpauth.Tokens{SessionToken: "t", SessionJWT: string(make([]byte, 3800))}, both},
		"a JWT of more than it": {httpauth.Tokens{SessionToken: "t", SessionJWT: string(make([]byte, 3801))}, []string{tokenCookie}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, row.want, names(s.guard.Cookies(row.tokens)))
		})
	}
}

// A cookie of the host beside that of the domain would be a second value under the name.
func TestCookies_otherScopesAreExpiredAtLogin(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(c *httpauth.Config) { c.Cookies.Domain = "example.com" })
	w, err := p.signIn(form("/my-login", ""), tokensOf(p.a))
	require.NoError(t, err)
	set, _ := kept(w)
	require.Len(t, set, 2)
	for _, c := range set {
		assert.Equal(t, "example.com", c.Domain)
	}
	assert.ElementsMatch(t, []string{"__Secure-stytch_session /", "__Secure-stytch_session_jwt /"}, clearedScopes(w))
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", cookiesSet(w)...))
	assert.Equal(t, answered{status: 200, who: "A"}, got)
}

func TestCookies_ofARefreshHaveTheDomain(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(c *httpauth.Config) { c.Cookies.Domain = "example.com" })
	p.expireJWTs()
	_, set := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookies(p.a)...))
	require.Len(t, set, 1)
	assert.Equal(t, "example.com", set[0].Domain)
	assert.Equal(t, "__Secure-stytch_session_jwt", set[0].Name)
}

func TestCookies_ofAMixedPairAreClearedForHostAndDomain(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(c *httpauth.Config) { c.Cookies.Domain = "example.com" })
	p.expireJWTs()
	w := p.get(request(http.MethodGet, "/", cookie("__Secure-stytch_session", p.b.SessionToken),
		cookie("__Secure-stytch_session_jwt", p.a.SessionJWT)))
	assert.ElementsMatch(t, []string{
		"__Secure-stytch_session_jwt /", "__Secure-stytch_session_jwt / example.com",
	}, clearedScopes(w))
}
