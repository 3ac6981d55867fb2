package flows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
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

func TestRateLimits_applyWhereSwitchedOn(t *testing.T) {
	t.Parallel()
	h := newHarness(t, still(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)))
	send := func(to string) error {
		_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(),
			&magiclinksemaildiscovery.SendRequest{EmailAddress: to}, shared.WithRetry(shared.RetryPolicy{MaxAttempts: 1}))
		return err
	}
	require.NoError(t, send("ada@example.com"))
	require.NoError(t, send("ada@example.com"), "they are off by default")
	require.NoError(t, h.SetSettings(emulator.Settings{RateLimits: true}))
	err := send("Ada@example.com")
	require.ErrorIs(t, err, stytcherror.CodeTooManyRequests)
	failure, ok := errors.AsType[*stytcherror.Error](err)
	require.True(t, ok)
	assert.Equal(t, time.Second, failure.RetryAfter)
	assert.Len(t, h.Inbox().Messages("ada@example.com"), 2, "nothing was sent")
	require.NoError(t, send("bob@example.com"), "another address")
	h.Clock().Advance(time.Second)
	require.NoError(t, send("ada@example.com"))
}
