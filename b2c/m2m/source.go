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
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/internal/flight"
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
	ask   func(context.Context) (*TokenResponse, error)
	now   func() time.Time
	text  string
	state atomic.Pointer[state]
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
	ts := &TokenSource{
		ask:  func(ctx context.Context) (*TokenResponse, error) { return s.Token(ctx, &own, opts...) },
		now:  time.Now,
		text: fmt.Sprintf("m2m.TokenSource(%s)", own.ClientID),
	}
	if s.cfg != nil && s.cfg.Now != nil {
		ts.now = s.cfg.Now
	}
	ts.state.Store(new(state))
	return ts
}

// Token returns a token that is good for a while.
//
// In the last tenth of a token's life, though from five minutes before its end at the earliest and from 30 seconds
// before at the latest, a call starts a renewal in the background and is served the old token. Only in the last ten
// seconds, and when there is no token, calls wait for the renewal, each until its own ctx ends. One that lives for less
// than a minute is renewed after half its life, and waited for in its last quarter. All callers share one renewal.
//
// When a renewal fails, the old token serves until it expires, and the next try comes after a pause, which grows from a
// second to a minute; without a token to 10 seconds, unless the API asks for more. In such a pause, calls without a
// token fail at once with the error of the last try.
func (ts *TokenSource) Token(ctx context.Context) (*AccessToken, error) {
	if ctx == nil {
		return nil, &stytcherror.ArgumentError{Op: opTokenSource, Field: "ctx", Reason: "is nil"}
	}
	for {
		st := ts.state.Load()
		now := ts.now() // after the state, so that no token is of tomorrow
		phase := st.held.phase(now)
		if phase == fresh {
			return st.held.copy(), nil
		}
		renewal, ok := ts.join(st, now)
		switch {
		case !ok:
			continue
		case phase == due, renewal == nil && phase == ending:
			return st.held.copy(), nil
		case renewal == nil:
			return nil, st.err
		}
		out, err := renewal.Wait(ctx)
		switch {
		case err != nil:
			return nil, stytcherror.NewRequestError(opTokenSource, "", 0, err)
		case out.err == nil:
			return out.held.copy(), nil
		case st.held.phase(ts.now()) != gone:
			return st.held.copy(), nil
		}
		return nil, out.err
	}
}

// renewTimeout bounds a renewal, however long its callers wait.
const renewTimeout = time.Minute

// state is all that changes in a source, and is itself never changed. While a renewal is under way, only the renewal
// puts another in its place.
type state struct {
	held     *held                   // nil before the first token
	renewal  *flight.Flight[outcome] // the one under way
	failures int                     // since the last token
	err      error                   // of the last of them
	failed   time.Time               // when it came
	pause    time.Duration           // from then on
}

// outcome is a renewal's. Its error is apart from that of the wait.
type outcome struct {
	held *held
	err  error
}

// join returns the renewal under way, or begins one. In the pause after a failure it returns nil. Not ok means that
// st is no longer the state, and that the caller has to look again.
func (ts *TokenSource) join(st *state, now time.Time) (renewal *flight.Flight[outcome], ok bool) {
	switch {
	case st.renewal != nil:
		return st.renewal, true
	case st.failures > 0 && !flight.Elapsed(st.failed, now, st.pause):
		return nil, true
	}
	next := *st
	next.renewal = flight.New[outcome]()
	if !ts.state.CompareAndSwap(st, &next) {
		return nil, false
	}
	fetch := func(ctx context.Context) (*held, error) {
		resp, err := ts.ask(ctx)
		if err != nil {
			return nil, err
		}
		return hold(resp, now)
	}
	go flight.Attempt(renewTimeout, fetch, func(h *held, err error) { ts.settle(&next, h, err) })
	return next.renewal, true
}

// maxPause is the longest pause without a token, unless the API asks for more.
const maxPause = 10 * time.Second

// settle puts the outcome in the place of st and lets those go who wait for it.
func (ts *TokenSource) settle(st *state, h *held, err error) {
	next := &state{held: h}
	if err != nil {
		next = &state{held: st.held, failures: st.failures + 1, err: err, failed: ts.now()}
		next.pause = flight.Backoff(next.failures)
		if st.held.phase(next.failed) == gone {
			next.pause = min(next.pause, maxPause)
		}
		if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
			next.pause = max(next.pause, min(apiErr.RetryAfter, flight.MaxBackoff))
		}
	}
	ts.state.Store(next)
	st.renewal.Land(outcome{held: h, err: err}, nil)
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
