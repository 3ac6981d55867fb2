package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seed75add069/stytch-go/internal/contexts"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// answers shares the calls that ask the API about sessions: callers with equal questions wait for one call, and a token
// that the API has refused is not sent again for refusalMemory. It is safe for concurrent use.
type answers struct {
	now func() time.Time

	mu      sync.Mutex
	running map[question]*asking
	refused map[credential]refusal
}

// question is what calls must have in common for one to answer all. The JSON of the request has the token.
type question struct {
	op, request, header string
	timeout             time.Duration
	retry               shared.RetryPolicy // zero if the call has none of its own
}

// credential identifies a session token or a JWT, without keeping it in memory.
type credential [sha256.Size]byte

// credentialOf returns the credential of a token. Kind tells session tokens from JWTs.
func credentialOf(kind tokenKind, token string) credential {
	return sha256.Sum256(append([]byte{byte(kind)}, token...))
}

type tokenKind byte

const (
	sessionToken tokenKind = iota
	sessionJWT
)

// about is what a call is about: the token that it sends, and the session, if that is known.
type about struct {
	credential
	identity
}

// asking is a call that runs. The fields up to err are set before done is closed.
type asking struct {
	about
	value  any
	shared bool // several callers wait
	err    error
	done   chan struct{}

	// Guarded by answers.mu.
	cancel    context.CancelFunc
	waiting   int
	forgotten bool
}

func newAnswers(now func() time.Time) *answers {
	return &answers{now: now, running: map[question]*asking{}, refused: map[credential]refusal{}}
}

// ask returns the result of call, or that of an equal call that runs already. The value must be copied if shared is
// set. The call has the values of the first caller's context, and is cancelled when all callers' contexts have ended.
func (a *answers) ask(
	ctx context.Context, q question, of about, call func(context.Context) (any, error),
) (value any, shared bool, err error) {
	c, err := a.join(ctx, q, of, call)
	if err != nil {
		return nil, false, err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		if !a.leave(q, c) {
			return nil, false, &stytcherror.RequestError{Op: q.op, Err: contexts.Err(ctx)}
		}
	}
	if c.shared {
		return c.value, true, copyError(c.err)
	}
	return c.value, false, c.err
}

// join returns the call that answers q, which it starts if none runs. It returns an error if the token is remembered as
// refused, or ctx has ended.
func (a *answers) join(
	ctx context.Context, q question, of about, call func(context.Context) (any, error),
) (*asking, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.refusal(of.credential); err != nil {
		return nil, err
	}
	if err := contexts.Err(ctx); err != nil {
		return nil, &stytcherror.RequestError{Op: q.op, Err: err}
	}
	c := a.running[q]
	if c == nil {
		c = &asking{about: of, done: make(chan struct{})}
		ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
		a.running[q] = c
		go a.run(ctx, q, c, call)
	}
	c.waiting++
	return c, nil
}

// leave counts a caller out whose context has ended, and cancels the call if nobody waits for it. It returns true if
// the call is over: the caller has its result then.
func (a *answers) leave(q question, c *asking) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	select {
	case <-c.done:
		return true
	default:
	}
	if c.waiting--; c.waiting == 0 {
		a.detach(q, c)
		c.cancel()
	}
	return false
}

// detach lets no further caller join a call.
func (a *answers) detach(q question, c *asking) {
	if a.running[q] == c {
		delete(a.running, q)
	}
}

var errNoResult = errors.New("the call ended without a result")

// run makes the call. It recovers a panic of the application's middleware, which no caller could do on this goroutine,
// and completes the call even after runtime.Goexit: otherwise callers would wait forever.
func (a *answers) run(ctx context.Context, q question, c *asking, call func(context.Context) (any, error)) {
	var value any
	var err error = &stytcherror.RequestError{Op: q.op, Err: errNoResult}
	defer func() {
		if reason := recover(); reason != nil {
			err = &stytcherror.RequestError{Op: q.op, Err: fmt.Errorf("the call panicked: %v", reason)}
		}
		c.cancel()
		a.complete(q, c, value, err)
	}()
	value, err = call(ctx)
}

// complete sets the result of a call, remembers a refusal, and wakes the callers.
func (a *answers) complete(q question, c *asking, value any, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.detach(q, c)
	c.value, c.err, c.shared = value, err, c.waiting > 1
	if refused, ok := errors.AsType[*stytcherror.Error](err); ok && !c.forgotten && isFinal(refused) {
		a.remember(c.about, refused)
	}
	close(c.done)
}

// forget drops the refusals that match. Callers after it join no call that matches, that is about an unknown session,
// or, with detachAll, any. The refusal that a matching call returns is not remembered.
func (a *answers) forget(match func(about) bool, detachAll bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for q, c := range a.running {
		c.forgotten = c.forgotten || match(c.about)
		if c.forgotten || detachAll || c.session == "" {
			delete(a.running, q)
		}
	}
	for other, r := range a.refused {
		if match(r.about) {
			delete(a.refused, other)
		}
	}
}
