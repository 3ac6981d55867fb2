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

// crowd runs f on so many goroutines at once.
func crowd(n int, f func(i int)) {
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { f(i) })
	}
	wait.Wait()
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	in(t, "300 callers for ten hours: one fetch for each value, and nobody waits but for the first", func(t *testing.T) {
		s := &source{takes: time.Second}
		c := s.cache()
		waits(t, c, time.Second, 1)
		crowd(300, func(i int) {
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
	in(t, "callers who come and go at any time are served in time, whatever the source does", func(t *testing.T) {
		const life = time.Minute // of a value: due after 10 s
		var value, running atomic.Int64
		var made sync.Map // when each was
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
				made.Store(next, began)
				return next, nil
			},
			Lifetime: func(int64) refresh.Lifetime { return refresh.Lasting(10*time.Second, life) },
		})
		crowd(100, func(int) {
			for range 100 {
				time.Sleep(rand.N(10 * time.Second))
				ctx, cancel := context.WithTimeout(t.Context(), rand.N(5*time.Second))
				before, serving := c.Peek()
				d := took(func() {
					got, err := c.Get(ctx, "")
					if err != nil {
						return
					}
					began, ok := made.Load(got)
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
	t.Run("everything at once, with a clock that jumps", func(t *testing.T) {
		t.Parallel()
		var offset atomic.Int64
		s := new(source)
		c := s.cache(func(config *refresh.Config[int]) {
			config.Now = func() time.Time { return noon.Add(time.Duration(offset.Load())) }
		})
		crowd(1000, func(i int) {
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
				_, _ = c.Fresh(noon.Add(time.Duration(offset.Load())))
				_, _ = c.Peek()
			default:
				got, err := c.Get(t.Context(), "")
				assert.NoError(t, err)
				assert.Positive(t, got)
			}
		})
		_, err := c.Refresh(t.Context(), 0, "") // ends the fetch that may be under way
		assert.NoError(t, err)
	})
}

//nolint:paralleltest // it counts allocations
func TestAllocations(t *testing.T) {
	s, clock := new(source), clockAt(noon)
	c := s.cache(clock.set)
	_, err := c.Get(t.Context(), "")
	assert.NoError(t, err)
	get := func() { _, _ = c.Get(t.Context(), "hint") }
	assert.Zero(t, testing.AllocsPerRun(1000, get), "Get")
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = c.Start(t.Context(), noon, "hint").Wait(t.Context()) }), "Start")
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = c.Fresh(noon) }), "Fresh")
	assert.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = c.Refresh(t.Context(), time.Hour, "hint") }), "Refresh, too early")
	s.fails(errDown)
	clock.move(due)
	get()
	assert.Zero(t, testing.AllocsPerRun(1000, get), "Get, in a failure's pause")
	clock.move(end)
	get()
	assert.Zero(t, testing.AllocsPerRun(1000, get), "Get, with nothing to serve")
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
