package state_test

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

var now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func newState() *state.State {
	return state.New(state.Config{ProjectID: "project-test-1", Log: slog.New(slog.DiscardHandler)})
}

// rows are the lengths of tables.
func rows(t *testing.T, s *state.State) map[string]int {
	t.Helper()
	lengths := map[string]int{}
	require.NoError(t, s.Do(now, func(tx *state.Tx) error {
		lengths["links"], lengths["codes"] = tx.Links.Len(), tx.Passcodes.Len()
		lengths["sessions"], lengths["intermediate sessions"] = tx.Sessions.Len(), tx.Intermediates.Len()
		return nil
	}))
	return lengths
}

// put puts n rows that expire at a time into each table.
func put(t *testing.T, s *state.State, from, n int, expires time.Time) {
	t.Helper()
	require.NoError(t, s.Do(now, func(tx *state.Tx) error {
		for i := range n {
			id := fmt.Sprint("x", from+i)
			tx.Links.Put(&state.Link{Token: id, Used: true, ExpiresAt: expires})
			tx.Passcodes.Put(&state.Passcode{Channel: state.ChannelEmail, Email: id, ExpiresAt: expires})
			tx.Sessions.Put(&state.Session{ID: id, ExpiresAt: expires})
			tx.Intermediates.Put(&state.Intermediate{Token: id, ExpiresAt: expires})
		}
		return nil
	}))
}

func each(links, codes, sessions, intermediates int) map[string]int {
	return map[string]int{
		"links": links, "codes": codes, "sessions": sessions, "intermediate sessions": intermediates,
	}
}

func TestForget_deletesWhatHasExpiredOnceThereIsMuch(t *testing.T) {
	t.Parallel()
	s := newState()
	put(t, s, 0, 999, now)
	s.Forget(now.Add(state.ForgetAfter + time.Second))
	assert.Equal(t, each(999, 999, 999, 999), rows(t, s), "so few cost nothing")
	put(t, s, 999, 1, now.Add(time.Hour))
	s.Forget(now.Add(-time.Second))
	assert.Equal(t, each(1000, 1000, 1000, 1000), rows(t, s), "nothing has expired")

	s = newState()
	put(t, s, 0, 1000, now)
	put(t, s, 1000, 10, now.Add(time.Hour))
	s.Forget(now)
	assert.Equal(t, each(1010, 1010, 10, 10), rows(t, s), "used links and codes are kept for a day")

	s = newState()
	put(t, s, 0, 1000, now)
	put(t, s, 1000, 10, now.Add(time.Hour))
	s.Forget(now.Add(state.ForgetAfter))
	assert.Equal(t, each(1010, 1010, 0, 0), rows(t, s))

	s = newState()
	put(t, s, 0, 1000, now)
	put(t, s, 1000, 10, now.Add(time.Hour))
	s.Forget(now.Add(state.ForgetAfter + time.Second))
	assert.Equal(t, each(10, 10, 0, 0), rows(t, s))
}

func TestForget_looksAgainWhenRowsHaveDoubled(t *testing.T) {
	t.Parallel()
	s := newState()
	put(t, s, 0, 1000, now.Add(time.Hour))
	s.Forget(now)
	put(t, s, 1000, 999, now.Add(-2*state.ForgetAfter))
	s.Forget(now)
	assert.Equal(t, each(1999, 1999, 1999, 1999), rows(t, s))
	put(t, s, 1999, 1, now.Add(-2*state.ForgetAfter))
	s.Forget(now)
	assert.Equal(t, each(1000, 1000, 1000, 1000), rows(t, s))
}

func TestUseToken_forgetsTokensThatHaveExpired(t *testing.T) {
	t.Parallel()
	s := newState()
	use := func(tx *state.Tx, token string) bool { return tx.UseToken(token, now.Add(time.Minute)) }
	require.NoError(t, s.Do(now, func(tx *state.Tx) error {
		assert.True(t, use(tx, "0"))
		assert.False(t, use(tx, "0"))
		for i := range 999 {
			assert.True(t, use(tx, fmt.Sprint("x", i)))
		}
		return nil
	}))
	require.NoError(t, s.Do(now.Add(time.Minute), func(tx *state.Tx) error {
		assert.True(t, tx.UseToken("0", now.Add(2*time.Minute)), "whoever checks the expiry has refused it before")
		return nil
	}))
}

func TestInbox_removesTheOldestMessages(t *testing.T) {
	t.Parallel()
	s := newState()
	require.NoError(t, s.Do(now, func(tx *state.Tx) error {
		for i := range state.MaxMessages + 2 {
			tx.Send(state.Message{Channel: state.ChannelEmail, To: fmt.Sprint(i)})
		}
		return nil
	}))
	messages, _ := s.Inbox("")
	require.Len(t, messages, state.MaxMessages)
	assert.Equal(t, fmt.Sprint(state.MaxMessages+1), messages[0].To)
	assert.Equal(t, "2", messages[len(messages)-1].To)
}
