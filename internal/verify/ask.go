package verify

import (
	"errors"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// MayAsk reports whether the API could say otherwise. A token that has no such chance, a forged one above all, must not
// cost a call; see docs/decisions/0006-who-asks-the-api.md.
func MayAsk(err error) bool {
	if _, undecided := errors.AsType[*stytcherror.PolicyError](err); undecided {
		return true
	}
	return errors.Is(err, stytcherror.ErrTokenExpired) || errors.Is(err, stytcherror.ErrTokenTooOld) ||
		errors.Is(err, stytcherror.ErrKeysUnavailable)
}
