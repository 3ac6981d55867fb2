package sign

import (
	"maps"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// IDToken signs an ID token (OpenID Connect Core 1.0, section 2) as [Later] does. Claims about the person cannot be
// replaced by those of the app's template.
func IDToken(tx *state.Tx, issuer string, app *state.ConnectedApp, person shared.Object, to *string) {
	claims := template(app.IDTokenTemplateContent)
	maps.Copy(claims, person)
	maps.Copy(claims, Claims{
		"iss": issuer, "aud": []string{app.ClientID}, "iat": tx.Now.Unix(), "nbf": tx.Now.Unix(),
		"exp": tx.Now.Add(AccessTokenLifetime(app)).Unix(),
	})
	Later(tx, claims, to)
}
