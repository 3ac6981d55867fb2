package flight_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seed75add069/stytch-go/internal/flight"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown = errors.New("down for maintenance")

// promise is a test in a bubble of its own, where waiting takes no time and no goroutine may stay behind.
func promise(t *testing.T, text string, test func(t *testing.T)) {
	t.Helper()
	t.Run(text, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, test)
	})
}

func TestWait(t *testing.T) {
	t.Parallel()
	promise(t, "everybody gets the outcome, those too who come late", func(t *testing.T) {
		f := flight.New[string]()
		var wait sync.WaitGroup
		for range 64 {
			wait.Go(func() {
				got, err := f.Wait(t.Context())
				assert.Equal(t, "value", got)
				assert.Equal(t, errDown, err)
			})
		}
		synctest.Wait()
		f.Land("value", errDown)
		wait.Wait()
		got, err := f.Wait(t.Context())
		assert.Equal(t, "value", got)
		assert.Equal(t, errDown, err)
	})
	promise(t, "each waits under a context of its own", func(t *testing.T) {
		f := flight.New[int]()
		var wait sync.WaitGroup
		began := time.Now()
		for i := range 10 {
			wait.Go(func() {
				after := time.Duration(i+1) * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), after)
				defer cancel()
				got, err := f.Wait(ctx)
				if i < 5 {
					assert.ErrorIs(t, err, context.DeadlineExceeded)
					assert.Zero(t, got)
					assert.Equal(t, after, time.Since(began))
					return
				}
				assert.NoError(t, err)
				assert.Equal(t, 7, got)
				assert.Equal(t, 5500*time.Millisecond, time.Since(began))
			})
		}
		time.Sleep(5500 * time.Millisecond)
		f.Land(7, nil)
		wait.Wait()
	})
	promise(t, "an outcome that is there is worth more than a context that is over", func(t *testing.T) {
		f := flight.New[int]()
		f.Land(7, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 100 {
			got, err := f.Wait(ctx)
			require.NoError(t, err)
			require.Equal(t, 7, got)
		}
	})
	promise(t, "the caller's own cause is kept", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errDown)
		_, err := flight.New[int]().Wait(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, errDown)
	})
}

func TestEnded(t *testing.T) {
	t.Parallel()
	require.NoError(t, flight.Ended(t.Context()), "as long as it is not over")
	for text, test := range map[string]struct {
		cause error
		want  string
	}{
		"without a cause, the context's error":    {nil, "context canceled"},
		"a cause stands beside it":                {errDown, "context canceled: down for maintenance"},
		"a cause that says it too stands alone":   {fmt.Errorf("shutdown: %w", context.Canceled), "shutdown: context canceled"},
		"another context's error is no less told": {context.DeadlineExceeded, "context canceled: context deadline exceeded"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(test.cause)
			err := flight.Ended(ctx)
			require.ErrorIs(t, err, context.Canceled)
			require.EqualError(t, err, test.want)
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
			}
		})
	}
}

// attempt waits for one fetch, and counts how often it landed.
func attempt(t *testing.T, fetch func(context.Context) (int, error)) (got int, err error) {
	t.Helper()
	f, landed := flight.New[int](), 0
	go flight.Attempt(time.Minute, fetch, func(value int, err error) {
		landed++
		f.Land(value, err)
	})
	got, err = f.Wait(t.Context())
	synctest.Wait()
	require.Equal(t, 1, landed)
	return got, err
}

func TestAttempt(t *testing.T) {
	t.Parallel()
	promise(t, "hands over what was fetched", func(t *testing.T) {
		got, err := attempt(t, func(context.Context) (int, error) { return 7, nil })
		require.NoError(t, err)
		assert.Equal(t, 7, got)
		_, err = attempt(t, func(context.Context) (int, error) { return 0, errDown })
		require.Equal(t, errDown, err)
	})
	promise(t, "a panic is a failure", func(t *testing.T) {
		got, err := attempt(t, func(context.Context) (int, error) { panic("middleware") })
		require.EqualError(t, err, "the fetch panicked: middleware")
		assert.Zero(t, got)
	})
	promise(t, "so is the end of the goroutine", func(t *testing.T) {
		_, err := attempt(t, func(context.Context) (int, error) {
			runtime.Goexit()
			return 7, nil
		})
		require.EqualError(t, err, "the fetch ended without a result")
	})
	promise(t, "the context ends in time, and afterwards in any case", func(t *testing.T) {
		var kept context.Context
		began := time.Now()
		_, err := attempt(t, func(ctx context.Context) (int, error) {
			kept = ctx
			<-ctx.Done()
			return 0, ctx.Err()
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(began))
		_, err = attempt(t, func(ctx context.Context) (int, error) {
			kept = ctx
			return 0, nil
		})
		require.NoError(t, err)
		require.ErrorIs(t, kept.Err(), context.Canceled)
	})
}
