//go:build !race

package jwt_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwt"
)

// TestAllocations bounds allocations: parsing a token with a cached header makes none, refusing a text that is no token
// makes one, for the error, and verifying a signature makes one more than crypto/rsa. The race detector empties pools,
// and so changes the count.
//
//nolint:paralleltest // it counts allocations
func TestAllocations(t *testing.T) {
	good := goodToken()
	headers, head := warm(t, good), good[:strings.IndexByte(good, '.')]
	key := &ourKey().PublicKey
	parts := strings.Split(good, ".")
	for name, c := range map[string]struct {
		text    string
		headers *jwt.HeaderCache
		most    float64
	}{
		"a cached header":                      {good, headers, 0},
		"an unknown header":                    {good, new(jwt.HeaderCache), 2},
		"nothing":                              {"", headers, 1},
		"dots":                                 {strings.Repeat(".", 100_000), headers, 1},
		"1 MiB":                                {strings.Repeat("A", 1<<20), headers, 1},
		"two parts":                            {head + "." + parts[1], headers, 1},
		"a short signature":                    {head + "." + parts[1] + ".AAAA", headers, 1},
		"a header of 20 kB":                    {strings.Repeat("A", 20_000) + ".." + parts[2], headers, 1},
		"a header that is not base64":          {strings.Repeat("!", 60) + ".." + parts[2], headers, 3},
		"another algorithm":                    {encode(headerOf(`"none"`)) + ".." + parts[2], headers, 3},
		"a header with a refused parameter":    {encode(`{"alg":"RS256","kid":"k","jwk":{"kty":"RSA"}}`) + ".." + parts[2], headers, 4},
		"a header that is a thousand brackets": {encode(strings.Repeat("[", 1000)) + ".." + parts[2], headers, 4},
		"a header of nested objects":           {encode(strings.Repeat(`{"x":`, 150)) + ".." + parts[2], headers, 21},
	} {
		got := testing.AllocsPerRun(100, func() { _, _ = jwt.Parse(c.text, c.headers) })
		assert.LessOrEqual(t, got, c.most, name)
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(head + "." + parts[1]))
	bare := testing.AllocsPerRun(100, func() { err = rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) })
	require.NoError(t, err)
	token, err := jwt.Parse(good, headers)
	require.NoError(t, err)
	got := testing.AllocsPerRun(100, func() { _, err = token.Payload(key) })
	require.NoError(t, err)
	assert.LessOrEqual(t, got, bare+1)
}
