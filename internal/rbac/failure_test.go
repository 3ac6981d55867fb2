package rbac_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestCache_failures(t *testing.T) {
	t.Parallel()
	promise(t, "a policy that cannot be fetched anew serves for an hour more", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		serves(t, c, 1)
		s.failProject(errDown)
		for range 64 {
			time.Sleep(time.Minute)
			serves(t, c, 1)
		}
		synctest.Wait()
		time.Sleep(time.Minute)
		_, err := c.Policy(t.Context())
		require.ErrorIs(t, err, errDown)
		assert.ErrorContains(t, err, "without the project's policy: down for maintenance")
		s.failProject(nil)
		time.Sleep(time.Minute)
		require.NoError(t, c.Ready(t.Context()))
	})
	promise(t, "how much longer can be said", func(t *testing.T) {
		for stale, serving := range map[time.Duration]time.Duration{-1: 0, time.Minute: time.Minute} {
			s := new(source)
			c := s.cache(func(config *rbac.CacheConfig) { config.TTL, config.MaxStale = time.Second, stale })
			require.NoError(t, c.Ready(t.Context()))
			s.failProject(errDown)
			time.Sleep(time.Second + serving - 1)
			require.NoError(t, c.Ready(t.Context()))
			time.Sleep(time.Nanosecond)
			require.ErrorIs(t, c.Ready(t.Context()), errDown)
		}
	})
	promise(t, "for as long as anybody likes", func(t *testing.T) {
		s := new(source)
		c := s.cache(func(config *rbac.CacheConfig) { config.MaxStale = math.MaxInt64 })
		serves(t, c, 1)
		s.failProject(errDown)
		time.Sleep(10 * 365 * 24 * time.Hour)
		serves(t, c, 1)
	})
	promise(t, "organizations serve on alike", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		_, err := c.For(t.Context(), "acme")
		require.NoError(t, err)
		s.failOrganization(errDown)
		for range 60 {
			time.Sleep(time.Minute)
			view, err := c.For(t.Context(), "acme")
			require.NoError(t, err)
			assert.True(t, view.Allows(list("custom"), "documents", "v1"))
		}
		assert.Greater(t, s.organization("acme"), 10)
	})
	promise(t, "while an API is down the same error is told at once", func(t *testing.T) {
		s := &source{latency: time.Second}
		s.failProject(errDown)
		c := s.cache()
		require.ErrorIs(t, c.Ready(t.Context()), errDown)
		assert.Zero(t, took(func() { assert.ErrorIs(t, c.Ready(t.Context()), errDown) }))
		_, err := c.For(t.Context(), "acme")
		require.ErrorIs(t, err, errDown)
		assert.Zero(t, s.organization("acme"), "and organizations are not bothered")
	})
	promise(t, "an API that asks for a longer pause gets it", func(t *testing.T) {
		s := new(source)
		s.failProject(&stytcherror.Error{StatusCode: 429, RetryAfter: 30 * time.Second})
		c := s.cache()
		require.ErrorContains(t, c.Ready(t.Context()), "429")
		s.failProject(nil)
		time.Sleep(30*time.Second - 1)
		require.ErrorContains(t, c.Ready(t.Context()), "429")
		time.Sleep(time.Nanosecond)
		require.NoError(t, c.Ready(t.Context()))
	})
}
