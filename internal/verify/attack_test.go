package verify_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// attack is a token that must be refused, with this verdict.
type attack struct {
	name, text string
	verdict    stytcherror.Verdict
}

var (
	malformed   = stytcherror.ErrTokenMalformed
	unsigned    = stytcherror.ErrTokenSignature
	wrongClaims = stytcherror.ErrTokenClaims
	wrongKind   = stytcherror.ErrTokenKind
	unknownKey  = stytcherror.ErrKeyUnknown
)

func attacks(p *product) []attack {
	key, attacker := minttest.NewKey("jwk-test-1"), minttest.NewKey("jwk-test-attacker")
	good := minttest.JSON(p.claims(start))
	return slices.Concat(algorithmAttacks(key, good), signatureAttacks(key, attacker, good), headerAttacks(key, attacker, good),
		formAttacks(key, good), payloadAttacks(key, good), claimAttacks(key, p), dateAttacks(key, p), kindAttacks(key, p))
}

// A refusal for another reason than the token's age causes no request.
func TestAuthenticateJWT_refusesForgeries(t *testing.T) {
	t.Parallel()
	for _, p := range products() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			plain := newFixture(t, p)
			caching := newFixture(t, p, func(c *stytch.Config) { c.Verification.TokenCacheSize = 64 })
			good := plain.sessionJWT(nil)
			plain.accepts(good)
			caching.accepts(good)
			seen := map[string]bool{}
			for _, a := range attacks(p) {
				require.False(t, seen[a.name], a.name)
				seen[a.name] = true
				t.Run(a.name, func(t *testing.T) {
					t.Parallel()
					plain.with(t).refuses(&request{SessionJWT: a.text}, a.verdict)
					caching.with(t).refuses(&request{
						SessionJWT: a.text, MaxTokenAge: new(time.Second), Leeway: time.Second, AuthorizationCheck: &check{
							OrganizationID: minttest.Organization, ResourceID: "documents", Action: "edit",
						},
					}, a.verdict)
				})
			}
			t.Cleanup(func() {
				assert.Equal(t, 1, plain.api.Requests(""), "only the keys are fetched, once")
				assert.Equal(t, 1, caching.api.Requests(""))
			})
		})
	}
}

func header(alg string) string { return `{"alg":` + alg + `,"kid":"jwk-test-1","typ":"JWT"}` }

func algorithmAttacks(key *minttest.Key, good string) []attack {
	rs256 := key.SignText(key.Header(), good)
	signature := rs256[strings.LastIndexByte(rs256, '.'):]
	bare := func(alg string) string { return minttest.Encode(header(alg)) + "." + minttest.Encode(good) }
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	list := []attack{
		{"alg none and no signature", bare(`"none"`) + ".", malformed},
		{"alg none and a good signature", bare(`"none"`) + signature, malformed},
		{"alg None", bare(`"None"`) + signature, malformed},
		{"alg nOnE", bare(`"nOnE"`) + ".", malformed},
		{"alg empty", key.SignText(header(`""`), good), malformed},
		{"alg null", key.SignText(header(`null`), good), malformed},
		{"alg a list", key.SignText(header(`["RS256"]`), good), malformed},
		{"alg rs256", key.SignText(header(`"rs256"`), good), malformed},
		{"alg RS256 with a space", key.SignText(header(`"RS256 "`), good), malformed},
		{"no alg", key.SignText(`{"kid":"jwk-test-1","typ":"JWT"}`, good), malformed},
		{"two algs", key.SignText(`{"alg":"none","alg":"RS256","kid":"jwk-test-1"}`, good), malformed},
		{"alg in capitals beside it", key.SignText(`{"ALG":"RS256","alg":"none","kid":"jwk-test-1"}`, good), malformed},
		{"ES256", minttest.Forge(gojwt.SigningMethodES256, curve, header(`"ES256"`), good), malformed},
		{"ES256 called RS256", minttest.Forge(gojwt.SigningMethodES256, curve, key.Header(), good), malformed},
	}
	for _, method := range []gojwt.SigningMethod{
		gojwt.SigningMethodRS384, gojwt.SigningMethodRS512, gojwt.SigningMethodPS256, gojwt.SigningMethodPS512,
	} {
		list = append(list,
			attack{
				method.Alg() + ", signed by the key", minttest.Forge(method, key.Private, header(strconv.Quote(method.Alg())), good), malformed,
			},
			attack{method.Alg() + " called RS256", minttest.Forge(method, key.Private, key.Header(), good), unsigned},
		)
	}
	public := &key.Private.PublicKey
	pkix, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(err)
	}
	pkcs1 := x509.MarshalPKCS1PublicKey(public)
	for name, secret := range map[string][]byte{
		"PKIX in DER": pkix, "PKCS1 in DER": pkcs1,
		"PKIX in PEM":                      pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}),
		"PKIX in PEM, without a last line": bytes.TrimSpace(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix})),
		"PKCS1 in PEM":                     pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: pkcs1}),
		"the modulus":                      public.N.Bytes(),
		"the key set":                      minttest.Set(key),
		"nothing":                          {},
	} {
		list = append(list,
			attack{"HS256 with " + name, minttest.Forge(gojwt.SigningMethodHS256, secret, header(`"HS256"`), good), malformed},
			attack{"HS256 called RS256 with " + name, minttest.Forge(gojwt.SigningMethodHS256, secret, key.Header(), good), malformed},
		)
	}
	return list
}

func signatureAttacks(key, attacker *minttest.Key, good string) []attack {
	text := key.SignText(key.Header(), good)
	parts := strings.Split(text, ".")
	other := key.SignText(key.Header(), strings.Replace(good, "editor", "stytch_admin", 1))
	swapped := strings.Split(other, ".")
	at := len(text) - 100
	flipped := text[:at] + map[bool]string{true: "B", false: "A"}[text[at] == 'A'] + text[at+1:]
	return []attack{
		{"the attacker's key under our kid", attacker.SignText(key.Header(), good), unsigned},
		{
			"another project's token under our kid",
			attacker.SignText(key.Header(), strings.ReplaceAll(good, minttest.Project, "project-test-other")), unsigned,
		},
		{"claims of another token", parts[0] + "." + swapped[1] + "." + parts[2], unsigned},
		{"a signature of nothing but zeros", parts[0] + "." + parts[1] + "." + minttest.Encode(strings.Repeat("\x00", 256)), unsigned},
		{"a changed character of the signature", flipped, unsigned},
		{"a signature that is half as long", parts[0] + "." + parts[1] + "." + parts[2][:171], malformed},
		{"a signature with a byte too many", parts[0] + "." + parts[1] + "." + minttest.Encode("\x00\x00\x00") + parts[2], unsigned},
		{"no signature", parts[0] + "." + parts[1] + ".", malformed},
		{"an unknown key", attacker.SignText(attacker.Header(), good), unknownKey},
	}
}

func headerAttacks(key, attacker *minttest.Key, good string) []attack {
	list := []attack{}
	add := func(name, member string, verdict stytcherror.Verdict) {
		list = append(list, attack{name, key.SignText(`{"alg":"RS256","typ":"JWT",`+member+`}`, good), verdict})
	}
	kid := `"kid":"jwk-test-1",`
	for _, name := range []string{"jku", "x5u"} {
		add(name, kid+`"`+name+`":"https://evil.example/keys"`, malformed)
		add(name+" of the API itself", kid+`"`+name+`":"https://test.stytch.com/v1/sessions/jwks/`+minttest.Project+`"`, malformed)
	}
	set := string(minttest.Set(attacker))
	jwk := set[strings.IndexByte(set, '[')+1 : strings.IndexByte(set, ']')+strings.IndexByte(set[strings.IndexByte(set, ']'):], '}')+1]
	for name, member := range map[string]string{
		"jwk null": `"jwk":null`, "x5c": `"x5c":["MIIB"]`, "crit": `"crit":["exp"]`, "crit empty": `"crit":[]`,
		"b64": `"b64":false`, "zip": `"zip":"DEF"`, "enc": `"enc":"A256GCM"`, "cty JWT": `"cty":"JWT"`,
	} {
		add(name, kid+member, malformed)
	}
	list = append(list, attack{
		"jwk with the attacker's key", attacker.SignText(`{"alg":"RS256","kid":"jwk-test-1","jwk":`+jwk+`}`, good), malformed,
	})
	for name, value := range map[string]string{
		"null": `null`, "empty": `""`, "a number": `1`, "a list": `["jwk-test-1"]`, "an object": `{}`,
		"of ten thousand bytes": `"` + strings.Repeat("k", 10_000) + `"`,
		"of 257 bytes":          `"` + strings.Repeat("k", 257) + `"`,
		"that is not UTF-8":     "\"jwk-\xff\"",
	} {
		add("a kid "+name, `"kid":`+value, malformed)
	}
	for name, value := range map[string]string{
		"a path": "../../../../dev/null", "an address": "https://evil.example/jwks.json", "SQL": "' OR 1=1 --",
		"ours with a space": "jwk-test-1 ", "ours in capitals": "JWK-TEST-1", "ours with a NUL": `jwk-test-1\u0000`,
	} {
		add("a kid that is "+name, `"kid":"`+value+`"`, unknownKey)
	}
	add("two kids", `"kid":"jwk-test-2","kid":"jwk-test-1"`, malformed)
	add("no kid", `"x5t":"jwk-test-1"`, malformed)
	list = append(list,
		attack{"typ at+jwt", key.SignText(`{"alg":"RS256","kid":"jwk-test-1","typ":"at+jwt"}`, good), malformed},
		attack{"typ JWE", key.SignText(`{"alg":"RS256","kid":"jwk-test-1","typ":"JWE"}`, good), malformed},
		attack{"a header that is a list", key.SignText(`["RS256"]`, good), malformed},
		attack{"a header that is null", key.SignText(`null`, good), malformed},
		attack{"something after the header", key.SignText(key.Header()+"{}", good), malformed},
		attack{"a header of two thousand bytes", key.SignText(`{"pad":"`+strings.Repeat("x", 2000)+`",`+key.Header()[1:], good), malformed},
	)
	return list
}

func formAttacks(key *minttest.Key, good string) []attack {
	text := key.SignText(key.Header(), good)
	parts := strings.Split(text, ".")
	jwe := minttest.Encode(`{"alg":"RSA-OAEP","enc":"A256GCM","kid":"jwk-test-1"}`)
	list := []attack{
		{"JWE", strings.Join([]string{jwe, parts[2], "AAAA", parts[1], "AAAA"}, "."), malformed},
		{"JWE in three parts", key.SignText(`{"alg":"RSA-OAEP","enc":"A256GCM","kid":"jwk-test-1"}`, good), malformed},
		{"a token of 1 MiB", parts[0] + "." + strings.Repeat("A", 1<<20) + "." + parts[2], malformed},
		{"a signed token of 1 MiB", key.SignText(key.Header(), `{"pad":"`+strings.Repeat("x", 1<<20)+`",`+good[1:]), malformed},
		{"a hundred thousand dots", strings.Repeat(".", 100_000), malformed},
		{"dots after the token", text + strings.Repeat(".", 1000), malformed},
		{"the general JSON form", `{"payload":"` + parts[1] + `","signatures":[{"protected":"` + parts[0] + `","signature":"` + parts[2] + `"}]}`, malformed},
		{"two tokens", text + text, malformed},
		{"not a token", "not a token", malformed},
		{"two dots", "..", malformed},
		{"no claims", parts[0] + ".." + parts[2], unsigned},
		{"no header", "." + parts[1] + "." + parts[2], malformed},
		{"Bearer before it", "Bearer " + text, malformed},
		{"standard padding", text + "==", malformed},
		{"unused bits in the header", key.SignEncoded(trailingBits(key.Header()), parts[1]), malformed},
		{"unused bits in the claims", key.SignEncoded(parts[0], trailingBits(good)), malformed},
		{"unused bits in the signature", text[:len(text)-1] + next(text[len(text)-1:]), malformed},
		{"a line break in the claims", key.SignEncoded(parts[0], parts[1][:40]+"\r\n"+parts[1][40:]), malformed},
		{"a line break in the header", key.SignEncoded(parts[0][:8]+"\n"+parts[0][8:], parts[1]), malformed},
		{"a line break in the signature", text[:len(text)-8] + "\n" + text[len(text)-8:], malformed},
	}
	for name, suffix := range map[string]string{
		"a dot": ".", "a line break": "\n", "a space": " ", "a NUL": "\x00", "a part": ".AAAA",
	} {
		list = append(list, attack{name + " after the token", text + suffix, malformed})
	}
	return append(list,
		attack{"a letter after the token", text + "A", unsigned}, attack{"a space before the token", " " + text, malformed})
}

// trailingBits encodes text with an unused bit of the last character set.
func trailingBits(text string) string {
	for len(text)%3 == 0 {
		text += " " // white space after JSON is allowed
	}
	encoded := minttest.Encode(text)
	return encoded[:len(encoded)-1] + next(encoded[len(encoded)-1:])
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// next returns the character after one whose unused bits are zero.
func next(character string) string { return alphabet[strings.Index(alphabet, character)+1:][:1] }

func payloadAttacks(key *minttest.Key, good string) []attack {
	list := []attack{}
	for name, payload := range map[string]string{
		"a nested JWT": key.SignText(key.Header(), good), "a nested JWT as a string": `"` + key.SignText(key.Header(), good) + `"`,
		"nothing": "", "null": "null", "a list": "[" + good + "]", "a string": `"claims"`, "a number": "1",
		"half of it": good[:len(good)/2], "a byte too few": good[:len(good)-1], "something after it": good + "{}",
		"something else after it": good + "\x00", "a comma after it": good[:len(good)-1] + ",}",
		"not UTF-8": strings.Replace(good, "pro", "pr\xff", 1), "deep": strings.Repeat("[", 20_000),
		"a byte order mark": "\xef\xbb\xbf" + good,
	} {
		list = append(list, attack{"claims that are " + name, key.SignText(key.Header(), payload), malformed})
	}
	for _, name := range []string{
		"exp", "iat", "nbf", "iss", "sub", "aud", "jti", minttest.SessionClaim, minttest.OrganizationClaim,
	} {
		twice := `{"` + name + `":` + `null,"` + name + `":null,` + good[1:]
		list = append(list, attack{name + " more than once", key.SignText(key.Header(), twice), malformed})
	}
	twice := strings.Replace(good, `"roles":`, `"roles":["stytch_admin"],"roles":`, 1)
	return append(list, attack{"roles twice in the session", key.SignText(key.Header(), twice), malformed})
}
