package sign

import (
	"encoding/base64"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// maxJWT bounds the JWT in a request, in bytes. Every one that is issued is smaller: that of a session with as many
// roles as there may be, with ids of 128 characters of four bytes.
const maxJWT = 896 << 10

// verify verifies a JWT's signature with the published keys, and decodes its claims. It verifies nothing else.
func verify(tx *state.Tx, text string, claims any) error {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding())
	return verifyBy(parser, text, claims, func(t *jwt.Token) (any, error) {
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

// verifyBy verifies a JWT by a parser, and decodes its claims, whose names are matched to the letter and occur once. It
// refuses line breaks, which decoders of base64 skip, so that a token has one form, and extensions, of which it knows
// none (RFC 7515, section 4.1.11).
func verifyBy(parser *jwt.Parser, text string, claims any, key jwt.Keyfunc) error {
	if len(text) > maxJWT || strings.ContainsAny(text, "\r\n") {
		return errors.New("the JWT is too long or has a line break")
	}
	token, err := parser.ParseWithClaims(text, jwt.MapClaims{}, key)
	if err != nil {
		return err
	}
	if token.Header["crit"] != nil {
		return errors.New("the JWT has extensions")
	}
	return json.Unmarshal(payload(text), claims)
}

// payload is the payload of a JWT, nil if the text is none.
func payload(text string) []byte {
	_, rest, _ := strings.Cut(text, ".")
	encoded, _, _ := strings.Cut(rest, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return nil
	}
	return decoded
}

// Payload are the claims of a JWT that was verified.
func Payload(text string) Claims {
	var claims shared.Object
	_ = json.Unmarshal(payload(text), &claims)
	return Claims(claims)
}

// isIssued reports whether an id that somebody else has issued can be stored.
func isIssued(id string) bool { return len(id) <= state.MaxFactorText && utf8.ValidString(id) }
