package httpauth

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOnce_doesItOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOnce(time.Now)
		key, calls, first := formKey("a", "b"), 0, 0
		want := &progress{address: "ada@example.com"}
		do := func() (*progress, bool, error) {
			return o.do(t.Context(), key, func() (*progress, error) {
				calls++
				time.Sleep(time.Second)
				return want, nil
			})
		}
		var mu sync.Mutex
		var wait sync.WaitGroup
		for range 10 {
			wait.Go(func() {
				got, isFirst, err := do()
				mu.Lock()
				defer mu.Unlock()
				assert.NoError(t, err)
				assert.Same(t, want, got)
				if isFirst {
					first++
				}
			})
		}
		wait.Wait()
		assert.Equal(t, []int{1, 1}, []int{calls, first})

		time.Sleep(onceMemory - time.Second)
		_, isFirst, err := do()
		require.NoError(t, err)
		assert.False(t, isFirst, "it is remembered for ten seconds")
		time.Sleep(time.Second)
		_, isFirst, err = do()
		require.NoError(t, err)
		assert.True(t, isFirst, "and not for longer")
	})
}

func TestOnce_failuresAreNotRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOnce(time.Now)
		key := formKey("a")
		cause := errors.New("the API did not answer")
		_, isFirst, err := o.do(t.Context(), key, func() (*progress, error) { return nil, cause })
		assert.True(t, isFirst)
		assert.ErrorIs(t, err, cause)

		var wait sync.WaitGroup
		wait.Go(func() {
			assert.PanicsWithValue(t, "a mistake", func() {
				_, _, _ = o.do(t.Context(), key, func() (*progress, error) {
					time.Sleep(time.Second)
					panic("a mistake")
				})
			})
		})
		synctest.Wait()
		wait.Go(func() {
			_, isFirst, err := o.do(t.Context(), key, nil)
			assert.False(t, isFirst)
			assert.ErrorIs(t, err, errPanicked, "who waits is not held for ever")
		})
		ctx, leave := context.WithCancel(t.Context())
		wait.Go(func() {
			_, _, err := o.do(ctx, key, nil)
			assert.ErrorIs(t, err, context.Canceled)
		})
		synctest.Wait()
		leave()
		wait.Wait()

		got, isFirst, err := o.do(t.Context(), key, func() (*progress, error) { return &progress{}, nil })
		require.NoError(t, err)
		assert.True(t, isFirst, "failures are not remembered")
		assert.NotNil(t, got)
	})
}

func TestFormKey_tellsPartsApart(t *testing.T) {
	t.Parallel()
	keys := map[credentialKey]bool{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"a", "bc"}, {"ab", "c"}, {"abc"}, {"abc", ""}, {"bc", "a"}} {
		keys[formKey(parts...)] = true
	}
	assert.Len(t, keys, 8)
}
