package emulator_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
)

// A clock shows what it was set to, or refuses: it never wraps around.
func TestClock_showsWhatItIsSetTo(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, want := range []string{
		"1970-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "2318-01-01T00:00:00Z", "2319-01-01T00:00:00Z", "2400-02-29T12:00:00+05:30", "5000-01-01T00:00:00Z", "9899-12-31T23:00:00Z",
		"1969-12-31T23:59:59Z", "1969-12-31T23:59:59-01:00", "1970-01-01T00:00:00+01:00", "1700-01-01T00:00:00Z", "0001-01-01T00:00:01Z", "0000-01-01T00:00:00Z",
		"9900-01-01T00:00:00Z", "9999-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "10000-01-01T00:00:00Z", "292277026596-01-01T00:00:00Z",
	} {
		before := h.Clock().Now()
		got := h.send("POST", "/_emulator/clock", fmt.Sprintf(`{"now": %q}`, want), "", "")
		if got.status != http.StatusOK {
			assert.Equal(t, http.StatusBadRequest, got.status, want)
			assert.NotEmpty(t, got.body["error"])
			assert.WithinDuration(t, before, h.Clock().Now(), time.Minute, "a refusal changes nothing")
			continue
		}
		asked, err := time.Parse(time.RFC3339, want)
		require.NoError(t, err)
		assert.WithinDuration(t, asked, h.Clock().Now(), time.Minute, want)
		created := h.call("POST", createPath, fmt.Sprintf(`{"intermediate_session_token": %q, "session_duration_minutes": 527040}`, h.IntermediateSession("ada@example.com")))
		require.Equal(t, http.StatusOK, created.status, "%s %s", want, created.text)
		_, err = h.RotateKeys()
		require.NoError(t, err, want)
		data, err := h.Snapshot()
		require.NoError(t, err)
		require.NoError(t, h.Restore(data))
	}
	for _, refused := range []string{"9999-01-01T00:00:00Z", "1969-01-01T00:00:00Z"} {
		got := h.send("POST", "/_emulator/clock", fmt.Sprintf(`{"now": %q}`, refused), "", "")
		assert.Equal(t, http.StatusBadRequest, got.status)
		assert.Contains(t, got.text, "1970", "the error names the bounds")
	}
}

func TestClock_advancesWithinItsBounds(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const most = "2562047h47m16s" // all of a time.Duration
	advance := func(d string) int {
		return h.send("POST", "/_emulator/clock", fmt.Sprintf(`{"advance": %q}`, d), "", "").status
	}
	last, ok := h.Clock().Now(), 0
	for range 40 { // 292 years each
		status := advance(most)
		now := h.Clock().Now()
		if status == http.StatusOK {
			ok++
			assert.WithinDuration(t, last.Add(1<<63-1), now, time.Minute)
		} else {
			assert.Equal(t, http.StatusBadRequest, status)
			assert.WithinDuration(t, last, now, time.Minute, "a refusal changes nothing")
		}
		last = now
	}
	assert.Equal(t, 26, ok, "up to the year 9899")
	for range 40 {
		before := h.Clock().Now()
		if advance("-"+most) != http.StatusOK {
			assert.WithinDuration(t, before, h.Clock().Now(), time.Minute)
		}
	}
	assert.GreaterOrEqual(t, h.Clock().Now().Year(), 1970)
	assert.Less(t, h.Clock().Now().Year(), 2300)
	for _, bad := range []string{"2562047h47m17s", "9999999999h", "-9999999999h", "1e9h", "NaN", "1", "h"} {
		assert.Equal(t, http.StatusBadRequest, advance(bad), bad)
	}
	require.Equal(t, http.StatusOK, advance("48h"))
	h.Reset()
	assert.WithinDuration(t, time.Now(), h.Clock().Now(), time.Minute)
}

func TestClock_panicsOutOfItsBounds(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	assert.Panics(t, func() { h.Clock().Set(time.Time{}) })
	assert.Panics(t, func() { h.Clock().Set(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)) })
	assert.Panics(t, func() { h.Clock().Set(time.Date(1_000_000, 1, 1, 0, 0, 0, 0, time.UTC)) })
	assert.Panics(t, func() { h.Clock().Advance(-100 * 365 * 24 * time.Hour) })
	assert.WithinDuration(t, time.Now(), h.Clock().Now(), time.Minute)
	_, err := emulator.New(emulator.Config{Now: func() time.Time { return time.Time{} }})
	require.Error(t, err)
}

func TestClock_runsFromWhereItWasSet(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	em, err := emulator.New(emulator.Config{Now: func() time.Time { return base }})
	require.NoError(t, err)
	clock := em.Project().Clock()
	assert.Equal(t, base, clock.Now())
	base = base.Add(time.Second)
	clock.Set(time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC))
	base = base.Add(time.Minute)
	assert.Equal(t, time.Date(9000, 1, 1, 0, 1, 0, 0, time.UTC), clock.Now())
	clock.Advance(-time.Hour)
	base = base.Add(time.Minute)
	assert.Equal(t, time.Date(8999, 12, 31, 23, 2, 0, 0, time.UTC), clock.Now())
}
