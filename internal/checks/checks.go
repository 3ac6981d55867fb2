// Package checks validates the configuration of a client, without a network. The reasons that it returns never contain
// the value.
//
//	u, reason := checks.BaseURL("https://login.example.com", checks.LiveHost, false)
//
// [BaseURL] checks base URLs, [Address] those of issuers too, [LiveOnLoopback] whether live credentials may go there,
// [Credential] ids, secrets and tokens, [Common] the fields that all clients have.
package checks

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/shared"
)

// Address parses a base URL into its canonical form: host in lower case and without a dot at its end, no default port,
// no slashes at the end of the path, which is kept as a prefix. If raw is empty, it returns https://host. http is
// accepted for loopback hosts, and for all if plainHTTP says so. The reason is empty if u is valid.
func Address(raw, host string, plainHTTP bool) (u *url.URL, reason string) {
	if raw == "" {
		return &url.URL{Scheme: "https", Host: host}, ""
	}
	if reason := PrintableASCII(raw); reason != "" {
		return nil, reason
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || !validHost(u.Host) || !validPort(u.Port()):
		return nil, "is not an absolute URL"
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, "is neither https nor http"
	case u.User != nil:
		return nil, "carries credentials"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, "carries a query or a fragment"
	case u.Hostname() == "https" || u.Hostname() == "http":
		return nil, "has its scheme twice"
	case strings.ContainsAny(u.Path, "{}<>$\\"):
		return nil, "has a path with a placeholder"
	case u.Scheme == "http" && !IsLoopback(u.Hostname()) && !plainHTTP:
		return nil, "is http and not on a loopback host: credentials would travel in the clear " +
			"(for a test project, see AllowPlainHTTP, or STYTCH_ALLOW_PLAIN_HTTP=true)"
	}
	u.Host = canonicalHost(u)
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = strings.TrimRight(u.RawPath, "/")
	return u, ""
}

// The hosts of the APIs.
const (
	LiveHost  = "api.stytch.com"
	TestHost  = "test.stytch.com"
	FraudHost = "telemetry.stytch.com"
	SAMLHost  = "api.samlshield.com"
)

// hosts says what is at Stytch's hosts. A base URL of another API may be given by mistake.
var hosts = map[string]string{
	LiveHost:                "the auth API",
	TestHost:                "the auth API",
	FraudHost:               "the fraud API",
	SAMLHost:                "SAML Shield",
	"management.stytch.com": "the management API",
	"stytch.com":            "Stytch's website",
	"www.stytch.com":        "Stytch's website",
}

// BaseURL is Address for the base URL of the API at host. It refuses the hosts of the others, and paths that the SDK
// adds itself.
func BaseURL(raw, host string, plainHTTP bool) (u *url.URL, reason string) {
	u, reason = Address(raw, host, plainHTTP)
	if reason != "" {
		return nil, reason
	}
	at, api := hosts[u.Hostname()], hosts[host]
	path := strings.ToLower(u.Path) + "/"
	switch {
	case at != "" && at != api:
		return nil, "is the address of " + at + ", not of " + api
	case at != "" && u.Path != "":
		return nil, "has a path, which " + api + " has not: the SDK adds /v1 and what follows"
	case strings.HasSuffix(path, "/v1/") || strings.Contains(path, "/v1/b2b/"):
		return nil, "has the path /v1, which the SDK adds itself"
	}
	return u, ""
}

// MayBeEmulator reports whether u is loopback or plain http, as the emulator's address is.
func MayBeEmulator(u *url.URL) bool { return u.Scheme == "http" || IsLoopback(u.Hostname()) }

// canonicalHost returns the host that net/http would connect to, as tokens of a custom domain name it as their issuer.
func canonicalHost(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	port := strings.TrimLeft(u.Port(), "0")
	if port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		port = ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" {
		host += ":" + port
	}
	return host
}

// IsLoopback reports whether host is localhost or an address of 127/8 or ::1. A name under localhost is not loopback:
// net/http asks DNS for it, or a proxy.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.ToLower(host) == "localhost" || ip != nil && ip.IsLoopback()
}

// LiveOnLoopback returns why live credentials must not be sent to u, or "": without AllowLiveOnLoopback, a loopback
// address is a mistake.
func LiveOnLoopback(u *url.URL, allowed bool) (reason string) {
	ip := net.ParseIP(u.Hostname())
	if allowed || !IsLoopback(u.Hostname()) && (ip == nil || !ip.IsUnspecified()) { // 0.0.0.0 connects to this machine
		return ""
	}
	return "is a loopback address, for the live environment (see AllowLiveOnLoopback)"
}

// validHost reports whether a host can be one: net/url accepts "$HOST", "HOST=example.com" and "example..com" as well.
func validHost(host string) bool {
	return PrintableASCII(host) == "" && !strings.ContainsAny(host, "!\"$&'()*+,;=<>") &&
		!strings.HasPrefix(host, ".") && !strings.Contains(host, "..")
}

// validPort reports whether port is empty or a number of 16 bits, but not 0.
func validPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && number > 0
}

// PrintableASCII returns why s cannot be an id, a secret or an address as they are configured, or "". All of those are
// printable ASCII without spaces, not in quotes and not followed by a comma or semicolon; what else is there was copied
// along: a line break, a byte order mark, a no-break space, the quotes of an env file.
func PrintableASCII(s string) (reason string) {
	const quotes = "\"'`"
	first, last := s[:min(1, len(s))], s[max(0, len(s)-1):]
	other := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
	switch {
	case strings.ContainsAny(first, quotes) || strings.ContainsAny(last, quotes):
		return "begins or ends with a quotation mark"
	case other >= 0:
		r, _ := utf8.DecodeRuneInString(s[other:])
		return "holds spaces or characters that are not printable ASCII, such as " + strconv.QuoteToASCII(string(r))
	case strings.ContainsAny(last, ",;"):
		return "ends with " + strconv.Quote(last)
	}
	return ""
}

// Common checks the fields that the configurations of all clients have. The reason is empty if they are valid.
func Common(
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

// PublicAddress returns an address without credentials, query and fragment, which may hold secrets.
func PublicAddress(raw string) string {
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
