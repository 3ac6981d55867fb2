package shared

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Defaults of a [FetchConfig], in force where a field is zero.
const (
	DefaultTimeout          = 30 * time.Second
	DefaultMaxResponseBytes = 16 << 20
)

// FetchConfig is what a service needs to make calls. stytch.NewClient builds one and hands it to every service; build
// your own only to use a single service without the client. It must not be changed once a service holds it, and is then
// safe for concurrent use.
//
// It never shows the project's secret: HTTPClient adds the credentials, and Redact can only take them out.
type FetchConfig struct {
	// ProjectID is the project all calls belong to.
	ProjectID string
	// BaseURL is where the auth API lives, FraudBaseURL where the fraud API does. A path in it is kept as a prefix.
	BaseURL, FraudBaseURL *url.URL
	// HTTPClient sends authenticated requests. If nil, http.DefaultClient sends them without credentials.
	HTTPClient *http.Client
	// Timeout bounds a whole call, retries included. Zero means [DefaultTimeout], less than zero no bound of ours.
	Timeout time.Duration
	// Retry says how often and how patiently a failed call is tried again.
	Retry RetryPolicy
	// MaxResponseBytes bounds the body of an answer, after decompression. Zero means [DefaultMaxResponseBytes].
	MaxResponseBytes int64
	// UserAgent is sent with every request.
	UserAgent string
	// Logger receives a record per call at level Debug and one per retry at level Warn, without secrets. Nil is silent.
	Logger *slog.Logger
	// Now tells the time for Retry-After dates and for local verification. Nil means time.Now.
	Now func() time.Time
	// Product says which product's keys and policy serve where both have the service, as for M2M. Zero is
	// [ProductB2C].
	Product Product
	// Verification holds the knobs of local verification.
	Verification Verification
	// Redact takes the credentials that HTTPClient adds out of text a server sent back, before the text gets into an
	// error. What a call itself sends in secret is taken out in any case. Nil takes nothing out.
	Redact func(text string) string
	// Verifier is what the services of a client verify tokens and permissions with, all of them by the same keys and
	// policy. stytch.NewClient sets it; where it is nil, each service makes one of its own.
	Verifier any
}

// Product is one of the API's two products.
type Product string

// The products.
const (
	ProductB2C Product = ""
	ProductB2B Product = "b2b"
)

func (c *FetchConfig) String() string {
	if c == nil {
		return "shared.FetchConfig(nil)"
	}
	return fmt.Sprintf("shared.FetchConfig(%s at %s)", c.ProjectID, c.BaseURL.Redacted())
}

// Format writes where the calls go, whatever the verb.
func (c *FetchConfig) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue is the same for slog.
func (c *FetchConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is the same for encoders.
func (c *FetchConfig) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
