package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
)

const (
	otherSite = "https://other.example.net"
	sibling   = "https://other.example.com"
	trusted   = "https://admin.example.com"
)

// headers are the headers of a request, but for its credentials.
type headers map[string]string

func (s *site) crossOrigin(t *testing.T, method, host string, h headers, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, origin+"/notes", http.NoBody)
	if host != "" {
		r.Host = host
	}
	for name, value := range h {
		r.Header.Set(name, value)
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return s.get(r)
}

// A request with cookies passes only if a page of the application, or of a trusted origin, has sent it, or no page has.
func TestOrigin_ofRequestsWithCookies(t *testing.T) {
	t.Parallel()
	ours := newSite(t, func(c *httpauth.Config) { c.TrustedOrigins = []string{trusted, "http://localhost:3000"} })
	empty := newSite(t, func(c *httpauth.Config) { c.Origin, c.TrustedOrigins = "", []string{trusted} })
	socket := func(h headers) headers {
		h["Upgrade"], h["Connection"] = "websocket", "Upgrade"
		return h
	}
	for name, tt := range map[string]struct {
		method, host string
		headers      headers
		ours, empty  bool // whether it passes, with and without Config.Origin
	}{
		"a form of our own":                          {"POST", "", headers{"Sec-Fetch-Site": "same-origin", "Origin": origin}, true, true},
		"a request that the person made":             {"POST", "", headers{"Sec-Fetch-Site": "none"}, true, true},
		"a form of another site":                     {"POST", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": otherSite}, false, false},
		"a form of another site without Origin":      {"POST", "", headers{"Sec-Fetch-Site": "cross-site"}, false, false},
		"a form of a sandboxed page":                 {"POST", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": "null"}, false, false},
		"a fetch of another site":                    {"PUT", "", headers{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": otherSite}, false, false},
		"a DELETE of another site":                   {"DELETE", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": otherSite}, false, false},
		"a method of one's own":                      {"PURGE", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": otherSite}, false, false},
		"a form of a subdomain of the same site":     {"POST", "", headers{"Sec-Fetch-Site": "same-site", "Origin": sibling}, false, false},
		"a value that is not known":                  {"POST", "", headers{"Sec-Fetch-Site": "elsewhere", "Origin": otherSite}, false, false},
		"a trusted origin of the same site":          {"POST", "", headers{"Sec-Fetch-Site": "same-site", "Origin": trusted}, true, true},
		"a trusted origin of another site":           {"POST", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": trusted}, true, true},
		"a trusted origin on this machine":           {"POST", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:3000"}, true, false},
		"a trusted origin on another port":           {"POST", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:3001"}, false, false},
		"a trusted host by another scheme":           {"POST", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": "http://admin.example.com"}, false, false},
		"a link of another site":                     {"GET", "", headers{"Sec-Fetch-Site": "cross-site"}, true, true},
		"a HEAD of another site":                     {"HEAD", "", headers{"Sec-Fetch-Site": "cross-site"}, true, true},
		"an OPTIONS of another site":                 {"OPTIONS", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": otherSite}, true, true},
		"a client that is no browser":                {"POST", "", nil, true, true},
		"an old browser on our page":                 {"POST", "", headers{"Origin": origin}, true, false},
		"an old browser on a trusted page":           {"POST", "", headers{"Origin": trusted}, true, true},
		"an old browser on another site":             {"POST", "", headers{"Origin": otherSite}, false, false},
		"an old browser on a subdomain":              {"POST", "", headers{"Origin": sibling}, false, false},
		"an old browser on a sandboxed page":         {"POST", "", headers{"Origin": "null"}, false, false},
		"our host by http":                           {"POST", "", headers{"Origin": "http://app.example.com"}, false, false},
		"our host on another port":                   {"POST", "", headers{"Origin": origin + ":8443"}, false, false},
		"a poisoned Host is not trusted":             {"POST", "other.example.net", headers{"Origin": otherSite}, false, false},
		"a poisoned Host is not asked where ours is": {"POST", "other.example.net", headers{"Origin": origin}, true, false},
		"X-Forwarded-Host is not trusted":            {"POST", "", headers{"X-Forwarded-Host": "other.example.net", "X-Forwarded-Proto": "https", "Origin": otherSite}, false, false},
		"Forwarded is not trusted":                   {"POST", "", headers{"Forwarded": "host=other.example.net;proto=https", "Origin": otherSite}, false, false},
		"a method that a header overrides":           {"GET", "", headers{"X-HTTP-Method-Override": "POST", "Sec-Fetch-Site": "cross-site"}, true, true},
		"a WebSocket of our own":                     {"GET", "", socket(headers{"Sec-Fetch-Site": "same-origin", "Origin": origin}), true, true},
		"a WebSocket of another site":                {"GET", "", socket(headers{"Sec-Fetch-Site": "cross-site", "Origin": otherSite}), false, false},
		"a WebSocket of a subdomain":                 {"GET", "", socket(headers{"Sec-Fetch-Site": "same-site", "Origin": sibling}), false, false},
		"a WebSocket of a trusted origin":            {"GET", "", socket(headers{"Sec-Fetch-Site": "same-site", "Origin": trusted}), true, true},
		"a WebSocket of an old browser elsewhere":    {"GET", "", socket(headers{"Origin": otherSite}), false, false},
		"a WebSocket of an old browser of ours":      {"GET", "", socket(headers{"Origin": origin}), true, false},
		"a WebSocket with a poisoned Host":           {"GET", "other.example.net", socket(headers{"Origin": otherSite}), false, false},
		"a WebSocket of no browser":                  {"GET", "", socket(headers{}), true, true},
		"an Upgrade in capitals":                     {"GET", "", headers{"Upgrade": "WebSocket", "Sec-Fetch-Site": "cross-site"}, false, false},
		"an Upgrade to one of several protocols":     {"GET", "", headers{"Upgrade": "h2c, websocket", "Sec-Fetch-Site": "cross-site"}, false, false},
		"an Upgrade with a version":                  {"GET", "", headers{"Upgrade": "websocket/13", "Sec-Fetch-Site": "cross-site"}, false, false},
		"a key of a WebSocket without an Upgrade":    {"GET", "", headers{"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-Fetch-Site": "cross-site"}, false, false},
		"a WebSocket over HTTP/2":                    {"CONNECT", "", headers{"Sec-Fetch-Site": "cross-site", "Origin": otherSite}, false, false},
		"an Upgrade to another protocol":             {"GET", "", headers{"Upgrade": "h2c", "Sec-Fetch-Site": "cross-site"}, true, true},
	} {
		for name, of := range map[string]struct {
			s      *site
			passes bool
		}{name: {ours, tt.ours}, name + ", without Config.Origin": {empty, tt.empty}} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				v := of.s.LogIn("ada@example.com")
				w := of.s.crossOrigin(t, tt.method, tt.host, tt.headers, of.s.cookies(v)...)
				if of.passes {
					assert.Equal(t, http.StatusOK, w.Code)
					return
				}
				require.Equal(t, http.StatusForbidden, w.Code)
				assert.Equal(t, httpauth.ReasonOrigin, errorOf(t, w))
				assert.Empty(t, w.Result().Cookies(), "no cookie is cleared")
			})
		}
	}
}

// The origin is looked at before a cookie is, and for requests with cookies only.
func TestOrigin_comesBeforeTheCookies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	before := len(s.Requests())
	foreign := headers{"Sec-Fetch-Site": "cross-site", "Origin": otherSite}
	for name, c := range map[string]*http.Cookie{
		"a token":              cookie(tokenCookie, v.SessionToken),
		"a JWT":                cookie(jwtCookie, v.SessionJWT),
		"a token that is none": cookie(tokenCookie, "x"),
		"an empty token":       cookie(tokenCookie, ""),
	} {
		w := s.crossOrigin(t, http.MethodPost, "", foreign, c)
		assert.Equal(t, httpauth.ReasonOrigin, errorOf(t, w), name)
	}
	assert.Len(t, s.Requests(), before, "nobody is asked")
	w := s.crossOrigin(t, http.MethodPost, "", foreign)
	assert.Equal(t, httpauth.ReasonLogin, errorOf(t, w), "without cookies nothing can be forged")
	w = s.crossOrigin(t, http.MethodPost, "", foreign, cookie("theme", "dark"), cookie("stytch_session", v.SessionToken))
	assert.Equal(t, httpauth.ReasonLogin, errorOf(t, w), "other cookies do not count")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/", http.NoBody)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.AddCookie(cookie(tokenCookie, v.SessionToken))
	w = serve(s.guard.Optional()(http.HandlerFunc(whoami)), r)
	assert.Equal(t, httpauth.ReasonOrigin, errorOf(t, w), "Optional does not make it nobody's")
}

// A page of another site cannot make a browser send a bearer token, so that one passes, whatever else there is.
func TestOrigin_bearersPass(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	for _, token := range []string{v.SessionJWT, v.SessionToken} {
		r := withBearer(httptest.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/", http.NoBody), token)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", otherSite)
		assert.Equal(t, http.StatusOK, s.get(r).Code)
		for _, c := range s.cookies(v) {
			r.AddCookie(c)
		}
		assert.Equal(t, http.StatusOK, s.get(r).Code, "the cookies do not count")
	}
	r := withBearer(httptest.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/", http.NoBody), "nonsense")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.AddCookie(cookie(tokenCookie, v.SessionToken))
	assert.Equal(t, httpauth.ReasonToken, errorOf(t, s.get(r)), "a bad one is no way around the check")
	r = withAuthorization(httptest.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/", http.NoBody), "Basic YTpi")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.AddCookie(cookie(tokenCookie, v.SessionToken))
	assert.Equal(t, httpauth.ReasonOrigin, errorOf(t, s.get(r)), "nor is another scheme")
}

// Origins are compared as browsers write them.
func TestOrigin_isCanonical(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *httpauth.Config) {
		c.Origin, c.TrustedOrigins = "HTTPS://App.Example.COM:443", []string{"https://ADMIN.example.com:0443"}
	})
	v := s.LogIn("ada@example.com")
	for _, from := range []string{origin, trusted} {
		assert.Equal(t, http.StatusOK, s.crossOrigin(t, "POST", "", headers{"Origin": from}, s.cookies(v)...).Code, from)
	}
}

// What is trusted is what was given when the guard was made.
func TestOrigin_isACopy(t *testing.T) {
	t.Parallel()
	list := []string{trusted}
	s := newSite(t, func(c *httpauth.Config) { c.TrustedOrigins = list })
	list[0] = otherSite
	v := s.LogIn("ada@example.com")
	assert.Equal(t, http.StatusForbidden, s.crossOrigin(t, "POST", "", headers{"Origin": otherSite}, s.cookies(v)...).Code)
	assert.Equal(t, http.StatusOK, s.crossOrigin(t, "POST", "", headers{"Origin": trusted}, s.cookies(v)...).Code)
}

// Reading is never refused: CORS decides what a page of another site gets to see.
func TestOrigin_readingIsNotChecked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
		r := request(method, "/notes", s.cookies(v)...)
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set("Origin", otherSite)
		assert.Equal(t, http.StatusOK, s.get(r).Code, method)
	}
}
