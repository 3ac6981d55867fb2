package engine

import (
	"net/http"
	"strconv"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// searchesPerMinute are how many calls of an operation the API takes in a minute. Intervals begin with the minute.
var searchesPerMinute = map[string]int{
	ops.B2BOrganizationsSearch.ID:        100,
	ops.B2BOrganizationsMembersSearch.ID: 100,
}

// searches counts the calls of an operation in a minute.
type searches struct {
	minute time.Time
	calls  int
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

// limit counts a call, and refuses it if there were too many of its operation in the minute.
func (p *Project) limit(operation string, now time.Time) error {
	most, limited := searchesPerMinute[operation]
	if !limited {
		return nil
	}
	minute := now.Truncate(time.Minute)
	p.mu.Lock()
	defer p.mu.Unlock()
	counted := p.searches[operation]
	if !counted.minute.Equal(minute) {
		counted = searches{minute: minute}
	}
	if counted.calls >= most {
		return &tooManyRequests{minute.Add(time.Minute).Sub(now)}
	}
	counted.calls++
	p.searches[operation] = counted
	return nil
}
