package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// NewHTTPClient returns a copy of base that sends requests through middleware, the first one outermost, and then adds
// the credentials. If base is nil, the client has the connections that all such clients share; plainHTTP then lets http
// connect to other hosts than this one. The reason says what is wrong with a middleware, or is empty.
func NewHTTPClient(
	base *http.Client, middleware []func(http.RoundTripper) http.RoundTripper, credentials Credentials, plainHTTP bool,
) (client *http.Client, reason string) {
	client = new(http.Client)
	if base != nil {
		*client = *base
	}
	rt := client.Transport
	switch {
	case base == nil:
		rt = sharedTransport(runtime.GOOS, plainHTTP)
	case rt == nil:
		rt = http.DefaultTransport
	}
	auth := &authTransport{next: rt, header: credentials.header}
	client.Transport = auth
	for _, wrap := range slices.Backward(middleware) {
		rt := wrap(client.Transport)
		if rt == nil {
			return nil, "returned no transport"
		}
		client.Transport = chain{RoundTripper: rt, auth: auth}
	}
	return client, ""
}

// chain is the transport of a middleware. It passes CloseIdleConnections on to the innermost transport, for which the
// middleware may have no method.
type chain struct {
	http.RoundTripper

	auth *authTransport
}

// CloseIdleConnections is called by http.Client.
func (c chain) CloseIdleConnections() { c.auth.CloseIdleConnections() }

// streamEnd is a time within which net/http removes the stream of a request that ended from its HTTP/2 connection. That
// is idle only then.
const streamEnd = time.Millisecond

// silence is the time without a response after which a cancelled request counts as one that timed out.
const silence = 2 * time.Second

// authTransport adds the credentials last, so that no middleware sees them. After a request that timed out, idle
// connections may be as dead as the one that it was sent on: it closes them.
type authTransport struct {
	next   http.RoundTripper
	header secret.Text
	silent atomic.Bool // a request timed out, and its connection may not have been idle then
}

func (t *authTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.silent.Load() {
		time.Sleep(streamEnd)
		t.closeIdle()
		t.silent.Store(false)
	}
	begin := time.Now()
	resp, err := t.next.RoundTrip(t.authorized(req))
	if resp != nil {
		resp.Request = req // without the credentials
		// Before a middleware gets the response, since it may send the request again, to answer a challenge. A request
		// that a middleware makes with another context belongs to no attempt.
		if a, ok := req.Context().Value(attemptKey{}).(*attempt); ok {
			a.responded()
		}
	}
	if err != nil && timedOut(req.Context().Err(), time.Since(begin)) && t.closeIdle() {
		t.silent.Store(true)
	}
	return resp, err
}

// timedOut reports whether a request that failed after d, with the error of its context, counts as one that timed out.
func timedOut(ctxErr error, d time.Duration) bool {
	return errors.Is(ctxErr, context.DeadlineExceeded) || ctxErr != nil && d >= silence
}

// authorized returns a copy of the request with the credentials, or the request if it is one without.
func (t *authTransport) authorized(req *http.Request) *http.Request {
	if public, _ := req.Context().Value(publicKey{}).(bool); public {
		return req
	}
	authed := req.WithContext(req.Context())
	if authed.Header = maps.Clone(req.Header); authed.Header == nil { // of a middleware
		authed.Header = http.Header{}
	}
	authed.Header["Authorization"] = []string{t.header.Reveal()}
	return authed
}

// CloseIdleConnections is called by http.Client.
func (t *authTransport) CloseIdleConnections() { t.closeIdle() }

// closeIdle reports whether the transport has connections to close.
func (t *authTransport) closeIdle() bool {
	c, ok := t.next.(interface{ CloseIdleConnections() })
	if ok {
		c.CloseIdleConnections()
	}
	return ok
}

// Format writes the type's name, whatever the verb.
func (t *authTransport) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "transport.authTransport")
}
