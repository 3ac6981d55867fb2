// Package b2b has the rules of the B2B operations: a file for each service.
//
// The name that matters is [Routes].
package b2b

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/shared"
)

// Routes are the operations that are built.
func Routes() []engine.Route {
	return slices.Concat(
		discoveryRoutes(), magicLinkRoutes(), otpRoutes(), organizationRoutes(), memberRoutes(), rbacRoutes(),
		sessionRoutes(), foreignSessionRoutes(),
	)
}

// emailLocales are the languages that e-mails exist in.
var emailLocales = []shared.Locale{shared.LocaleEN, shared.LocaleES, shared.LocaleFR, shared.LocalePTBR}

func checkEmailLocale(given *shared.Locale) error {
	if given != nil && !slices.Contains(emailLocales, *given) {
		return ops.ErrInvalidLocale
	}
	return nil
}

// minutes returns a duration that is given in minutes, or the default. Out of bounds it is an error.
func minutes(given *int, byDefault, low, high int, outOfBounds *ops.Error) (time.Duration, error) {
	n := *cmp.Or(given, &byDefault)
	if n < low || n > high {
		return 0, outOfBounds.Because("The number of minutes must be between %d and %d.", low, high)
	}
	return time.Duration(n) * time.Minute, nil
}

// given reports whether a value is there and not empty.
func given(s *string) bool { return s != nil && *s != "" }

// copyJWT stores the JWT of a login, which is signed after the transaction, in a response of another type.
func copyJWT(tx *engine.Tx, resp *login.Response, to *string) {
	tx.Later(func() error {
		*to = resp.SessionJWT
		return nil
	})
}
