package jwt_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// attack is a token that must be refused, with this verdict.
type attack struct {
	name, text string
	verdict    stytcherror.Verdict
	want       func(*jwt.Expected) // changes what the caller expects; may be nil
}

func (a attack) expected() jwt.Expected {
	want := expected()
	if a.want != nil {
		a.want(&want)
	}
	return want
}

var (
	malformed    = stytcherror.ErrTokenMalformed
	badSignature = stytcherror.ErrTokenSignature
	wrongClaims  = stytcherror.ErrTokenClaims
	expired      = stytcherror.ErrTokenExpired
	tooOld       = stytcherror.ErrTokenTooOld
)

func attacks(tb testing.TB) []attack {
	tb.Helper()
	return slices.Concat(algorithmAttacks(tb), macAttacks(tb), signatureAttacks(tb), headerAttacks(), formAttacks(tb),
		payloadAttacks(tb), claimAttacks())
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, a := range attacks(t) {
		require.False(t, seen[a.name], a.name)
		seen[a.name] = true
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			var headers jwt.HeaderCache
			claims, err := check(a.text, &headers, &ourKey().PublicKey, a.expected())
			isVerdict(t, err, a.verdict, a.text)
			if a.verdict == badSignature {
				assert.Nil(t, claims)
				assert.Empty(t, headers.Cached(), "the header of a forged token is not cached")
			}
		})
	}
}

func headerOf(alg string) string { return `{"alg":` + alg + `,"kid":"jwk-test-1","typ":"JWT"}` }

// forge signs the good claims under any header, by any method.
func forge(tb testing.TB, method gojwt.SigningMethod, key any, header string) string {
	tb.Helper()
	text := encode(header) + "." + encode(goodClaims().String())
	signature, err := method.Sign(text, key)
	require.NoError(tb, err)
	return text + "." + encode(signature)
}

// algorithmAttacks are signed by other algorithms, by the one that the header names and by another.
func algorithmAttacks(tb testing.TB) []attack {
	tb.Helper()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(tb, err)
	var all []attack
	for method, key := range map[gojwt.SigningMethod]any{
		gojwt.SigningMethodRS384: ourKey(), gojwt.SigningMethodRS512: ourKey(), gojwt.SigningMethodPS256: ourKey(),
		gojwt.SigningMethodPS384: ourKey(), gojwt.SigningMethodPS512: ourKey(), gojwt.SigningMethodES256: p256,
		gojwt.SigningMethodEdDSA: edwards, gojwt.SigningMethodNone: gojwt.UnsafeAllowNoneSignatureType,
	} {
		asRS256 := malformed // its size is not that of an RSA signature
		if _, ok := key.(*rsa.PrivateKey); ok {
			asRS256 = badSignature
		}
		all = append(all,
			attack{"signed with " + method.Alg(), forge(tb, method, key, headerOf(`"`+method.Alg()+`"`)), malformed, nil},
			attack{"signed with " + method.Alg() + ", said to be RS256", forge(tb, method, key, goodHeader), asRS256, nil})
	}
	for _, alg := range []string{
		`"none"`, `"None"`, `""`, `"HS256"`, `"RS384"`, `"RS512"`, `"PS256"`, `"ES256"`, `"rs256"`, `"Rs256"`, `"RS256 "`,
		`"RS256\u0000"`, `"RSA256"`, `"RSA-OAEP"`, `"dir"`, `1`, `256`, `null`, `true`, `["RS256"]`, `{"RS256":"RS256"}`,
	} {
		all = append(all, attack{"a good signature and alg " + alg, mint(ourKey(), headerOf(alg), goodClaims().String()), malformed, nil})
	}
	return append(all,
		attack{"no alg", mint(ourKey(), `{"kid":"jwk-test-1","typ":"JWT"}`, goodClaims().String()), malformed, nil},
		attack{"ALG for alg", mint(ourKey(), `{"ALG":"RS256","kid":"jwk-test-1"}`, goodClaims().String()), malformed, nil},
		attack{"alg none and two parts", encode(headerOf(`"none"`)) + "." + encode(goodClaims().String()), malformed, nil},
		attack{"no signature", encode(goodHeader) + "." + encode(goodClaims().String()) + ".", malformed, nil})
}

// macAttacks take the public key, in every encoding, as the secret of an HMAC.
func macAttacks(tb testing.TB) []attack {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(&ourKey().PublicKey)
	require.NoError(tb, err)
	pkcs1 := x509.MarshalPKCS1PublicKey(&ourKey().PublicKey)
	armour := func(kind string, der []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	var all []attack
	for name, secret := range map[string][]byte{
		"public key's PEM": armour("PUBLIC KEY", der), "public key's DER": der,
		"PEM without the last line's end": bytes.TrimSpace(armour("PUBLIC KEY", der)),
		"PKCS #1 PEM":                     armour("RSA PUBLIC KEY", pkcs1), "PKCS #1 DER": pkcs1,
		"modulus": ourKey().N.Bytes(), "modulus in base64": []byte(encode(ourKey().N.Bytes())), "empty secret": {},
	} {
		signed := encode(goodHeader) + "." + encode(goodClaims().String())
		mac, err := gojwt.SigningMethodHS256.Sign(signed, secret)
		require.NoError(tb, err)
		all = append(all,
			attack{"HS256 with the " + name, forge(tb, gojwt.SigningMethodHS256, secret, headerOf(`"HS256"`)), malformed, nil},
			attack{"HS512 with the " + name, forge(tb, gojwt.SigningMethodHS512, secret, headerOf(`"HS512"`)), malformed, nil},
			attack{"HS256 said to be RS256 with the " + name, forge(tb, gojwt.SigningMethodHS256, secret, goodHeader), malformed, nil},
			attack{"HS256 repeated to the size of an RSA signature with the " + name, signed + "." + encode(bytes.Repeat(mac, 8)), badSignature, nil})
	}
	return all
}

// rawRSA is the RSA private key operation without padding.
func rawRSA(block []byte) []byte {
	s := new(big.Int).Exp(new(big.Int).SetBytes(block), ourKey().D, ourKey().N)
	return s.FillBytes(make([]byte, ourKey().Size()))
}

// block is an encoded message (RFC 8017, section 9.2) of 256 bytes: type, padding, and the rest, filled up with zeros.
func block(kind byte, padding int, rest ...[]byte) []byte {
	tail := slices.Concat(rest...)
	b := slices.Concat([]byte{0, kind}, bytes.Repeat([]byte{0xff}, padding), []byte{0}, tail)
	return append(b, make([]byte, 256-len(b))...)
}

func signatureAttacks(tb testing.TB) []attack {
	tb.Helper()
	signed := encode(goodHeader) + "." + encode(goodClaims().String())
	sum := sha256.Sum256([]byte(signed))
	info := append([]byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"), sum[:]...)
	noNull := append([]byte("\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x04\x20"), sum[:]...)
	full := 256 - 3 - len(info)
	require.Equal(tb, signText(ourKey(), signed), rawRSA(block(1, full, info)), "a valid signature is made like this")
	unhashed, err := rsa.SignPKCS1v15(nil, ourKey(), 0, sum[:])
	require.NoError(tb, err)
	n, size := ourKey().N, ourKey().Size()
	var all []attack
	for name, signature := range map[string][]byte{
		"nothing but zeros": make([]byte, size), "nothing but ones": bytes.Repeat([]byte{0xff}, size),
		"the number 1":                          append(make([]byte, size-1), 1),
		"the modulus":                           n.Bytes(),
		"the modulus less one":                  new(big.Int).Sub(n, big.NewInt(1)).Bytes(),
		"the block itself":                      block(1, full, info),
		"a zero byte before it":                 append([]byte{0}, signText(ourKey(), signed)...),
		"a zero byte after it":                  append(signText(ourKey(), signed), 0),
		"another token's":                       signText(ourKey(), signed+"x"),
		"over the claims only":                  signText(ourKey(), encode(goodClaims().String())),
		"over what is encoded":                  signText(ourKey(), goodHeader+"."+goodClaims().String()),
		"another project's key":                 signText(newKey(tb, 2048), signed),
		"a key of 3072 bits":                    signText(newKey(tb, 3072), signed),
		"a hash without its OID":                unhashed,
		"a block for encryption":                rawRSA(block(2, full, info)),
		"little padding, garbage after it":      rawRSA(block(1, 8, info, bytes.Repeat([]byte{7}, 100))),
		"little padding, zeros after it":        rawRSA(block(1, 8, info)),
		"a hash OID without parameters":         rawRSA(block(1, 256-3-len(noNull), noNull)),
		"a block that begins one byte too late": rawRSA(append([]byte{0}, block(1, full, info)[:255]...)),
	} {
		all = append(all, attack{"a signature that is: " + name, signed + "." + encode(signature), badSignature, nil})
	}
	return append(all,
		attack{"a signature plus the modulus", plusModulus(), badSignature, nil},
		attack{"a key of 1024 bits", mint(newKey(tb, 1024), goodHeader, goodClaims().String()), malformed, nil},
		attack{"a signature one byte short", signed + "." + encode(signText(ourKey(), signed)[:255]), malformed, nil},
		attack{"a signature of 1025 bytes", signed + "." + encode(make([]byte, 1025)), malformed, nil},
		attack{"a signature of 20 kB", signed + "." + encode(make([]byte, 20_000)), malformed, nil})
}

// plusModulus is a valid token with the modulus added to its signature, which is the same number modulo n.
func plusModulus() string {
	for i := 0; ; i++ {
		signed := encode(goodHeader) + "." + encode(goodClaims().with("try", strconv.Itoa(i)).String())
		s := new(big.Int).SetBytes(signText(ourKey(), signed))
		if s.Add(s, ourKey().N).BitLen() <= 2048 {
			return signed + "." + encode(s.Bytes())
		}
	}
}

func TestVerify_refusesEveryFlippedBit(t *testing.T) {
	t.Parallel()
	parts := strings.Split(goodToken(), ".")
	for i, part := range []string{"header", "claims", "signature"} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			raw, err := base64.RawURLEncoding.DecodeString(parts[i])
			require.NoError(t, err)
			forged := 0
			for bit := range 8 * len(raw) {
				flipped := slices.Clone(raw)
				flipped[bit/8] ^= 1 << (bit % 8)
				text := strings.Join(slices.Concat(parts[:i], []string{encode(flipped)}, parts[i+1:]), ".")
				var headers jwt.HeaderCache
				_, err := check(text, &headers, &ourKey().PublicKey, expected())
				if i == 0 {
					require.True(t, isOneOf(err, malformed, badSignature), "bit %d: %v", bit, err)
				} else {
					require.ErrorIs(t, err, badSignature, "bit %d", bit)
				}
				if isOneOf(err, badSignature) {
					forged++
				}
				require.Empty(t, headers.Cached())
			}
			assert.Positive(t, forged)
		})
	}
}

func TestVerify_refusesOtherAndWeakKeys(t *testing.T) {
	t.Parallel()
	token, err := jwt.Parse(goodToken(), new(jwt.HeaderCache))
	require.NoError(t, err)
	for name, key := range map[string]*rsa.PublicKey{
		"nil": nil, "1024 bits": &newKey(t, 1024).PublicKey, "another key": &newKey(t, 2048).PublicKey,
		"an exponent of 1": {N: ourKey().N, E: 1}, "an exponent of 0": {N: ourKey().N},
	} {
		payload, err := token.Payload(key)
		require.ErrorIs(t, err, badSignature, name)
		assert.Nil(t, payload, name)
	}
}

// With an exponent of 1, the padded hash is its own signature. Crypto/rsa refuses such a key; so does package jwks.
func TestVerify_refusesAnExponentOfOne(t *testing.T) {
	t.Parallel()
	signed := encode(goodHeader) + "." + encode(goodClaims().String())
	sum := sha256.Sum256([]byte(signed))
	identity := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: ourKey().N, E: 1}}
	em := block(1, 202, []byte("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"), sum[:])
	require.Error(t, rsa.VerifyPKCS1v15(&identity.PublicKey, crypto.SHA256, sum[:], em))
	_, err := check(signed+"."+encode(em), new(jwt.HeaderCache), &identity.PublicKey, expected())
	isVerdict(t, err, badSignature, signed)
}
