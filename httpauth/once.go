package httpauth

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"
)

// onceMemory is for how long the result of a form is remembered, so that one that is sent twice goes on.
const onceMemory = 10 * time.Second

var errPanicked = errors.New("the login that this request waited for has panicked")

// once does what a form asks for once, however often it is sent. It is safe for concurrent use.
type once struct {
	now     func() time.Time
	mu      sync.Mutex
	running map[credentialKey]*onceCall
	results memory[credentialKey, *progress]
}

type onceCall struct {
	done   chan struct{}
	result *progress
	err    error
}

func newOnce(now func() time.Time) *once {
	return &once{now: now, running: map[credentialKey]*onceCall{}, results: newMemory[credentialKey, *progress]()}
}

// formKey is the key of a form. The parts include one that only this browser has.
func formKey(parts ...string) credentialKey {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256([]byte(p))
		h.Write(sum[:])
	}
	return credentialKey(h.Sum(nil))
}

// result returns what is remembered of a form.
func (o *once) result(key credentialKey) (*progress, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.results.get(key, o.now())
}

// do returns the result of f, of another request with the same key, or of one in the last ten seconds. isFirst reports
// whether it called f. Errors are not remembered.
func (o *once) do(
	ctx context.Context, key credentialKey, f func() (*progress, error),
) (result *progress, isFirst bool, err error) {
	o.mu.Lock()
	if result, ok := o.results.get(key, o.now()); ok {
		o.mu.Unlock()
		return result, false, nil
	}
	if c := o.running[key]; c != nil {
		o.mu.Unlock()
		select {
		case <-c.done:
			return c.result, false, c.err
		case <-ctx.Done():
			return nil, false, context.Cause(ctx)
		}
	}
	c := &onceCall{done: make(chan struct{}), err: errPanicked}
	o.running[key] = c
	o.mu.Unlock()
	defer func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.running, key)
		if c.err == nil {
			now := o.now()
			o.results.deleteIf(func(_ credentialKey, e remembered[*progress]) bool { return !now.Before(e.until) })
			o.results.put(key, c.result, now.Add(onceMemory), now)
		}
		close(c.done)
	}()
	c.result, c.err = f()
	return c.result, true, c.err
}
