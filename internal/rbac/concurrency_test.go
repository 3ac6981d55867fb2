package rbac_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/rbac"
)

func TestCache_concurrency(t *testing.T) {
	t.Parallel()
	const callers, organizations, expiries = 10_000, 1000, 4
	inBubble(t, "10 000 callers of 1000 organizations fetch each policy once, and do not wait for a renewal", func(t *testing.T) {
		s := &source{latency: time.Second}
		c := s.cache()
		for expiry := range expiries {
			version, fetched := "v"+strconv.Itoa(max(1, expiry)), expiry+1
			var wait sync.WaitGroup
			for i := range callers {
				wait.Go(func() {
					id := "organization-" + strconv.Itoa(i%organizations)
					began := time.Now()
					view, err := c.For(t.Context(), id)
					if !assert.NoError(t, err) {
						return
					}
					assert.True(t, expiry == 0 || time.Since(began) == 0, "it waited")
					assert.True(t, view.Explain(list("member"), "documents", version).Allowed)
					assert.True(t, view.Explain(list("custom"), "documents", version).Allowed)
					assert.True(t, view.Explain(list("custom"), "documents", id).Allowed)
					assert.False(t, view.Explain(list("custom"), "documents", "organization-x").Allowed)
					assert.NotEmpty(t, view.Explain(list("member", "custom"), "documents", id).Granting)
				})
			}
			wait.Wait()
			time.Sleep(4 * time.Minute)
			assert.EqualValues(t, fetched, s.policies.Load())
			assert.Equal(t, fetched*organizations, s.organizations())
		}
	})
	inBubble(t, "Invalidate, eviction and checks may be concurrent", func(t *testing.T) {
		s := &source{latency: time.Millisecond}
		c := s.cache(func(config *rbac.CacheConfig) { config.MaxOrganizations, config.TTL = 50, time.Millisecond })
		var wait sync.WaitGroup
		for i := range 100 {
			wait.Go(func() {
				for j := range 50 {
					id := strconv.Itoa((i + j) % 80)
					view, err := c.For(t.Context(), id)
					if assert.NoError(t, err) {
						assert.True(t, view.Explain(list("custom"), "documents", id).Allowed)
					}
					switch i {
					case 0:
						c.Invalidate()
					case 1:
						c.InvalidateOrganization(id)
					}
				}
			})
		}
		wait.Wait()
		synctest.Wait()
	})
}

func TestCache_evicts(t *testing.T) {
	t.Parallel()
	limited := func(limit int) func(*rbac.CacheConfig) {
		return func(config *rbac.CacheConfig) { config.MaxOrganizations, config.TTL = limit, 24*time.Hour }
	}
	use := func(t *testing.T, c *rbac.Cache, ids ...string) {
		t.Helper()
		for _, id := range ids {
			_, err := c.For(t.Context(), id)
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
	}
	inBubble(t, "the least recently used organization is evicted", func(t *testing.T) {
		s := new(source)
		c := s.cache(limited(3))
		use(t, c, "a", "b", "c", "a", "d")
		use(t, c, "a", "c", "d")
		assert.Equal(t, 4, s.organizations(), "a, c and d were cached")
		use(t, c, "b")
		assert.Equal(t, 2, s.organization("b"))
		use(t, c, "c", "d")
		assert.Equal(t, 5, s.organizations(), "a was evicted for b")
	})
	inBubble(t, "nothing is evicted below the limit", func(t *testing.T) {
		s := new(source)
		c := s.cache(limited(1000))
		for range 2 {
			for i := range 1000 {
				_, err := c.For(t.Context(), strconv.Itoa(i))
				require.NoError(t, err)
			}
		}
		assert.Equal(t, 1000, s.organizations())
	})
	inBubble(t, "a sixteenth of the limit is evicted at once", func(t *testing.T) {
		s := new(source)
		c := s.cache(limited(160))
		for i := range 161 {
			use(t, c, strconv.Itoa(i))
		}
		for i := 160; i >= 10; i-- {
			use(t, c, strconv.Itoa(i))
		}
		assert.Equal(t, 161, s.organizations(), "10 to 160 were cached")
		use(t, c, "0", "9")
		assert.Equal(t, 163, s.organizations())
	})
	inBubble(t, "a limit of one works", func(t *testing.T) {
		c := new(source).cache(limited(1))
		use(t, c, "a", "b", "a", "a", "b")
	})
	inBubble(t, "the number of cached organizations is at most the limit, and not much less", func(t *testing.T) {
		s := new(source)
		c := s.cache(limited(64))
		for i := range 10_000 {
			_, err := c.For(t.Context(), strconv.Itoa(i))
			require.NoError(t, err)
		}
		assert.LessOrEqual(t, rbac.Cached(c), 64)
		assert.GreaterOrEqual(t, rbac.Cached(c), 60)
	})
}

// TestCache_allocatesNothing is of checks with fresh policies.
//
//nolint:paralleltest // it counts allocations
func TestCache_allocatesNothing(t *testing.T) {
	c := rbac.NewCache(rbac.CacheConfig{
		FetchPolicy: func(context.Context) (*rbac.Policy, error) { return rbac.Compile(rolesOf(3), nil), nil },
		FetchOrganization: func(context.Context, string) (*rbac.Policy, error) {
			return rbac.Compile([]rbac.Role{role("custom", on("reports", "read"))}, nil), nil
		},
	})
	held := subject(3)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if ok, err := c.Allows(t.Context(), "acme", held, "reports", "read"); err != nil || ok {
			t.Error("the wrong answer")
		}
		if ok, err := c.Allows(t.Context(), "acme", held, commonResource, lastAction); err != nil || !ok {
			t.Error("the wrong answer")
		}
	}))
}
