package emulator

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// Fault answers calls of an operation in the emulator's place, or drops them. With DelayMS alone, the calls have their
// effect at once and the answer comes late.
type Fault struct {
	// Operation is an operation id, as in "b2b.sessions.authenticate"; empty means every operation.
	Operation string `json:"operation"`
	// Count is how many calls go wrong; zero means one, less than zero all.
	Count int `json:"count"`
	// Skip is how many calls are played before.
	Skip int `json:"skip"`
	// Status is the answer's HTTP status, 200 to 599. Below 400, Body is an answer like any other.
	Status int `json:"status"`
	// ErrorType fills the API's error body; without it, Body is sent as it stands.
	ErrorType string `json:"error_type"`
	Body      string `json:"body"`
	// ContentType is Body's; empty means text/html.
	ContentType string `json:"content_type"`
	// RetryAfter is sent as the header of that name, in seconds; zero means none.
	RetryAfter int `json:"retry_after"`
	// DelayMS is how many milliseconds the answer waits.
	DelayMS int `json:"delay_ms"`
	// Disconnect closes the connection without an answer.
	Disconnect bool `json:"disconnect"`
}

// maxDelay bounds how long a fault can hold a connection.
const maxDelay = 10 * time.Minute

func (f *Fault) check() error {
	known := f.Operation == "" || slices.ContainsFunc(operations, func(r route) bool { return r.id == f.Operation })
	switch {
	case !known:
		return errors.New("there is no operation " + strconv.Quote(f.Operation))
	case f.Skip < 0 || f.DelayMS < 0 || f.RetryAfter < 0 || f.delay() > maxDelay:
		return errors.New("skip, delay_ms and retry_after must be at least 0, delay_ms at most ten minutes")
	case f.Status == 0 && !f.Disconnect && f.DelayMS == 0:
		return errors.New("status, disconnect or delay_ms must say what goes wrong")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return errors.New("status must be between 200 and 599")
	}
	return nil
}

func (f *Fault) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }

// AddFaults arms faults, which are tried in the order they came.
func (p *Project) AddFaults(faults ...Fault) error {
	for i := range faults {
		if err := faults[i].check(); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range faults {
		if f.Count == 0 {
			f.Count = 1
		}
		p.faults = append(p.faults, &f)
	}
	return nil
}

// ClearFaults disarms all faults.
func (p *Project) ClearFaults() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

// fault takes the first armed fault for an operation. A fault that only delays comes back as its delay.
func (p *Project) fault(operation string) (*Fault, time.Duration) {
	for i, f := range p.faults {
		if f.Operation != "" && f.Operation != operation {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Count > 0 {
			if f.Count--; f.Count == 0 {
				p.faults = slices.Delete(p.faults, i, i+1)
			}
		}
		if f.Status == 0 && !f.Disconnect {
			return nil, f.delay()
		}
		return f, 0
	}
	return nil, 0
}

func (f *Fault) response(ids *ids) response {
	out := response{status: f.Status, body: []byte(f.Body), header: http.Header{}}
	if f.ErrorType != "" {
		out = failure(ids, fail(f.Status, stytcherror.Code(f.ErrorType), "A fault that was asked for."))
		out.header = http.Header{}
	} else {
		contentType := f.ContentType
		if contentType == "" {
			contentType = "text/html"
		}
		out.header.Set("Content-Type", contentType)
	}
	if f.RetryAfter > 0 {
		out.header.Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	out.delay, out.disconnect = f.delay(), f.Disconnect
	return out
}

// pause waits in real time, and reports false when the caller has gone.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
