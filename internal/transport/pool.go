package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"syscall"
	"time"
)

// Bounds of the connections, see docs/decisions/0005-connections.md. By default, net/http keeps two idle connections
// per host, too few for a busy backend, and has no maximum, so that a burst of calls would dial a connection for each
// while handshakes are slow.
const (
	connsPerHost     = 128
	idleConns        = 2 * connsPerHost // for both hosts
	idleTimeout      = 50 * time.Second // load balancers close idle connections after 60 seconds
	dialTimeout      = 5 * time.Second
	handshakeTimeout = 5 * time.Second

	// Over HTTP/2, a connection that is silent for sendPing gets a ping, and is closed if nothing comes for
	// pingTimeout. Together they are below the time of an attempt.
	sendPing    = 5 * time.Second
	pingTimeout = 3 * time.Second
)

// errNotLoopback is the error of dialling another host over plain HTTP.
var errNotLoopback = errors.New("http to a host that is not this one: see AllowPlainHTTP")

// pool is the transport of clients without an HTTPClient. Those over plain HTTP are separate connections: no proxy sees
// what they carry.
type pool struct{ https, http *http.Transport }

func newPool(plainHTTP bool) *pool {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	p := &pool{https: newTransport(dialer), http: newTransport(dialer)}
	p.http.Proxy = nil
	if !plainHTTP {
		local := *dialer
		local.ControlContext = refuseRemote
		p.http.DialContext = local.DialContext
	}
	return p
}

// The pools are made when the first client needs them.
var (
	loopbackPool  = sync.OnceValue(func() *pool { return newPool(false) })
	plainHTTPPool = sync.OnceValue(func() *pool { return newPool(true) })
)

// sharedTransport returns the transport of all clients without an HTTPClient, on an operating system.
func sharedTransport(system string, plainHTTP bool) http.RoundTripper {
	switch {
	case system == "js":
		return http.DefaultTransport // calls fetch, which a transport with a dialler does not
	case plainHTTP:
		return plainHTTPPool()
	}
	return loopbackPool()
}

func newTransport(dialer *net.Dialer) *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		OnProxyConnectResponse: checkConnect,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: sendPing, PingTimeout: pingTimeout},
		MaxIdleConns:           idleConns,
		MaxIdleConnsPerHost:    connsPerHost,
		MaxConnsPerHost:        connsPerHost,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: 1 << 20,
		TLSHandshakeTimeout:    handshakeTimeout,
		ExpectContinueTimeout:  time.Second,
	}
}

// RoundTrip sends a request over the connections of its scheme.
func (p *pool) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL != nil && req.URL.Scheme == "http" {
		return p.http.RoundTrip(req)
	}
	return p.https.RoundTrip(req)
}

// CloseIdleConnections closes those of all clients without an HTTPClient.
func (p *pool) CloseIdleConnections() {
	p.https.CloseIdleConnections()
	p.http.CloseIdleConnections()
}

// refuseRemote is called with each address that a name resolved to, before it is dialled. A hosts file or DNS may give
// localhost the address of another host.
func refuseRemote(_ context.Context, _, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return errNotLoopback
	}
	return nil
}

// proxyError is the refusal of a proxy to connect to the API.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy refused to connect: %d %s", e.status, http.StatusText(e.status))
}

// checkConnect keeps the status of a refusal, of which net/http keeps the reason phrase alone.
func checkConnect(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &proxyError{status: resp.StatusCode}
}
