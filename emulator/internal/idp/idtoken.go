package idp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/emulator/internal/strict"
)

const (
	maxKeys              = 100
	minKeyBits           = 2048
	maxKeyBits           = 8192
	leeway               = time.Minute
	maxClaims            = 60 << 10 // bytes of JSON
	rsaExponent          = 65537
	signatureUse, rsaKTY = "sig", "RSA"
)

// algorithms are those that ID tokens may be signed with: none that is "none", and none with the client's secret.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}

// object parses a JSON object that can be stored.
func object(data []byte) (map[string]any, error) {
	if len(data) > maxClaims || strict.TooDeep(data, state.MaxDepth/2) {
		return nil, errors.New("it is larger or nested deeper than what is kept")
	}
	var o map[string]any
	if err := json.Unmarshal(data, &o); err != nil || o == nil {
		return nil, errors.New("it is not a JSON object")
	}
	return o, nil
}

// verify verifies an ID token (OpenID Connect Core 1.0, section 3.1.3.7) and returns its claims. The machine's clock
// counts, as it does for the provider.
func (l *Login) verify(token string, keys []key) (map[string]any, error) {
	claims := jwt.MapClaims{}
	parser := jwt.NewParser(
		jwt.WithValidMethods(algorithms), jwt.WithStrictDecoding(), jwt.WithExpirationRequired(),
		jwt.WithIssuer(l.Connection.Issuer), jwt.WithAudience(l.Connection.ClientID), jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway))
	parsed, err := parser.ParseWithClaims(token, claims, func(t *jwt.Token) (any, error) {
		set := jwt.VerificationKeySet{}
		for _, k := range keys {
			if kid := t.Header["kid"]; kid == nil || kid == k.id {
				set.Keys = append(set.Keys, k.public)
			}
		}
		if len(set.Keys) == 0 {
			return nil, errors.New("no key of the provider has its kid")
		}
		return set, nil
	})
	if err != nil {
		return nil, fmt.Errorf("%.200w", err)
	}
	audience, _ := parsed.Claims.GetAudience()
	party, hasParty := claims["azp"]
	subject, _ := claims["sub"].(string)
	switch {
	case claims["nonce"] != l.Nonce:
		return nil, errors.New("its nonce is not that of the login")
	case len(audience) > 1 && !hasParty || hasParty && party != l.Connection.ClientID:
		return nil, errors.New("it is for another client")
	case subject == "" || len(subject) > state.MaxEmail:
		return nil, fmt.Errorf("its sub is empty or longer than %d bytes", state.MaxEmail)
	}
	return claims, nil
}

// key is a key of a provider that verifies signatures.
type key struct {
	id     string
	public any
}

// fetchKeys reads the keys of a provider (RFC 7517). Those that cannot be used are left out.
func fetchKeys(ctx context.Context, address string) ([]key, error) {
	document, err := get(ctx, address, nil)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if json.Unmarshal(document, &set) != nil || len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("they are not a set of at most %d keys", maxKeys)
	}
	var keys []key
	for _, k := range set.Keys {
		if k.Use != "" && k.Use != signatureUse {
			continue
		}
		if public := k.public(); public != nil {
			keys = append(keys, key{k.KID, public})
		}
	}
	return keys, nil
}

type jwk struct {
	KTY   string `json:"kty"`
	KID   string `json:"kid"`
	Use   string `json:"use"`
	Curve string `json:"crv"`
	N     string `json:"n"`
	E     string `json:"e"`
	X     string `json:"x"`
	Y     string `json:"y"`
}

// public is the public key, nil if it is none that verifies signatures.
func (k *jwk) public() any {
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
