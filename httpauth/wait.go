package httpauth

import (
	"context"
	"sync"
	"time"
)

// bounded returns a product whose waits for keys and policies end after d, as those for an answer about a session do.
func (p *product) bounded(d time.Duration) *product {
	bounded := *p
	bounded.verify = func(
		ctx context.Context, jwt string, maxAge *time.Duration, leeway time.Duration,
	) (*Principal, error) {
		wait := &boundedWait{Context: ctx, d: d}
		defer wait.end()
		return p.verify(wait, jwt, maxAge, leeway)
	}
	bounded.app = boundedToken(p.app, d)
	bounded.machine = boundedToken(p.machine, d)
	bounded.allow = func(ctx context.Context, who *Principal, of permission) error {
		wait := &boundedWait{Context: ctx, d: d}
		defer wait.end()
		return p.allow(wait, who, of)
	}
	return &bounded
}

func boundedToken(
	verify func(context.Context, string) (*Principal, error), d time.Duration,
) func(context.Context, string) (*Principal, error) {
	return func(ctx context.Context, token string) (*Principal, error) {
		wait := &boundedWait{Context: ctx, d: d}
		defer wait.end()
		return verify(wait, token)
	}
}

// boundedWait is a context that ends d after somebody begins to wait for its end, or with its parent. Where nobody
// waits, as with keys that are there, it makes no timer. It is safe for concurrent use.
type boundedWait struct {
	context.Context
	d time.Duration

	mu     sync.Mutex
	timed  context.Context // nil until somebody waits
	cancel context.CancelFunc
}

// Done starts the wait.
func (w *boundedWait) Done() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timed == nil {
		w.timed, w.cancel = context.WithTimeout(w.Context, w.d)
	}
	return w.timed.Done()
}

// Err is that of the wait or, before it, of the parent.
func (w *boundedWait) Err() error { return w.current().Err() }

// Value is the parent's, or what package context looks up there about the wait.
func (w *boundedWait) Value(key any) any { return w.current().Value(key) }

func (w *boundedWait) current() context.Context {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timed == nil {
		return w.Context
	}
	return w.timed
}

// end stops the timer.
func (w *boundedWait) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cancel != nil {
		w.cancel()
	}
}
