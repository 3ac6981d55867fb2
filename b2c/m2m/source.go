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
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const opTokenSource = "m2m.token_source"

// SetAuthHeader sets a request's Authorization header to the token (RFC 6750, section 2.1).
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

// TokenSource caches an M2M client's access token and renews it. [Service.TokenSource] makes one. It is safe for
// concurrent use: share it. [TokenSource.Token] takes no lock while the token is fresh. A goroutine runs only during a
// renewal; there is nothing to close.
type TokenSource struct {
	get  func(context.Context) (*AccessToken, error) // not the cache, whose generic type importers would compile
	text string
}

// TokenSource returns a source of access tokens for the client that req names. The first call of [TokenSource.Token]
// sends the first request, and returns an error if req is invalid. The options apply to every renewal;
// shared.WithRawResponse makes no sense here.
func (s *Service) TokenSource(req *TokenRequest, opts ...shared.RequestOption) *TokenSource {
	request := *verify.OrEmpty(req)
	request.Scopes, opts = slices.Clone(request.Scopes), slices.Clone(opts)
	now := time.Now
	if s.cfg != nil && s.cfg.Now != nil {
		now = s.cfg.Now
	}
	renew := func(ctx context.Context, _ string) (*cachedToken, error) {
		requested := now()
		resp, err := s.Token(ctx, &request, opts...)
		if err != nil {
			return nil, err
		}
		return newCachedToken(resp, requested)
	}
	tokens := refresh.New(refresh.Config[*cachedToken]{
		Fetch: renew, Lifetime: (*cachedToken).lifetime, Timeout: renewTimeout, MaxPause: maxPause, Now: now,
	})
	return &TokenSource{
		get: func(ctx context.Context) (*AccessToken, error) {
			cached, err := tokens.Get(ctx, "")
			if err != nil {
				return nil, err
			}
			return new(cached.token), nil
		},
		text: fmt.Sprintf("m2m.TokenSource(%s)", request.ClientID),
	}
}

const (
	// renewTimeout bounds a renewal.
	renewTimeout = time.Minute
	// maxPause bounds the pause after a failed renewal while there is no valid token, unless the API's Retry-After is
	// longer.
	maxPause = 10 * time.Second
)

// Token returns a valid token.
//
// In the last tenth of a token's life, a call starts a renewal in the background and returns the cached token. That is
// at most five minutes and at least 30 seconds before the expiry, or half the life of a token that lives for less than
// a minute. In the last ten seconds, or the last quarter of a shorter life, calls wait for the renewal, until two
// seconds after it started, and then return the cached token. Without a valid token, calls wait until ctx ends. All
// callers share one renewal.
//
// For two minutes after a failed renewal, calls return the cached token without waiting, until it expires. The next
// renewal starts after a pause, which grows from a second to a minute, or to ten seconds if there is no valid token,
// unless the API's Retry-After is longer. In the pause, calls without a valid token fail at once with the last error.
func (ts *TokenSource) Token(ctx context.Context) (*AccessToken, error) {
	if ctx == nil {
		return nil, &stytcherror.ArgumentError{Op: opTokenSource, Field: "ctx", Reason: "is nil"}
	}
	token, err := ts.get(ctx)
	if err == nil {
		return token, nil
	}
	if gaveUp, ok := errors.AsType[*refresh.WaitError](err); ok {
		return nil, &stytcherror.RequestError{Op: opTokenSource, Err: gaveUp.Err}
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

// LogValue returns the client's id.
func (ts *TokenSource) LogValue() slog.Value { return slog.StringValue(ts.String()) }

// MarshalText returns the client's id.
func (ts *TokenSource) MarshalText() ([]byte, error) { return []byte(ts.String()), nil }

// Bounds of the times before a token's expiry at which it is renewed, and at which callers wait for the renewal.
const (
	latestRenewal   = 30 * time.Second
	earliestRenewal = 5 * time.Minute
	longestWait     = 10 * time.Second
)

// maxExpiresIn bounds the API's expires_in, in seconds: ten years.
const maxExpiresIn = 10 * 365 * 24 * 3600

// cachedToken is an immutable token. Its life counts from the start of the request for it.
type cachedToken struct {
	token AccessToken
	life  time.Duration
}

// newCachedToken returns the token of a response to a request that started at requested.
func newCachedToken(resp *TokenResponse, requested time.Time) (*cachedToken, error) {
	if resp.ExpiresIn <= 0 {
		return nil, undecodable(resp, "/expires_in", "it is not positive")
	}
	life := time.Duration(min(resp.ExpiresIn, maxExpiresIn)) * time.Second
	return &cachedToken{
		token: AccessToken{
			AccessToken: resp.AccessToken, TokenType: resp.TokenType, ExpiresAt: requested.Add(life).Round(0).UTC(),
		},
		life: life,
	}, nil
}

func (c *cachedToken) lifetime() refresh.Lifetime {
	return refresh.Lifetime{
		Early: c.life - min(max(c.life/10, latestRenewal), earliestRenewal, c.life/2),
		Due:   c.life - min(longestWait, c.life/4),
		End:   c.life,
	}
}
