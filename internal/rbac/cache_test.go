package rbac_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/rbac"
)

var errDown = errors.New("down for maintenance")

func TestCache_fetches(t *testing.T) {
	t.Parallel()
	inBubble(t, "project and organization are fetched concurrently", func(t *testing.T) {
		c := (&source{latency: time.Second}).cache()
		assert.Equal(t, time.Second, took(func() {
			_, err := c.For(t.Context(), "acme")
			require.NoError(t, err)
		}))
	})
	inBubble(t, "the policy is fetched every four minutes, in the background", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		for range 4*60 - 1 {
			serves(t, c, 1)
			time.Sleep(time.Second)
		}
		assert.EqualValues(t, 1, s.policies.Load())
		time.Sleep(time.Second)
		serves(t, c, 1)
		synctest.Wait()
		serves(t, c, 2)
	})
	inBubble(t, "from five minutes on, callers wait for project and organization, for up to two seconds", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		check := func() {
			view, err := c.For(t.Context(), "acme")
			require.NoError(t, err)
			assert.True(t, view.Explain(list("member"), "documents", "v1").Allowed)
			assert.True(t, view.Explain(list("custom"), "documents", "v1").Allowed)
		}
		check()
		s.latency = 5 * time.Second
		time.Sleep(5 * time.Minute)
		assert.Equal(t, 2*time.Second, took(check))
		assert.Zero(t, took(check))
	})
	inBubble(t, "no organization is fetched without FetchOrganization, nor for an empty id", func(t *testing.T) {
		s := new(source)
		consumer := s.cache(func(config *rbac.CacheConfig) { config.FetchOrganization = nil })
		for c, id := range map[*rbac.Cache]string{consumer: "acme", s.cache(): ""} {
			view, err := c.For(t.Context(), id)
			require.NoError(t, err)
			assert.NotEmpty(t, view.Permissions(list("member")))
			assert.True(t, view.ExplainScopes("openid", "documents", "read").Allowed)
		}
		assert.Zero(t, s.organizations())
	})
}

func TestCache_waits(t *testing.T) {
	t.Parallel()
	inBubble(t, "a caller waits until its context ends, and gets the cause", func(t *testing.T) {
		c := (&source{latency: 3 * time.Second}).cache()
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errDown) })
		for range 2 { // a call during which ctx ends, and one that starts after
			_, err := c.Policy(ctx)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errDown)
			require.ErrorContains(t, err, "gave up waiting: ")
		}
	})
	inBubble(t, "a fetch that hangs fails after ten seconds", func(t *testing.T) {
		c := (&source{latency: time.Hour}).cache()
		assert.Equal(t, 10*time.Second, took(func() {
			assert.ErrorIs(t, c.Ready(t.Context()), context.DeadlineExceeded)
		}))
	})
	inBubble(t, "a caller waits for an organization that is not cached", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		serves(t, c, 1)
		s.latency = time.Second
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		view, err := c.For(ctx, "acme")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Zero(t, view, "there is no view without the organization")
		time.Sleep(time.Second)
		_, err = c.For(ctx, "acme")
		require.NoError(t, err)
	})
}

func TestCache_organizations(t *testing.T) {
	t.Parallel()
	inBubble(t, "each organization has its own roles only", func(t *testing.T) {
		c := new(source).cache()
		for _, id := range list("acme", "globex", "acme") {
			view, err := c.For(t.Context(), id)
			require.NoError(t, err)
			assert.Equal(t, []rbac.Permission{on("documents", id, "v1")}, view.Permissions(list("custom")))
		}
	})
	inBubble(t, "an organization without a policy has no roles, which is cached for four minutes", func(t *testing.T) {
		s := new(source)
		var hasPolicy atomic.Bool
		c := s.cache(func(config *rbac.CacheConfig) {
			config.FetchOrganization = func(ctx context.Context, id string) (*rbac.Policy, error) {
				policy, err := s.fetchOrganization(ctx, id)
				if !hasPolicy.Load() {
					return rbac.Compile(nil, nil), err
				}
				return policy, err
			}
		})
		for range 4*60 - 1 {
			view, err := c.For(t.Context(), "acme")
			require.NoError(t, err)
			assert.NotEmpty(t, view.Permissions(list("member")))
			assert.Empty(t, view.Permissions(list("custom")))
			time.Sleep(time.Second)
		}
		assert.Equal(t, 1, s.organization("acme"))
		hasPolicy.Store(true)
		time.Sleep(time.Second)
		_, err := c.For(t.Context(), "acme")
		require.NoError(t, err)
		synctest.Wait()
		view, err := c.For(t.Context(), "acme")
		require.NoError(t, err)
		assert.NotEmpty(t, view.Permissions(list("custom")))
	})
	inBubble(t, "For fails for an organization that cannot be fetched", func(t *testing.T) {
		s := new(source)
		s.failOrganization(errDown)
		c := s.cache()
		for range 10 {
			_, err := c.For(t.Context(), "acme")
			require.ErrorIs(t, err, errDown)
			assert.ErrorContains(t, err, "without the organization's roles")
		}
		assert.Equal(t, 1, s.organization("acme"), "the pause after a failure is kept")
		_, err := c.For(t.Context(), "globex")
		require.Error(t, err)
		assert.Equal(t, 1, s.organization("globex"), "each organization has its own pause")
	})
	inBubble(t, "Allows fetches the organization only if the project's roles do not allow the action", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		for action, want := range map[string]bool{"v1": true, "acme": true, "nothing": false} {
			for range 3 {
				ok, err := c.Allows(t.Context(), "acme", list("member", "custom"), "documents", action)
				require.NoError(t, err)
				assert.Equal(t, want, ok, action)
			}
		}
		assert.Equal(t, 1, s.organization("acme"))

		s.failOrganization(errDown)
		ok, err := c.Allows(t.Context(), "globex", list("member"), "documents", "v1")
		require.NoError(t, err)
		assert.True(t, ok)
		assert.Zero(t, s.organization("globex"))
		ok, err = c.Allows(t.Context(), "globex", list("member"), "documents", "v2")
		require.ErrorIs(t, err, errDown)
		assert.False(t, ok)

		s.failProject(errDown)
		_, err = s.cache().Allows(t.Context(), "acme", list("member"), "documents", "v1")
		require.ErrorIs(t, err, errDown)
	})
}

func TestCache_invalidate(t *testing.T) {
	t.Parallel()
	inBubble(t, "Invalidate drops all policies", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		for range 2 {
			_, err := c.For(t.Context(), "acme")
			require.NoError(t, err)
		}
		c.Invalidate()
		serves(t, c, 2)
		_, err := c.For(t.Context(), "acme")
		require.NoError(t, err)
		assert.Equal(t, 2, s.organization("acme"))
	})
	inBubble(t, "InvalidateOrganization drops that organization only", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		c.InvalidateOrganization("never seen")
		for range 2 {
			for _, id := range list("acme", "globex") {
				_, err := c.For(t.Context(), id)
				require.NoError(t, err)
			}
			c.InvalidateOrganization("acme")
		}
		assert.Equal(t, 2, s.organization("acme"))
		assert.Equal(t, 1, s.organization("globex"))
		assert.EqualValues(t, 1, s.policies.Load())
	})
}

func TestCache_withoutFetchPolicy(t *testing.T) {
	t.Parallel()
	inBubble(t, "a cache without FetchPolicy fails", func(t *testing.T) {
		require.Error(t, rbac.NewCache(rbac.CacheConfig{}).Ready(t.Context()))
	})
}
