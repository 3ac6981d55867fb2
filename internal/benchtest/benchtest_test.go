package benchtest_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

var sink any

// work returns a function whose time is proportional to n.
func work(n int) func() {
	return func() {
		x := uint64(n)
		for range n {
			x ^= x << 13
			x ^= x >> 7
		}
		sink = x
	}
}

//nolint:paralleltest // it measures time
func TestRun(t *testing.T) {
	result := testing.Benchmark(func(b *testing.B) {
		benchtest.Run(b, benchtest.Variant{Name: "base", Do: work(20_000)},
			benchtest.Variant{Name: "half", Do: work(10_000)}, benchtest.Variant{Name: "same", Do: work(20_000)})
	})
	assert.InDelta(t, 2, result.Extra["x-half"], 0.4)
	assert.InDelta(t, 1, result.Extra["x-same"], 0.2)
	assert.Zero(t, result.Extra["allocs-over-same"])
}

//nolint:paralleltest // it counts allocations
func TestAllocs(t *testing.T) {
	assert.Zero(t, benchtest.Allocs(func() {}))
	assert.InDelta(t, 3, benchtest.Allocs(func() {
		for range 3 {
			sink = new([100]byte)
		}
	}), 0)
}

func TestPlain_hasNoMethods(t *testing.T) {
	t.Parallel()
	type inner struct {
		At    time.Time          `json:"at"`
		Kinds []int              `json:"kinds"`
		Data  shared.Object      `json:"data,omitzero"`
		Code  stytcherror.Code   `json:"code"`
		Codes []stytcherror.Code `json:"codes"`

		hidden int
	}
	type outer struct {
		Inner *inner             `json:"inner"`
		All   map[string]inner   `json:"all"`
		Null  shared.RetryPolicy `json:"null"`
	}
	_ = inner{}.hidden
	plain := benchtest.Plain(reflect.TypeFor[outer]())
	in := plain.Field(0).Type.Elem()
	assert.Equal(t, reflect.TypeFor[time.Time](), in.Field(0).Type)
	assert.Equal(t, reflect.TypeFor[map[string]any](), in.Field(2).Type)
	assert.Equal(t, reflect.TypeFor[string](), in.Field(3).Type)
	assert.Equal(t, reflect.TypeFor[[]string](), in.Field(4).Type)
	assert.Equal(t, 5, in.NumField())
	assert.Equal(t, `json:"data,omitzero"`, string(in.Field(2).Tag))
	assert.Equal(t, in, plain.Field(1).Type.Elem())
	assert.Zero(t, reflect.PointerTo(plain.Field(2).Type).NumMethod())
}
