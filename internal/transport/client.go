package transport

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"time"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// Pool sizes: 64 callers of one backend keep their connections, which net/http's two per host would not allow.
const (
	idleConns        = 256
	idleConnsPerHost = 128
	idleTimeout      = 90 * time.Second
	dialTimeout      = 5 * time.Second
	handshakeTimeout = 5 * time.Second
)

// NewHTTPClient returns a client like base (nil: a new one with room for a busy backend) that passes requests through
// middleware, the first one outermost, and then adds the credentials. base itself is not changed. It returns nil when a
// middleware returns nil.
func NewHTTPClient(
	base *http.Client, middleware []func(http.RoundTripper) http.RoundTripper, user string, password secret.Text,
) *http.Client {
	var client http.Client
	if base != nil {
		client = *base
	}
	rt := client.Transport
	switch {
	case base == nil:
		rt = newTransport()
	case rt == nil:
		rt = http.DefaultTransport
	}
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password.Reveal()))
	rt = &authTransport{next: rt, header: secret.New(basic)}
	for i := len(middleware) - 1; i >= 0; i-- {
		if rt = middleware[i](rt); rt == nil {
			return nil
		}
	}
	client.Transport = rt
	client.CheckRedirect = checkRedirect
	return &client
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           idleConns,
		MaxIdleConnsPerHost:    idleConnsPerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: 1 << 20,
		TLSHandshakeTimeout:    handshakeTimeout,
		ExpectContinueTimeout:  time.Second,
	}
}

// authTransport adds the project's credentials last, so that no middleware sees them.
type authTransport struct {
	next   http.RoundTripper
	header secret.Text
}

func (t *authTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	authed := req.WithContext(req.Context())
	authed.Header = maps.Clone(req.Header)
	authed.Header["Authorization"] = []string{t.header.Reveal()}
	return t.next.RoundTrip(authed)
}

// CloseIdleConnections lets http.Client reach the pool behind the credentials.
func (t *authTransport) CloseIdleConnections() {
	if c, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Format writes the type's name, whatever the verb.
func (t *authTransport) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "transport.authTransport")
}
