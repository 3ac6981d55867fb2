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

func TestCache_clockSetBack(t *testing.T) {
	t.Parallel()
	inBubble(t, "organizations in use are not evicted after the clock was set back", func(t *testing.T) {
		s, now := new(source), time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		c := s.cache(func(config *rbac.CacheConfig) {
			config.Now = func() time.Time { return now }
			config.MaxOrganizations = 32
		})
		use := func(id string) {
			_, err := c.For(t.Context(), id)
			require.NoError(t, err)
			synctest.Wait()
			now = now.Add(time.Second)
		}
		for i := range 32 {
			use("old-" + strconv.Itoa(i))
		}
		now = now.Add(-time.Hour)
		use("old-7") // fetched again, as the clock was set back
		for i := range 30 {
			use("new-" + strconv.Itoa(i))
			use("old-7")
		}
		assert.Equal(t, 2, s.organization("old-7"))
		for i := range 30 {
			use("new-" + strconv.Itoa(i))
		}
		assert.Equal(t, 32+1+30, s.organizations())
	})
}
