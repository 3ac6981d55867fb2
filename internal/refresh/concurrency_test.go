package refresh_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

// concurrently calls f on n goroutines.
func concurrently(n int, f func(i int)) {
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { f(i) })
	}
	wait.Wait()
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	inBubble(t, "300 callers for ten hours wait for the first value only, and fetch each once", func(t *testing.T) {
		s := &source{takes: time.Second}
		c := s.cache()
		waits(t, c, time.Second, 1)
		concurrently(300, func(i int) {
			time.Sleep(time.Duration(i) * time.Millisecond)
			for range 300 {
				assert.Zero(t, took(func() {
					_, err := c.Get(t.Context(), "")
					assert.NoError(t, err)
				}))
				time.Sleep(2 * time.Minute)
			}
		})
		assert.InDelta(t, 300*2/8, s.fetches(), 2)
	})
	inBubble(t, "callers wait no longer than the package comment says, whatever the source does", func(t *testing.T) {
		const life = time.Minute // of a value: due after 10 s
		var value, running atomic.Int64
		var starts sync.Map // start of each value's fetch
		c := refresh.New(refresh.Config[int64]{
			Timeout: timeout,
			Fetch: func(ctx context.Context, _ string) (int64, error) {
				assert.EqualValues(t, 1, running.Add(1), "one at a time")
				defer running.Add(-1)
				began := time.Now()
				select {
				case <-time.After(rand.N(timeout)):
				case <-ctx.Done():
				}
				switch rand.N(4) {
				case 0:
					return 0, errDown
				case 1:
					panic("middleware")
				}
				next := value.Add(1)
				starts.Store(next, began)
				return next, nil
			},
			Lifetime: func(int64) refresh.Lifetime { return refresh.NewLifetime(10*time.Second, life) },
		})
		concurrently(100, func(int) {
			for range 100 {
				time.Sleep(rand.N(10 * time.Second))
				ctx, cancel := context.WithTimeout(t.Context(), rand.N(5*time.Second))
				before, serving := c.Peek()
				d := took(func() {
					got, err := c.Get(ctx, "")
					if err != nil {
						return
					}
					began, ok := starts.Load(got)
					assert.True(t, ok && time.Since(began.(time.Time)) < life+refresh.MaxWait)
					assert.GreaterOrEqual(t, got, before)
				})
				assert.LessOrEqual(t, d, 5*time.Second)
				if _, still := c.Peek(); serving && still {
					assert.LessOrEqual(t, d, refresh.MaxWait)
				}
				cancel()
			}
		})
	})
	t.Run("concurrent calls of all methods get a value, though the clock jumps", func(t *testing.T) {
		t.Parallel()
		var offset atomic.Int64
		s := new(source)
		c := s.cache(func(config *refresh.Config[int]) {
			config.Now = func() time.Time { return start.Add(time.Duration(offset.Load())) }
		})
		concurrently(1000, func(i int) {
			switch i % 10 {
			case 0:
				offset.Add(int64(rand.N(due)))
			case 1:
				offset.Add(-int64(rand.N(time.Minute)))
			case 2:
				c.Invalidate()
			case 3:
				_, err := c.Refresh(t.Context(), time.Second, "")
				assert.NoError(t, err)
			case 4:
				_, _ = c.Peek()
			default:
				got, err := c.Get(t.Context(), "")
				assert.NoError(t, err)
				assert.Positive(t, got)
			}
		})
		_, err := c.Refresh(t.Context(), 0, "") // waits for the fetch that may run
		assert.NoError(t, err)
	})
}

//nolint:paralleltest // it counts allocations
func TestAllocations(t *testing.T) {
	s, clock := new(source), clockAt(start)
	c := s.cache(clock.set)
	_, err := c.Get(t.Context(), "")
	assert.NoError(t, err)
	get := func() { _, _ = c.Get(t.Context(), "hint") }
	assert.Zero(t, testing.AllocsPerRun(1000, get), "Get")
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = c.Start(t.Context(), start, "hint").Wait(t.Context()) }), "Start")
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = c.Refresh(t.Context(), time.Hour, "hint") }), "Refresh within the interval")
	s.fails(errDown)
	clock.move(due)
	get()
	assert.Zero(t, testing.AllocsPerRun(1000, get), "Get in the pause after a failure")
	clock.move(end)
	get()
	assert.Zero(t, testing.AllocsPerRun(1000, get), "Get without a value")
}

func BenchmarkGet(b *testing.B) {
	s := new(source)
	c := s.cache()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Get(b.Context(), ""); err != nil {
			b.Fatal(err)
		}
	}
}
