package idp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of keys, and the names of those that count.
const (
	maxKeys      = 100
	minKeyBits   = 2048
	maxKeyBits   = 8192
	rsaExponent  = 65537
	signatureUse = "sig"
	rsaKTY       = "RSA"
)

// key is a key of a provider that verifies signatures.
type key struct {
	id string
	// algorithm is the only one that it is for, empty if it does not say that.
	algorithm string
	public    any
}

// fetchKeys reads the keys of a provider (RFC 7517). Those that cannot be used are left out.
func fetchKeys(ctx context.Context, address string) ([]key, error) {
	document, err := get(ctx, address, nil)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if json.Unmarshal(document, &set) != nil || len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("they are not a set of at most %d keys", maxKeys)
	}
	var keys []key
	for _, data := range set.Keys {
		var k jwk
		if json.Unmarshal(data, &k) != nil {
			continue
		}
		if public := k.public(); public != nil {
			keys = append(keys, key{k.KID, k.Alg, public})
		}
	}
	return keys, nil
}

type jwk struct {
	KTY    string   `json:"kty"`
	KID    string   `json:"kid"`
	Use    string   `json:"use"`
	KeyOps []string `json:"key_ops"`
	Alg    string   `json:"alg"`
	Curve  string   `json:"crv"`
	N      string   `json:"n"`
	E      string   `json:"e"`
	X      string   `json:"x"`
	Y      string   `json:"y"`
}

// public is the public key, nil if it is none that verifies signatures.
func (k *jwk) public() any {
	if k.Use != "" && k.Use != signatureUse || k.KeyOps != nil && !slices.Contains(k.KeyOps, "verify") {
		return nil
	}
	if k.KTY == rsaKTY {
		n, e := number(k.N), number(k.E)
		if n.BitLen() < minKeyBits || n.BitLen() > maxKeyBits || !slices.Contains([]int64{3, rsaExponent}, e.Int64()) {
			return nil
		}
		return &rsa.PublicKey{N: n, E: int(e.Int64())}
	}
	curves := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}
	curve := curves[k.Curve]
	if k.KTY != "EC" || curve == nil {
		return nil
	}
	size := (curve.Params().BitSize + 7) / 8
	x, y := decoded(k.X), decoded(k.Y)
	if len(x) != size || len(y) != size {
		return nil
	}
	public, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil
	}
	return public
}

func number(text string) *big.Int { return new(big.Int).SetBytes(decoded(text)) }

func decoded(text string) []byte {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return data
}
