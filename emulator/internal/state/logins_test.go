package state_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// Anybody can begin a login, as often as they like.
func TestLogins_areBoundedAndTheOldestOnesGoFirst(t *testing.T) {
	t.Parallel()
	for name, table := range logins {
		s := newState()
		require.NoError(t, s.Do(now, func(tx *state.Tx) error {
			for i := range state.MaxLogins + 2 {
				table.put(tx, fmt.Sprint("x", i), now.Add(time.Minute))
			}
			assert.Equal(t, state.MaxLogins, table.rows(tx), name)
			table.put(tx, fmt.Sprint("x", state.MaxLogins+1), now.Add(time.Minute))
			assert.Equal(t, state.MaxLogins, table.rows(tx), "the newest one is there: %s", name)
			return nil
		}))
		s.Forget(now.Add(time.Minute - time.Second))
		require.NoError(t, s.Do(now, func(tx *state.Tx) error {
			assert.Equal(t, state.MaxLogins, table.rows(tx), "none has expired: %s", name)
			table.put(tx, "last", now.Add(time.Hour))
			return nil
		}))
		s.Forget(now.Add(time.Minute))
		require.NoError(t, s.Do(now, func(tx *state.Tx) error {
			assert.Equal(t, 1, table.rows(tx), "those that have expired go at once: %s", name)
			return nil
		}))
	}
}

func TestLogins_areBoundedInSize(t *testing.T) {
	t.Parallel()
	s := newState()
	require.NoError(t, s.Do(now, func(tx *state.Tx) error {
		for i := range 50 {
			tx.SSOTokens.Put(&state.SSOToken{Token: fmt.Sprint("x", i), Account: state.Registration{
				Groups: []string{strings.Repeat("g", 1<<20)},
			}})
		}
		assert.Less(t, tx.SSOTokens.Len(), 35)
		assert.Equal(t, "x49", tx.SSOTokens.Newest().Token)
		return nil
	}))
}

func TestLogins_keepNothingElseOfARequest(t *testing.T) { //nolint:paralleltest // It measures the heap.
	s := newState()
	before := heap()
	for i := range 100 {
		url := strings.Repeat("x", 1<<20)
		require.NoError(t, s.Do(now, func(tx *state.Tx) error {
			tx.OAuthFlows.Put(&state.OAuthFlow{State: fmt.Sprint("x", i), Provider: url[:6], ExpiresAt: now.Add(time.Minute)})
			return nil
		}))
	}
	assert.Less(t, heap()-before, 20<<20)
	runtime.KeepAlive(s)
}

func TestLogins_areBoundedByWhatSmallValuesTakeInMemory(t *testing.T) { //nolint:paralleltest // As above.
	s := newState()
	before := heap()
	for i := range 40 {
		require.NoError(t, s.Do(now, func(tx *state.Tx) error {
			tx.SSOTokens.Put(&state.SSOToken{Token: fmt.Sprint("x", i), Account: state.Registration{
				Attributes: shared.Object{"a": slices.Repeat([]any{map[string]any{"": "x"}}, 7_000)},
			}})
			return nil
		}))
	}
	assert.Less(t, heap()-before, 60<<20)
	runtime.KeepAlive(s)
}

// heap is how many bytes are in use.
func heap() int {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

func TestRead_refusesMoreLoginsThanAreKept(t *testing.T) {
	t.Parallel()
	s := newState()
	require.NoError(t, s.Do(now, func(tx *state.Tx) error {
		for i := range state.MaxLogins {
			tx.OAuthFlows.Put(&state.OAuthFlow{
				State: fmt.Sprintf("%044d", i), Provider: state.ProviderGoogle, LoginRedirectURL: "https://app.example",
				ExpiresAt: now,
			})
		}
		return nil
	}))
	var b bytes.Buffer
	require.NoError(t, s.Write(&b))
	config := state.Config{ProjectID: "project-test-1", Log: slog.New(slog.DiscardHandler)}
	_, err := state.Read(bytes.NewReader(b.Bytes()), config)
	require.NoError(t, err)
	one := fmt.Sprintf(`{"state":"%044d",`, 0)
	more := strings.Replace(b.String(), one, strings.Replace(one, "0", "x", 1)+
		`"provider":"google","login_redirect_url":"https://app.example","expires_at":"2030-01-02T03:04:05Z"},`+one, 1)
	require.NotEqual(t, more, b.String())
	_, err = state.Read(strings.NewReader(more), config)
	require.ErrorContains(t, err, "more than is kept")
}
