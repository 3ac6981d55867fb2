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
	promise(t, "10 000 callers of 1000 organizations fetch once per expiry and are served meanwhile", func(t *testing.T) {
		s := &source{latency: time.Second}
		c := s.cache()
		for expiry := range expiries {
			held, fetched := "v"+strconv.Itoa(max(1, expiry)), expiry+1
			var wait sync.WaitGroup
			for i := range callers {
				wait.Go(func() {
					id := "organization-" + strconv.Itoa(i%organizations)
					began := time.Now()
					view, err := c.For(t.Context(), id)
					if !assert.NoError(t, err) {
						return
					}
					assert.True(t, expiry == 0 || time.Since(began) == 0, "served at once")
					assert.True(t, view.Allows(list("member"), "documents", held))
					assert.True(t, view.Allows(list("custom"), "documents", held))
					assert.True(t, view.Allows(list("custom"), "documents", id))
					assert.False(t, view.Allows(list("custom"), "documents", "organization-x"))
					assert.NotEmpty(t, view.Explain(list("member", "custom"), "documents", id).Granting)
				})
			}
			wait.Wait()
			time.Sleep(rbac.DefaultTTL * 4 / 5)
			assert.EqualValues(t, fetched, s.policies.Load())
			assert.Equal(t, fetched*organizations, s.organizations())
		}
	})
	promise(t, "forgetting, evicting and checking go together", func(t *testing.T) {
		s := &source{latency: time.Millisecond}
		c := s.cache(func(config *rbac.CacheConfig) { config.MaxOrganizations, config.TTL = 50, time.Millisecond })
		var wait sync.WaitGroup
		for i := range 100 {
			wait.Go(func() {
				for j := range 50 {
					id := strconv.Itoa((i + j) % 80)
					view, err := c.For(t.Context(), id)
					if assert.NoError(t, err) {
						assert.True(t, view.Allows(list("custom"), "documents", id))
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
	visit := func(t *testing.T, c *rbac.Cache, ids ...string) {
		t.Helper()
		for _, id := range ids {
			_, err := c.For(t.Context(), id)
			require.NoError(t, err)
			time.Sleep(time.Second)
		}
	}
	promise(t, "the organization that was not used for the longest time", func(t *testing.T) {
		s := new(source)
		c := s.cache(limited(3))
		visit(t, c, "a", "b", "c", "a", "d")
		visit(t, c, "a", "c", "d")
		assert.Equal(t, 4, s.organizations(), "a, c and d were kept")
		visit(t, c, "b")
		assert.Equal(t, 2, s.organization("b"))
		visit(t, c, "c", "d")
		assert.Equal(t, 5, s.organizations(), "a made room for b")
	})
	promise(t, "nothing as long as there is room", func(t *testing.T) {
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
	promise(t, "a sixteenth at a time, the oldest", func(t *testing.T) {
		s := new(source)
		c := s.cache(limited(160))
		for i := range 161 {
			visit(t, c, strconv.Itoa(i))
		}
		for i := 160; i >= 10; i-- {
			visit(t, c, strconv.Itoa(i))
		}
		assert.Equal(t, 161, s.organizations(), "10 to 160 were kept")
		visit(t, c, "0", "9")
		assert.Equal(t, 163, s.organizations())
	})
	promise(t, "even the only one", func(t *testing.T) {
		c := new(source).cache(limited(1))
		visit(t, c, "a", "b", "a", "a", "b")
	})
	promise(t, "and never keeps more than its limit, nor much less", func(t *testing.T) {
		s := new(source)
		c := s.cache(limited(64))
		for i := range 10_000 {
			_, err := c.For(t.Context(), strconv.Itoa(i))
			require.NoError(t, err)
		}
		assert.LessOrEqual(t, rbac.Kept(c), 64)
		assert.GreaterOrEqual(t, rbac.Kept(c), 60)
	})
}

// A cached check takes no lock that a fetch could hold.
//
//nolint:paralleltest // it counts allocations
func TestCache_allocatesNothing(t *testing.T) {
	c := rbac.NewCache(rbac.CacheConfig{
		FetchPolicy: func(context.Context) ([]rbac.Role, []rbac.Scope, error) { return rolesOf(3), nil, nil },
		FetchOrganization: func(context.Context, string) ([]rbac.Role, error) {
			return []rbac.Role{role("custom", on("reports", "read"))}, nil
		},
	})
	held := subject(3)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		view, err := c.For(t.Context(), "acme")
		if err != nil || view.Allows(held, "reports", "read") {
			t.Error("the wrong answer")
		}
		if ok, err := c.Allows(t.Context(), "acme", held, commonResource, lastAction); err != nil || !ok {
			t.Error("the wrong answer")
		}
	}))
}
