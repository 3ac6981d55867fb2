package state_test

import (
	"fmt"
	"log/slog"
	"reflect"
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

// expiring are the tables whose rows expire: how a row is put that expires at a time, how many there are, and whether
// one is kept for a while, to be told apart from an unknown one.
var expiring = map[string]struct {
	put  func(tx *state.Tx, id string, at time.Time)
	rows func(tx *state.Tx) int
	kept bool
}{
	"Links": {func(tx *state.Tx, id string, at time.Time) {
		tx.Links.Put(&state.Link{Token: id, Used: true, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.Links.Len() }, true},
	"Passcodes": {func(tx *state.Tx, id string, at time.Time) {
		tx.Passcodes.Put(&state.Passcode{Channel: state.ChannelEmail, Email: id, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.Passcodes.Len() }, true},
	"Sessions": {func(tx *state.Tx, id string, at time.Time) {
		tx.Sessions.Put(&state.Session{ID: id, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.Sessions.Len() }, false},
	"Intermediates": {func(tx *state.Tx, id string, at time.Time) {
		tx.Intermediates.Put(&state.Intermediate{Token: id, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.Intermediates.Len() }, false},
	"Impersonations": {func(tx *state.Tx, id string, at time.Time) {
		tx.Impersonations.Put(&state.Impersonation{Token: id, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.Impersonations.Len() }, false},
	"AppTokens": {func(tx *state.Tx, id string, at time.Time) {
		tx.Authorizations.Put(&state.Authorization{ID: id})
		tx.AppTokens.Put(&state.AppToken{Token: id, AuthorizationID: id, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.AppTokens.Len() }, true},
}

// logins are those of the tables with logins that have begun, which are bounded.
var logins = map[string]struct {
	put  func(tx *state.Tx, id string, at time.Time)
	rows func(tx *state.Tx) int
}{
	"OAuthFlows": {func(tx *state.Tx, id string, at time.Time) {
		tx.OAuthFlows.Put(&state.OAuthFlow{State: id, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.OAuthFlows.Len() }},
	"OAuthTokens": {func(tx *state.Tx, id string, at time.Time) {
		tx.OAuthTokens.Put(&state.OAuthToken{Token: id, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.OAuthTokens.Len() }},
	"SSOFlows": {func(tx *state.Tx, id string, at time.Time) {
		tx.SSOFlows.Put(&state.SSOFlow{State: id, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.SSOFlows.Len() }},
	"SSOTokens": {func(tx *state.Tx, id string, at time.Time) {
		tx.SSOTokens.Put(&state.SSOToken{Token: id, ExpiresAt: at})
	}, func(tx *state.Tx) int { return tx.SSOTokens.Len() }},
}

// put puts n rows that expire at a time into each table.
func put(t *testing.T, s *state.State, from, n int, expires time.Time) {
	t.Helper()
	require.NoError(t, s.Do(now, func(tx *state.Tx) error {
		for i := range n {
			for _, table := range expiring {
				table.put(tx, fmt.Sprint("x", from+i), expires)
			}
		}
		return nil
	}))
}

// requireRows checks the lengths of the tables whose rows are kept for a while, and of the others.
func requireRows(t *testing.T, s *state.State, kept, others int, why string) {
	t.Helper()
	require.NoError(t, s.Do(now, func(tx *state.Tx) error {
		for name, table := range expiring {
			want := others
			if table.kept {
				want = kept
			}
			assert.Equal(t, want, table.rows(tx), "%s: %s", name, why)
		}
		assert.Equal(t, kept, tx.Authorizations.Len(), "an authorization is kept for as long as its tokens: %s", why)
		return nil
	}))
}

// A table of rows that expire, which nobody has thought of, would grow for ever.
func TestForget_isTestedForAllTables(t *testing.T) {
	t.Parallel()
	for _, field := range reflect.VisibleFields(reflect.TypeFor[state.Tx]()) {
		get, isTable := field.Type.MethodByName("Newest")
		if !isTable || field.Name == "TOTPs" || field.Name == "usedTokens" {
			continue // a member has one app at most, and those of used tokens are forgotten by UseToken
		}
		if _, expires := get.Type.Out(0).Elem().FieldByName("ExpiresAt"); expires {
			_, isTested := expiring[field.Name]
			_, isLogin := logins[field.Name]
			assert.True(t, isTested || isLogin, field.Name)
		}
	}
}

func TestForget_deletesWhatHasExpiredOnceThereIsMuch(t *testing.T) {
	t.Parallel()
	s := newState()
	put(t, s, 0, 999, now)
	s.Forget(now.Add(state.ForgetAfter + time.Second))
	requireRows(t, s, 999, 999, "so few cost nothing")
	put(t, s, 999, 1, now.Add(time.Hour))
	s.Forget(now.Add(-time.Second))
	requireRows(t, s, 1000, 1000, "nothing has expired")
	for after, kept := range map[time.Duration]int{0: 1010, state.ForgetAfter: 1010, state.ForgetAfter + time.Second: 10} {
		s = newState()
		put(t, s, 0, 1000, now)
		put(t, s, 1000, 10, now.Add(2*state.ForgetAfter))
		s.Forget(now.Add(after))
		requireRows(t, s, kept, 10, "some are kept for a day: "+after.String())
	}
}

func TestForget_looksAgainWhenRowsHaveDoubled(t *testing.T) {
	t.Parallel()
	s := newState()
	put(t, s, 0, 1000, now.Add(time.Hour))
	s.Forget(now)
	put(t, s, 1000, 999, now.Add(-2*state.ForgetAfter))
	s.Forget(now)
	requireRows(t, s, 1999, 1999, "they have not doubled")
	put(t, s, 1999, 1, now.Add(-2*state.ForgetAfter))
	s.Forget(now)
	requireRows(t, s, 1000, 1000, "they have doubled")
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
