package engine

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Fault is emulator.Fault, whose comments say what the fields are.
type Fault struct {
	Operation   string `json:"operation"`
	Count       int    `json:"count"`
	Skip        int    `json:"skip"`
	Status      int    `json:"status"`
	ErrorType   string `json:"error_type"`
	Body        string `json:"body"`
	ContentType string `json:"content_type"`
	RetryAfter  int    `json:"retry_after"`
	DelayMS     int    `json:"delay_ms"`
	Disconnect  bool   `json:"disconnect"`
}

const (
	// maxDelay bounds DelayMS.
	maxDelay = 10 * time.Minute
	// maxFaults and maxFaultBodies bound the faults that are pending, and the bytes of their bodies.
	maxFaults      = 1000
	maxFaultBodies = 32 << 20
)

// maxFaultText bounds ContentType, which becomes a header, and ErrorType.
const maxFaultText = 256

func isPrintable(s string) bool {
	return len(s) <= maxFaultText && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// withoutBody are the statuses whose responses have no body (RFC 9110, section 15).
var withoutBody = []int{http.StatusNoContent, http.StatusResetContent, http.StatusNotModified}

// unknownOperation is the error for an id that there is not.
func unknownOperation(id string) error {
	if slices.Contains(ops.Local, id) {
		return fmt.Errorf("operation: %s calls no endpoint", id)
	}
	text := fmt.Sprintf("operation: there is no %.128q", id)
	if similar := ops.Similar(id); len(similar) > 0 {
		text += ", but " + strings.Join(similar, ", ")
	}
	return errors.New(text)
}

// check validates a fault's operation and bounds.
func (f *Fault) check() error {
	switch {
	case f.Operation != "" && ops.Endpoint(f.Operation) == nil:
		return unknownOperation(f.Operation)
	case f.Skip < 0 || f.DelayMS < 0 || f.RetryAfter < 0 || f.DelayMS > int(maxDelay/time.Millisecond):
		return errors.New("skip, delay_ms and retry_after must be at least 0, delay_ms at most ten minutes")
	case f.Status == 0 && !f.Disconnect && f.ErrorType != "" && !f.isAnswer():
		return errors.New("error_type is not one that is known, so status must be set")
	case !f.isAnswer() && !f.Disconnect && f.DelayMS == 0:
		return errors.New("one of status, error_type, disconnect and delay_ms must be set")
	case !f.isAnswer() && (f.ErrorType != "" || f.Body != "" || f.ContentType != "" || f.RetryAfter != 0):
		return errors.New("error_type, body, content_type and retry_after are for a fault with a response")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return errors.New("status must be between 200 and 599")
	case f.Disconnect && f.Status != 0:
		return errors.New("disconnect and status exclude each other")
	case f.ErrorType != "" && f.Status != 0 && f.Status < http.StatusBadRequest:
		return errors.New("error_type is for a fault with a status of 400 or more")
	case f.ErrorType != "" && (f.Body != "" || f.ContentType != ""):
		return errors.New("error_type makes the body, so that body and content_type have no effect beside it")
	case slices.Contains(withoutBody, f.Status) && (f.ErrorType != "" || f.Body != ""):
		return errors.New("a response with status 204, 205 or 304 has neither error_type nor body")
	case !isPrintable(f.ContentType) || !isPrintable(f.ErrorType):
		return errors.New("content_type and error_type must be printable ASCII of at most 256 characters")
	}
	return nil
}

// isAnswer reports whether the fault takes the place of a response: it has a status, or a known error type, which has
// one.
func (f *Fault) isAnswer() bool {
	return f.Status != 0 || !f.Disconnect && stytcherror.Code(f.ErrorType).StatusCode() != 0
}

func (f *Fault) delay() time.Duration { return time.Duration(f.DelayMS) * time.Millisecond }

// AddFaults adds faults to the project's. A call is affected by the first one that applies to it. None is added if one
// is invalid, or if more than a thousand were pending, or more than 32 MiB of bodies.
func (p *Project) AddFaults(faults ...Fault) error {
	size := 0
	for i := range faults {
		if err := faults[i].check(); err != nil {
			return fmt.Errorf("fault %d: %w", i, err)
		}
		size += len(faults[i].Body)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.faults {
		size += len(f.Body)
	}
	if len(p.faults)+len(faults) > maxFaults || size > maxFaultBodies {
		return fmt.Errorf("more than %d faults or %d bytes of their bodies would be pending", maxFaults, maxFaultBodies)
	}
	for _, f := range faults {
		if f.Count == 0 {
			f.Count = 1
		}
		if f.Operation != "" {
			f.Operation = ops.Endpoint(f.Operation).ID
		}
		p.faults = append(p.faults, &f)
	}
	return nil
}

// ClearFaults removes all faults.
func (p *Project) ClearFaults() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

// takeFault returns the fault for a call of an operation, nil if there is none, and counts it. Of a fault that only
// delays, it returns the delay.
func (p *Project) takeFault(operation string) (*Fault, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
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
		if !f.isAnswer() && !f.Disconnect {
			return nil, f.delay()
		}
		return f, 0
	}
	return nil, 0
}

// injected is the response to the error of a fault. At a form of OAuth2 it is one of OAuth2.
func (c *call) injected(f *Fault) response {
	e := &ops.Error{Code: stytcherror.Code(f.ErrorType), Status: f.Status, Text: "An injected fault."}
	if f.Status == 0 {
		e.Status = e.Code.StatusCode()
		if c.isForm() {
			e.Status = e.OAuth2().Status
		}
	}
	if !c.isForm() {
		return c.failure(e)
	}
	return response{
		status: e.Status, code: e.Code, header: c.formHeader(e),
		body: oauthErrorBody(e, e.Status, state.RandomID("request-id"), docs(c.request.URL.Path)),
	}
}

// response is what the fault answers.
func (f *Fault) response(c *call) response {
	out := response{status: f.Status, body: []byte(f.Body), header: c.formHeader(nil)}
	out.header.Set("Content-Type", cmp.Or(f.ContentType, "text/html"))
	if f.ErrorType != "" {
		out = c.injected(f)
	}
	if f.RetryAfter > 0 {
		out.header.Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	out.delay, out.disconnect = f.delay(), f.Disconnect
	return out
}
