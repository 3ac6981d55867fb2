package httpauth

import (
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/internal/verify"
)

// outcome is who sends a request: somebody, nobody, or a refusal.
type outcome struct {
	// who is nil if nobody was found.
	who *authenticated
	// denial is why nobody was found, or why the request is refused; nil if who is set.
	denial *Denial
	// refreshed are new cookies to set; nil if there are none.
	refreshed *Tokens
	clear     clearing
	// waited is how long the API was waited for.
	waited time.Duration
}

// isDenied reports whether the request is refused for a cause.
func (o *outcome) isDenied(cause error) bool {
	return o.denial != nil && errors.Is(o.denial.Err, cause)
}

// isNobody reports whether an Optional guard takes the sender for nobody: there are no cookies, or they are of no
// session that lasts. Cookies that the rules do not look at are refused.
func (o *outcome) isNobody() bool {
	return o.denial != nil && (o.denial.Reason == ReasonLogin || o.denial.Reason == ReasonToken && !o.isDenied(errKind))
}

// clearing says which cookies a refusal expires.
type clearing uint8

const (
	clearNone clearing = iota
	clearJWT           // in every response
	clearAll           // in the response to a navigation
)

// remoteError returns the outcome of a question that the API did not answer with a session.
func (g *Guard) remoteError(err error, waited time.Duration) outcome {
	switch {
	case errors.Is(err, errEnded):
		return outcome{denial: g.deny(ReasonToken, err), waited: waited}
	case errors.Is(err, errOtherSession):
		return outcome{denial: g.deny(ReasonToken, err), clear: clearJWT, waited: waited}
	case verify.IsRefusal(err):
		return outcome{denial: g.deny(ReasonToken, err), clear: clearAll, waited: waited}
	}
	return outcome{denial: g.unavailable(err), waited: waited}
}
