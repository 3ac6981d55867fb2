// Package jwt takes JWTs apart and checks them: RS256 in the compact form (RFC 7515, section 7.1) and nothing else. The
// bounds hold before anything is parsed, cheap checks come before the signature, and claims count only after it.
//
//	var headers jwt.Headers // remembers those of good tokens
//	token, err := jwt.Parse(text, &headers)
//
// [Token.Verify] takes the key that Token.KID names, and a struct that embeds [Registered], whose Check comes last.
// Every error is a new *stytcherror.TokenError without an operation, which the caller adds.
package jwt

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// Bounds, in bytes. A session JWT has about two thousand, with the largest custom claims about eight thousand.
const (
	maxToken  = 32 << 10
	maxHeader = 1 << 10
	maxKID    = 256
	minRSA    = 2048 / 8
	maxRSA    = 8192 / 8
)

// strict refuses what is not the one canonical encoding of its bytes, but for line breaks, which [canonical] finds.
var strict = base64.RawURLEncoding.Strict()

// canonical reports whether text has the length of an encoding of n bytes. The decoder skips line breaks.
func canonical(text string, n int) bool { return strict.EncodedLen(n) == len(text) }

// Token is a JWT in its three parts. Nothing that it says is known to be true before Verify.
type Token struct {
	// KID names the key that is said to have signed the token.
	KID string

	text       string
	head, body int // their lengths
	headers    *Headers
	remembered bool
}

// Malformed is the error for a token of another form.
func Malformed(reason string) *stytcherror.TokenError {
	return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenMalformed.Verdict, Reason: reason}
}

// Parse takes a token apart. It looks at form and header only: neither signature nor claims are checked. Headers may be
// nil.
func Parse(text string, headers *Headers) (Token, error) {
	if len(text) > maxToken {
		return Token{}, Malformed("it is too long")
	}
	head, rest, _ := strings.Cut(text, ".")
	body, signature, found := strings.Cut(rest, ".")
	size := strict.DecodedLen(len(signature))
	switch {
	case !found || strings.IndexByte(signature, '.') >= 0:
		return Token{}, Malformed("it does not have three parts")
	case size < minRSA || size > maxRSA:
		return Token{}, Malformed("the signature has not the size of an RSA one")
	}
	kid, remembered := headers.find(head)
	if !remembered {
		var err error
		if kid, err = parseHeader(head); err != nil {
			return Token{}, err
		}
	}
	return Token{KID: kid, text: text, head: len(head), body: len(body), headers: headers, remembered: remembered}, nil
}

// buffers are those of Verify.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Verify checks the signature and, when that holds, decodes the payload into claims, which must be new: what is missing
// in the payload would stay as it was. What keys are good enough is the key set's business; no signature holds for nil.
func (t *Token) Verify(key *rsa.PublicKey, claims any) error {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	*buffer = slices.Grow((*buffer)[:0], t.space())
	payload, err := t.verified(key, *buffer)
	if err != nil {
		return err
	}
	defer clear(payload)
	return decode(payload, claims)
}

// space is what verified needs, at most.
func (t *Token) space() int { return len(t.text) + strict.DecodedLen(t.body) }

// Unverified decodes the payload without a look at the signature. What it says may be anybody's invention.
func (t *Token) Unverified(claims any) error {
	part := t.text[t.head+1 : t.head+1+t.body]
	payload, err := strict.DecodeString(part)
	if err != nil || !canonical(part, len(payload)) {
		return Malformed("the claims do not decode")
	}
	return decode(payload, claims)
}

// verified checks the signature and returns the claims' JSON, which lies in buffer.
func (t *Token) verified(key *rsa.PublicKey, buffer []byte) (payload []byte, err error) {
	signed := t.head + 1 + t.body
	var space [maxRSA]byte
	buffer = append(buffer, t.text...)
	signature, err := strict.AppendDecode(space[:0], buffer[signed+1:])
	if err != nil || !canonical(t.text[signed+1:], len(signature)) {
		return nil, Malformed("the signature does not decode")
	}
	payload, err = strict.AppendDecode(buffer[len(t.text):], buffer[t.head+1:signed])
	if err != nil || !canonical(t.text[t.head+1:signed], len(payload)) {
		return nil, Malformed("the claims do not decode")
	}
	sum := sha256.Sum256(buffer[:signed])
	if key == nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return nil, &stytcherror.TokenError{Verdict: stytcherror.ErrTokenSignature.Verdict}
	}
	if !t.remembered {
		t.headers.remember(t.text[:t.head], t.KID)
	}
	return payload, nil
}

// decode is strict: anything but an object, a name that occurs twice and a claim of another type are errors.
func decode(payload []byte, claims any) error {
	if jsontext.Value(payload).Kind() != jsontext.KindBeginObject || json.Unmarshal(payload, claims) != nil {
		return Malformed("the claims do not decode")
	}
	return nil
}
