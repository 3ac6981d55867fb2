package login

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/password"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Between the comparison and its end the password may be replaced or deleted.
func TestGuess_isWrongIfThePasswordHasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	hash := func(text string) *password.Hash {
		h, err := password.New(t.Context(), text, make([]byte, password.SaltLength))
		require.NoError(t, err)
		return h
	}
	old, replacement := hash("the old one"), hash("another one")
	s := state.New(state.Config{ProjectID: "project-test-1", Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, s.Do(time.Now(), func(tx *state.Tx) error {
		m := tx.NewMember("organization-test-1", "ada@example.com")
		tx.PutPassword(m.MemberID, m.EmailAddress, old, true)
		guess := func() *Guess {
			g, err := NewGuess(tx, tx.Members.Get(m.MemberID), tx.PasswordOf(m))
			require.NoError(t, err)
			return g
		}
		accept := func(g *Guess) error {
			_, _, err := g.Accept(tx, true)
			return err
		}
		same, before := guess(), guess()
		require.NoError(t, accept(same))
		tx.PutPassword(m.MemberID, m.EmailAddress, replacement, true)
		require.ErrorIs(t, accept(before), ErrWrongGuess)
		deleted := guess()
		tx.DeletePasswordOf(m.MemberID)
		require.ErrorIs(t, accept(deleted), ErrWrongGuess)
		return nil
	}))
}
