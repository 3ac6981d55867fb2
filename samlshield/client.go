package samlshield

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// Client is the way to SAML Shield. Make one with [NewClient] and share it: it is safe for concurrent use and keeps
// connections. It starts no goroutine of its own.
type Client struct {
	// SAML checks SAML responses.
	SAML *Service

	http *http.Client
	text string
}

// NewClient checks config, copies it and returns a client. It touches no network. What it refuses is a
// *stytcherror.ArgumentError that names the field.
func NewClient(config Config) (*Client, error) {
	base, err := config.check()
	if err != nil {
		return nil, err
	}
	credentials := transport.Bearer(secret.New(config.PublicToken))
	client := transport.NewHTTPClient(config.HTTPClient, config.Middleware, credentials)
	if client == nil {
		return nil, refuse("Middleware", "returned no transport")
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

// CloseIdleConnections closes the connections that no call is using. A client that is not needed any more may be
// dropped without it; its connections then close after 90 seconds.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

func (c *Client) String() string {
	if c == nil {
		return "samlshield.Client(nil)"
	}
	return c.text
}

// Format writes the address, whatever the verb.
func (c *Client) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.String()) }

// LogValue is the same for slog.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is the same for encoders.
func (c *Client) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
