package sign

import (
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// AccessToken is what an access token of a Connected App says.
type AccessToken struct {
	// ID is the token's jti, empty for one that the emulator's user has signed.
	ID                                 string
	MemberID, OrganizationID, ClientID string
	Scopes                             []string
	IssuedAt, ExpiresAt                time.Time
}

// ParseAccessToken verifies an access token of a Connected App that was issued to a member.
func ParseAccessToken(tx *state.Tx, text string) (*AccessToken, error) {
	var claims struct {
		jwt.RegisteredClaims
		ClientID     string `json:"client_id"`
		Scope        string `json:"scope"`
		Organization struct {
			ID string `json:"organization_id"`
		} `json:"https://stytch.com/organization"`
		Session any `json:"https://stytch.com/session"`
	}
	if parse(tx, text, &claims) != nil || !isIssued(claims.ClientID) || !isIssued(claims.ID) {
		return nil, ops.ErrIDPAccessTokenNotFound
	}
	if claims.Issuer != issuer(tx) || !slices.Contains(claims.Audience, tx.ProjectID) || claims.ClientID == "" ||
		claims.Session != nil || claims.IssuedAt == nil || claims.ExpiresAt == nil {
		return nil, ops.ErrIDPAccessTokenNotFound
	}
	if !tx.Now.Before(claims.ExpiresAt.Time) {
		return nil, ops.ErrIDPAccessTokenExpired
	}
	return &AccessToken{
		ID: claims.ID, MemberID: claims.Subject, OrganizationID: claims.Organization.ID, ClientID: claims.ClientID,
		Scopes: strings.Fields(claims.Scope), IssuedAt: claims.IssuedAt.Time, ExpiresAt: claims.ExpiresAt.Time,
	}, nil
}

// Payload are the claims of a JWT that was verified.
func Payload(text string) Claims {
	claims := jwt.MapClaims{}
	_, _, _ = jwt.NewParser().ParseUnverified(text, claims)
	return Claims(claims)
}
