package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// Restore and Snapshot run beside calls: each snapshot is whole, and can be restored.
func TestSnapshot_isWholeBesideCalls(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", allowing("example.com"))
	var calls, restores sync.WaitGroup
	stop := make(chan struct{})
	for range 2 {
		restores.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				data, err := h.Snapshot()
				if assert.NoError(t, err) {
					assert.NoError(t, h.Restore(data))
				}
			}
		})
	}
	for i := range 4 {
		calls.Go(func() {
			for n := range 20 {
				h.call("POST", sendPath, fmt.Sprintf(`{"email_address": "u%d-%d@example.com"}`, i, n))
				h.call("POST", "/v1/b2b/sessions/authenticate", fmt.Sprintf(`{"session_token": %q, "session_duration_minutes": 60}`, created.SessionToken))
			}
		})
	}
	calls.Wait()
	close(stop)
	restores.Wait()
	assert.Equal(t, 200, h.call("POST", "/v1/b2b/sessions/authenticate", fmt.Sprintf(`{"session_token": %q}`, created.SessionToken)).status)
}

func TestSnapshot_restoresInAnotherEmulator(t *testing.T) {
	t.Parallel()
	from := newHarness(t)
	created := from.create("ada@example.com", nil)
	data, err := from.Snapshot()
	require.NoError(t, err)
	server := stytchtest.New(t, stytchtest.WithProject(from.ID(), from.Secret()))
	to := &harness{Server: server, t: t, api: server.Client()}
	require.NoError(t, to.Restore(data))
	_, err = to.authenticate(&sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
	require.NoError(t, err)
	_, err = to.authenticate(&sessions.AuthenticateRequest{SessionJWT: &created.SessionJWT})
	require.NoError(t, err, "the keys are restored")
	assert.Len(t, to.Inbox().Messages("ada@example.com"), 1)
	again, err := to.Snapshot()
	require.NoError(t, err)
	assert.NotEmpty(t, again)

	to.Reset()
	_, err = to.authenticate(&sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	assert.Empty(t, to.Inbox().Messages(""))
}

// A snapshot grows with the metadata in it, however deep that is.
func TestSnapshot_isLinear(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	var sent, size [2]int
	for i := range sent {
		for n := range 8 {
			sent[i] += h.createDeep(fmt.Sprintf("ada%d-%d@example.com", i, n))
		}
		data, err := h.Snapshot()
		require.NoError(t, err)
		assert.True(t, json.Valid(data))
		size[i] = len(data)
	}
	assert.Equal(t, sent[0], sent[1])
	assert.Less(t, size[0], 2*sent[0]+sent[0]/10, "what is deep is not indented")
	assert.InEpsilon(t, 2*size[0], size[1], 0.1, "sixteen organizations need twice as much as eight")
}

// createDeep creates an organization with metadata as deep as is accepted, and returns its length.
func (h *harness) createDeep(email string) int {
	h.t.Helper()
	for depth := 98; ; depth-- {
		item := nested(depth-2, "[", "]") + ","
		metadata := `"trusted_metadata": {"k": [` + strings.Repeat(item, 3000/len(item)) + `1]}`
		got := h.createWith(email, metadata)
		if got.status == http.StatusOK {
			return len(metadata)
		}
		require.Greater(h.t, depth, 10, got.text)
	}
}
