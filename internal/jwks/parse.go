package jwks

import (
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Bounds of a key set.
const (
	maxBody    = 1 << 20 // bytes
	maxKeys    = 100
	maxKID     = 256 // bytes
	minModulus = 2048
	maxModulus = 8192
	maxExp     = 1<<31 - 1
)

// jwk has the members that matter here (RFC 7517, section 4; RFC 7518, section 6.3.1).
type jwk struct {
	Kty string  `json:"kty"`
	Use *string `json:"use"`
	Alg *string `json:"alg"`
	KID string  `json:"kid"`
	N   string  `json:"n"`
	E   string  `json:"e"`
}

// parse decodes a key set and returns the keys that are usable for RS256. It refuses a set without such a key, and one
// in which two keys have the same kid, usable or not. Its errors show nothing of the body.
func parse(body []byte) (map[string]*rsa.PublicKey, error) {
	if len(body) > maxBody {
		return nil, errors.New("the response goes beyond 1 MiB")
	}
	var doc struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return nil, errors.New("a name occurs twice in the response")
		}
		return nil, errors.New("the response is not a key set in JSON")
	}
	if len(doc.Keys) > maxKeys {
		return nil, errors.New("the response holds more than 100 keys")
	}
	keys := make(map[string]*rsa.PublicKey, len(doc.Keys))
	named := make(map[string]bool, len(doc.Keys))
	for _, raw := range doc.Keys {
		var k jwk
		if json.Unmarshal(raw, &k) != nil || k.KID == "" {
			continue
		}
		if named[k.KID] {
			return nil, errors.New("two keys of the response have the same kid")
		}
		named[k.KID] = true
		if key := k.publicKey(); key != nil {
			keys[k.KID] = key
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("the response holds no key for RS256")
	}
	return keys, nil
}

// publicKey returns nil for a key of another type, use or algorithm, for one that is too small or too large, and for
// one that is not canonically encoded.
func (k *jwk) publicKey() *rsa.PublicKey {
	switch {
	case k.Kty != "RSA", len(k.KID) > maxKID:
		return nil
	case k.Use != nil && *k.Use != "sig", k.Alg != nil && *k.Alg != "RS256":
		return nil
	}
	n, e := decodeUint(k.N), decodeUint(k.E)
	if n == nil || n.BitLen() < minModulus || n.BitLen() > maxModulus || n.Bit(0) == 0 {
		return nil
	}
	if e == nil || !e.IsInt64() || e.Int64() <= 2 || e.Int64() > maxExp || e.Bit(0) == 0 {
		return nil
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}
}

// decodeUint decodes a Base64urlUInt (RFC 7518, section 2). It returns nil for an encoding with padding, a leading zero
// byte, unused bits that are set, or line breaks, which the decoder skips.
func decodeUint(text string) *big.Int {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) == 0 || b[0] == 0 || base64.RawURLEncoding.EncodedLen(len(b)) != len(text) {
		return nil
	}
	return new(big.Int).SetBytes(b)
}
