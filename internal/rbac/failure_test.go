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
	inBubble(t, "a policy that cannot be replaced is used until it is an hour old", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		serves(t, c, 1)
		s.failProject(errDown)
		for range 59 {
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
	inBubble(t, "MaxStale is the age to which a policy is used, and TTL at least", func(t *testing.T) {
		for stale, end := range map[time.Duration]time.Duration{time.Second: time.Minute, time.Hour: time.Hour} {
			s := new(source)
			c := s.cache(func(config *rbac.CacheConfig) { config.TTL, config.MaxStale = time.Minute, stale })
			require.NoError(t, c.Ready(t.Context()))
			s.failProject(errDown)
			time.Sleep(end - 1)
			require.NoError(t, c.Ready(t.Context()))
			time.Sleep(time.Nanosecond)
			require.ErrorIs(t, c.Ready(t.Context()), errDown)
		}
	})
	inBubble(t, "MaxStale has no upper bound", func(t *testing.T) {
		s := new(source)
		c := s.cache(func(config *rbac.CacheConfig) { config.MaxStale = math.MaxInt64 })
		serves(t, c, 1)
		s.failProject(errDown)
		time.Sleep(10 * 365 * 24 * time.Hour)
		serves(t, c, 1)
	})
	inBubble(t, "an organization that cannot be replaced is used on", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		_, err := c.For(t.Context(), "acme")
		require.NoError(t, err)
		s.failOrganization(errDown)
		for range 59 {
			time.Sleep(time.Minute)
			view, err := c.For(t.Context(), "acme")
			require.NoError(t, err)
			assert.True(t, view.Explain(list("custom"), "documents", "v1").Allowed)
		}
		assert.Greater(t, s.organization("acme"), 10)
	})
	inBubble(t, "in the pause after a failure, the error is returned at once", func(t *testing.T) {
		s := &source{latency: time.Second}
		s.failProject(errDown)
		c := s.cache()
		require.ErrorIs(t, c.Ready(t.Context()), errDown)
		assert.Zero(t, took(func() { assert.ErrorIs(t, c.Ready(t.Context()), errDown) }))
		_, err := c.For(t.Context(), "acme")
		require.ErrorIs(t, err, errDown)
		assert.Zero(t, s.organization("acme"), "no organization is fetched without the project's policy")
	})
	inBubble(t, "a longer Retry-After is kept", func(t *testing.T) {
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
