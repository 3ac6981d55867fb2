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
	for text, trouble := range map[string]func(*source){
		"fails":         func(s *source) { s.failProject(errDown); s.failOrganization(errDown) },
		"takes 5 s":     func(s *source) { s.latency = 5 * time.Second },
		"never answers": func(s *source) { s.latency = 1000 * time.Hour },
	} {
		promise(t, "nobody waits for an API that "+text+", nor is refused for it", func(t *testing.T) {
			s := new(source)
			c := s.cache()
			check := func() {
				view, err := c.For(t.Context(), "acme")
				require.NoError(t, err)
				assert.NotEmpty(t, view.Permissions(list("member")))
				assert.True(t, view.Allows(list("custom"), "documents", "acme"))
			}
			check()
			trouble(s)
			time.Sleep(rbac.DefaultTTL)
			for range 10_000 {
				assert.Zero(t, took(check))
				time.Sleep(50 * time.Millisecond)
			}
			assert.Greater(t, s.organizations(), 2, "and it is asked again")
			assert.Less(t, s.policies.Load(), int64(30), "now and then")
		})
	}
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
	promise(t, "after a silence of more than that the next caller waits for a new one", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		serves(t, c, 1)
		time.Sleep(rbac.DefaultTTL + rbac.DefaultMaxStale)
		serves(t, c, 2)
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
	promise(t, "failures make the waits between fetches grow, from a second to a minute", func(t *testing.T) {
		s := new(source)
		s.failProject(errDown)
		c := s.cache()
		longest := []float64{1, 2, 4, 8, 16, 32, 60, 60, 60, 60} // seconds; the shortest are half as long
		fetched := time.Now()
		require.ErrorIs(t, c.Ready(t.Context()), errDown)
		for i, most := range longest {
			for s.policies.Load() == int64(i+1) {
				time.Sleep(10 * time.Millisecond)
				require.ErrorIs(t, c.Ready(t.Context()), errDown)
			}
			wait := time.Since(fetched).Seconds()
			assert.GreaterOrEqual(t, wait, most/2)
			assert.LessOrEqual(t, wait, most+0.01)
			fetched = time.Now()
		}
	})
	promise(t, "a success makes them short again", func(t *testing.T) {
		s := new(source)
		s.failProject(errDown)
		c := s.cache()
		for range 600 {
			_ = c.Ready(t.Context())
			time.Sleep(time.Second)
		}
		s.failProject(nil)
		time.Sleep(time.Minute)
		require.NoError(t, c.Ready(t.Context()))
		s.failProject(errDown)
		time.Sleep(rbac.DefaultTTL)
		before := s.policies.Load()
		for range 2 {
			require.NoError(t, c.Ready(t.Context()))
			time.Sleep(time.Second)
		}
		assert.Equal(t, before+2, s.policies.Load())
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
	for text, test := range map[string]struct{ asked, kept time.Duration }{
		"an API that asks for a longer wait gets it": {30 * time.Second, 30 * time.Second},
		"but not for more than a minute":             {time.Hour, time.Minute},
	} {
		promise(t, text, func(t *testing.T) {
			s := new(source)
			s.failProject(&stytcherror.Error{StatusCode: 429, RetryAfter: test.asked})
			c := s.cache()
			require.ErrorContains(t, c.Ready(t.Context()), "429")
			s.failProject(nil)
			time.Sleep(test.kept - 1)
			require.ErrorContains(t, c.Ready(t.Context()), "429")
			time.Sleep(time.Nanosecond)
			require.NoError(t, c.Ready(t.Context()))
		})
	}
	promise(t, "no goroutine stays when an API is down and everybody has left", func(t *testing.T) {
		s := &source{latency: time.Hour}
		_ = s.cache().Ready(t.Context())
		synctest.Wait()
	})
}
