package state_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// Whoever asks a state that was replaced meanwhile is woken at once, and can ask the new one.
func TestDiscard_wakesThoseWhoComeLater(t *testing.T) {
	t.Parallel()
	s := newState()
	_, before := s.Inbox("")
	changes := s.Changed()
	assert.False(t, isClosed(before))
	assert.False(t, isClosed(changes))
	s.Discard()
	assert.True(t, isClosed(before))
	assert.True(t, isClosed(changes))
	_, after := s.Inbox("")
	assert.True(t, isClosed(after))
	assert.True(t, isClosed(s.Changed()))

	require.NoError(t, s.Do(time.Now(), func(tx *state.Tx) error { // a call that is still in progress
		tx.Send(state.Message{Channel: state.ChannelEmail, To: "ada@example.com"})
		return nil
	}))
	assert.True(t, isClosed(s.Changed()))
}
