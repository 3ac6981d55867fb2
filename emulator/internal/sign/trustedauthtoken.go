package sign

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// TrustedAuthToken is what a verified token of another issuer says.
type TrustedAuthToken struct {
	// ID is the token's jti, empty if it has none.
	ID                    string
	Email, OrganizationID string
	ExpiresAt             time.Time
	// HasOrganization says that the token names an organization.
	HasOrganization bool
}

// VerifyTrustedAuthToken verifies a token of another issuer by its profile. With many or large keys that takes long: it
// is called outside of transactions.
func VerifyTrustedAuthToken(
	now time.Time, profile *state.TrustedTokenProfile, text string,
) (*TrustedAuthToken, error) {
	keys, err := profile.Keys()
	if err != nil {
		return nil, err
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithStrictDecoding(), jwt.WithExpirationRequired(),
		jwt.WithIssuer(profile.Issuer), jwt.WithAudience(profile.Audience),
		jwt.WithTimeFunc(func() time.Time { return now }))
	var claims struct {
		jwt.RegisteredClaims
		Email          string  `json:"email"`
		OrganizationID *string `json:"organization_id"`
	}
	err = verifyBy(parser, text, &claims, func(*jwt.Token) (any, error) {
		set := jwt.VerificationKeySet{}
		for _, k := range keys {
			set.Keys = append(set.Keys, k)
		}
		return set, nil
	})
	if err != nil || !isIssued(claims.ID) {
		return nil, ops.ErrInvalidTrustedAuthToken
	}
	token := &TrustedAuthToken{ID: claims.ID, Email: claims.Email, ExpiresAt: claims.ExpiresAt.Time}
	if claims.OrganizationID != nil {
		token.OrganizationID, token.HasOrganization = *claims.OrganizationID, true
	}
	return token, nil
}
