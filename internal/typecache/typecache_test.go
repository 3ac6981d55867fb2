package typecache_test

import (
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/typecache"
)

func TestOf(t *testing.T) {
	t.Parallel()
	t.Run("a type is looked at once", func(t *testing.T) {
		t.Parallel()
		looked := 0
		names := typecache.Of(func(t reflect.Type) any {
			looked++
			return t.Name()
		})
		for range 3 {
			assert.Equal(t, "Duration", names(reflect.TypeFor[time.Duration]()))
			assert.Equal(t, "Time", names(reflect.TypeFor[time.Time]()))
		}
		assert.Equal(t, 2, looked)
	})
	t.Run("concurrent callers get the same value", func(t *testing.T) {
		t.Parallel()
		counters := typecache.Of(func(reflect.Type) any { return new(atomic.Int32) })
		var callers sync.WaitGroup
		for range 16 {
			callers.Go(func() { counters(reflect.TypeFor[int]()).(*atomic.Int32).Add(1) })
		}
		callers.Wait()
		assert.Equal(t, int32(16), counters(reflect.TypeFor[int]()).(*atomic.Int32).Load())
	})
}

//nolint:paralleltest // it counts allocations
func TestOf_allocatesNothing(t *testing.T) {
	names := typecache.Of(func(t reflect.Type) any { return t.Name() })
	assert.Zero(t, testing.AllocsPerRun(100, func() { names(reflect.TypeFor[int]()) }))
}
