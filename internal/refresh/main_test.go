package refresh_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The lifetime of most values here, and the bounds of a fetch.
const (
	early   = 8 * time.Minute
	due     = 10 * time.Minute
	end     = time.Hour
	timeout = 10 * time.Second
)

var errDown = errors.New("down for maintenance")

// source is where values come from: 1, 2 and so on, by how often it was asked.
type source struct {
	mu     sync.Mutex
	takes  time.Duration
	answer func(context.Context) error // nil: a value
	began  []time.Time
	hints  []string
}

func (s *source) fetch(ctx context.Context, hint string) (int, error) {
	s.mu.Lock()
	s.began, s.hints = append(s.began, time.Now()), append(s.hints, hint)
	value, takes, answer := len(s.began), s.takes, s.answer
	s.mu.Unlock()
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return -1, ctx.Err()
	}
	if answer != nil {
		if err := answer(ctx); err != nil {
			return -1, err
		}
	}
	return value, nil
}

// answers makes the source take that long from now on, and then do that.
func (s *source) answers(takes time.Duration, answer func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takes, s.answer = takes, answer
}

func (s *source) fails(err error) { s.answers(0, func(context.Context) error { return err }) }

func (s *source) recovers() { s.answers(0, nil) }

func (s *source) times() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Time(nil), s.began...)
}

func (s *source) fetches() int { return len(s.times()) }

func (s *source) cache(edit ...func(*refresh.Config[int])) *refresh.Cache[int] {
	config := refresh.Config[int]{
		Fetch: s.fetch, Timeout: timeout,
		Lifetime: func(int) refresh.Lifetime { return refresh.Lasting(due, end) },
	}
	for _, e := range edit {
		e(&config)
	}
	return refresh.New(config)
}

// filled is a cache that has the value 1.
func (s *source) filled(t *testing.T, edit ...func(*refresh.Config[int])) *refresh.Cache[int] {
	t.Helper()
	c := s.cache(edit...)
	serves(t, c, 1)
	return c
}

// in runs a subtest with a clock of its own, in which waiting takes no time and no goroutine may stay behind.
func in(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			defer pass(timeout)
			f(t)
		})
	})
}

// pass lets time pass, and what it brings about end.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func took(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// waits checks that Get takes so long, and what it returns then.
func waits(t *testing.T, c *refresh.Cache[int], d time.Duration, want int) {
	t.Helper()
	assert.Equal(t, d, took(func() {
		got, err := c.Get(t.Context(), "")
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}), "waited")
}

// serves checks that Get returns the value at once. A fetch that it began is over afterwards, unless that takes time.
func serves(t *testing.T, c *refresh.Cache[int], want int) {
	t.Helper()
	waits(t, c, 0, want)
	synctest.Wait()
}

// fails checks that Get fails after so long.
func fails(t *testing.T, c *refresh.Cache[int], d time.Duration, want error) {
	t.Helper()
	assert.Equal(t, d, took(func() {
		got, err := c.Get(t.Context(), "")
		require.ErrorIs(t, err, want)
		assert.Zero(t, got)
	}), "waited")
}

// ended is a context that is over.
func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
