package verify

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/refresh"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	// refusalMemory is for how long a refused token is not sent again.
	refusalMemory = 30 * time.Second
	// maxRefusals bounds how many refused tokens are remembered.
	maxRefusals = 1024
)

// refusal is the API's refusal of a token.
type refusal struct {
	about
	err  *stytcherror.Error
	when time.Time
}

// refusal returns the error with which the API refused a token within refusalMemory, or nil.
func (a *answers) refusal(of credential) error {
	r, ok := a.refused[of]
	if !ok || refresh.Elapsed(r.when, a.now(), refusalMemory) {
		return nil
	}
	return copyAPIError(r.err)
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

// remember remembers a refusal. If there is no room, it drops those that are too old, and otherwise any other.
func (a *answers) remember(of about, err *stytcherror.Error) {
	now := a.now()
	if len(a.refused) >= maxRefusals {
		for other, r := range a.refused {
			if refresh.Elapsed(r.when, now, refusalMemory) {
				delete(a.refused, other)
			}
		}
	}
	for other := range a.refused {
		if len(a.refused) < maxRefusals {
			break
		}
		delete(a.refused, other)
	}
	a.refused[of.credential] = refusal{about: of, err: copyAPIError(err), when: now}
}

// copyError returns an error that the caller may change, for one that several callers get.
func copyError(err error) error {
	switch e := err.(type) { //nolint:errorlint // package transport returns these, not wrapped
	case *stytcherror.Error:
		return copyAPIError(e)
	case *stytcherror.RequestError:
		return new(*e)
	case *stytcherror.DecodeError:
		return new(*e)
	case *stytcherror.ArgumentError:
		return new(*e)
	}
	return err
}

func copyAPIError(err *stytcherror.Error) *stytcherror.Error {
	own := new(*err)
	own.Details, own.Body = slices.Clone(err.Details), slices.Clone(err.Body)
	return own
}
