package samlshield

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// Client calls SAML Shield. Make one with [NewClient] and share it: it is safe for concurrent use and reuses
// connections. It has no goroutine of its own.
type Client struct {
	// SAML validates SAML responses.
	SAML *Service

	http *http.Client
	text string
}

// NewClient returns a client with a copy of config. It makes no network calls. If a field is invalid, the error is a
// *stytcherror.ArgumentError that names it.
func NewClient(config Config) (*Client, error) {
	base, err := config.check()
	if err != nil {
		return nil, err
	}
	credentials := transport.Bearer(config.PublicToken)
	client, reason := transport.NewHTTPClient(config.HTTPClient, config.Middleware, credentials, config.plainHTTP())
	if reason != "" {
		return nil, refuse("Middleware", reason)
	}
	return &Client{
		SAML: &Service{cfg: &shared.FetchConfig{
			BaseURL:          base,
			HTTPClient:       client,
			Timeout:          config.Timeout,
			Retry:            config.Retry,
			MaxResponseBytes: config.MaxResponseBytes,
			UserAgent:        transport.UserAgent(),
			Logger:           config.Logger,
			Now:              config.Now,
			Redact:           credentials.Redact,
		}},
		http: client,
		text: fmt.Sprintf("samlshield.Client(%s)", base),
	}, nil
}

// CloseIdleConnections closes the connections that no call is using. Clients without an HTTPClient in their Config
// share their connections, also with a stytch.Client: it closes those of all of them. It need not be called on a client
// that is no longer needed: such connections close after 50 idle seconds.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// String returns the address of the service.
func (c *Client) String() string {
	if c == nil {
		return "samlshield.Client(nil)"
	}
	return c.text
}

// Format writes the text of String, whatever the verb.
func (c *Client) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue returns the text of String.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText returns the text of String.
func (c *Client) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
