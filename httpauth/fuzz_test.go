package httpauth_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// FuzzFlow says that no value of the cookies between steps makes a login panic, or lead to another site.
func FuzzFlow(f *testing.F) {
	encode := base64.RawURLEncoding.EncodeToString
	for _, text := range []string{
		`{"m":"email_link","a":"ada@example.com","v":"0123456789012345678901234567890123456789012","n":"/notes?x=1"}`,
		`{"v":"0123456789012345678901234567890123456789012","n":"//evil.example"}`,
		`{"v":"0123456789012345678901234567890123456789012","n":"/\\evil.example"}`,
		`{"v":"0123456789012345678901234567890123456789012","n":"https://evil.example/"}`,
		`{"v":"0123456789012345678901234567890123456789012","n":"/%2fevil.example"}`,
		`{"v":"0123456789012345678901234567890123456789012","n":"/a\r\nSet-Cookie: a=b"}`,
		`{"m":"email_link","v":""}`, `{"m":1}`, `[]`, `null`, `{`, ``,
	} {
		f.Add(encode([]byte(text)), "an-intermediate-session-token")
		f.Add(text, "")
	}
	s := stytchtest.NewServer(stytchtest.WithRedirectURL(origin + "/auth/callback"))
	f.Cleanup(s.Close)
	require.NoError(f, s.Restore(signingKey()))
	s.LogIn("bob@example.com") // makes an organization
	g, err := httpauth.NewB2B(s.Client(), httpauth.Config{Origin: origin})
	require.NoError(f, err)
	l, err := g.Login(httpauth.LoginConfig{})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, flow, intermediate string) {
		before := len(s.Inbox().Messages("ada@example.com"))
		for _, r := range []*http.Request{
			navigation(http.MethodGet, "/auth/login?sent=1"),
			navigation(http.MethodGet, "/auth/callback?stytch_token_type=discovery&token=0123456789abcdef"),
			form("/auth/callback", "stytch_token_type=discovery&token=0123456789abcdef"),
			navigation(http.MethodGet, "/auth/organizations"),
			form("/auth/organizations", "organization_id=organization-test-1"),
		} {
			r.Header.Set("Cookie", "__Host-stytch_flow="+flow+"; __Host-stytch_intermediate="+intermediate)
			assertOnSite(t, serve(l, r))
		}
		assert.Len(t, s.Inbox().Messages("ada@example.com"), before, "nothing is sent")

		// Somebody who does log in is led on to a page of this site too.
		link := s.MagicLink("bob@example.com")
		r := form("/auth/callback", "stytch_token_type=discovery&token="+url.QueryEscape(link))
		r.Header.Set("Cookie", "__Host-stytch_flow="+flow)
		assertOnSite(t, serve(l, r))
	})
}

// assertOnSite says that an answer is one, and leads to a path of the application if it leads anywhere.
func assertOnSite(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	assert.Contains(t, []int{200, 303, 400, 401, 403, 404}, w.Code)
	location := w.Header().Get("Location")
	if location == "" {
		return
	}
	assert.Equal(t, location, httpauth.ReturnPath(location))
	base, err := url.Parse(origin + "/auth/callback")
	require.NoError(t, err)
	to, err := base.Parse(location)
	require.NoError(t, err)
	assert.Equal(t, origin, to.Scheme+"://"+to.Host)
	assert.False(t, strings.ContainsAny(location, "\r\n\\"))
}
