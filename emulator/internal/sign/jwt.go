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
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

const (
	// maxJWT bounds the JWT in a request, in bytes. That of a member with a thousand roles, with ids of 128 letters, is
	// smaller.
	maxJWT = 256 << 10

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
	k := CurrentKey(tx)
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

// registered are the registered claims of a token that is valid from now on.
func registered(tx *state.Tx, subject string, lifetime time.Duration) Claims {
	return Claims{
		"iss": issuer(tx), "sub": subject, "aud": []string{tx.ProjectID},
		"iat": tx.Now.Unix(), "nbf": tx.Now.Unix(), "exp": tx.Now.Add(lifetime).Unix(),
	}
}

func issuer(tx *state.Tx) string { return "stytch.com/" + tx.ProjectID }

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

// Payload are the claims of a JWT that was verified.
func Payload(text string) Claims {
	claims := jwt.MapClaims{}
	_, _, _ = jwt.NewParser().ParseUnverified(text, claims)
	return Claims(claims)
}

// isIssued reports whether an id that somebody else has issued can be stored.
func isIssued(id string) bool { return len(id) <= state.MaxFactorText && utf8.ValidString(id) }
