package httpauth

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/checks"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Defaults and bounds of a [Config].
const (
	DefaultRemoteTimeout = 5 * time.Second
	DefaultMaxRemote     = 128
	MaxOutageGrace       = time.Hour
	MinSessionDuration   = 5 * time.Minute
	MaxSessionDuration   = 366 * 24 * time.Hour
)

// Config holds the settings of a [Guard]. The zero values of its fields are their defaults.
type Config struct {
	// Origin is the application's address as browsers see it, as in "https://app.example.com": scheme and host, without
	// a path. Links, cookies and the cross-origin check follow it. http is accepted for localhost, names that end in
	// .localhost, and loopback addresses. X-Forwarded headers decide nothing, and Host only what [Subdomain] names.
	//
	// If it is empty, cookies are Secure, requests with cookies are trusted from TrustedOrigins and from what browsers
	// call the same origin, and there is no Login.
	Origin string
	// TrustedOrigins are other origins whose pages may send requests with cookies, as in "https://admin.example.com",
	// with the rules of Origin. CORS headers are not set: that is for a handler around the guard.
	TrustedOrigins []string
	// Cookies says who sets the session's cookies, and their names.
	Cookies Cookies
	// SessionDuration is how long a session lasts from a login and from each refresh on, in whole minutes, from five
	// minutes to 366 days. Zero means the API's default for a login of members, an hour for one of users, and that a
	// refresh extends nothing. One of five minutes ends with its first JWT, and no activity extends it.
	SessionDuration time.Duration
	// OutageGrace is for how long after its end a JWT is accepted while the API cannot be reached or answers 5xx, up to
	// an hour. The default is zero: 503. This process must know from the API that the token is of the session. See
	// [Principal].Stale.
	OutageGrace time.Duration
	// RemoteTimeout bounds the time that a request waits for an answer of the API about its session, retries included,
	// and for keys or a policy where there are none yet. Zero means five seconds.
	RemoteTimeout time.Duration
	// MaxRemote bounds the calls to the API at one time. Requests beyond it are answered with 503. Those without a
	// genuine JWT, logins, and more than four at a time about one session share a quarter of it, at least one. Zero
	// means 128; the most is 1048576.
	MaxRemote int
	// LoginURL is where browsers are sent to log in: a path, or a URL that is https, or http on this machine, without a
	// fragment. [Guard.Login] sets it if it is empty. If it stays empty, they get a page with the status 401.
	LoginURL string
	// Respond writes the answers to refused requests. Nil means [Denial.Write].
	Respond Responder
	// OnEvent is told of each request, refresh, login and logout, in the goroutine of the request, which waits for it.
	// It must be safe for concurrent use.
	OnEvent func(context.Context, Event)
	// Now is the clock for what is remembered, and for ages. Nil means the client's, [stytch.Client.Now], by which JWTs
	// are verified.
	Now func() time.Time
}

// maxMaxRemote bounds Config.MaxRemote.
const maxMaxRemote = 1 << 20

// argumentError returns the error for an argument of a function of this package.
func argumentError(op, field, reason string) error {
	return &stytcherror.ArgumentError{Op: "httpauth." + op, Field: field, Reason: reason}
}

// check validates c and sets its defaults. op is the function that it was given to.
func (c *Config) check(op string) error {
	if err := c.checkOrigins(op); err != nil {
		return err
	}
	if err := c.Cookies.check(op, c.isSecure()); err != nil {
		return err
	}
	if c.Origin != "" && c.Cookies.Domain != "" && !c.isInDomain() {
		return argumentError(op, "Cookies.Domain",
			"is neither Origin's host nor a domain above it: browsers drop the cookies")
	}
	switch d := c.SessionDuration; {
	case d != 0 && (d < MinSessionDuration || d > MaxSessionDuration || d%time.Minute != 0):
		return argumentError(op, "SessionDuration", "is not zero or whole minutes between five minutes and 366 days")
	case c.OutageGrace < 0 || c.OutageGrace > MaxOutageGrace:
		return argumentError(op, "OutageGrace", "is not between zero and an hour")
	case c.RemoteTimeout < 0:
		return argumentError(op, "RemoteTimeout", "is negative")
	case c.MaxRemote < 0 || c.MaxRemote > maxMaxRemote:
		return argumentError(op, "MaxRemote", "is negative or too large")
	}
	if reason := checkLoginURL(c.LoginURL); reason != "" {
		return argumentError(op, "LoginURL", reason)
	}
	if c.RemoteTimeout == 0 {
		c.RemoteTimeout = DefaultRemoteTimeout
	}
	if c.MaxRemote == 0 {
		c.MaxRemote = DefaultMaxRemote
	}
	return nil
}

func (c *Config) checkOrigins(op string) error {
	if c.Origin != "" {
		origin, reason := canonicalOrigin(c.Origin)
		if reason != "" {
			return argumentError(op, "Origin", reason)
		}
		c.Origin = origin
	}
	trusted := make([]string, len(c.TrustedOrigins))
	for i, text := range c.TrustedOrigins {
		origin, reason := canonicalOrigin(text)
		if reason != "" {
			return argumentError(op, "TrustedOrigins["+strconv.Itoa(i)+"]", reason)
		}
		trusted[i] = origin
	}
	c.TrustedOrigins = trusted
	return nil
}

// minutes is SessionDuration, or nil for the API's default.
func (c *Config) minutes() *int {
	if c.SessionDuration == 0 {
		return nil
	}
	return new(int(c.SessionDuration / time.Minute))
}

// isSecure reports whether browsers reach the application by https.
func (c *Config) isSecure() bool { return !strings.HasPrefix(c.Origin, "http://") }

// isInDomain reports whether browsers accept cookies for Cookies.Domain from Origin (RFC 6265, section 5.1.3).
func (c *Config) isInDomain() bool {
	u, err := url.Parse(c.Origin)
	if err != nil {
		return false
	}
	domain, host := strings.ToLower(strings.TrimPrefix(c.Cookies.Domain, ".")), u.Hostname()
	return host == domain || strings.HasSuffix(host, "."+domain)
}

// canonicalOrigin returns an origin as browsers write it: in lower case, without a default port.
func canonicalOrigin(text string) (origin, reason string) {
	if text == "" {
		return "", "is empty"
	}
	u, reason := checks.Address(text, "", true)
	switch {
	case reason != "":
		return "", reason
	case u.Path != "" || strings.HasSuffix(text, "/"):
		return "", "has a path: an origin is scheme and host"
	case u.Scheme == "http" && !isLocal(u.Hostname()):
		return "", "is http for a host that is not local"
	}
	return u.Scheme + "://" + u.Host, ""
}

// isLocal reports whether browsers reach a host on their own machine only.
func isLocal(host string) bool {
	return checks.IsLoopback(host) || strings.HasSuffix(host, ".localhost")
}

func checkLoginURL(text string) (reason string) {
	if text == "" {
		return ""
	}
	if reason := checks.PrintableASCII(text); reason != "" {
		return reason
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.User != nil || u.Fragment != "":
		return "is not a path or a URL"
	case u.Host == "" && u.Scheme == "":
		if text != ReturnPath(text) {
			return "is not a path that begins with a single slash, or a URL"
		}
	case u.Scheme != "https" && (u.Scheme != "http" || !isLocal(u.Hostname())), u.Host == "":
		return "is neither a path nor an https URL"
	}
	return ""
}

// Responder answers a refused request. The headers of the answer are set, such as WWW-Authenticate and Retry-After, and
// the fields of the [Denial] are complete. Status and body are left to the Responder, which may call [Denial.Write].
type Responder func(http.ResponseWriter, *http.Request, *Denial)
