package jwt_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	kid     = "jwk-test-1"
	project = "project-test-1"
	issuer  = "stytch.com/project-test-1"
	domain  = "https://acme.customers.stytch.dev"
	// goodHeader is the header that the API writes.
	goodHeader = `{"alg":"RS256","kid":"jwk-test-1","typ":"JWT"}`
)

// now is the time of all tests.
var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func expected() jwt.Expected {
	return jwt.Expected{Issuers: []string{issuer, domain}, Audience: project, Now: now}
}

// ourKey is the key that tokens are verified with. It is the same in every process, so that a fuzzer's findings can be
// repeated.
var ourKey = sync.OnceValue(func() *rsa.PrivateKey {
	var seed [32]byte
	copy(seed[:], "made in tests and good for nothing")
	source := mathrand.NewChaCha8(seed)
	p, q, one := prime(source), prime(source), big.NewInt(1)
	key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537}, Primes: []*big.Int{p, q}}
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key.D = new(big.Int).ModInverse(big.NewInt(int64(key.E)), phi)
	key.Precompute()
	if err := key.Validate(); err != nil {
		panic(err)
	}
	return key
})

// prime returns a prime of 1024 bits with the two highest bits set.
func prime(source io.Reader) *big.Int {
	raw := make([]byte, 1024/8)
	for {
		if _, err := io.ReadFull(source, raw); err != nil {
			panic(err)
		}
		raw[0] |= 0xc0
		raw[len(raw)-1] |= 1
		if p := new(big.Int).SetBytes(raw); p.ProbablyPrime(20) {
			return p
		}
	}
}

// newKey returns a key that is not ourKey.
func newKey(tb testing.TB, bits int) *rsa.PrivateKey {
	tb.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(tb, err)
	return key
}

func encode[T string | []byte](raw T) string {
	return base64.RawURLEncoding.EncodeToString([]byte(raw))
}

// signText is the RS256 signature over text.
func signText(key *rsa.PrivateKey, text string) []byte {
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return signature
}

// join signs a header and a payload that are encoded already.
func join(key *rsa.PrivateKey, head, body string) string {
	return head + "." + body + "." + encode(signText(key, head+"."+body))
}

// mint signs any header and any payload.
func mint(key *rsa.PrivateKey, header, payload string) string {
	return join(key, encode(header), encode(payload))
}

// object is the text of a JSON object: its names are in order and may be repeated.
type object []struct{ name, value string }

// goodClaims are those of a token that was issued a minute ago for five minutes.
func goodClaims() object {
	issued := strconv.FormatInt(now.Add(-time.Minute).Unix(), 10)
	return object{
		{"aud", `["project-test-1"]`}, {"exp", strconv.FormatInt(now.Add(4*time.Minute).Unix(), 10)}, {"iat", issued},
		{"iss", `"stytch.com/project-test-1"`}, {"nbf", issued}, {"sub", `"member-test-1"`},
		{"https://stytch.com/session", `{"id":"member-session-test-1","roles":["stytch_member","editor"]}`},
	}
}

// with replaces the values of names, and appends the names that o does not have.
func (o object) with(namesAndValues ...string) object {
	changed := append(object(nil), o...)
	for i := 0; i < len(namesAndValues); i += 2 {
		name, value := namesAndValues[i], namesAndValues[i+1]
		found := false
		for j := range changed {
			if changed[j].name == name {
				changed[j].value, found = value, true
			}
		}
		if !found {
			changed = changed.add(name, value)
		}
	}
	return changed
}

// add appends a name, even if o has it.
func (o object) add(name, value string) object {
	return append(append(object(nil), o...), struct{ name, value string }{name, value})
}

func (o object) without(name string) object {
	var rest object
	for _, m := range o {
		if m.name != name {
			rest = append(rest, m)
		}
	}
	return rest
}

func (o object) String() string {
	var text strings.Builder
	for i, m := range o {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(`"` + m.name + `":` + m.value)
	}
	return "{" + text.String() + "}"
}

// goodToken is a valid token.
var goodToken = sync.OnceValue(func() string { return mint(ourKey(), goodHeader, goodClaims().String()) })

// sessionClaims are claims like those of a session's JWT.
type sessionClaims struct {
	jwt.Registered

	Session struct {
		ID    string   `json:"id"`
		Roles []string `json:"roles"`
	} `json:"https://stytch.com/session"`
	Custom jsontext.Value `json:",embed,inline"`
}

// check parses and verifies a token and checks its claims.
func check(text string, headers *jwt.HeaderCache, key *rsa.PublicKey, want jwt.Expected) (*sessionClaims, error) {
	token, err := jwt.Parse(text, headers)
	if err != nil {
		return nil, err
	}
	claims := new(sessionClaims)
	if err := token.Verify(key, claims); err != nil {
		return nil, err
	}
	return claims, claims.Check(want)
}

// verdicts are all that this package returns.
var verdicts = []stytcherror.Verdict{
	stytcherror.ErrTokenExpired, stytcherror.ErrTokenTooOld, stytcherror.ErrTokenMalformed, stytcherror.ErrTokenSignature,
	stytcherror.ErrTokenClaims,
}

// isVerdict asserts that err has this verdict and no operation, and that its text shows nothing of the token.
func isVerdict(t *testing.T, err error, verdict stytcherror.Verdict, text string) {
	t.Helper()
	require.ErrorIs(t, err, verdict)
	wellFormed(t, err, text)
}

// wellFormed asserts what holds for every error.
func wellFormed(t *testing.T, err error, text string) {
	t.Helper()
	refused, ok := errors.AsType[*stytcherror.TokenError](err)
	require.True(t, ok, "%T", err)
	assert.Same(t, err, error(refused), "it is not wrapped")
	assert.Contains(t, verdicts, refused.Verdict)
	assert.Empty(t, refused.Op)
	shows := err.Error()
	const longest = 8
	texts := []string{text}
	for part := range strings.SplitSeq(text[:min(len(text), 32<<10)], ".") {
		if raw, err := base64.RawURLEncoding.DecodeString(part); err == nil {
			texts = append(texts, string(raw))
		}
	}
	for i := range len(shows) - longest {
		for _, text := range texts {
			if strings.Contains(text, shows[i:i+longest+1]) {
				t.Errorf("the error shows a piece of the token: %s", shows)
			}
		}
	}
}

// isOneOf reports whether an error is one of these verdicts.
func isOneOf(err error, verdicts ...stytcherror.Verdict) bool {
	return slices.ContainsFunc(verdicts, func(v stytcherror.Verdict) bool { return errors.Is(err, v) })
}
