package jwt_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwt"
)

// refusedNames are the header parameters that are refused.
var refusedNames = []string{"b64", "crit", "cty", "enc", "jku", "jwk", "x5c", "x5u", "zip"}

// headerAttacks are validly signed, with headers that the issuer does not write.
func headerAttacks() []attack {
	good := goodClaims().String()
	var all []attack
	for _, name := range refusedNames {
		for _, value := range []string{
			`null`, `""`, `"x"`, `false`, `true`, `0`, `[]`, `["exp"]`, `{}`, `"https://evil.example/jwks.json"`,
			`{"kty":"RSA","n":"AQAB","e":"AQAB"}`,
		} {
			header := `{"alg":"RS256","kid":"jwk-test-1","typ":"JWT","` + name + `":` + value + `}`
			all = append(all, attack{"a header with " + name + " " + value, mint(ourKey(), header, good), malformed, nil})
		}
	}
	for name, header := range map[string]string{
		"without kid":                     `{"alg":"RS256","typ":"JWT"}`,
		"with kid null":                   `{"alg":"RS256","kid":null}`,
		"with an empty kid":               `{"alg":"RS256","kid":""}`,
		"with a number as kid":            `{"alg":"RS256","kid":1}`,
		"with a list as kid":              `{"alg":"RS256","kid":["jwk-test-1"]}`,
		"with an object as kid":           `{"alg":"RS256","kid":{"kid":"jwk-test-1"}}`,
		"with KID for kid":                `{"alg":"RS256","KID":"jwk-test-1"}`,
		"with a kid of 257 bytes":         `{"alg":"RS256","kid":"` + strings.Repeat("k", 257) + `"}`,
		"with a kid of 10 kB":             `{"alg":"RS256","kid":"` + strings.Repeat("k", 10_000) + `"}`,
		"with half a character in kid":    `{"alg":"RS256","kid":"\ud800"}`,
		"with alg twice":                  `{"alg":"RS256","kid":"jwk-test-1","alg":"RS256"}`,
		"with alg twice, first none":      `{"alg":"none","alg":"RS256","kid":"jwk-test-1"}`,
		"with alg twice, once escaped":    `{"\u0061lg":"none","alg":"RS256","kid":"jwk-test-1"}`,
		"with kid twice":                  `{"alg":"RS256","kid":"jwk-test-1","kid":"jwk-test-2"}`,
		"with an unknown name twice":      `{"alg":"RS256","kid":"jwk-test-1","x":1,"x":2}`,
		"with a name twice further down":  `{"alg":"RS256","kid":"jwk-test-1","x":{"y":[{"z":1,"z":1}]}}`,
		"with an escaped name: jku":       `{"alg":"RS256","kid":"jwk-test-1","\u006aku":"https://evil.example"}`,
		"of another type":                 `{"alg":"RS256","kid":"jwk-test-1","typ":"JWE"}`,
		"of an access token's type":       `{"alg":"RS256","kid":"jwk-test-1","typ":"at+jwt"}`,
		"with a number as type":           `{"alg":"RS256","kid":"jwk-test-1","typ":1}`,
		"of 1025 bytes":                   `{"alg":"RS256","kid":"jwk-test-1"}` + strings.Repeat(" ", 1025-34),
		"of 20 kB":                        `{"alg":"RS256","kid":"jwk-test-1","x":"` + strings.Repeat("x", 20_000) + `"}`,
		"that is empty":                   ``,
		"that is {}":                      `{}`,
		"that is null":                    `null`,
		"that is a list":                  `[` + goodHeader + `]`,
		"that is a string":                `"RS256"`,
		"that is cut off":                 goodHeader[:len(goodHeader)-1],
		"with one brace more":             goodHeader + `}`,
		"with another header after it":    goodHeader + goodHeader,
		"with one comma too many":         `{"alg":"RS256","kid":"jwk-test-1",}`,
		"with a comment":                  `{"alg":"RS256",/**/"kid":"jwk-test-1"}`,
		"with single quotes":              `{'alg':'RS256','kid':'jwk-test-1'}`,
		"with a byte order mark":          "\xef\xbb\xbf" + goodHeader,
		"with invalid UTF-8":              "{\"alg\":\"RS256\",\"kid\":\"jwk-test-1\xff\"}",
		"with invalid UTF-8 elsewhere":    "{\"alg\":\"RS256\",\"kid\":\"jwk-test-1\",\"x\":\"\xc0\xaf\"}",
		"with a control character":        "{\"alg\":\"RS256\",\"kid\":\"jwk\n-test-1\"}",
		"nested five hundred deep":        `{"alg":"RS256","kid":"k","x":` + strings.Repeat("[", 450) + `1` + strings.Repeat("]", 449) + `}`,
		"of a JWE":                        `{"alg":"RSA-OAEP","enc":"A256GCM","kid":"jwk-test-1"}`,
		"of a nested JWT":                 `{"alg":"RS256","kid":"jwk-test-1","typ":"JWT","cty":"JWT"}`,
		"with unencoded claims announced": `{"alg":"RS256","kid":"jwk-test-1","b64":false,"crit":["b64"]}`,
	} {
		all = append(all, attack{"a header " + name, mint(ourKey(), header, good), malformed, nil})
	}
	return all
}

// trailingBits is another encoding of the same bytes: unused bits of the last character are set.
func trailingBits(tb testing.TB, part string) string {
	tb.Helper()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(part) - 1
	other := part[:last] + alphabet[strings.IndexByte(alphabet, part[last])+1:][:1]
	a, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(tb, err)
	b, err := base64.RawURLEncoding.DecodeString(other)
	require.NoError(tb, err)
	require.Equal(tb, a, b)
	return other
}

// standard is the same bytes in the standard alphabet, with + and /.
func standard(tb testing.TB, part string) string {
	tb.Helper()
	other := strings.NewReplacer("-", "+", "_", "/").Replace(part)
	require.NotEqual(tb, part, other)
	return other
}

// formAttacks are not in the compact serialization. Those that can be are validly signed, so that only the form is
// wrong.
func formAttacks(tb testing.TB) []attack {
	tb.Helper()
	good := goodToken()
	parts := strings.Split(good, ".")
	head, body, signature := parts[0], parts[1], parts[2]
	odd := encode(goodClaims().with("pad", `"~~~???>>>"`).String())
	signed := func(head, body string) string { return join(ourKey(), head, body) }
	huge := encode(goodClaims().with("x", `"`+strings.Repeat("x", 1<<20)+`"`).String())
	all := []attack{
		{name: "nothing"}, {name: "a word", text: "token"}, {name: "a dot", text: "."}, {name: "two dots", text: ".."},
		{name: "three dots", text: "..."}, {name: "100 000 dots", text: strings.Repeat(".", 100_000)},
		{name: "30 000 dots", text: strings.Repeat(".", 30_000)},
		{name: "a good header and 30 000 dots", text: head + strings.Repeat(".", 30_000)},
		{name: "1 MiB of letters", text: strings.Repeat("A", 1<<20)}, {name: "1 MiB, validly signed", text: signed(head, huge)},
		{name: "one part", text: head}, {name: "two parts", text: head + "." + body},
		{name: "four parts", text: good + "." + signature}, {name: "an empty fourth part", text: good + "."},
		{name: "an empty first part", text: "." + good}, {name: "a token twice", text: good + good},
		{name: "a token and another", text: good + "," + good}, {name: "a dot in the claims", text: signed(head, body[:9]+"."+body[9:])},
		{name: "no header", text: signed("", body)}, {name: "no claims", text: signed(head, "")},
		{name: "a scheme before it", text: "Bearer " + good}, {name: "quotes around", text: `"` + good + `"`},
		{name: "trailing data", text: good + "AAAA!"}, {name: "a zero byte after it", text: good + "\x00"},
		{name: "a fragment after it", text: good + "#"}, {name: "an escape for a dot", text: strings.ReplaceAll(good, ".", "%2E")},
		{name: "another dot", text: strings.ReplaceAll(good, ".", "\u2024")},
		{name: "a JWE", text: encode(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + "." + signature + ".AAAAAAAAAAAAAAAA." + body + ".AAAAAAAAAAAAAAAAAAAAAA"},
		{name: "a JWE of our header", text: head + "." + signature + ".AAAA." + body + "." + signature},
		{name: "the JSON form", text: `{"protected":"` + head + `","payload":"` + body + `","signature":"` + signature + `"}`},
		{name: "claims that are not encoded", text: signed(head, goodClaims().String())},
		{name: "a header that is not encoded", text: signed(goodHeader, body)},
		{name: "padding in the header", text: signed(base64.URLEncoding.EncodeToString([]byte(unaligned(goodHeader))), body)},
		{name: "one = after the header", text: signed(head+"=", body)},
		{name: "padding in the claims", text: signed(head, base64.URLEncoding.EncodeToString([]byte(unaligned(goodClaims().String()))))},
		{name: "one = after the claims", text: signed(head, body+"=")}, {name: "== after the signature", text: good + "=="},
		{name: "the standard alphabet in the header", text: signed(standard(tb, encode(`{"alg":"RS256","kid":"jwk-test-1","x":"~~~???>>>"}`)), body)},
		{name: "the standard alphabet in the claims", text: signed(head, standard(tb, odd))},
		{name: "the standard alphabet in the signature", text: head + "." + body + "." + standard(tb, signature)},
		{name: "unused bits in the header", text: signed(trailingBits(tb, encode(unaligned(goodHeader))), body)},
		{name: "unused bits in the claims", text: signed(head, trailingBits(tb, encode(unaligned(goodClaims().String()))))},
		{name: "unused bits in the signature", text: head + "." + body + "." + trailingBits(tb, signature)},
		{name: "one superfluous character after the header", text: signed(oneMore(goodHeader), body)},
		{name: "one superfluous character after the claims", text: signed(head, oneMore(goodClaims().String()))},
	}
	for name, space := range map[string]string{
		"a space": " ", "a line feed": "\n", "a carriage return": "\r", "both": "\r\n", "a tab": "\t", "a wide space": "\u00a0",
	} {
		all = append(all,
			attack{name: name + " before it", text: signed(space+head, body)},
			attack{name: name + " in the header", text: signed(head[:8]+space+head[8:], body)},
			attack{name: name + " after the header", text: signed(head+space, body)},
			attack{name: name + " before the claims", text: signed(head, space+body)},
			attack{name: name + " in the claims", text: signed(head, body[:8]+space+body[8:])},
			attack{name: name + " after the claims", text: signed(head, body+space)},
			attack{name: name + " before the signature", text: head + "." + body + "." + space + signature},
			attack{name: name + " in the signature", text: head + "." + body + "." + signature[:8] + space + signature[8:]},
			attack{name: name + " after it", text: good + space})
	}
	for i := range all {
		all[i].name, all[i].verdict = "a text with or of "+all[i].name, malformed
	}
	return all
}

// unaligned appends spaces until the encoding of raw has unused bits.
func unaligned(raw string) string {
	for len(raw)%3 == 0 {
		raw += " "
	}
	return raw
}

// oneMore is an encoding with one character too many, which is too few for a byte.
func oneMore(raw string) string {
	for len(raw)%3 != 0 {
		raw += " "
	}
	return encode(raw) + "A"
}

// Parse refuses these, so that no key is looked up for them.
func TestParse_refusesByFormAlone(t *testing.T) {
	t.Parallel()
	good := goodToken()
	parts := strings.Split(good, ".")
	for _, text := range []string{
		"", "..", good + ".", good + "." + parts[2], "." + good, parts[0] + "." + parts[1], parts[0] + "." + parts[1] + ".",
		strings.Join([]string{parts[0], parts[2], "AAAA", parts[1], parts[2]}, "."), good + strings.Repeat(".", 30_000),
		"\n" + good, parts[0] + "\n." + parts[1] + "." + parts[2], good + strings.Repeat("A", 32<<10),
	} {
		_, err := jwt.Parse(text, warm(t, good))
		isVerdict(t, err, malformed, text)
	}
}

func TestParse_boundsEveryLength(t *testing.T) {
	t.Parallel()
	fill := func(n int) string { return strings.Repeat("x", n) }
	withKID := func(n int) string {
		return mint(ourKey(), `{"alg":"RS256","kid":"`+fill(n)+`"}`, goodClaims().String())
	}
	withHeader := func(n int) string {
		header := `{"alg":"RS256","kid":"jwk-test-1","x":""}`
		return mint(ourKey(), header[:len(header)-2]+fill(n-len(header))+`"}`, goodClaims().String())
	}
	longest, tooLong := 0, 0
	for n := 23_000; longest == 0 || tooLong == 0; n++ {
		text := encode(goodHeader) + "." + encode(goodClaims().with("x", `"`+fill(n)+`"`).String())
		switch size := len(text) + 1 + 342; {
		case size <= 32<<10 && size+2 > 32<<10:
			longest = n
		case size > 32<<10 && tooLong == 0:
			tooLong = n
		}
	}
	withClaim := func(n int) string {
		return mint(ourKey(), goodHeader, goodClaims().with("x", `"`+fill(n)+`"`).String())
	}
	for name, text := range map[string]string{
		"a kid of 256": withKID(256), "a header of 1024": withHeader(1024), "a token of 32 KiB": withClaim(longest),
	} {
		_, err := check(text, new(jwt.HeaderCache), &ourKey().PublicKey, expected())
		require.NoError(t, err, name)
	}
	for name, text := range map[string]string{
		"a kid of 257": withKID(257), "a header of 1025": withHeader(1025), "a token of over 32 KiB": withClaim(tooLong),
	} {
		_, err := jwt.Parse(text, new(jwt.HeaderCache))
		require.ErrorIs(t, err, malformed, name)
	}
}
