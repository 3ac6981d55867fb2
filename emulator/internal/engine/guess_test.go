package engine_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// guessing serves an endpoint for guesses at the secret "right" of any client, at an address and a time.
func guessing(t *testing.T) (guess func(address, client, secret string) int, p *engine.Project, now *time.Time) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	now = new(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	p = engine.NewProject(state.Config{ProjectID: "project-test-1", Log: log}, "secret-test-1", func() time.Time { return *now })
	info := &ops.Info{ID: "public.test", Method: "POST", Path: "/v1/public/{project_id}/guess", Errors: []*ops.Error{ops.ErrInvalidClient}}
	route := engine.HandleForm(info, func(tx *engine.Tx, form engine.Form) (*engine.Reply, error) {
		err := tx.Guess(form["client"], func() bool { return form["secret"] == "right" })
		return tx.JSON(http.StatusOK, form), err
	})
	server := engine.NewServer([]engine.Route{route}, only(p), log)
	return func(address, client, secret string) int {
		body := strings.NewReader("client=" + client + "&secret=" + secret)
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/v1/public/project-test-1/guess", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = address
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		return w.Code
	}, p, now
}

func TestGuess_isBoundedByClientAndAddressInAMinute(t *testing.T) {
	t.Parallel()
	guess, p, now := guessing(t)
	exhaust := func() {
		for range 10 {
			assert.Equal(t, http.StatusOK, guess("192.0.2.1:1", "a", "right"), "what is right is not counted")
			assert.Equal(t, http.StatusUnauthorized, guess("192.0.2.1:1", "a", "wrong"))
		}
		assert.Equal(t, http.StatusTooManyRequests, guess("192.0.2.1:2", "a", "right"), "another port is the same address")
	}
	exhaust()
	assert.Equal(t, http.StatusOK, guess("192.0.2.2:1", "a", "right"), "the client is not kept out elsewhere")
	assert.Equal(t, http.StatusOK, guess("192.0.2.1:1", "b", "right"))
	*now = now.Add(time.Minute)
	exhaust()
	p.Reset()
	exhaust()
}

func TestGuess_remembersSoManyClientsOnly(t *testing.T) {
	t.Parallel()
	guess, _, _ := guessing(t)
	codes := map[int]int{}
	for i := range 10_020 {
		codes[guess("192.0.2.1:1", fmt.Sprint(i), "wrong")]++
	}
	assert.Equal(t, map[int]int{http.StatusUnauthorized: 10_010, http.StatusTooManyRequests: 10}, codes,
		"beyond ten thousand, an address is counted for all clients together")
}
