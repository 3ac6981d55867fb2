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

// The lifetime of most values, and the timeout of fetches.
const (
	early   = 8 * time.Minute
	due     = 10 * time.Minute
	end     = time.Hour
	timeout = 10 * time.Second
)

var errDown = errors.New("down for maintenance")

// source counts its fetches: the first returns 1, the next 2.
type source struct {
	mu     sync.Mutex
	takes  time.Duration               // how long a fetch takes
	answer func(context.Context) error // called then; nil for no error
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

// setAnswer sets takes and answer.
func (s *source) setAnswer(takes time.Duration, answer func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takes, s.answer = takes, answer
}

func (s *source) fails(err error) { s.setAnswer(0, func(context.Context) error { return err }) }

func (s *source) recovers() { s.setAnswer(0, nil) }

func (s *source) times() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Time(nil), s.began...)
}

func (s *source) fetches() int { return len(s.times()) }

func (s *source) cache(edit ...func(*refresh.Config[int])) *refresh.Cache[int] {
	config := refresh.Config[int]{
		Fetch: s.fetch, Timeout: timeout,
		Lifetime: func(int) refresh.Lifetime { return refresh.NewLifetime(due, end) },
	}
	for _, e := range edit {
		e(&config)
	}
	return refresh.New(config)
}

// filled returns a cache that has fetched 1.
func (s *source) filled(t *testing.T, edit ...func(*refresh.Config[int])) *refresh.Cache[int] {
	t.Helper()
	c := s.cache(edit...)
	serves(t, c, 1)
	return c
}

// inBubble runs a subtest in a bubble of package synctest. It fails if a goroutine is left after the timeout of a
// fetch.
func inBubble(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			defer advance(timeout)
			f(t)
		})
	})
}

// advance advances the bubble's clock by d, and waits until all goroutines are blocked.
func advance(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// took returns how long f takes.
func took(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

// waits asserts that Get takes d and then returns the value.
func waits(t *testing.T, c *refresh.Cache[int], d time.Duration, want int) {
	t.Helper()
	assert.Equal(t, d, took(func() {
		got, err := c.Get(t.Context(), "")
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}), "waited")
}

// serves asserts that Get returns the value at once. It waits for the fetch that Get may start, if that takes no time.
func serves(t *testing.T, c *refresh.Cache[int], want int) {
	t.Helper()
	waits(t, c, 0, want)
	synctest.Wait()
}

// fails asserts that Get takes d and then fails.
func fails(t *testing.T, c *refresh.Cache[int], d time.Duration, want error) {
	t.Helper()
	assert.Equal(t, d, took(func() {
		got, err := c.Get(t.Context(), "")
		require.ErrorIs(t, err, want)
		assert.Zero(t, got)
	}), "waited")
}

// ended returns a context that has ended.
func ended(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}
