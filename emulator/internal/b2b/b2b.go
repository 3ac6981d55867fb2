// Package b2b has the rules of the B2B operations: a file for those of a service that belong together.
//
// The name that matters is [Routes].
package b2b

import (
	"reflect"
	"slices"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/shared"
)

// Routes are the operations that are implemented.
func Routes() []engine.Route {
	return slices.Concat(
		discoveryRoutes(), magicLinkRoutes(), emailOTPRoutes(), passwordRoutes(), oauthRoutes(), ssoRoutes(),
		smsOTPRoutes(), totpRoutes(), recoveryCodeRoutes(), organizationRoutes(), memberRoutes(), rbacRoutes(),
		sessionRoutes(), foreignSessionRoutes(), impersonationRoutes(), idpRoutes(), scimConnectionRoutes(),
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

// loggedIn is the response of a login in the type of another operation: with the fields that this has too, and the id
// of the organization, if it has that besides. The JWT is copied after the transaction, which is when it is signed.
func loggedIn[Resp any](tx *engine.Tx, resp *login.Response) *Resp {
	out := new(Resp)
	to := reflect.ValueOf(out).Elem()
	for field, value := range reflect.ValueOf(resp).Elem().Fields() {
		if same := to.FieldByName(field.Name); same.IsValid() && same.Type() == field.Type {
			same.Set(value)
		}
	}
	if id := to.FieldByName("OrganizationID"); id.IsValid() {
		id.SetString(resp.Organization.OrganizationID)
	}
	tx.Later(func() error {
		to.FieldByName("SessionJWT").SetString(resp.SessionJWT)
		return nil
	})
	return out
}

// isTrue reports whether an optional flag is there and set.
func isTrue(b *bool) bool { return b != nil && *b }
