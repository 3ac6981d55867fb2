package state

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// ParseRedirectURL parses a URL to which a browser is sent. It must be absolute, http or https.
func ParseRedirectURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(raw) > MaxURL ||
		!utf8.ValidString(raw) {
		return nil, fmt.Errorf("not an absolute http or https URL of at most %d bytes", MaxURL)
	}
	return u, nil
}

func isURL(s string) bool {
	_, err := ParseRedirectURL(s)
	return err == nil
}

// maxRedirectURLs bounds the redirect URLs of an app.
const maxRedirectURLs = 100

// CheckRedirectURLs checks the redirect URLs of an app as the API does.
func CheckRedirectURLs(urls []string) error {
	if len(urls) > maxRedirectURLs {
		return invalid(stytcherror.CodeConnectedAppInvalidRedirectURL, "There are more than %d URLs.", maxRedirectURLs)
	}
	if len(Distinct(urls)) != len(urls) {
		return invalid(stytcherror.CodeConnectedAppInvalidRedirectURL, "A redirect URL occurs twice.")
	}
	for _, u := range urls {
		if err := checkAppURL(u); err != nil {
			return err
		}
	}
	return nil
}

// checkAppURL checks one redirect URL: https, or http with a loopback address. Unverified: that localhost counts as
// one. A wildcard, a fragment and a user are refused (RFC 6749, section 3.1.2).
func checkAppURL(raw string) error {
	malformed := invalid(stytcherror.CodeConnectedAppInvalidRedirectURL, "A redirect URL is malformed.")
	u, err := url.Parse(raw)
	switch {
	case raw == "" || len(raw) > MaxURL || strings.ContainsFunc(raw, invisible) || strings.ContainsAny(raw, "*#\\\""):
		return malformed
	case err != nil && strings.Contains(err.Error(), "missing protocol scheme"), err == nil && u.Scheme == "":
		return invalid(stytcherror.CodeConnectedAppRedirectURLMustIncludeScheme, "A redirect URL has no scheme.")
	case err != nil:
		return malformed
	case u.Scheme != "https" && u.Scheme != "http":
		return invalid(stytcherror.CodeConnectedAppRedirectURLMustUseHTTPOrHTTPSScheme,
			"A redirect URL must begin with https:// or http://.")
	case u.Hostname() == "" || u.User != nil:
		return malformed
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return invalid(stytcherror.CodeConnectedAppRedirectURLHTTPSchemeMustUseLoopback,
			"A redirect URL with http must have a loopback address.")
	}
	return nil
}

// CheckServerURL refuses a URL that is not one of a server to ask: https, or http on this machine, without credentials.
func CheckServerURL(raw string) error {
	u, err := ParseRedirectURL(raw)
	if err != nil {
		return err
	}
	if u.User != nil || u.Scheme == "http" && !isLoopback(u.Hostname()) {
		return errors.New("one with credentials, or http on another machine")
	}
	return nil
}

// IsLoopbackURL reports whether a URL is one of a server on this machine.
func IsLoopbackURL(raw string) bool {
	u, err := ParseRedirectURL(raw)
	return err == nil && isLoopback(u.Hostname())
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback() || host == "localhost"
}
