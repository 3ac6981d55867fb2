package m2m

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/refresh"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const opTokenSource = "m2m.token_source"

// SetAuthHeader puts the token into a request's Authorization header (RFC 6750, section 2.1).
func (v *AccessToken) SetAuthHeader(req *http.Request) {
	if req.Header == nil {
		req.Header = http.Header{}
	}
	kind := v.TokenType
	if kind == "" || strings.EqualFold(kind, "bearer") {
		kind = "Bearer"
	}
	req.Header.Set("Authorization", kind+" "+v.AccessToken)
}

// TokenSource keeps an access token for a client. Make one with [Service.TokenSource] and share it: it is safe for
// concurrent use, and [TokenSource.Token] on a fresh token takes no lock. It has no goroutine but that of a renewal,
// and needs no closing.
type TokenSource struct {
	tokens *refresh.Cache[*cachedToken]
	text   string
}

// TokenSource returns a source of access tokens for the client that req names. It makes no call before the first token
// is asked for; that call then also tells what is wrong with req. The options go with every renewal, which makes
// shared.WithRawResponse of no use.
func (s *Service) TokenSource(req *TokenRequest, opts ...shared.RequestOption) *TokenSource {
	var own TokenRequest
	if req != nil {
		own = *req
	}
	own.Scopes, opts = slices.Clone(own.Scopes), slices.Clone(opts)
	now := time.Now
	if s.cfg != nil && s.cfg.Now != nil {
		now = s.cfg.Now
	}
	renew := func(ctx context.Context, _ string) (*cachedToken, error) {
		requested := now()
		resp, err := s.Token(ctx, &own, opts...)
		if err != nil {
			return nil, err
		}
		return newCachedToken(resp, requested)
	}
	return &TokenSource{
		tokens: refresh.New(refresh.Config[*cachedToken]{
			Fetch: renew, Lifetime: (*cachedToken).lifetime, Timeout: renewTimeout, MaxPause: maxPause, Now: now,
		}),
		text: fmt.Sprintf("m2m.TokenSource(%s)", own.ClientID),
	}
}

const (
	// renewTimeout bounds a renewal, however long its callers wait.
	renewTimeout = time.Minute
	// maxPause is the longest pause without a token, unless the API asks for more.
	maxPause = 10 * time.Second
)

// Token returns a token that is good for a while.
//
// In the last tenth of a token's life, though from five minutes before its end at the earliest and from 30 seconds
// before at the latest, a call starts a renewal in the background and is served the old token. In the last ten seconds,
// calls wait for the renewal, though never longer than until two seconds after it began, and not after a failed one:
// then they are served the old token. One that lives for less than a minute is renewed after half its life, and waited
// for in its last quarter. When there is no token, or none that is still valid, each call waits until its own ctx ends.
// All callers share one renewal.
//
// When a renewal fails, the old token serves until it expires, and the next try comes after a pause, which grows from a
// second to a minute; without a token to 10 seconds, unless the API asks for more. In such a pause, calls without a
// token fail at once with the error of the last try.
func (ts *TokenSource) Token(ctx context.Context) (*AccessToken, error) {
	if ctx == nil {
		return nil, &stytcherror.ArgumentError{Op: opTokenSource, Field: "ctx", Reason: "is nil"}
	}
	cached, err := ts.tokens.Get(ctx, "")
	if err == nil {
		return new(cached.token), nil
	}
	if gaveUp, ok := errors.AsType[*refresh.WaitError](err); ok {
		return nil, stytcherror.NewRequestError(opTokenSource, "", 0, gaveUp.Err)
	}
	return nil, err
}

func (ts *TokenSource) String() string {
	if ts == nil {
		return "m2m.TokenSource(nil)"
	}
	return ts.text
}

// Format writes the client's id, whatever the verb.
func (ts *TokenSource) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, ts.String()) }

// LogValue is the same for slog.
func (ts *TokenSource) LogValue() slog.Value { return slog.StringValue(ts.String()) }

// MarshalText is the same for encoders.
func (ts *TokenSource) MarshalText() ([]byte, error) { return []byte(ts.String()), nil }
