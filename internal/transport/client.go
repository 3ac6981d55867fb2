package transport

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// Pool sizes. Callers of one backend keep their connections, which net/http's two idle ones per host would not allow.
// The ceiling is what stops a burst from dialling anew for every call while handshakes are slow.
const (
	connsPerHost     = 128
	idleConns        = 2 * connsPerHost // of both hosts
	idleTimeout      = 90 * time.Second
	dialTimeout      = 5 * time.Second
	handshakeTimeout = 5 * time.Second
)

// NewHTTPClient returns a client like base (nil: a new one with room for a busy backend) that passes requests through
// middleware, the first one outermost, and then adds the credentials. base itself is not changed. It returns nil when a
// middleware returns nil.
func NewHTTPClient(
	base *http.Client, middleware []func(http.RoundTripper) http.RoundTripper, credentials Credentials,
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
	auth := &authTransport{next: rt, header: credentials.header}
	client.Transport = auth
	for _, wrap := range slices.Backward(middleware) {
		rt := wrap(client.Transport)
		if rt == nil {
			return nil
		}
		client.Transport = chain{RoundTripper: rt, pool: auth}
	}
	return &client
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           idleConns,
		MaxIdleConnsPerHost:    connsPerHost,
		MaxConnsPerHost:        connsPerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: 1 << 20,
		TLSHandshakeTimeout:    handshakeTimeout,
		ExpectContinueTimeout:  time.Second,
	}
}

// chain is middleware around the pool, which http.Client would not find behind it.
type chain struct {
	http.RoundTripper

	pool *authTransport
}

// CloseIdleConnections lets http.Client reach the pool behind the middleware.
func (c chain) CloseIdleConnections() { c.pool.CloseIdleConnections() }

// authTransport adds the credentials last, so that no middleware sees them.
type authTransport struct {
	next   http.RoundTripper
	header secret.Text
}

func (t *authTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if public, _ := req.Context().Value(publicKey{}).(bool); public {
		return t.next.RoundTrip(req)
	}
	authed := req.WithContext(req.Context())
	authed.Header = maps.Clone(req.Header)
	authed.Header["Authorization"] = []string{t.header.Reveal()}
	resp, err := t.next.RoundTrip(authed)
	if resp != nil {
		resp.Request = req // whoever looks back from the answer sees no credentials either
	}
	return resp, err
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
