package rbac_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
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
	promise(t, "nothing before anybody asks", func(t *testing.T) {
		s := new(source)
		s.cache()
		time.Sleep(24 * time.Hour)
		assert.Zero(t, s.policies.Load())
	})
	promise(t, "once for 64 who come first", func(t *testing.T) {
		s := &source{latency: time.Second}
		c := s.cache()
		var wait sync.WaitGroup
		for range 64 {
			wait.Go(func() {
				view, err := c.For(t.Context(), "acme")
				if assert.NoError(t, err) {
					assert.True(t, view.Allows(list("member"), "documents", "v1"))
					assert.True(t, view.Allows(list("custom"), "documents", "acme"))
				}
			})
		}
		wait.Wait()
		assert.EqualValues(t, 1, s.policies.Load())
		assert.Equal(t, 1, s.organization("acme"))
	})
	promise(t, "project and organization at the same time", func(t *testing.T) {
		c := (&source{latency: time.Second}).cache()
		assert.Equal(t, time.Second, took(func() {
			_, err := c.For(t.Context(), "acme")
			require.NoError(t, err)
		}))
	})
	promise(t, "once in five minutes, however many ask", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		for range 5*60 - 1 {
			serves(t, c, 1)
			time.Sleep(time.Second)
		}
		assert.EqualValues(t, 1, s.policies.Load())
		time.Sleep(time.Second)
		serves(t, c, 1)
		synctest.Wait()
		serves(t, c, 2)
	})
	promise(t, "nothing while nobody calls", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		serves(t, c, 1)
		time.Sleep(24 * time.Hour)
		assert.EqualValues(t, 1, s.policies.Load())
	})
	promise(t, "once for all while everybody is served what is there", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		serves(t, c, 1)
		s.latency = 3 * time.Second
		time.Sleep(rbac.DefaultTTL)
		for range 29 {
			serves(t, c, 1)
			time.Sleep(100 * time.Millisecond)
		}
		assert.EqualValues(t, 2, s.policies.Load())
		time.Sleep(time.Second)
		serves(t, c, 2)
	})
	promise(t, "by the clock it is given", func(t *testing.T) {
		s := new(source)
		now := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
		c := s.cache(func(config *rbac.CacheConfig) { config.Now = func() time.Time { return now } })
		serves(t, c, 1)
		time.Sleep(24 * time.Hour)
		serves(t, c, 1)
		now = now.Add(6 * time.Minute)
		serves(t, c, 1)
		synctest.Wait()
		serves(t, c, 2)
	})
	promise(t, "no organizations where there are none", func(t *testing.T) {
		s := new(source)
		consumer := s.cache(func(config *rbac.CacheConfig) { config.FetchOrganization = nil })
		for c, id := range map[*rbac.Cache]string{consumer: "acme", s.cache(): ""} {
			view, err := c.For(t.Context(), id)
			require.NoError(t, err)
			assert.NotEmpty(t, view.Permissions(list("member")))
			assert.True(t, view.AllowsScopes("openid", "documents", "read"))
		}
		assert.Zero(t, s.organizations())
	})
}

func TestCache_waits(t *testing.T) {
	t.Parallel()
	promise(t, "no longer than the caller's context, and the others get their policy", func(t *testing.T) {
		s := &source{latency: time.Second}
		c := s.cache()
		hasty, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var wait sync.WaitGroup
		wait.Go(func() {
			assert.Equal(t, 100*time.Millisecond, took(func() {
				_, err := c.For(hasty, "acme")
				assert.ErrorIs(t, err, context.DeadlineExceeded)
			}))
		})
		synctest.Wait() // the hasty one started the fetches
		view, err := c.For(t.Context(), "acme")
		require.NoError(t, err)
		assert.True(t, view.Allows(list("custom"), "documents", "acme"))
		wait.Wait()
		assert.EqualValues(t, 1, s.policies.Load())
		assert.Equal(t, 1, s.organization("acme"))
	})
	promise(t, "and says why the context ended", func(t *testing.T) {
		c := (&source{latency: 3 * time.Second}).cache()
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errDown) })
		for range 2 { // one who waits, and one who is too late to
			_, err := c.Policy(ctx)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errDown)
			require.ErrorContains(t, err, "gave up waiting: ")
		}
	})
	promise(t, "not for a caller who has left, who is no reason to fetch either", func(t *testing.T) {
		s := &source{latency: time.Second}
		c := s.cache()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 3 {
			_, err := c.For(ctx, "acme")
			require.ErrorIs(t, err, context.Canceled)
			_, err = c.Allows(ctx, "acme", list("member"), "documents", "v1")
			require.ErrorIs(t, err, context.Canceled)
		}
		assert.Zero(t, s.policies.Load())
		assert.Zero(t, s.organizations())
		require.NoError(t, c.Ready(t.Context()))
		time.Sleep(rbac.DefaultTTL)
		_, err := c.Policy(ctx)
		require.NoError(t, err)
		time.Sleep(time.Second)
		assert.EqualValues(t, 2, s.policies.Load(), "but a refresh is for all")
	})
	promise(t, "not at all for what is there, whatever the context", func(t *testing.T) {
		c := new(source).cache()
		serves(t, c, 1)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := c.Policy(ctx)
		require.NoError(t, err)
	})
	promise(t, "ten seconds for a fetch that hangs", func(t *testing.T) {
		c := (&source{latency: time.Hour}).cache()
		assert.Equal(t, rbac.DefaultFetchTimeout, took(func() {
			assert.ErrorIs(t, c.Ready(t.Context()), context.DeadlineExceeded)
		}))
	})
	promise(t, "for an organization of which nothing is held", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		serves(t, c, 1)
		s.latency = time.Second
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		view, err := c.For(ctx, "acme")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Empty(t, view.Permissions(list("member")), "half a view is none")
		time.Sleep(time.Second)
		_, err = c.For(ctx, "acme")
		require.NoError(t, err)
	})
}

func TestCache_organizations(t *testing.T) {
	t.Parallel()
	promise(t, "have roles of their own only", func(t *testing.T) {
		c := new(source).cache()
		for _, id := range list("acme", "globex", "acme") {
			view, err := c.For(t.Context(), id)
			require.NoError(t, err)
			assert.Equal(t, []rbac.Permission{on("documents", id, "v1")}, view.Permissions(list("custom")))
		}
	})
	promise(t, "without a policy have no roles, for five minutes", func(t *testing.T) {
		s := new(source)
		s.failOrganization(errors.Join(errors.New("403"), rbac.ErrNoOrganizationPolicy))
		c := s.cache()
		for range 5*60 - 1 {
			view, err := c.For(t.Context(), "acme")
			require.NoError(t, err)
			assert.NotEmpty(t, view.Permissions(list("member")))
			assert.Empty(t, view.Permissions(list("custom")))
			time.Sleep(time.Second)
		}
		assert.Equal(t, 1, s.organization("acme"))
		s.failOrganization(nil)
		time.Sleep(time.Second)
		_, err := c.For(t.Context(), "acme")
		require.NoError(t, err)
		synctest.Wait()
		view, err := c.For(t.Context(), "acme")
		require.NoError(t, err)
		assert.NotEmpty(t, view.Permissions(list("custom")))
	})
	promise(t, "may have an empty list of roles", func(t *testing.T) {
		c := new(source).cache(func(config *rbac.CacheConfig) {
			config.FetchOrganization = func(context.Context, string) ([]rbac.Role, error) { return nil, nil }
		})
		view, err := c.For(t.Context(), "acme")
		require.NoError(t, err)
		assert.NotEmpty(t, view.Permissions(list("member")))
	})
	promise(t, "that cannot be fetched make For fail", func(t *testing.T) {
		s := new(source)
		s.failOrganization(errDown)
		c := s.cache()
		for range 10 {
			_, err := c.For(t.Context(), "acme")
			require.ErrorIs(t, err, errDown)
			assert.ErrorContains(t, err, "without the organization's roles")
		}
		assert.Equal(t, 1, s.organization("acme"), "and are left alone for a while")
		_, err := c.For(t.Context(), "globex")
		require.Error(t, err)
		assert.Equal(t, 1, s.organization("globex"), "each for itself")
	})
	promise(t, "are asked by Allows only when the project's roles do not suffice", func(t *testing.T) {
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
	promise(t, "forgets everything", func(t *testing.T) {
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
	promise(t, "what is held does not serve when there is nothing new", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		serves(t, c, 1)
		s.failProject(errDown)
		c.Invalidate()
		require.ErrorIs(t, c.Ready(t.Context()), errDown)
	})
	promise(t, "a fetch that began before does not count after", func(t *testing.T) {
		s := &source{latency: 3 * time.Second}
		c := s.cache()
		var wait sync.WaitGroup
		wait.Go(func() {
			p, err := c.Policy(t.Context())
			if assert.NoError(t, err) {
				assert.True(t, p.Allows(list("member"), "documents", "v1"), "but for those who asked before")
			}
		})
		synctest.Wait()
		s.latency = time.Second
		c.Invalidate()
		p, err := c.Policy(t.Context())
		require.NoError(t, err)
		assert.True(t, p.Allows(list("member"), "documents", "v2"))
		wait.Wait()
		serves(t, c, 2)
	})
	promise(t, "of an organization concerns that one only", func(t *testing.T) {
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

func TestCache_survives(t *testing.T) {
	t.Parallel()
	for text, mishap := range map[string]func(){
		"a fetch that panics":             func() { panic("oops") },
		"a fetch that ends its goroutine": runtime.Goexit,
	} {
		promise(t, text, func(t *testing.T) {
			s := new(source)
			bad := true
			c := s.cache(func(config *rbac.CacheConfig) {
				config.FetchPolicy = func(ctx context.Context) ([]rbac.Role, []rbac.Scope, error) {
					if bad {
						mishap()
					}
					return s.fetchPolicy(ctx)
				}
			})
			require.ErrorContains(t, c.Ready(t.Context()), "the fetch")
			bad = false
			time.Sleep(time.Minute)
			require.NoError(t, c.Ready(t.Context()))
		})
	}
	promise(t, "a fetch that ignores its context, and waits for it without another", func(t *testing.T) {
		s := &source{latency: time.Hour}
		c := s.cache(func(config *rbac.CacheConfig) {
			config.TTL = 24 * time.Hour
			config.FetchPolicy = func(context.Context) ([]rbac.Role, []rbac.Scope, error) {
				return s.fetchPolicy(context.Background())
			}
		})
		for range 59 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			require.ErrorIs(t, c.Ready(ctx), context.DeadlineExceeded)
			cancel()
		}
		time.Sleep(2 * time.Minute)
		serves(t, c, 1)
		assert.EqualValues(t, 1, s.policies.Load())
	})
	promise(t, "a configuration without a source", func(t *testing.T) {
		require.Error(t, rbac.NewCache(rbac.CacheConfig{}).Ready(t.Context()))
	})
}
