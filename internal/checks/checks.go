// Package checks validates the configuration of a client, without a network. The reasons that it returns never contain
// the value.
//
//	u, reason := checks.Address("https://login.example.com", "api.example.com")
//
// [Address] checks base URLs, [Bounds] numbers and middleware.
package checks

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/shared"
)

// Address parses a base URL; if raw is empty, it returns https://host. http is accepted for loopback hosts only. A path
// is kept as a prefix, without slashes at its end. The reason is empty if u is valid.
func Address(raw, host string) (u *url.URL, reason string) {
	if raw == "" {
		return &url.URL{Scheme: "https", Host: host}, ""
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || !validPort(u.Port()):
		return nil, "is not an absolute URL"
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, "is neither https nor http"
	case u.User != nil:
		return nil, "carries credentials"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, "carries a query or a fragment"
	case u.Scheme == "http" && !Loopback(u.Hostname()):
		return nil, "is http and not on a loopback host: credentials would travel in the clear"
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u, ""
}

// Loopback reports whether host is this machine: localhost and names under it (RFC 6761, section 6.3), 127/8 and ::1.
func Loopback(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// validPort reports whether port is empty or a number of 16 bits.
func validPort(port string) bool {
	_, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil
}

// Word reports whether s is free of spaces, control characters and invalid UTF-8, as a credential in a header is.
func Word(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\uFFFD' })
}

// Bounds checks the fields that the configurations of all clients have. The reason is empty if they are valid.
func Bounds(
	maxBytes int64, retry shared.RetryPolicy, middleware []func(http.RoundTripper) http.RoundTripper,
) (field, reason string) {
	switch {
	case maxBytes < 0:
		return "MaxResponseBytes", "is negative"
	case retry.MaxAttempts < 0:
		return "Retry.MaxAttempts", "is negative"
	case retry.MinDelay < 0 || retry.MaxDelay < 0 || retry.MaxRetryAfter < 0:
		return "Retry", "has a negative delay"
	case slices.ContainsFunc(middleware, func(m func(http.RoundTripper) http.RoundTripper) bool { return m == nil }):
		return "Middleware", "holds a nil function"
	}
	return "", ""
}

// Printable returns an address without credentials, query and fragment, which may hold secrets.
func Printable(raw string) string {
	if raw == "" {
		return "default"
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "invalid"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
