package sign

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// AppToken is what an access token for a Connected App says.
type AppToken struct {
	// ID is the token's jti.
	ID        string
	App       *state.ConnectedApp
	Org       *state.Organization
	MemberID  string
	Scopes    []string
	Resources []string
}

// AppTokenLifetime is how long tokens for an app are valid.
func AppTokenLifetime(app *state.ConnectedApp) time.Duration {
	return time.Duration(app.AccessTokenExpiryMinutes) * time.Minute
}

// Sign signs the access token as [Later] does.
func (t *AppToken) Sign(tx *state.Tx, to *string) { Later(tx, t.Claims(tx), to) }

// Claims are the claims of the access token. Those of the app's template cannot replace others.
func (t *AppToken) Claims(tx *state.Tx) Claims {
	claims := template(t.App.AccessTokenTemplateContent)
	maps.Copy(claims, registered(tx, t.MemberID, AppTokenLifetime(t.App)))
	audience := []string{tx.ProjectID}
	for _, a := range append([]string{t.App.AccessTokenCustomAudience}, t.Resources...) {
		if a != "" && !slices.Contains(audience, a) {
			audience = append(audience, a)
		}
	}
	claims["aud"], claims["jti"], claims["client_id"] = audience, t.ID, t.App.ClientID
	claims["scope"] = strings.Join(t.Scopes, " ")
	claims[organizationClaim] = map[string]string{
		"organization_id": t.Org.OrganizationID, "slug": t.Org.OrganizationSlug,
	}
	return claims
}

// IDToken signs an ID token (OpenID Connect Core 1.0, section 2) as [Later] does. Claims about the person cannot be
// replaced by those of the app's template.
func IDToken(tx *state.Tx, issuer string, app *state.ConnectedApp, person shared.Object, to *string) {
	claims := template(app.IDTokenTemplateContent)
	maps.Copy(claims, person)
	maps.Copy(claims, Claims{
		"iss": issuer, "aud": []string{app.ClientID}, "iat": tx.Now.Unix(), "nbf": tx.Now.Unix(),
		"exp": tx.Now.Add(AppTokenLifetime(app)).Unix(),
	})
	Later(tx, claims, to)
}

// template are the claims of a template, which was checked before it was stored.
func template(content string) Claims {
	claims, _ := state.TemplateClaims(content)
	return Claims(claims)
}

// M2MClaims verifies an access token of an M2M client, and returns its claims. A token of anything else has none.
func M2MClaims(tx *state.Tx, text string, client *state.Client) (claims Claims, ok bool) {
	parsed := jwt.MapClaims{}
	if parse(tx, text, &parsed) != nil {
		return nil, false
	}
	audience, _ := parsed.GetAudience()
	expiry, err := parsed.GetExpirationTime()
	_, isApps := parsed["client_id"]
	_, isSession := parsed[sessionClaim]
	_, hasScope := parsed["scope"]
	issued, _ := parsed.GetIssuedAt()
	// An older token is of a former client with the same id.
	isOlder := issued != nil && issued.Before(client.CreatedAt.Truncate(time.Second))
	if err != nil || expiry == nil || !tx.Now.Before(expiry.Time) || isApps || isSession || !hasScope || isOlder ||
		parsed["sub"] != client.ClientID || parsed["iss"] != issuer(tx) || !slices.Contains(audience, tx.ProjectID) {
		return nil, false
	}
	return Claims(parsed), true
}
