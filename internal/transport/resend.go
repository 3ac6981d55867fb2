package transport

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
)

// Within an attempt, net/http sends a request again if a connection that it reused was closed, or if the server refused
// the stream. It does so without bound and whatever the operation, so the hooks of httptrace count.

// errNotResent is the error of a request that net/http would have sent again by itself.
var errNotResent = errors.New("the connection ended after the request was sent, and it is not sent again")

// RoundTrip sends the request; http.Client calls it again to follow a redirect. That a response came is noted here for
// an HTTP client without authTransport.
func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(req)
	if resp != nil {
		a.responded()
	}
	return resp, err
}

// responded is called after a response came. What is sent then is no repetition by net/http: http.Client follows a
// redirect, or a middleware sends a request of its own.
func (a *attempt) responded() { a.sent.Store(false) }

func (a *attempt) getConn(string) { a.connecting.Store(true) }

// wroteHeaders is called too when headers are in a buffer that is then lost: more is counted than the server sees.
func (a *attempt) wroteHeaders() { a.sent.Store(true) }

// gotConn is called before the request is written to a connection. Over HTTP/2, net/http writes nothing once the
// context has ended. Over HTTP/1 it may, unless the connection is closed, which is of use to no other request.
func (a *attempt) gotConn(info httptrace.GotConnInfo) {
	a.connecting.Store(false)
	if !a.sent.Load() || a.mayResend() {
		return
	}
	a.stopped.Store(true)
	a.cancel()
	if info.Conn != nil && !isHTTP2(info) {
		_ = info.Conn.Close()
	}
}

// mayResend counts a repetition by net/http as a retry, with the wait of one. It is false if the operation must not be
// repeated or no attempt is left.
func (a *attempt) mayResend() bool {
	c := a.call
	retries := int(c.retries.Load())
	if !c.op.repeatable() || retries+1 >= c.retry.MaxAttempts {
		return false
	}
	wait := backoff(c.retry, retries)
	c.logRetry(a.ctx, errors.New("the connection ended"), wait)
	if sleep(a.ctx, wait); a.ctx.Err() != nil {
		return false
	}
	c.retries.Add(1)
	a.sent.Store(false)
	return true
}

// getBody returns the body for a repetition or a redirect. net/http repeats a request over HTTP/2 only with it.
func (a *attempt) getBody() (io.ReadCloser, error) {
	if a.sent.Load() && !a.call.op.repeatable() {
		return nil, errNotResent
	}
	return io.NopCloser(bytes.NewReader(a.call.body)), nil
}

func isHTTP2(info httptrace.GotConnInfo) bool {
	conn, ok := info.Conn.(interface{ ConnectionState() tls.ConnectionState })
	return ok && conn.ConnectionState().NegotiatedProtocol == "h2"
}
