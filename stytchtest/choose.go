package stytchtest

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// formAction is the URL that the form of the emulator's page is sent to.
var formAction = regexp.MustCompile(`<form method="post" action="([^"]*)"`)

// Issuer is the project's issuer as an OpenID provider, for clients at [Server.URL]: that of its documents and of ID
// tokens, and what the paths of the OAuth2 endpoints begin with. Access tokens have another one.
func (s *Server) Issuer() string { return s.URL() + "/v1/public/" + url.PathEscape(s.ID()) }

// Choose fills in the page that stands in for an identity provider of OAuth or SSO, and sends it, as a person does. The
// page is the response that a [Server.Browser] came to, whose body Choose reads and closes. Choose returns the response
// that the browser comes to next: that of the application, or the page again, with status 400, if a field is wrong.
//
// The fields are "account", one of the addresses that the page offers, or "email" for any other one, "deny" with any
// value, and those that docs/EMULATOR.md lists. Logins with a login_hint have no such page.
//
//	resp, err := browser.Get("http://localhost:8080/login/google")
//	resp = server.Choose(browser, resp, url.Values{"account": {"ada@example.com"}})
func (s *Server) Choose(browser *http.Client, page *http.Response, fields url.Values) *http.Response {
	s.tb.Helper()
	text, err := io.ReadAll(page.Body)
	_ = page.Body.Close()
	check(s.tb, err)
	action := formAction.FindSubmatch(text)
	if action == nil || page.Request == nil || !s.serves(page.Request.URL) {
		check(s.tb, fmt.Errorf("Choose: this is no page of an identity provider: %d %s", page.StatusCode, text))
	}
	target, err := page.Request.URL.Parse(html.UnescapeString(string(action[1])))
	check(s.tb, err)
	form := strings.NewReader(fields.Encode())
	req, err := http.NewRequestWithContext(page.Request.Context(), http.MethodPost, target.String(), form)
	check(s.tb, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := browser.Do(req)
	check(s.tb, err)
	return resp
}
