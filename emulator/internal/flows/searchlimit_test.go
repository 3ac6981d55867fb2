package flows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestRateLimits_eachSearchHasAHundredCallsAMinute(t *testing.T) {
	t.Parallel()
	h := newHarness(t, still(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)))
	org := h.create("ada@example.com").Organization.OrganizationID
	once := shared.WithRetry(shared.RetryPolicy{MaxAttempts: 1})
	for name, search := range map[string]func() error{
		"organizations": func() error {
			_, err := h.api.B2B.Organizations.Search(t.Context(), &organizations.SearchRequest{}, once)
			return err
		},
		"members": func() error {
			_, err := h.api.B2B.Organizations.Members.Search(t.Context(),
				&members.SearchRequest{OrganizationIDs: []string{org}}, once)
			return err
		},
	} {
		require.NoError(t, h.SetSettings(emulator.Settings{RateLimits: true}))
		h.Clock().Set(time.Date(2030, 1, 1, 0, 0, 20, 0, time.UTC))
		for range 100 {
			require.NoError(t, search(), name)
		}
		err := search()
		require.ErrorIs(t, err, stytcherror.CodeTooManyRequests, name)
		failure, ok := errors.AsType[*stytcherror.Error](err)
		require.True(t, ok)
		assert.Equal(t, 40*time.Second, failure.RetryAfter, "the minute ends then")
		h.Clock().Set(time.Date(2030, 1, 1, 0, 1, 0, 0, time.UTC))
		require.NoError(t, search(), name)
		h.Clock().Set(time.Date(2030, 1, 1, 0, 0, 20, 0, time.UTC))
		require.NoError(t, h.SetSettings(emulator.Settings{}))
		for range 101 {
			require.NoError(t, search(), "they are off by default")
		}
	}
}
