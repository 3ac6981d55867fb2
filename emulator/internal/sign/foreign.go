package sign

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// AccessToken is what an access token of a Connected App says.
type AccessToken struct {
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
	if len(text) > maxJWT || verify(tx, text, &claims) != nil || !isIssued(claims.ClientID) {
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
		MemberID: claims.Subject, OrganizationID: claims.Organization.ID, ClientID: claims.ClientID,
		Scopes: strings.Fields(claims.Scope), IssuedAt: claims.IssuedAt.Time, ExpiresAt: claims.ExpiresAt.Time,
	}, nil
}

// isIssued reports whether an id that somebody else has issued can be stored.
func isIssued(id string) bool { return len(id) <= state.MaxEmail && utf8.ValidString(id) }

// TrustedToken is what a token of another issuer says.
type TrustedToken struct {
	// ID is the token's jti, empty if it has none.
	ID                    string
	Email, OrganizationID string
	ExpiresAt             time.Time
	// HasOrganization says that the token names an organization.
	HasOrganization bool
}

// ParseTrustedToken verifies a token of another issuer by its profile.
func ParseTrustedToken(tx *state.Tx, profile *state.TrustedTokenProfile, text string) (*TrustedToken, error) {
	keys, err := profile.Keys()
	if err != nil {
		return nil, err
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithStrictDecoding(), jwt.WithExpirationRequired(),
		jwt.WithIssuer(profile.Issuer), jwt.WithAudience(profile.Audience),
		jwt.WithTimeFunc(func() time.Time { return tx.Now }))
	var claims struct {
		jwt.RegisteredClaims
		Email          string  `json:"email"`
		OrganizationID *string `json:"organization_id"`
	}
	if len(text) > maxJWT {
		return nil, ops.ErrInvalidTrustedAuthToken
	}
	_, err = parser.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) {
		set := jwt.VerificationKeySet{}
		for _, k := range keys {
			set.Keys = append(set.Keys, k)
		}
		return set, nil
	})
	if err != nil || !isIssued(claims.ID) {
		return nil, ops.ErrInvalidTrustedAuthToken
	}
	token := &TrustedToken{ID: claims.ID, Email: claims.Email, ExpiresAt: claims.ExpiresAt.Time}
	if claims.OrganizationID != nil {
		token.OrganizationID, token.HasOrganization = *claims.OrganizationID, true
	}
	return token, nil
}
