package engine

import (
	"net/http"
	"strconv"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// limits are how many calls of an operation the API takes in an interval. Intervals begin with the minute or second.
var limits = map[string]struct {
	calls    int
	interval time.Duration
}{
	ops.B2BOrganizationsSearch.ID:        {100, time.Minute},
	ops.B2BOrganizationsMembersSearch.ID: {100, time.Minute},
	ops.B2BPasswordsMigrate.ID:           {100, time.Second},
}

// counted are the calls of an operation in an interval.
type counted struct {
	begin time.Time
	calls int
}

// tooManyRequests is an error that says when to try again.
type tooManyRequests struct{ after time.Duration }

func (e *tooManyRequests) Error() string { return ops.ErrTooManyRequests.Error() }

// Unwrap returns the API's error.
func (e *tooManyRequests) Unwrap() error { return ops.ErrTooManyRequests }

func (e *tooManyRequests) header() http.Header {
	seconds := max(1, int(e.after.Round(time.Second)/time.Second))
	return http.Header{"Retry-After": {strconv.Itoa(seconds)}}
}

// limit counts a call, and refuses it if there were too many of its operation in the interval.
func (p *Project) limit(operation string, now time.Time) error {
	most, limited := limits[operation]
	if !limited {
		return nil
	}
	begin := now.Truncate(most.interval)
	p.mu.Lock()
	defer p.mu.Unlock()
	sofar := p.counted[operation]
	if !sofar.begin.Equal(begin) {
		sofar = counted{begin: begin}
	}
	if sofar.calls >= most.calls {
		return &tooManyRequests{begin.Add(most.interval).Sub(now)}
	}
	sofar.calls++
	p.counted[operation] = sofar
	return nil
}
