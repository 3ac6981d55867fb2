package sign

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// AccessToken is an access token for a Connected App, to be signed.
type AccessToken struct {
	// ID is the token's jti.
	ID        string
	App       *state.ConnectedApp
	Org       *state.Organization
	MemberID  string
	Scopes    []string
	Resources []string
}

// AccessTokenLifetime is how long access tokens and ID tokens for an app are valid.
func AccessTokenLifetime(app *state.ConnectedApp) time.Duration {
	return time.Duration(app.AccessTokenExpiryMinutes) * time.Minute
}

// Sign signs the access token as [Later] does.
func (t *AccessToken) Sign(tx *state.Tx, to *string) { Later(tx, t.Claims(tx), to) }

// Claims are the claims of the access token. Those of the app's template cannot replace others.
func (t *AccessToken) Claims(tx *state.Tx) Claims {
	claims := template(t.App.AccessTokenTemplateContent)
	maps.Copy(claims, registered(tx, t.MemberID, AccessTokenLifetime(t.App)))
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

// template are the claims of a template, which was checked before it was stored.
func template(content string) Claims {
	claims, _ := state.TemplateClaims(content)
	return Claims(claims)
}

// VerifiedAccessToken is what a verified access token of a Connected App says.
type VerifiedAccessToken struct {
	// ID is the token's jti, empty for one that the emulator's user has signed.
	ID                                 string
	MemberID, OrganizationID, ClientID string
	Scopes                             []string
	IssuedAt, ExpiresAt                time.Time
}

// VerifyAccessToken verifies an access token of a Connected App that was issued to a member.
func VerifyAccessToken(tx *state.Tx, text string) (*VerifiedAccessToken, error) {
	var claims struct {
		jwt.RegisteredClaims
		ClientID     string `json:"client_id"`
		Scope        string `json:"scope"`
		Organization struct {
			ID string `json:"organization_id"`
		} `json:"https://stytch.com/organization"`
		Session any `json:"https://stytch.com/session"`
	}
	if verify(tx, text, &claims) != nil || !isIssued(claims.ClientID) || !isIssued(claims.ID) {
		return nil, ops.ErrIDPAccessTokenNotFound
	}
	if claims.Issuer != issuer(tx) || !slices.Contains(claims.Audience, tx.ProjectID) || claims.ClientID == "" ||
		claims.Session != nil || claims.IssuedAt == nil || claims.ExpiresAt == nil {
		return nil, ops.ErrIDPAccessTokenNotFound
	}
	if !tx.Now.Before(claims.ExpiresAt.Time) {
		return nil, ops.ErrIDPAccessTokenExpired
	}
	return &VerifiedAccessToken{
		ID: claims.ID, MemberID: claims.Subject, OrganizationID: claims.Organization.ID, ClientID: claims.ClientID,
		Scopes: strings.Fields(claims.Scope), IssuedAt: claims.IssuedAt.Time, ExpiresAt: claims.ExpiresAt.Time,
	}, nil
}
