package samlshield

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/seed75add069/stytch-go/internal/checks"
	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Config holds the settings of a [Client]. PublicToken is required; the zero values of the other fields are their
// defaults. Printing, logging and marshalling a Config do not show the token, since it is all that is needed to use the
// service on the project's account.
type Config struct {
	// PublicToken is the project's public token. Each request carries it as a bearer token.
	PublicToken string
	// BaseURL replaces https://api.samlshield.com. It is https, except that http is accepted for localhost and loopback
	// addresses. A path is kept as a prefix. It must not end with /v1, which the SDK adds.
	BaseURL string
	// AllowLiveOnLoopback accepts a loopback address for a live public token, which is otherwise refused as a mistake.
	AllowLiveOnLoopback bool
	// AllowPlainHTTP accepts http for any host if the public token is a test one, which then travels in the clear. It
	// changes nothing for a live one.
	AllowPlainHTTP bool

	// HTTPClient sends the requests. The client copies it and replaces its CheckRedirect. If nil, the client uses
	// connections that all such clients share, at most 128 per host; over HTTP/1 further calls wait until one is free.
	// Plain http then takes no proxy, and dials loopback addresses only unless AllowPlainHTTP is set.
	HTTPClient *http.Client
	// Middleware wraps the transport; the first one is outermost. The token is added after the last one, so that no
	// middleware sees it.
	Middleware []func(http.RoundTripper) http.RoundTripper
	// Timeout bounds a whole call, retries included. Zero means 30 seconds, negative no bound.
	Timeout time.Duration
	// Retry bounds the attempts of a call. Its zero value means three attempts of at most ten seconds each.
	Retry shared.RetryPolicy
	// MaxResponseBytes bounds the body of a response, after decompression. Zero means 16 MiB.
	MaxResponseBytes int64

	// Logger receives a record per call at level Debug, with request and response, and one per retry at level Warn.
	// SAML responses are masked. If nil, nothing is logged.
	Logger *slog.Logger
	// Now is the clock for Retry-After dates. Nil means time.Now.
	Now func() time.Time
}

func refuse(field, reason string) error {
	return &stytcherror.ArgumentError{Op: "samlshield.NewClient", Field: field, Reason: reason}
}

// check validates the fields as far as that is possible without calling the service. It returns the base URL.
func (c Config) check() (*url.URL, error) {
	if reason := checks.Credential(c.PublicToken, checks.PublicToken); reason != "" {
		return nil, refuse("PublicToken", reason)
	}
	if field, reason := checks.Common(c.MaxResponseBytes, c.Retry, c.Middleware); reason != "" {
		return nil, refuse(field, reason)
	}
	base, reason := checks.BaseURL(c.BaseURL, checks.SAMLHost, c.plainHTTP())
	if reason != "" {
		return nil, refuse("BaseURL", reason)
	}
	if c.live() {
		if reason := checks.LiveOnLoopback(base, c.AllowLiveOnLoopback); reason != "" {
			return nil, refuse("BaseURL", reason)
		}
	}
	return base, nil
}

// live reports whether the token is a live one.
func (c Config) live() bool { return checks.Environment(c.PublicToken, checks.PublicToken) == "live" }

// plainHTTP reports whether http is accepted for any host.
func (c Config) plainHTTP() bool { return c.AllowPlainHTTP && !c.live() }

// String returns the address of the service, without the token.
func (c Config) String() string {
	return fmt.Sprintf("samlshield.Config(PublicToken: %s, BaseURL: %s)",
		secret.Mask(c.PublicToken), checks.PublicAddress(c.BaseURL))
}

// Format writes the text of String, whatever the verb.
func (c Config) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue returns the text of String.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the text of String.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
