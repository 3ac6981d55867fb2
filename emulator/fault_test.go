package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
)

const policyPath = "/v1/b2b/rbac/policy"

// What HTTP cannot say is refused, over HTTP and in Go alike.
func TestFaults_thatAreNoResponseAreRefused(t *testing.T) {
	t.Parallel()
	var bad []emulator.Fault
	for _, status := range []int{204, 205, 304} {
		bad = append(bad, emulator.Fault{Status: status, Body: "x"}, emulator.Fault{Status: status, ErrorType: "x"},
			emulator.Fault{Status: status, ErrorType: "x", Body: "x"}, emulator.Fault{Status: status, Body: "{}", Count: -1})
	}
	for _, status := range []int{-1, 1, 99, 100, 101, 103, 199, 600, 999, 1000, 1 << 30} {
		bad = append(bad, emulator.Fault{Status: status}, emulator.Fault{Status: status, Body: "x"})
	}
	for _, text := range []string{
		"a\r\nX: y", "a\nX: y", "a\r", "\n", "a\x00b", "\x01", "a\tb", "\x7f", "a\x1b[31m", "text/html\u0085", "t\u00e9xt/html", "\u2028", "\U0001f600",
		strings.Repeat("x", 257), strings.Repeat("x", 1<<20),
	} {
		bad = append(bad, emulator.Fault{Status: 200, Body: "x", ContentType: text}, emulator.Fault{Status: 500, ErrorType: text})
	}
	bad = append(bad, emulator.Fault{}, emulator.Fault{Status: 500, Skip: -1}, emulator.Fault{Status: 500, RetryAfter: -1}, emulator.Fault{DelayMS: -1},
		emulator.Fault{DelayMS: 600_001}, emulator.Fault{Operation: "b2b.nothing", Status: 500}, emulator.Fault{Operation: strings.Repeat("x", 1<<20), Status: 500},
		emulator.Fault{Status: 500, Body: strings.Repeat("x", 33<<20)})
	h := newHarness(t)
	for _, f := range bad {
		name := fmt.Sprintf("%.100v", f)
		require.Error(t, h.AddFaults(f), name)
		data, err := json.Marshal(f)
		require.NoError(t, err)
		for _, body := range []string{string(data), `[{"status": 500}, ` + string(data) + `]`} {
			got := h.send("POST", "/_emulator/faults", body, "", "")
			assert.Equal(t, http.StatusBadRequest, got.status, name)
			assert.Less(t, len(got.text), 500, "%s: the error does not repeat it", name)
		}
	}
	assert.Equal(t, http.StatusOK, h.call("GET", policyPath, "").status, "none was added")
	for status, f := range map[int]emulator.Fault{
		204: {Status: 204}, 205: {Status: 205, ContentType: "text/plain"}, 304: {Status: 304, RetryAfter: 1}, 599: {Status: 599, Body: strings.Repeat("x", 17<<20)},
		429: {Status: 429, Body: "\x00\r\n\u2028", ContentType: `multipart/mixed; boundary="a b"`}, 503: {Status: 503, ErrorType: "too_many <requests>"},
	} {
		require.NoError(t, h.AddFaults(f))
		assert.Equal(t, status, h.call("GET", policyPath, "").status)
	}
}

func TestFaults_pendingAreBounded(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	add := func(n int, fault string) int {
		list := "[" + strings.TrimSuffix(strings.Repeat(fault+",", n), ",") + "]"
		return h.send("POST", "/_emulator/faults", list, "", "").status
	}
	require.Equal(t, http.StatusBadRequest, add(1001, `{"status":500}`))
	require.Equal(t, http.StatusBadRequest, add(500_000, `{"status":500}`))
	require.Equal(t, http.StatusOK, h.call("GET", policyPath, "").status, "none of them was added")
	require.Equal(t, http.StatusOK, add(1000, `{"status":500}`))
	require.Equal(t, http.StatusBadRequest, add(1, `{"status":500}`))
	require.Error(t, h.AddFaults(emulator.Fault{Status: 500}))
	require.Equal(t, 500, h.call("GET", policyPath, "").status)
	require.Equal(t, http.StatusOK, add(1, `{"status":500}`), "one has been used up")
	require.Equal(t, http.StatusBadRequest, add(1, `{"status":500}`))
	require.Equal(t, http.StatusOK, add(0, ""))
	large := emulator.Fault{Status: 500, Body: strings.Repeat("x", 16<<20)}
	require.NoError(t, h.AddFaults(large, large))
	require.Error(t, h.AddFaults(emulator.Fault{Status: 500, Body: "x"}), "bodies are counted together")
	h.ClearFaults()
	require.NoError(t, h.AddFaults(large))
}

func TestFaults_outOfBoundsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, bad := range []string{
		`{"delay_ms": 600001}`, `{"delay_ms": -1}`, `{"delay_ms": 9223372036854775807}`, `{"delay_ms": 9223372036855}`, `{"delay_ms": 18446744073710}`, `{"delay_ms": 18446744073709551617}`,
		`{"delay_ms": -9223372036854775808}`, `{"delay_ms": 1e30}`, `{"delay_ms": 0.5}`, `{"delay_ms": "1"}`, `{"status": 500, "delay_ms": 18446744073710}`,
		`{"status": -1}`, `{"status": 1}`, `{"status": 100}`, `{"status": 199}`, `{"status": 600}`, `{"status": 999}`, `{"status": 4294967496}`, `{"status": 18446744073709551816}`, `{"status": 500.5}`,
		`{"status": 500, "count": 9223372036854775808}`, `{"status": 500, "count": 1e30}`, `{"status": 500, "skip": -1}`, `{"status": 500, "skip": -9223372036854775808}`, `{"status": 500, "skip": 1e30}`,
		`{"status": 500, "retry_after": -1}`, `{"error_type": "x"}`, `{"error_type": "x", "delay_ms": 1}`, `{"body": "x", "delay_ms": 1}`, `{"retry_after": 1, "disconnect": true}`,
		`[{"status": 500}, {"status": 99}]`, `[{"status": 500}, {"delay_ms": 18446744073710}]`, `{"status": 500, "status": 500}`,
	} {
		assert.Equal(t, http.StatusBadRequest, h.send("POST", "/_emulator/faults", bad, "", "").status, bad)
	}
	assert.Equal(t, http.StatusOK, h.call("GET", "/v1/b2b/rbac/policy", "").status, "none was added")
	for _, good := range []string{
		`{"status": 599, "count": 2147483647}`, `{"status": 200, "count": -2147483648}`, `{"status": 500, "skip": 2147483647, "delay_ms": 600000, "retry_after": 2147483647}`,
	} {
		assert.Equal(t, http.StatusOK, h.send("POST", "/_emulator/faults", good, "", "").status, good)
	}
	for range 3 {
		assert.Equal(t, 599, h.call("GET", "/v1/b2b/rbac/policy", "").status)
	}
}

// A known error type has a status, another one needs it.
func TestFaults_haveTheStatusOfTheirErrorType(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for code, status := range map[string]int{"too_many_requests": 429, "session_not_found": 404} {
		require.NoError(t, h.AddFaults(emulator.Fault{ErrorType: code, RetryAfter: 1, DelayMS: 1}))
		got := h.call("GET", policyPath, "")
		assert.Equal(t, status, got.status)
		assert.Equal(t, code, got.body["error_type"])
		assert.EqualValues(t, status, got.body["status_code"])
		assert.Equal(t, "1", got.header.Get("Retry-After"))
	}
	require.ErrorContains(t, h.AddFaults(emulator.Fault{ErrorType: "no_such"}), "error_type is not one that is known, so status must be set")
	require.Error(t, h.AddFaults(emulator.Fault{ErrorType: "too_many_requests", Disconnect: true}))
	require.Error(t, h.AddFaults(emulator.Fault{ErrorType: "too_many_requests", Body: "x"}))
	assert.Equal(t, http.StatusOK, h.call("GET", policyPath, "").status)
}

func TestReset_removesFaults(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	require.NoError(t, h.AddFaults(emulator.Fault{Status: 503, ErrorType: "internal_server_error", Count: -1}))
	h.Reset()
	h.create("ada@example.com", nil)
}
