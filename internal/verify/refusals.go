package verify

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/internal/refresh"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	// refusalMemory is for how long a refused token is not sent again.
	refusalMemory = 30 * time.Second
	// maxRefusals bounds how many refused tokens are remembered.
	maxRefusals = 1024
)

// refusals are the tokens that the API has refused within refusalMemory. It is not safe for concurrent use.
type refusals struct {
	now     func() time.Time
	byToken map[credential]refusal
}

// refusal is the API's refusal of a token.
type refusal struct {
	target
	err  *stytcherror.Error
	when time.Time
}

func newRefusals(now func() time.Time) refusals {
	return refusals{now: now, byToken: map[credential]refusal{}}
}

// get returns the error with which the API refused a token, or nil.
func (r *refusals) get(token credential) error {
	refused, ok := r.byToken[token]
	if !ok || refresh.Elapsed(refused.when, r.now(), refusalMemory) {
		return nil
	}
	return deepcopy.Of(refused.err)
}

// add adds a refusal. If there are maxRefusals, it drops those that are too old, and otherwise any other.
func (r *refusals) add(about target, err *stytcherror.Error) {
	now := r.now()
	if len(r.byToken) >= maxRefusals {
		maps.DeleteFunc(r.byToken, func(_ credential, other refusal) bool {
			return refresh.Elapsed(other.when, now, refusalMemory)
		})
	}
	for other := range r.byToken {
		if len(r.byToken) < maxRefusals {
			break
		}
		delete(r.byToken, other)
	}
	r.byToken[about.credential] = refusal{target: about, err: deepcopy.Of(err), when: now}
}

// forget drops the refusals that match.
func (r *refusals) forget(match func(target) bool) {
	maps.DeleteFunc(r.byToken, func(_ credential, other refusal) bool { return match(other.target) })
}

// IsRefusal reports whether err is a response by which the API refused a session token or a JWT itself, such as
// session_not_found.
func IsRefusal(err error) bool {
	refused, ok := errors.AsType[*stytcherror.Error](err)
	return ok && refused != nil && isFinal(refused)
}

// isFinal reports whether the API refused the token itself, whatever else was asked.
func isFinal(err *stytcherror.Error) bool {
	switch err.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusNotFound:
	default:
		return false
	}
	return slices.Contains(finalCodes, err.Code) || strings.HasPrefix(string(err.Code), "jwt_invalid_")
}

// finalCodes are the codes of tokens that the API will go on to refuse.
var finalCodes = []stytcherror.Code{
	stytcherror.CodeSessionNotFound, stytcherror.CodeInvalidSessionToken, stytcherror.CodeUnableToParseSessionJWT,
}
