package transport

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
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

// response is one below 400 with its whole body.
type response struct {
	status int
	header http.Header
	body   *bytes.Buffer // pooled
}

// attempt sends the request once and reads the response. A status of 400 or more is an error.
func (c *call) attempt(ctx context.Context) (*response, error) {
	ctx, cancel := c.attemptContext(ctx)
	defer cancel()
	req, err := c.newRequest(ctx)
	if err != nil {
		return nil, err
	}
	c.http = *cmp.Or(c.cfg.HTTPClient, http.DefaultClient)
	c.http.CheckRedirect = checkRedirect
	resp, err := c.http.Do(req)
	if err != nil {
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

// attemptContext gives ctx the deadline of the attempt or of the call, whichever is first.
func (c *call) attemptContext(ctx context.Context) (context.Context, context.CancelFunc) {
	end := c.end
	if c.retry.AttemptTimeout > 0 {
		begin := c.begin
		if c.retries > 0 {
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

func (c *call) newRequest(ctx context.Context) (*http.Request, error) {
	var body io.Reader
	if c.body != nil {
		body = bytes.NewReader(c.body)
	}
	req, err := http.NewRequestWithContext(ctx, c.op.Method, "", body)
	if err != nil {
		return nil, c.requestError(ctx, err)
	}
	req.URL = c.address()
	req.Host = req.URL.Host
	c.setHeader(req.Header)
	return req, nil
}

// address returns the URL of the request.
func (c *call) address() *url.URL {
	base := c.base()
	u := &url.URL{Scheme: base.Scheme, Host: base.Host, Path: base.Path + c.url.path, RawQuery: c.url.query}
	if c.url.rawPath != "" || base.RawPath != "" {
		u.RawPath = base.EscapedPath() + cmp.Or(c.url.rawPath, c.url.path)
	}
	return u
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
	return &stytcherror.RequestError{Op: c.op.Name, Host: c.base().Host, Retries: c.retries, Err: err}
}
