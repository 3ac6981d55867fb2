package emulator

import "github.com/seed75add069/stytch-go/emulator/internal/engine"

// Fault replaces the responses to an operation, or closes its connections. The operation is not run. A Fault with a
// DelayMS alone runs it at once and delays the response.
type Fault struct {
	// Operation is the id of an operation, as in "b2b.sessions.authenticate", or of an endpoint that is none, as in
	// "public.b2b.oauth.start"; empty means every one. An id that there is not is refused.
	Operation string `json:"operation"`
	// Count is the number of calls that are affected. Zero means one, a negative number all.
	Count int `json:"count"`
	// Skip is the number of calls that pass before the first one is affected, zero by default.
	Skip int `json:"skip"`
	// Status is the response's HTTP status, 200 to 599. Zero is the status of a known ErrorType; without one, the fault
	// is no response, but DelayMS or Disconnect.
	Status int `json:"status"`
	// ErrorType makes the body an error with this error_type, in the form that errors of the operation have. It need
	// not be one that is known. Status is then 400 or more. Without it, the body is Body. A response with status 204,
	// 205 or 304 has none.
	ErrorType string `json:"error_type"`
	Body      string `json:"body"`
	// ContentType is the media type of Body, in printable ASCII. Empty means text/html.
	ContentType string `json:"content_type"`
	// RetryAfter is the header of that name, in seconds. Zero means none.
	RetryAfter int `json:"retry_after"`
	// DelayMS is how long the response waits, in milliseconds of real time: ten minutes at most.
	DelayMS int `json:"delay_ms"`
	// Disconnect closes the connection without a response.
	Disconnect bool `json:"disconnect"`
}

// AddFaults adds faults to the project's. A call is affected by the first one that applies to it. None is added if one
// is invalid, or if more than a thousand were pending, or more than 32 MiB of bodies.
func (p *Project) AddFaults(faults ...Fault) error {
	list := make([]engine.Fault, len(faults))
	for i, f := range faults {
		list[i] = engine.Fault(f)
	}
	return wrap(engineOf(p.core).AddFaults(list...))
}

// ClearFaults removes all faults.
func (p *Project) ClearFaults() { p.core.ClearFaults() }
