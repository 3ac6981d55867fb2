package transport

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// newCall applies the options to the settings and refuses those that cannot be sent.
func newCall(ctx context.Context, cfg *shared.FetchConfig, op *Op, opts []shared.RequestOption) (*call, error) {
	c := &call{cfg: cfg, op: op}
	switch {
	case ctx == nil:
		return nil, c.refuse("ctx", "is nil")
	case cfg == nil:
		return nil, c.refuse("cfg", "is nil: make services with New")
	case c.base() == nil:
		return nil, c.refuse("cfg", "has no base URL")
	}
	for _, opt := range opts {
		if opt == nil {
			return nil, c.refuse("opts", "hold a nil option")
		}
		opt(&c.opts)
	}
	if err := c.checkOptions(); err != nil {
		return nil, err
	}
	c.retry = withDefaults(*cmp.Or(c.opts.Retry, &cfg.Retry))
	if op.Fallback {
		c.retry.MaxAttempts = min(c.retry.MaxAttempts, 2)
	}
	c.begin = time.Now()
	if timeout := cmp.Or(c.opts.Timeout, cfg.Timeout, shared.DefaultTimeout); timeout > 0 {
		c.end = c.begin.Add(timeout)
	}
	return c, nil
}

func withDefaults(p shared.RetryPolicy) shared.RetryPolicy {
	return shared.RetryPolicy{
		MaxAttempts:    cmp.Or(p.MaxAttempts, shared.DefaultMaxAttempts),
		MinDelay:       cmp.Or(p.MinDelay, shared.DefaultMinDelay),
		MaxDelay:       cmp.Or(p.MaxDelay, shared.DefaultMaxDelay),
		MaxRetryAfter:  cmp.Or(p.MaxRetryAfter, shared.DefaultMaxRetryAfter),
		AttemptTimeout: cmp.Or(p.AttemptTimeout, shared.DefaultAttemptTimeout),
	}
}

func (c *call) checkOptions() error {
	auth := c.opts.Authorization
	switch {
	case auth.IsZero():
	case !c.op.Authorization:
		return c.refuse("authorization", "is given, but the operation cannot be called on behalf of a session")
	case auth.SessionToken != "" && auth.SessionJWT != "":
		return c.refuse("authorization", "has a session token and a session JWT: give one of them")
	case auth.SessionToken == "" && auth.SessionJWT == "":
		return c.refuse("authorization", "has neither a session token nor a session JWT: the call would act for nobody")
	case !validHeaderValue(auth.SessionToken):
		return c.refuse("authorization.session_token", "holds bytes that a header cannot carry")
	case !validHeaderValue(auth.SessionJWT):
		return c.refuse("authorization.session_jwt", "holds bytes that a header cannot carry")
	}
	for key, values := range c.opts.Header {
		if !validHeaderName(key) {
			return c.refuse("header", "has a name that HTTP does not allow")
		}
		switch http.CanonicalHeaderKey(key) {
		case "Authorization", "Host", "User-Agent", "Accept", "Accept-Encoding",
			"Content-Type", "Content-Length", "Content-Encoding", "Transfer-Encoding",
			sessionTokenHeader, sessionJWTHeader:
			return c.refuse("header "+key, "is set by the SDK")
		case "Idempotency-Key", "X-Idempotency-Key":
			return c.refuse("header "+key, "would make net/http repeat requests by itself")
		}
		for _, v := range values {
			if !validHeaderValue(v) {
				return c.refuse("header "+key, "holds bytes that a header cannot carry")
			}
		}
	}
	return nil
}

func (c *call) refuse(field, reason string) error {
	return &stytcherror.ArgumentError{Op: c.op.Name, Field: field, Reason: reason}
}

// validHeaderValue reports whether v has no control characters but tabs (RFC 9110, section 5.5).
func validHeaderValue(v string) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// validHeaderName reports whether name is a token (RFC 9110, section 5.6.2).
func validHeaderName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
