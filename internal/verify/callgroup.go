package verify

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"github.com/seed75add069/stytch-go/internal/contexts"
	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/internal/panics"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// callGroup shares the calls that ask the API about sessions: callers with equal keys wait for one call. It makes no
// call for a token that is in refused. It is safe for concurrent use.
type callGroup struct {
	mu      sync.Mutex
	running map[callKey]*sharedCall
	refused refusals
	forgets int // how often forget was called
}

// callKey is what calls must have in common to be shared. The JSON of the request has the token.
type callKey struct {
	op, request, header string
	timeout             time.Duration
	retry               shared.RetryPolicy // zero if the call has none of its own
}

// credential identifies a session token or a JWT, without keeping it in memory.
type credential [sha256.Size]byte

// credentialOf returns the credential of a token. Session tokens and JWTs never have the same.
func credentialOf(kind tokenKind, token string) credential {
	return sha256.Sum256(append([]byte{byte(kind)}, token...))
}

type tokenKind byte

const (
	sessionToken tokenKind = iota
	sessionJWT
)

// target is what a call asks about: the token that it sends, and the session, if that is known.
type target struct {
	credential
	identity
}

// isUnknown reports whether nobody knows whose session it is: the call was made with a session token alone.
func (t target) isUnknown() bool { return t.session == "" }

// sharedCall is a call that runs. Its result is set before done is closed.
type sharedCall struct {
	target
	value   any
	several bool // several callers wait for it
	err     error
	done    chan struct{}

	// Guarded by callGroup.mu.
	cancel    context.CancelFunc
	waiting   int
	forgotten bool
}

func newCallGroup(now func() time.Time) *callGroup {
	return &callGroup{running: map[callKey]*sharedCall{}, refused: newRefusals(now)}
}

// do returns the result of call, or that of a call with the same key that runs already. The value must be copied if
// several is set. The call has the values of the first caller's context, and is cancelled when all callers' contexts
// have ended. If it panics, do panics in every caller that waits.
func (g *callGroup) do(
	ctx context.Context, key callKey, about target, call func(context.Context) (any, error),
) (value any, several bool, err error) {
	c, err := g.join(ctx, key, about, call)
	if err != nil {
		return nil, false, err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		if !g.leave(key, c) {
			return nil, false, &stytcherror.RequestError{Op: key.op, Err: contexts.Err(ctx)}
		}
	}
	if panicked, ok := errors.AsType[*panics.Error](c.err); ok {
		panic(panicked)
	}
	if c.several {
		return c.value, true, deepcopy.Error(c.err)
	}
	return c.value, false, c.err
}

// join returns the call with a key, which it starts if none runs. It returns an error if the API has refused the token,
// or ctx has ended.
func (g *callGroup) join(
	ctx context.Context, key callKey, about target, call func(context.Context) (any, error),
) (*sharedCall, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.refused.get(about.credential); err != nil {
		return nil, err
	}
	if err := contexts.Err(ctx); err != nil {
		return nil, &stytcherror.RequestError{Op: key.op, Err: err}
	}
	c := g.running[key]
	if c == nil {
		c = &sharedCall{target: about, done: make(chan struct{})}
		ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
		g.running[key] = c
		go panics.Call(
			func() (any, error) { return call(ctx) },
			func(value any, err error) { g.complete(key, c, value, err) })
	}
	c.waiting++
	return c, nil
}

// alone makes a call that no other caller shares, unless the token was refused.
func (g *callGroup) alone(about target, call func() error) error {
	g.mu.Lock()
	err, forgets := g.refused.get(about.credential), g.forgets
	g.mu.Unlock()
	if err != nil {
		return err
	}
	err = call()
	g.mu.Lock()
	defer g.mu.Unlock()
	if forgets == g.forgets {
		g.remember(about, err)
	}
	return err
}

// remember remembers an error by which the API refused the token itself. The caller holds mu.
func (g *callGroup) remember(about target, err error) {
	if refused, ok := errors.AsType[*stytcherror.Error](err); ok && isFinal(refused) {
		g.refused.add(about, refused)
	}
}

// leave counts a caller out whose context has ended, and cancels the call if nobody waits for it. It returns true if
// the call is over: the caller has its result then.
func (g *callGroup) leave(key callKey, c *sharedCall) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	select {
	case <-c.done:
		return true
	default:
	}
	if c.waiting--; c.waiting == 0 {
		g.detach(key, c)
		c.cancel()
	}
	return false
}

// detach lets no further caller join a call.
func (g *callGroup) detach(key callKey, c *sharedCall) {
	if g.running[key] == c {
		delete(g.running, key)
	}
}

// complete sets the result of a call, remembers a refusal, and wakes the callers.
func (g *callGroup) complete(key callKey, c *sharedCall, value any, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c.cancel()
	g.detach(key, c)
	if errors.Is(err, panics.ErrNoResult) {
		err = &stytcherror.RequestError{Op: key.op, Err: err}
	}
	c.value, c.err, c.several = value, err, c.waiting > 1
	if !c.forgotten {
		g.remember(c.target, err)
	}
	close(c.done)
}

// forget drops the refusals that match. Callers after it join no call that matches, that is about an unknown session,
// or, if detachAll is set, any. The refusal that a matching call returns is not remembered.
func (g *callGroup) forget(match func(target) bool, detachAll bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forgets++
	for key, c := range g.running {
		c.forgotten = c.forgotten || match(c.target)
		if c.forgotten || detachAll || c.isUnknown() {
			g.detach(key, c)
		}
	}
	g.refused.forget(match)
}
