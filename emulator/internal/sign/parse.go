package sign

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// maxJWT bounds the JWT in a request, in bytes. That of a member with a thousand roles, with ids of 128 letters, is
// smaller.
const maxJWT = 256 << 10

// SessionID is the session that a JWT names. It verifies signature, audience and issuer, but not the expiry: an expired
// JWT still names an active session.
func SessionID(tx *state.Tx, text string) (string, error) {
	var claims struct {
		jwt.RegisteredClaims
		Session struct {
			ID string `json:"id"`
		} `json:"https://stytch.com/session"`
	}
	if err := parse(tx, text, &claims); err != nil {
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

// parse verifies a JWT's signature with the published keys, and decodes its claims. It verifies nothing else.
func parse(tx *state.Tx, text string, claims any) error {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	return parseBy(parser, text, claims, func(t *jwt.Token) (any, error) {
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
}

// parseBy verifies a JWT by a parser, and decodes its claims, whose names are matched to the letter and occur once.
// Line breaks, which decoders of base64 skip, are refused: a token has one form.
func parseBy(parser *jwt.Parser, text string, claims any, key jwt.Keyfunc) error {
	if len(text) > maxJWT || strings.ContainsAny(text, "\r\n") {
		return errors.New("the JWT is too long or has a line break")
	}
	if _, err := parser.ParseWithClaims(text, jwt.MapClaims{}, key); err != nil {
		return err
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[1])
	if err != nil {
		return err
	}
	return json.Unmarshal(payload, claims)
}
