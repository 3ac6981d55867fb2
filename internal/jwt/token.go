// Package jwt parses and verifies JWTs that are signed with RS256, in the compact serialization (RFC 7515, section
// 7.1). Sizes are bounded before anything is parsed, and claims are decoded only after the signature was verified.
//
//	var headers jwt.HeaderCache
//	token, err := jwt.Parse(text, &headers)
//
// [Token.Verify] takes the key that Token.KID names, and a pointer to a struct that embeds [Registered]. Call
// [Registered.Check] after it. Every error is a new *stytcherror.TokenError. Its Op is empty: the caller sets it.
package jwt

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jsonoptions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Bounds in bytes. A session JWT has about 2000, one with the largest custom claims about 8000. RSA keys have 2048 to
// 8192 bits, and signatures as many.
const (
	maxToken  = 32 << 10
	maxHeader = 1 << 10
	maxKID    = 256
	minRSA    = 2048 / 8
	maxRSA    = 8192 / 8
)

// strict is base64url without padding. It refuses trailing bits that are not zero, but skips line breaks: [canonical]
// refuses those.
var strict = base64.RawURLEncoding.Strict()

// canonical reports whether text is as long as the encoding of n bytes, and so had no line breaks to skip.
func canonical(text string, n int) bool { return strict.EncodedLen(n) == len(text) }

// Token is a parsed JWT. Nothing in it is trustworthy before Verify.
type Token struct {
	// KID is the header's kid: the id of the key that the token claims to be signed with.
	KID string

	text       string
	head, body int // lengths of the encoded header and payload
	headers    *HeaderCache
	cached     bool // the header came from headers
}

// malformed returns the error for a token that is not well formed, or lacks a required claim.
func malformed(reason string) *stytcherror.TokenError {
	return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenMalformed, Reason: reason}
}

// Parse splits a token and checks its header. It checks neither the signature nor the payload.
func Parse(text string, headers *HeaderCache) (Token, error) {
	if len(text) > maxToken {
		return Token{}, malformed("it is too long")
	}
	head, rest, _ := strings.Cut(text, ".")
	body, signature, found := strings.Cut(rest, ".")
	size := strict.DecodedLen(len(signature))
	switch {
	case !found || strings.IndexByte(signature, '.') >= 0:
		return Token{}, malformed("it does not have three parts")
	case size < minRSA || size > maxRSA:
		return Token{}, malformed("the signature does not have the size of an RSA signature")
	}
	kid, cached := headers.find(head)
	if !cached {
		var err error
		if kid, err = parseHeader(head); err != nil {
			return Token{}, err
		}
	}
	return Token{KID: kid, text: text, head: len(head), body: len(body), headers: headers, cached: cached}, nil
}

// buffers are reused by Verify.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// Verify verifies the signature, then decodes the payload into claims, a pointer to a zero value: fields that the
// payload lacks keep what they held. A nil key verifies nothing. The strength of the key is not checked: package jwks
// does that.
func (t *Token) Verify(key *rsa.PublicKey, claims any) error {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	*buffer = slices.Grow((*buffer)[:0], t.bufferSize())
	payload, err := t.verifySignature(key, *buffer)
	if err != nil {
		return err
	}
	defer clear(payload)
	return decode(payload, claims)
}

// Unverified decodes the payload without verifying the signature: anybody may have written it. It refuses a signature
// that is not base64url.
func (t *Token) Unverified(claims any) error {
	payload, _, err := t.decodeParts(make([]byte, 0, t.bufferSize()), nil)
	if err != nil {
		return err
	}
	return decode(payload, claims)
}

// bufferSize is the most bytes that decodeParts needs.
func (t *Token) bufferSize() int { return len(t.text) + strict.DecodedLen(t.body) }

// verifySignature returns the payload's JSON, which is part of buffer.
func (t *Token) verifySignature(key *rsa.PublicKey, buffer []byte) (payload []byte, err error) {
	var array [maxRSA]byte // keeps the signature off the heap
	payload, signature, err := t.decodeParts(buffer, array[:0])
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(buffer[:t.head+1+t.body]) // which decodeParts has filled
	if key == nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return nil, &stytcherror.TokenError{Verdict: stytcherror.ErrTokenSignature}
	}
	if !t.cached {
		t.headers.add(t.text[:t.head], t.KID)
	}
	return payload, nil
}

// decodeParts copies the token to buffer, which must be large enough. It returns the payload's JSON, which follows
// there, and the signature, appended to array.
func (t *Token) decodeParts(buffer, array []byte) (payload, signature []byte, err error) {
	signed := t.head + 1 + t.body
	buffer = append(buffer, t.text...)
	signature, err = strict.AppendDecode(array, buffer[signed+1:])
	if err != nil || !canonical(t.text[signed+1:], len(signature)) {
		return nil, nil, malformed("the signature does not decode")
	}
	payload, err = strict.AppendDecode(buffer[len(t.text):], buffer[t.head+1:signed])
	if err != nil || !canonical(t.text[t.head+1:signed], len(payload)) {
		return nil, nil, malformed("the claims do not decode")
	}
	return payload, signature, nil
}

// decode refuses what is not an object, and a value of the wrong type. Where strict decoding fails, it decodes custom
// claims as encoding/json does, and "" as the zero time, but nothing that is ambiguous.
func decode(payload []byte, claims any) error {
	if jsontext.Value(payload).Kind() != jsontext.KindBeginObject {
		return malformed("the claims do not decode")
	}
	if json.Unmarshal(payload, claims) == nil {
		return nil
	}
	var names []string
	if c, ok := claims.(StrictClaimer); ok {
		names = c.StrictClaims()
	}
	reflect.ValueOf(claims).Elem().SetZero()
	if !Unambiguous(payload, names...) || json.Unmarshal(payload, claims, jsonoptions.LenientTimes) != nil {
		return malformed("the claims do not decode")
	}
	return nil
}
