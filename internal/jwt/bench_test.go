package jwt_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	gojwt "github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/jwt"
)

type benchSession struct {
	ID      string        `json:"id"`
	Started time.Time     `json:"started_at"`
	Last    time.Time     `json:"last_accessed_at"`
	Expires time.Time     `json:"expires_at"`
	Roles   []string      `json:"roles"`
	Factors []benchFactor `json:"authentication_factors"`
}

type benchFactor struct {
	Type     string    `json:"type"`
	Delivery string    `json:"delivery_method"`
	Last     time.Time `json:"last_authenticated_at"`
	Email    *struct {
		ID      string `json:"email_id"`
		Address string `json:"email_address"`
	} `json:"email_factor"`
	Phone *struct {
		ID     string `json:"phone_id"`
		Number string `json:"phone_number"`
	} `json:"phone_number_factor"`
}

type benchOrganization struct {
	ID   string `json:"organization_id"`
	Slug string `json:"slug"`
}

// benchClaims are the claims of a B2B session.
type benchClaims struct {
	jwt.Registered

	Session      benchSession      `json:"https://stytch.com/session"`
	Organization benchOrganization `json:"https://stytch.com/organization"`
	Custom       jsontext.Value    `json:",embed,inline"`
}

// golangClaims are benchClaims for golang-jwt.
type golangClaims struct {
	gojwt.RegisteredClaims

	Session      benchSession      `json:"https://stytch.com/session"`
	Organization benchOrganization `json:"https://stytch.com/organization"`
}

// benchToken is a session JWT with two factors and two custom claims: 1.5 kB.
func benchToken(expires time.Time) string {
	return mint(ourKey(), goodHeader, goodClaims().with(
		"exp", strconv.FormatInt(expires.Unix(), 10),
		"https://stytch.com/organization", `{"organization_id":"organization-test-1","slug":"acme"}`,
		"https://stytch.com/session", `{"id":"member-session-test-1","started_at":"2026-01-02T03:04:05Z",`+
			`"last_accessed_at":"2026-01-02T03:04:05Z","expires_at":"2026-01-02T04:04:05Z",`+
			`"attributes":{"ip_address":"","user_agent":""},"roles":["stytch_member","stytch_admin","editor"],`+
			`"authentication_factors":[{"type":"magic_link","delivery_method":"email",`+
			`"last_authenticated_at":"2026-01-02T03:04:05Z",`+
			`"email_factor":{"email_id":"email-test-1","email_address":"ada@example.com"}},`+
			`{"type":"otp","delivery_method":"sms","last_authenticated_at":"2026-01-02T03:04:05Z",`+
			`"phone_number_factor":{"phone_id":"phone-number-test-1","phone_number":"+15005550006"}}]}`,
		"limits", `{"seats":10}`, "plan", `"pro"`).String())
}

// verify verifies a text with this package, and requires the verdict.
func verify(b *testing.B, text string, headers *jwt.HeaderCache, verdict error) func() {
	b.Helper()
	key, want := &ourKey().PublicKey, expected()
	return func() {
		err := func() error {
			token, err := jwt.Parse(text, headers)
			if err != nil {
				return err
			}
			var claims benchClaims
			if err := token.Verify(key, &claims); err != nil {
				return err
			}
			return claims.Check(want)
		}()
		if !errors.Is(err, verdict) {
			b.Fatal(err)
		}
	}
}

// rsaCheck verifies the RSA signature alone. The baseline adds what cannot be left out: one hash and one JSON decode.
func rsaCheck(b *testing.B, text string, baseline bool) func() {
	b.Helper()
	parts := strings.Split(text, ".")
	signed := []byte(parts[0] + "." + parts[1])
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	signature, err2 := base64.RawURLEncoding.DecodeString(parts[2])
	if err := errors.Join(err, err2); err != nil {
		b.Fatal(err)
	}
	key, sum := &ourKey().PublicKey, sha256.Sum256(signed)
	return func() {
		if baseline {
			sum = sha256.Sum256(signed)
			var claims benchClaims
			if err := json.Unmarshal(payload, &claims); err != nil {
				b.Fatal(err)
			}
		}
		if err := rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature); err != nil {
			b.Fatal(err)
		}
	}
}

// golangJWT verifies with golang-jwt: one parser, typed claims.
func golangJWT(b *testing.B, text string) func() {
	b.Helper()
	parser := gojwt.NewParser(gojwt.WithValidMethods([]string{"RS256"}), gojwt.WithExpirationRequired(),
		gojwt.WithAudience(project), gojwt.WithIssuer(issuer), gojwt.WithTimeFunc(func() time.Time { return now }))
	key := func(*gojwt.Token) (any, error) { return &ourKey().PublicKey, nil }
	return func() {
		var claims golangClaims
		if _, err := parser.ParseWithClaims(text, &claims, key); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify has a target: x-baseline at most 1.10 and x-rsa at most 1.25.
func BenchmarkVerify(b *testing.B) {
	text := benchToken(now.Add(time.Minute))
	benchtest.Run(b, cached(b, "ours", text, nil),
		benchtest.Variant{Name: "baseline", Do: rsaCheck(b, text, true)},
		benchtest.Variant{Name: "rsa", Do: rsaCheck(b, text, false)},
		benchtest.Variant{Name: "golang-jwt", Do: golangJWT(b, text)})
}

// cached is verify with the header of a good token in its cache.
func cached(b *testing.B, name, text string, verdict error) benchtest.Variant {
	b.Helper()
	headers := new(jwt.HeaderCache)
	verify(b, benchToken(now.Add(time.Minute)), headers, nil)()
	return benchtest.Variant{Name: name, Do: verify(b, text, headers, verdict)}
}

// BenchmarkVerify_refused has a target: a refused token costs no more than a good one.
func BenchmarkVerify_refused(b *testing.B) {
	good := benchToken(now.Add(time.Minute))
	parts := strings.Split(good, ".")
	for _, c := range []struct {
		name, text string
		verdict    error
	}{
		{"expired", benchToken(now), expired},
		{"bad signature", parts[0] + "." + parts[1] + "." + encode(make([]byte, 256)), badSignature},
		{"claims that are not JSON", mint(ourKey(), goodHeader, strings.Repeat("x", 1000)), malformed},
		{"three parts of nonsense", strings.Repeat("!", 60) + "." + strings.Repeat("!", 1000) + "." + parts[2], malformed},
		{"two parts", parts[0] + "." + parts[1], malformed},
		{"alg none", encode(headerOf(`"none"`)) + "." + parts[1] + "." + parts[2], malformed},
		{"dots", strings.Repeat(".", 100_000), malformed},
		{"32 KiB in the header", strings.Repeat("A", 30_000) + ".." + parts[2], malformed},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchtest.Run(b, cached(b, "refused", c.text, c.verdict), cached(b, "good", good, nil),
				benchtest.Variant{Name: "rsa", Do: rsaCheck(b, good, false)})
		})
	}
}

// BenchmarkParse measures what a token with an unknown kid costs before its key is looked up.
func BenchmarkParse(b *testing.B) {
	var headers jwt.HeaderCache
	text := benchToken(now.Add(time.Minute))
	parse := func() {
		if token, err := jwt.Parse(text, &headers); err != nil || token.KID != kid {
			b.Fatal(err)
		}
	}
	b.Run("unknown header", func(b *testing.B) { benchtest.Run(b, benchtest.Variant{Name: "parse", Do: parse}) })
	verify(b, text, &headers, nil)()
	b.Run("cached header", func(b *testing.B) { benchtest.Run(b, benchtest.Variant{Name: "parse", Do: parse}) })
}
