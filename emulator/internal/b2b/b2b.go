// Package b2b has the rules of the B2B operations: a file for those of a service that belong together.
//
// The name that matters is [Routes].
package b2b

import (
	"slices"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/shared"
)

// Routes are the operations that are implemented.
func Routes() []engine.Route {
	return slices.Concat(
		discoveryRoutes(), magicLinkRoutes(), otpRoutes(), passwordRoutes(), oauthRoutes(), ssoRoutes(), smsOTPRoutes(),
		totpRoutes(), recoveryCodeRoutes(), organizationRoutes(), memberRoutes(), rbacRoutes(), sessionRoutes(),
		foreignSessionRoutes(), impersonationRoutes(), idpRoutes(), scimConnectionRoutes(),
	)
}

// emailLocales are the languages that e-mails exist in.
var emailLocales = []shared.Locale{shared.LocaleEN, shared.LocaleES, shared.LocaleFR, shared.LocalePTBR}

func checkEmailLocale(locale *shared.Locale) error {
	if locale != nil && !slices.Contains(emailLocales, *locale) {
		return ops.ErrInvalidLocale
	}
	return nil
}

// copyJWT stores the JWT of a login, which is signed after the transaction, in a response of another type.
func copyJWT(tx *engine.Tx, resp *login.Response, to *string) {
	tx.Later(func() error {
		*to = resp.SessionJWT
		return nil
	})
}

// isTrue reports whether an optional flag is there and set.
func isTrue(b *bool) bool { return b != nil && *b }
