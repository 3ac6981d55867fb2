// Package sign makes and verifies what the API signs, session JWTs and access tokens, and the key sets that they are
// verified with. It verifies tokens of other issuers too.
//
// The two names that matter are [Later], which signs claims once the transaction is over, and [Keys].
package sign

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

const (
	// AccessTokenLifetime is how long an access token is valid.
	AccessTokenLifetime = time.Hour
	// jwtLifetime is how long a session JWT is valid.
	jwtLifetime = 5 * time.Minute
	// maxJWT bounds the JWT in a request, in bytes. Every one that is issued is smaller: that of a session with as many
	// roles as there may be, with ids of 128 characters of four bytes.
	maxJWT = 896 << 10

	sessionClaim      = "https://stytch.com/session"
	organizationClaim = "https://stytch.com/organization"
)

// Claims is the payload of a JWT.
type Claims map[string]any

// Later signs claims with the project's newest key once the transaction is committed, and stores the JWT in to. The key
// is chosen now.
func Later(tx *state.Tx, claims Claims, to *string) {
	sign := Signer(tx, claims)
	tx.Later(func() (err error) {
		*to, err = sign()
		return err
	})
}

// Signer returns what signs claims with the project's newest key, which is chosen now. It is called outside of
// transactions.
func Signer(tx *state.Tx, claims Claims) func() (string, error) {
	k := Current(tx)
	return func() (string, error) { return signed(k, claims) }
}

// signed is a JWT (RFC 7519) in compact form, with the header in the API's order. The payload's names are sorted.
func signed(k *state.Key, claims Claims) (string, error) {
	private, err := k.Private()
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims, json.Deterministic(true))
	if err != nil {
		return "", err
	}
	encoding := base64.RawURLEncoding
	header := `{"alg":"RS256","kid":"` + k.KID + `","typ":"JWT"}`
	size := encoding.EncodedLen(len(header)) + 1 + encoding.EncodedLen(len(payload))
	token := make([]byte, 0, size+1+encoding.EncodedLen(private.Size()))
	token = encoding.AppendEncode(token, []byte(header))
	token = append(token, '.')
	token = encoding.AppendEncode(token, payload)
	sum := sha256.Sum256(token)
	signature, err := rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	token = append(token, '.')
	return string(encoding.AppendEncode(token, signature)), nil
}

// Session signs a JWT for a member's session as Later does. It is valid for five minutes.
func Session(tx *state.Tx, s *state.Session, slug string, roles []string, to *string) {
	factors := append([]sessions.AuthenticationFactor{}, s.Factors...)
	for i := range factors { // a JWT has neither
		factors[i].CreatedAt, factors[i].UpdatedAt = time.Time{}, time.Time{}
	}
	claims := Claims{}
	maps.Copy(claims, s.CustomClaims)
	maps.Copy(claims, registered(tx, s.MemberID, jwtLifetime))
	claims[sessionClaim] = map[string]any{
		"id":                     s.ID,
		"started_at":             s.StartedAt.Format(time.RFC3339),
		"last_accessed_at":       s.LastAccessedAt.Format(time.RFC3339),
		"expires_at":             s.ExpiresAt.Format(time.RFC3339),
		"attributes":             map[string]string{"user_agent": "", "ip_address": ""},
		"authentication_factors": factors,
		"roles":                  roles,
	}
	claims[organizationClaim] = map[string]string{"organization_id": s.OrganizationID, "slug": slug}
	Later(tx, claims, to)
}

// M2MToken signs an access token for an M2M client as Later does. The scope is a list that is separated by spaces.
func M2MToken(tx *state.Tx, clientID, scope string, to *string) {
	claims := registered(tx, clientID, AccessTokenLifetime)
	claims["scope"] = scope
	Later(tx, claims, to)
}

// registered are the registered claims of a token that is valid from now on.
func registered(tx *state.Tx, subject string, lifetime time.Duration) Claims {
	return Claims{
		"iss": issuer(tx), "sub": subject, "aud": []string{tx.ProjectID},
		"iat": tx.Now.Unix(), "nbf": tx.Now.Unix(), "exp": tx.Now.Add(lifetime).Unix(),
	}
}

func issuer(tx *state.Tx) string { return "stytch.com/" + tx.ProjectID }

// SessionID is the session that a JWT names. It verifies signature, audience and issuer, but not the expiry: an expired
// JWT still names an active session.
func SessionID(tx *state.Tx, text string) (string, error) {
	if len(text) > maxJWT {
		return "", ops.ErrUnableToParseSessionJWT.Because("The session JWT is too long.")
	}
	var claims struct {
		jwt.RegisteredClaims
		Session struct {
			ID string `json:"id"`
		} `json:"https://stytch.com/session"`
	}
	if err := verify(tx, text, &claims); err != nil {
		return "", ops.ErrUnableToParseSessionJWT
	}
	switch {
	case !slices.Contains(claims.Audience, tx.ProjectID):
		return "", ops.ErrJWTInvalidAudience
	case claims.Issuer != issuer(tx):
		return "", ops.ErrJWTInvalidIssuer
	case claims.Session.ID == "":
		return "", ops.ErrJWTInvalidClaims.Because("The JWT is none of a session.")
	}
	return claims.Session.ID, nil
}

// verify verifies a JWT's signature with the published keys, and nothing else.
func verify(tx *state.Tx, text string, claims jwt.Claims) error {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	_, err := parser.ParseWithClaims(text, claims, func(t *jwt.Token) (any, error) {
		for _, k := range Keys(tx) {
			if k.KID == t.Header["kid"] {
				private, err := k.Private()
				if err != nil {
					return nil, err
				}
				return &private.PublicKey, nil
			}
		}
		return nil, errors.New("unknown key")
	})
	return err
}
