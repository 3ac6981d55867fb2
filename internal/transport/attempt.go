package transport

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/internal/contexts"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Headers of shared.WithAuthorization, in the canonical form of net/http.
const (
	sessionTokenHeader = "X-Stytch-Member-Session"
	sessionJWTHeader   = "X-Stytch-Member-Sessionjwt"
)

var (
	jsonMedia = []string{"application/json"}
	formMedia = []string{"application/x-www-form-urlencoded"}
)

// response is a response with a status below 400, its body read to the end.
type response struct {
	status int
	header http.Header
	body   *bytes.Buffer // pooled
}

// attempt is the state of one attempt, within which net/http may send the request several times: see resend.go. The
// hooks of httptrace are called from goroutines of net/http, also after the attempt ended.
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

// attempt sends the request and reads the response. A status of 400 or more is an error.
func (c *call) attempt(ctx context.Context) (*response, error) {
	ctx, cancel := c.attemptContext(ctx)
	defer cancel()
	client := cmp.Or(c.cfg.HTTPClient, http.DefaultClient)
	a := &attempt{call: c, next: cmp.Or(client.Transport, http.DefaultTransport)}
	c.current.Store(a)
	req, err := c.newRequest(a.traced(ctx, cancel), a)
	if err != nil {
		return nil, err
	}
	c.http = *client
	c.http.Transport = a
	c.http.CheckRedirect = checkRedirect
	resp, err := c.http.Do(req)
	c.progress = a.progress()
	switch {
	case a.stopped.Load(): // gotConn cancelled ctx, and the error would be context.Canceled
		return nil, c.requestError(context.WithoutCancel(ctx), errNotResent)
	case err != nil:
		return nil, c.requestError(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if redirectRefused(resp) {
		drain(resp)
		return nil, c.requestError(ctx, stytcherror.ErrRedirect)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, c.readError(resp)
	}
	received, err := c.readResponse(resp)
	if err != nil && !errors.Is(err, stytcherror.ErrTooLarge) {
		return nil, c.requestError(ctx, err)
	}
	return received, err
}

// traced gives the attempt its context, and returns it with the hooks.
func (a *attempt) traced(ctx context.Context, cancel context.CancelFunc) context.Context {
	a.ctx, a.cancel = ctx, cancel
	a.hooks = httptrace.ClientTrace{GetConn: a.getConn, GotConn: a.gotConn, WroteHeaders: a.wroteHeaders}
	return httptrace.WithClientTrace(ctx, &a.hooks)
}

// progress is how far a failed attempt came.
type progress uint8

const (
	// No hooks were called, headers were not written yet, or a response came: only the error can tell.
	progressUnknown progress = iota
	progressUnsent           // there was no connection, so that nothing was written
	progressSent             // the server may have received the request
)

func (a *attempt) progress() progress {
	switch {
	case a.sent.Load():
		return progressSent
	case a.connecting.Load():
		return progressUnsent
	}
	return progressUnknown
}

// attemptContext gives ctx the deadline of the attempt or of the call, whichever is first.
func (c *call) attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	end := c.end
	if c.retry.AttemptTimeout > 0 {
		begin := c.begin
		if c.retries.Load() > 0 {
			begin = time.Now()
		}
		if own := begin.Add(c.retry.AttemptTimeout); end.IsZero() || own.Before(end) {
			end = own
		}
	}
	if end.IsZero() {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end)
}

func (c *call) newRequest(ctx context.Context, a *attempt) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, c.op.Method, "", nil)
	if err != nil {
		return nil, c.requestError(ctx, err)
	}
	if len(c.body) > 0 {
		a.body.Reset(c.body)
		req.Body = io.NopCloser(&a.body) // of a type that net/http writes together with the header
		req.GetBody, req.ContentLength = a.getBody, int64(len(c.body))
	}
	c.setAddress(req.URL)
	req.Host = req.URL.Host
	c.setHeader(req.Header)
	return req, nil
}

// setAddress makes u the URL of the request.
func (c *call) setAddress(u *url.URL) {
	base := c.base()
	*u = url.URL{Scheme: base.Scheme, Host: base.Host, Path: base.Path + c.url.path, RawQuery: c.url.query}
	if c.url.rawPath != "" || base.RawPath != "" {
		u.RawPath = base.EscapedPath() + cmp.Or(c.url.rawPath, c.url.path)
	}
}

func (c *call) setHeader(h http.Header) {
	maps.Copy(h, c.opts.Header)
	h["Accept"] = jsonMedia
	switch {
	case c.op.Form:
		h["Content-Type"] = formMedia
	case c.body != nil:
		h["Content-Type"] = jsonMedia
	}
	if c.cfg.UserAgent != "" {
		h["User-Agent"] = []string{c.cfg.UserAgent}
	}
	if token := c.opts.Authorization.SessionToken; token != "" {
		h[sessionTokenHeader] = []string{token}
	}
	if jwt := c.opts.Authorization.SessionJWT; jwt != "" {
		h[sessionJWTHeader] = []string{jwt}
	}
}

func (c *call) base() *url.URL {
	if c.op.Base == Fraud {
		return c.cfg.FraudBaseURL
	}
	return c.cfg.BaseURL
}

// requestError returns the error of an attempt without a complete response. It drops the URL that net/http adds, since
// that has the query.
func (c *call) requestError(ctx context.Context, err error) error {
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		err = urlErr.Err
	}
	if ctx.Err() != nil {
		err = contexts.Err(ctx)
	} else {
		err = c.redactCause(err)
	}
	return &stytcherror.RequestError{Op: c.op.Name, Host: c.base().Host, Retries: int(c.retries.Load()), Err: err}
}
