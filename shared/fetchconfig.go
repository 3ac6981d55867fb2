package shared

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// Defaults of the fields of a [FetchConfig] that are zero.
const (
	DefaultTimeout          = 30 * time.Second
	DefaultMaxResponseBytes = 16 << 20
)

// FetchConfig is what a service needs to make calls. stytch.NewClient makes one; make your own only to use services
// without the client. It must not be changed once a service uses it, and is then safe for concurrent use.
//
// It has no field with the project's secret: HTTPClient adds the credentials to requests.
type FetchConfig struct {
	// ProjectID is the project's id.
	ProjectID string
	// BaseURL is the address of the auth API, FraudBaseURL that of the fraud API. A path is kept as a prefix.
	BaseURL, FraudBaseURL *url.URL
	// HTTPClient sends authenticated requests. If nil, http.DefaultClient sends them without credentials.
	HTTPClient *http.Client
	// Timeout bounds a whole call, retries included. Zero means [DefaultTimeout], negative no bound.
	Timeout time.Duration
	// Retry bounds the attempts of a call.
	Retry RetryPolicy
	// MaxResponseBytes bounds the body of a response, after decompression. Zero means [DefaultMaxResponseBytes].
	MaxResponseBytes int64
	// UserAgent is sent with every request.
	UserAgent string
	// Logger receives a record per call at level Debug and one per retry at level Warn, without secrets. If nil,
	// nothing is logged.
	Logger *slog.Logger
	// Now is the clock for Retry-After dates and for local verification. Nil means time.Now.
	Now func() time.Time
	// Product decides whose keys and policy a service uses that belongs to both products, such as M2M. b2b.New and
	// b2c.New set it, in their copy. The zero value is [ProductB2C].
	Product Product
	// Verification holds the settings of local verification.
	Verification Verification
	// Redact replaces the credentials that HTTPClient adds in text from a server before it becomes part of an error. If
	// nil, only the secrets of the call itself are replaced.
	Redact func(text string) string
	// Verifier verifies tokens and permissions for all services of a product, which share its keys and policies.
	// b2b.New and b2c.New set it in their copy, to an internal type; if nil, each service makes its own.
	Verifier any
}

// Product is one of the API's two products.
type Product string

// The products.
const (
	ProductB2C Product = ""
	ProductB2B Product = "b2b"
)

// String returns the project's id and the address of the auth API.
func (c *FetchConfig) String() string {
	if c == nil {
		return "shared.FetchConfig(nil)"
	}
	return fmt.Sprintf("shared.FetchConfig(%s at %s)", c.ProjectID, c.BaseURL.Redacted())
}

// Format writes the text of String, whatever the verb.
func (c *FetchConfig) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue returns the text of String.
func (c *FetchConfig) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the text of String.
func (c *FetchConfig) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
