package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// errNotResent is the error of a request that net/http would have sent again by itself.
var errNotResent = errors.New("the connection ended after the request was sent, and it is not sent again")

// attempt is the state of one attempt, within which net/http may send the request several times: a connection that it
// reused was closed, or the server refused the stream. It does so without bound and whatever the operation, so the
// hooks of httptrace count. They are called from goroutines of net/http, also after the attempt ended.
type attempt struct {
	call   *call
	ctx    context.Context
	cancel context.CancelFunc
	next   http.RoundTripper
	hooks  httptrace.ClientTrace
	body   bytes.Reader

	connecting atomic.Bool // net/http wants a connection and has none yet
	sent       atomic.Bool // headers of the request went out, and no response came
	stopped    atomic.Bool // net/http was kept from sending the request again
}

// traced gives the attempt its context, and returns it with the hooks.
func (a *attempt) traced(ctx context.Context, cancel context.CancelFunc) context.Context {
	a.ctx, a.cancel = ctx, cancel
	a.hooks = httptrace.ClientTrace{GetConn: a.getConn, GotConn: a.gotConn, WroteHeaders: a.wroteHeaders}
	return httptrace.WithClientTrace(ctx, &a.hooks)
}

// RoundTrip sends the request, and again after a redirect.
func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(req)
	a.answered(resp)
	return resp, err
}

// answered is called with the response to the request, or nil. What is sent after a response is no repetition by
// net/http: http.Client follows a redirect, or a middleware answers a challenge.
func (a *attempt) answered(resp *http.Response) {
	if a != nil && resp != nil {
		a.sent.Store(false)
	}
}

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

// progress is how far a failed attempt came.
type progress uint8

const (
	unknown progress = iota // the transport does not call the hooks of httptrace
	unsent                  // there was no connection, so that nothing was written
	sent                    // the server may have received the request
)

func (a *attempt) progress() progress {
	switch {
	case a.sent.Load():
		return sent
	case a.connecting.Load():
		return unsent
	}
	return unknown
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
