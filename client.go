package stytch

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b"
	"github.com/seed75add069/stytch-go/b2c"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// Version is the version of this module, as sent in the User-Agent.
const Version = transport.Version

// Client calls the API for one project. Make one with [NewClient] and share it, for its caches of keys and policies: it
// is safe for concurrent use. It has no goroutine that outlives a call or a fetch: goroutines run only while keys,
// policies or M2M tokens are fetched, or AuthenticateJWT asks the API.
type Client struct {
	// B2B holds the services of a B2B project: organizations and their members.
	B2B *b2b.Services
	// B2C holds the services of a consumer project: users.
	B2C *b2c.Services

	http *http.Client
	base string
	text string
	now  func() time.Time
}

// NewClient returns a client with a copy of config. It makes no network calls, so that an outage of the API does not
// keep a program from starting. If a field is invalid, the error is a *stytcherror.ArgumentError that names it.
func NewClient(config Config) (*Client, error) {
	base, fraud, err := config.check()
	if err != nil {
		return nil, err
	}
	config.Verification.Keys = slices.Clone(config.Verification.Keys)
	config.Verification.Issuers = slices.Clone(config.Verification.Issuers)
	credentials := transport.Basic(config.ProjectID, config.Secret)
	client, reason := transport.NewHTTPClient(config.HTTPClient, config.Middleware, credentials, config.plainHTTP())
	if reason != "" {
		return nil, refuse("Middleware", reason)
	}
	cfg := &shared.FetchConfig{
		ProjectID:        config.ProjectID,
		BaseURL:          base,
		FraudBaseURL:     fraud,
		HTTPClient:       client,
		Timeout:          config.Timeout,
		Retry:            config.Retry,
		MaxResponseBytes: config.MaxResponseBytes,
		UserAgent:        transport.UserAgent(),
		Logger:           config.Logger,
		Now:              config.Now,
		Redact:           credentials.Redact,
		Verification:     config.Verification,
	}
	return &Client{
		B2B:  b2b.New(cfg),
		B2C:  b2c.New(cfg),
		http: client,
		base: base.String(),
		text: fmt.Sprintf("stytch.Client(%s at %s)", config.ProjectID, base),
		now:  config.Now,
	}, nil
}

// BaseURL returns the address of the auth API that the client calls, as in "https://test.stytch.com": that of the
// project's environment unless Config.BaseURL says otherwise.
func (c *Client) BaseURL() string { return c.base }

// Now returns the time by which the client verifies tokens: that of Config.Now, or time.Now.
func (c *Client) Now() time.Time {
	if c.now == nil {
		return time.Now()
	}
	return c.now()
}

// CloseIdleConnections closes the connections that no call is using. Clients without an HTTPClient in their Config
// share their connections: it closes those of all of them. It need not be called on a client that is no longer needed:
// such connections close after 50 idle seconds.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// String returns the project's id and the address of the API.
func (c *Client) String() string {
	if c == nil {
		return "stytch.Client(nil)"
	}
	return c.text
}

// Format writes the text of String, whatever the verb.
func (c *Client) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue returns the text of String.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the text of String.
func (c *Client) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
