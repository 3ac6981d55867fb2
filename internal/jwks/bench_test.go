package jwks_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

const liveKID = "jwk-test-11111111-1111-4111-8111-111111111111"

// unknown returns a cache, and a kid that it knows as missing.
func unknown(tb testing.TB) (*jwks.Cache, string) {
	tb.Helper()
	const kid = "jwk-test-22222222-2222-4222-8222-222222222222"
	c := serving(liveKID).cache(tb)
	_, err := c.Key(tb.Context(), kid)
	require.ErrorIs(tb, err, jwks.ErrUnknown)
	return c, kid
}

func TestAllocations(t *testing.T) { //nolint:paralleltest // it counts allocations
	c, known := unknown(t)
	kids := make([]string, 1000)
	for i := range kids {
		kids[i] = fmt.Sprint("forged-", i)
	}
	i := 0
	for name, f := range map[string]func(){
		"a kid of the set": func() { _, _ = c.Key(t.Context(), liveKID) },
		"a kid known as missing": func() {
			_, _ = c.Key(t.Context(), known)
		},
		"forged kids within the interval": func() {
			_, _ = c.Key(t.Context(), kids[i%len(kids)])
			i++
		},
		"Has":   func() { _ = c.Has(liveKID) },
		"Ready": func() { _ = c.Ready(t.Context()) },
	} {
		assert.Zero(t, testing.AllocsPerRun(1000, f), "%s must allocate nothing", name)
	}
}

// BenchmarkKey has a target: 200 ns, no allocation.
func BenchmarkKey(b *testing.B) {
	c := serving(liveKID, "another").filled(b)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Key(ctx, liveKID); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKey_parallel(b *testing.B) {
	c := serving(liveKID, "another").filled(b)
	ctx := b.Context()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := c.Key(ctx, liveKID); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkKey_unknown has a target: 2 µs, no allocation.
func BenchmarkKey_unknown(b *testing.B) {
	c, kid := unknown(b)
	ctx := b.Context()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Key(ctx, kid); err == nil {
			b.Fatal("found")
		}
	}
}

// BenchmarkKey_forged looks up new forged kids within MinInterval. Its target: 2 µs, no allocation.
func BenchmarkKey_forged(b *testing.B) {
	c, _ := unknown(b)
	ctx := b.Context()
	kids := make([]string, 10_000)
	for i := range kids {
		kids[i] = fmt.Sprintf("jwk-test-%08d-2222-4222-8222-222222222222", i)
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Key(ctx, kids[i%len(kids)]); err == nil {
			b.Fatal("found")
		}
		i++
	}
}

func BenchmarkHas(b *testing.B) {
	c := serving(liveKID).filled(b)
	b.ReportAllocs()
	for b.Loop() {
		if !c.Has(liveKID) {
			b.Fatal("missing")
		}
	}
}

func BenchmarkParse(b *testing.B) {
	body := read(b, "testdata/good-stytch.json")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jwks.Parse(body); err != nil {
			b.Fatal(err)
		}
	}
}
