package emulator_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestInbox_waitsForTheNextMessageOnceItIsCleared(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	old := h.MagicLink("ada@example.com")
	h.MagicLink("bob@example.com")
	h.Inbox().Clear("ADA@example.com")
	assert.Empty(t, h.Inbox().Messages("ada@example.com"))
	assert.Len(t, h.Inbox().Messages(""), 1, "messages to others stay")

	got := make(chan string)
	go func() {
		m, err := h.Inbox().Wait(t.Context(), "ada@example.com")
		assert.NoError(t, err)
		got <- m.Token
	}()
	next := h.MagicLink("ada@example.com")
	assert.Equal(t, next, <-got)
	_, err := h.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: old})
	require.NoError(t, err, "its link stays valid")

	h.Inbox().Clear("")
	assert.Empty(t, h.Inbox().Messages(""))
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(assert.AnError)
	_, err = h.Inbox().Wait(ctx, "")
	require.ErrorIs(t, err, assert.AnError)
}

func TestControl_clearsTheInbox(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.MagicLink("ada@example.com")
	h.MagicLink("bob@example.com")
	got := h.send("DELETE", "/_emulator/inbox?to=ada@example.com", "", "", "")
	assert.Equal(t, `{"status":"cleared"}`, got.text)
	require.Len(t, h.Inbox().Messages(""), 1)
	assert.Equal(t, http.StatusOK, h.send("DELETE", "/_emulator/inbox", "", "", "").status)
	assert.Empty(t, h.Inbox().Messages(""))
}

func TestControl_refusesParametersThatItDoesNotHave(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.MagicLink("ada@example.com")
	for _, row := range []struct{ method, path, want string }{
		{"GET", "inbox?too=x@y", `there is no parameter \"too\"`}, {"GET", "inbox?To=x", "no parameter"}, {"GET", "?wait=1s", "no parameter"},
		{"GET", "inbox?to=a&to=b", "the parameter to occurs twice"}, {"GET", "inbox?to=%zz", "malformed"}, {"GET", "inbox?a;b", "malformed"},
		{"DELETE", "inbox?wait=1s", "no parameter"}, {"GET", "clock?now", "no parameter"}, {"POST", "clock?advance=6m", "no parameter"},
		{"POST", "faults?x", "no parameter"}, {"GET", "settings?x", "no parameter"}, {"GET", "health?to=a", "no parameter"},
		{"GET", "snapshot?x", "no parameter"}, {"POST", "snapshot?x", "no parameter"}, {"POST", "reset?project=x", "no parameter"},
		{"POST", "keys/rotate?x", "no parameter"}, {"GET", "health?" + strings.Repeat("x", 10_000), "no parameter"},
	} {
		got := h.send(row.method, "/_emulator/"+row.path, "", "", "")
		assert.Equal(t, http.StatusBadRequest, got.status, row.path)
		assert.Contains(t, got.text, row.want, row.path)
		assert.Less(t, len(got.text), 300)
	}
	assert.Len(t, h.Inbox().Messages(""), 1, "nothing was changed")
	for _, path := range []string{"inbox?to=a&wait=1ms&project_id=", "?to=a", "health?", "health?project_id=" + h.ID()} {
		assert.Equal(t, http.StatusOK, h.send("GET", "/_emulator/"+path, "", "", "").status, path)
	}
}

func TestControl_saysHowManyFaultsAreAdded(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for body, want := range map[string]string{
		`{"status": 500}`: `{"added":1}`, `[{"status": 500}, {"delay_ms": 1}]`: `{"added":2}`, `[]`: `{"added":0}`,
	} {
		assert.Equal(t, want, h.send("POST", "/_emulator/faults", body, "", "").text)
	}
}

// A server that stops ends the contexts of its requests.
func TestControl_whatWaitsEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	em, err := emulator.New(emulator.Config{})
	require.NoError(t, err)
	require.NoError(t, em.Project().AddFaults(emulator.Fault{Operation: "b2b.rbac.policy", DelayMS: 600_000}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	start := time.Now()
	for path, want := range map[string]string{"/_emulator/inbox?wait=60s": "[]", policyPath: `"policy":`} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil)
		r.SetBasicAuth(em.Project().ID(), em.Project().Secret())
		em.ServeHTTP(w, r)
		assert.Contains(t, w.Body.String(), want)
	}
	assert.Less(t, time.Since(start), 30*time.Second)
}

func TestFaults_errorTypesAreOfErrors(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, status := range []int{200, 204, 302, 399} {
		require.ErrorContains(t, h.AddFaults(emulator.Fault{Status: status, ErrorType: "too_many_requests"}), "emulator: fault 0: ")
	}
	require.NoError(t, h.AddFaults(emulator.Fault{Status: 400, ErrorType: "one_that_is_newer"}))
	assert.Equal(t, "one_that_is_newer", h.call("GET", policyPath, "").body["error_type"])
}

func TestReset_forgetsWhatRateLimitsHaveCounted(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.Clock().Set(time.Date(2030, 1, 1, 0, 0, 10, 0, time.UTC))
	const search = "/v1/b2b/organizations/search"
	limited := func() (last answer) {
		require.NoError(t, h.SetSettings(emulator.Settings{RateLimits: true}))
		for range 101 {
			last = h.call("POST", search, "{}")
		}
		return last
	}
	require.Equal(t, string(stytcherror.CodeTooManyRequests), limited().body["error_type"])
	h.Reset()
	assert.Zero(t, h.Settings())
	require.NoError(t, h.SetSettings(emulator.Settings{RateLimits: true}))
	h.Clock().Set(time.Date(2030, 1, 1, 0, 0, 20, 0, time.UTC))
	assert.Equal(t, http.StatusOK, h.call("POST", search, "{}").status)
}
