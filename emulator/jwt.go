package emulator

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	jwtLifetime       = 5 * time.Minute
	sessionClaim      = "https://stytch.com/session"
	organizationClaim = "https://stytch.com/organization"
	// stytchClaims begins the names of the API's own claims.
	stytchClaims = "https://stytch.com/"
	// maxJWT bounds the JWT in a request, in bytes.
	maxJWT = 16 << 10
)

// registeredClaims are names that custom claims cannot take (RFC 7519, section 4.1).
var registeredClaims = []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}

// sessionJWT signs a JWT for a session, valid for five minutes.
func (c *call) sessionJWT(s *session, m *member, org *organizations.Organization) (string, error) {
	factors := append([]sessions.AuthenticationFactor{}, s.Factors...)
	for i := range factors { // a JWT has neither
		factors[i].CreatedAt, factors[i].UpdatedAt = time.Time{}, time.Time{}
	}
	claims := jwt.MapClaims{}
	maps.Copy(claims, s.CustomClaims)
	claims["iss"] = "stytch.com/" + c.project.id
	claims["sub"] = m.MemberID
	claims["aud"] = []string{c.project.id}
	claims["iat"] = c.now.Unix()
	claims["nbf"] = c.now.Unix()
	claims["exp"] = c.now.Add(jwtLifetime).Unix()
	claims[sessionClaim] = map[string]any{
		"id":                     s.ID,
		"started_at":             s.StartedAt.Format(time.RFC3339),
		"last_accessed_at":       s.LastAccessedAt.Format(time.RFC3339),
		"expires_at":             s.ExpiresAt.Format(time.RFC3339),
		"attributes":             map[string]string{"user_agent": "", "ip_address": ""},
		"authentication_factors": factors,
		"roles":                  c.roleIDs(m),
	}
	claims[organizationClaim] = map[string]string{
		"organization_id": org.OrganizationID, "slug": org.OrganizationSlug,
	}
	return c.sign(c.now, claims)
}

// sign returns claims as a JWT, signed with the newest key.
func (s *state) sign(now time.Time, claims map[string]any) (string, error) {
	k, err := s.signingKey(now)
	if err != nil {
		return "", err
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims(claims))
	token.Header["kid"] = k.KID
	return token.SignedString(k.private)
}

// sessionOfJWT finds the session that a JWT names, and its member. It verifies signature, audience and issuer, but not
// the expiry: an expired JWT still names an active session.
func (c *call) sessionOfJWT(text string) (*session, *member, error) {
	if len(text) > maxJWT {
		return nil, nil, fail(stytcherror.CodeUnableToParseSessionJWT, "The session JWT is too long.")
	}
	keys, err := c.publishedKeys(c.now)
	if err != nil {
		return nil, nil, err
	}
	var claims struct {
		jwt.RegisteredClaims
		Session struct {
			ID string `json:"id"`
		} `json:"https://stytch.com/session"`
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	_, err = parser.ParseWithClaims(text, &claims, func(t *jwt.Token) (any, error) {
		k := find(keys, func(k *key) bool { return k.KID == t.Header["kid"] })
		if k == nil {
			return nil, errors.New("unknown key")
		}
		return &k.private.PublicKey, nil
	})
	switch {
	case err != nil:
		return nil, nil, fail(stytcherror.CodeUnableToParseSessionJWT, "The session JWT cannot be parsed or verified.")
	case !slices.Contains(claims.Audience, c.project.id):
		return nil, nil, fail(stytcherror.CodeJWTInvalidAudience, "The session JWT is for another project.")
	case claims.Issuer != "stytch.com/"+c.project.id:
		return nil, nil, fail(stytcherror.CodeJWTInvalidIssuer, "The session JWT has another issuer.")
	}
	return c.activeSession(func(s *session) bool { return s.ID == claims.Session.ID })
}

// maxClaims bounds a session's custom claims, in bytes of JSON.
const maxClaims = 4096

// mergeClaims returns the old claims with the added ones. A nil value deletes a claim; registered names are ignored.
func mergeClaims(old, added shared.Object) (shared.Object, error) {
	merged := shared.Object{}
	maps.Copy(merged, old)
	for name, value := range added {
		switch {
		case strings.HasPrefix(name, stytchClaims):
			return nil, fail(stytcherror.CodeStytchClaimsInCustomClaims,
				"Custom claims cannot begin with %s.", stytchClaims)
		case slices.Contains(registeredClaims, name):
		case value == nil:
			delete(merged, name)
		default:
			merged[name] = value
		}
	}
	raw, err := json.Marshal(merged)
	if err != nil {
		return nil, err
	}
	if len(raw) > maxClaims {
		return nil, fail(stytcherror.CodeCustomClaimsTooLarge, "Custom claims are larger than %d bytes.", maxClaims)
	}
	return merged, nil
}
