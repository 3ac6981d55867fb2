package idp

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// A key that is used is one of RSA within bounds, or a point of its curve.
func FuzzJWK(f *testing.F) {
	f.Add(`{"kty": "RSA", "kid": "k", "n": "AQAB", "e": "AQAB"}`)
	f.Add(`{"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}`)
	f.Add(`{"kty": "EC", "crv": "P-521", "x": "", "y": ""}`)
	f.Add(`{"kty": "oct", "k": "x"}`)
	f.Fuzz(func(t *testing.T, document string) {
		var k jwk
		if json.Unmarshal([]byte(document), &k) != nil {
			return
		}
		switch public := k.public().(type) {
		case nil:
		case *rsa.PublicKey:
			assert.Equal(t, rsaKTY, k.KTY)
			assert.True(t, public.N.BitLen() >= minKeyBits && public.N.BitLen() <= maxKeyBits)
			assert.Contains(t, []int{3, rsaExponent}, public.E)
			assert.Equal(t, number(k.N), public.N)
		case *ecdsa.PublicKey:
			point, err := public.Bytes()
			assert.NoError(t, err)
			assert.Equal(t, slices.Concat([]byte{4}, decoded(k.X), decoded(k.Y)), point)
		default:
			assert.Failf(t, "another kind of key", "%T", public)
		}
	})
}

// Claims that are taken are those of the login: of its issuer, for its client, with its nonce, and not expired.
func FuzzLoginVerify(f *testing.F) {
	private, err := rsa.GenerateKey(rand.Reader, minKeyBits)
	require.NoError(f, err)
	l := &Login{Connection: &sso.OIDCConnection{Issuer: "https://idp.example", ClientID: "client"}, Nonce: "nonce"}
	keys := []key{{id: "k", public: private.Public()}}
	f.Add(`{"iss": "https://idp.example", "aud": "client", "sub": "1", "nonce": "nonce", "exp": 4102444800}`, "k", "")
	f.Add(`{"iss": "https://idp.example", "aud": ["client", "x"], "azp": "client", "sub": "1", "nonce": "nonce", "exp": 4102444800.5}`, "", "")
	f.Add(`{"iss": "", "aud": [], "sub": 1, "exp": "x", "iat": 1e400}`, "x", "a.b.c")
	f.Fuzz(func(t *testing.T, document, kid, token string) {
		_, err := l.verify(token, keys)
		assert.Error(t, err, "nobody has signed it")
		claims := jwt.MapClaims{}
		if json.Unmarshal([]byte(document), &claims) != nil || claims == nil {
			return
		}
		signed := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
		if kid != "" {
			signed.Header["kid"] = kid
		}
		token, err = signed.SignedString(private)
		if err != nil {
			return
		}
		taken, err := l.verify(token, keys)
		if err != nil {
			return
		}
		assert.Contains(t, []string{"", "k"}, kid)
		assert.Equal(t, []any{l.Connection.Issuer, l.Nonce}, []any{taken["iss"], taken["nonce"]})
		audience, err := jwt.MapClaims(taken).GetAudience()
		assert.NoError(t, err)
		assert.Contains(t, audience, l.Connection.ClientID)
		expires, err := jwt.MapClaims(taken).GetExpirationTime()
		require.NoError(t, err)
		assert.True(t, expires.After(time.Now().Add(-2*leeway)))
		subject, _ := taken["sub"].(string)
		assert.True(t, subject != "" && len(subject) <= state.MaxFactorText)
	})
}
