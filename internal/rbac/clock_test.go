package rbac_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/rbac"
)

// clocked is a cache of s whose clock stands still at now.
func clocked(s *source, now *time.Time) *rbac.Cache {
	return s.cache(func(config *rbac.CacheConfig) {
		config.Now = func() time.Time { return *now }
		config.MaxOrganizations = 32
	})
}

func TestCache_clockPutBack(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	promise(t, "takes no policy away and fetches it anew, once", func(t *testing.T) {
		s, now := new(source), time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		c := clocked(s, &now)
		serves(t, c, 1)
		now = now.Add(-year)
		serves(t, c, 1)
		synctest.Wait()
		for range 10 {
			serves(t, c, 2)
			synctest.Wait()
		}
		assert.EqualValues(t, 2, s.policies.Load())
		now = now.Add(rbac.DefaultTTL)
		serves(t, c, 2)
		synctest.Wait()
		serves(t, c, 3)
	})
	promise(t, "lets a policy serve no longer than MaxStale from then on", func(t *testing.T) {
		s, now := new(source), time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		c := clocked(s, &now)
		serves(t, c, 1)
		s.failProject(errDown)
		now = now.Add(-year)
		for range rbac.DefaultMaxStale / time.Minute {
			serves(t, c, 1)
			synctest.Wait()
			now = now.Add(time.Minute)
		}
		require.ErrorIs(t, c.Ready(t.Context()), errDown)
	})
	promise(t, "ends the wait after a failure", func(t *testing.T) {
		s, now := new(source), time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		c := clocked(s, &now)
		s.failProject(errDown)
		require.ErrorIs(t, c.Ready(t.Context()), errDown)
		s.failProject(nil)
		require.ErrorIs(t, c.Ready(t.Context()), errDown)
		now = now.Add(-year)
		require.NoError(t, c.Ready(t.Context()))
	})
	promise(t, "does not throw out the organizations that are in use", func(t *testing.T) {
		s, now := new(source), time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		c := clocked(s, &now)
		visit := func(id string) {
			_, err := c.For(t.Context(), id)
			require.NoError(t, err)
			synctest.Wait()
			now = now.Add(time.Second)
		}
		for i := range 32 {
			visit("old-" + strconv.Itoa(i))
		}
		now = now.Add(-time.Hour)
		visit("old-7") // fetched once more, for the clock's sake
		for i := range 30 {
			visit("new-" + strconv.Itoa(i))
			visit("old-7")
		}
		assert.Equal(t, 2, s.organization("old-7"))
		for i := range 30 {
			visit("new-" + strconv.Itoa(i))
		}
		assert.Equal(t, 32+1+30, s.organizations())
	})
}

// A caller can be held up between reading the clock and looking at what there is.
func TestCache_clockReadEarly(t *testing.T) {
	t.Parallel()
	for text, test := range map[string]error{
		"a policy fetched meanwhile is as good as any":         nil,
		"a failure meanwhile is not the caller's to try again": errDown,
	} {
		promise(t, text, func(t *testing.T) {
			s, meanwhile := new(source), func() {}
			s.failProject(test)
			c := s.cache(func(config *rbac.CacheConfig) {
				config.Now = func() time.Time {
					read, do := time.Now(), meanwhile
					meanwhile = func() {}
					do()
					return read
				}
			})
			meanwhile = func() {
				time.Sleep(time.Second)
				require.ErrorIs(t, c.Ready(t.Context()), test)
				synctest.Wait()
			}
			require.ErrorIs(t, c.Ready(t.Context()), test)
			synctest.Wait()
			assert.EqualValues(t, 1, s.policies.Load())
		})
	}
}
