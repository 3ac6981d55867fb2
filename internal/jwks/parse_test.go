package jwks_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

// member returns a usable JWK with the kid k, in which one member has another raw value; an empty value removes it.
func member(name, to string) string {
	members := map[string]string{
		"kty": `"RSA"`, "use": `"sig"`, "alg": `"RS256"`, "kid": `"k"`, "n": quoted(modulus("k", 2048)), "e": `"AQAB"`,
	}
	members[name] = to
	var b []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if members[name] != "" {
			b = append(b, fmt.Sprintf("%q:%s", name, members[name]))
		}
	}
	return "{" + strings.Join(b, ",") + "}"
}

func quoted(n *big.Int) string { return `"` + encode(n) + `"` }

// shortModulus is a modulus of 2047 bits.
func shortModulus() *big.Int {
	return new(big.Int).SetBit(new(big.Int).Rsh(modulus("k", 2048), 1), 0, 1)
}

func quotedModulus(bits int) string { return quoted(modulus("k", bits)) }

func TestParse_keys(t *testing.T) {
	t.Parallel()
	good := encode(modulus("k", 2048))
	for name, tt := range map[string]struct {
		member, value string
		usable        bool
	}{
		"a complete one":             {"x5c", `["MIIB"]`, true},
		"no use":                     {"use", "", true},
		"a null use":                 {"use", "null", true},
		"use for encryption":         {"use", `"enc"`, false},
		"an empty use":               {"use", `""`, false},
		"use in capitals":            {"use", `"SIG"`, false},
		"a use that is a list":       {"use", `["sig"]`, false},
		"no algorithm":               {"alg", "", true},
		"another algorithm":          {"alg", `"RS384"`, false},
		"PSS":                        {"alg", `"PS256"`, false},
		"HMAC":                       {"alg", `"HS256"`, false},
		"an empty algorithm":         {"alg", `""`, false},
		"another type":               {"kty", `"EC"`, false},
		"a symmetric key":            {"kty", `"oct"`, false},
		"no type":                    {"kty", "", false},
		"type in lower case":         {"kty", `"rsa"`, false},
		"no kid":                     {"kid", "", false},
		"an empty kid":               {"kid", `""`, false},
		"a kid that is a number":     {"kid", "7", false},
		"a kid of 256 bytes":         {"kid", `"` + strings.Repeat("k", 256) + `"`, true},
		"a kid of 257 bytes":         {"kid", `"` + strings.Repeat("k", 257) + `"`, false},
		"no modulus":                 {"n", "", false},
		"an empty modulus":           {"n", `""`, false},
		"a modulus of 8192 bits":     {"n", quotedModulus(8192), true},
		"a modulus of 8200 bits":     {"n", quotedModulus(8200), false},
		"a modulus of 2047 bits":     {"n", quoted(shortModulus()), false},
		"a modulus of 2040 bits":     {"n", quotedModulus(2040), false},
		"a modulus of 1024 bits":     {"n", quotedModulus(1024), false},
		"an even modulus":            {"n", quoted(new(big.Int).SetBit(modulus("k", 2048), 0, 0)), false},
		"a padded modulus":           {"n", `"` + good + `=="`, false},
		"a modulus with a zero":      {"n", `"` + base64.RawURLEncoding.EncodeToString(append([]byte{0}, modulus("k", 2048).Bytes()...)) + `"`, false},
		"a modulus with line break":  {"n", `"` + good[:40] + `\n` + good[40:] + `"`, false},
		"a modulus in plain base64":  {"n", `"` + strings.Repeat("+___", 90) + `"`, false},
		"a modulus with unused bits": {"n", `"` + good[:len(good)-1] + `_"`, false},
		"a modulus of 1 MB":          {"n", `"` + strings.Repeat("____", 200_000) + `"`, false},
		"no exponent":                {"e", "", false},
		"an exponent of 0":           {"e", `"AA"`, false},
		"an exponent of 1":           {"e", `"AQ"`, false},
		"an exponent of 2":           {"e", `"Ag"`, false},
		"an exponent of 3":           {"e", `"Aw"`, true},
		"an even exponent":           {"e", `"AQAA"`, false},
		"an exponent of 2^31-1":      {"e", quoted(big.NewInt(1<<31 - 1)), true},
		"an exponent of 2^31+1":      {"e", quoted(big.NewInt(1<<31 + 1)), false},
		"an exponent of 2^64+1":      {"e", quoted(new(big.Int).SetBit(big.NewInt(1), 64, 1)), false},
		"an exponent of many bytes":  {"e", quotedModulus(2048), false},
		"an exponent with a zero":    {"e", `"AAEAAQ"`, false},
		"a padded exponent":          {"e", `"AQAB=="`, false},
		"a number as exponent":       {"e", "65537", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := member(tt.member, tt.value)
			alone, err := jwks.Parse([]byte(document(key)))
			if tt.usable {
				require.NoError(t, err)
				assert.Len(t, alone, 1)
			} else {
				require.EqualError(t, err, "the response holds no key for RS256")
				assert.Nil(t, alone)
			}
			beside, err := jwks.Parse([]byte(document(jwkAs("other", "other"), key)))
			require.NoError(t, err, "the other key is not affected")
			assert.Equal(t, tt.usable, len(beside) == 2)
			assert.True(t, keyNamed("other").Equal(beside["other"]))
		})
	}
}

func TestParse_sets(t *testing.T) {
	t.Parallel()
	t.Run("unknown members and keys of other types are skipped", func(t *testing.T) {
		t.Parallel()
		keys, err := jwks.Parse([]byte(`{"keys":[null,7,"x",[],{},` + jwkAs("a", "a") + `,{"kty":"OKP","crv":"Ed25519","x":"AQ"}],"next":{}}`))
		require.NoError(t, err)
		assert.Len(t, keys, 1)
	})
	t.Run("a hundred keys are accepted, and no more", func(t *testing.T) {
		t.Parallel()
		var kids []string
		for i := range 100 {
			kids = append(kids, fmt.Sprint("key-", i))
		}
		keys, err := jwks.Parse([]byte(keySet(kids...)))
		require.NoError(t, err)
		assert.Len(t, keys, 100)
		_, err = jwks.Parse([]byte(keySet(append(kids, "one more")...)))
		require.EqualError(t, err, "the response holds more than 100 keys")
	})
	t.Run("a body of 1 MiB is accepted, and no more", func(t *testing.T) {
		t.Parallel()
		body := keySet("a")
		body += strings.Repeat(" ", 1<<20-len(body))
		_, err := jwks.Parse([]byte(body))
		require.NoError(t, err)
		_, err = jwks.Parse([]byte(body + " "))
		require.EqualError(t, err, "the response goes beyond 1 MiB")
	})
	for name, other := range map[string]string{
		"with the same key":          jwkAs("a", "a"),
		"with another key":           jwkAs("a", "b"),
		"spelt with an escape":       strings.Replace(jwkAs("a", "b"), `"a"`, `"\u0061"`, 1),
		"with a key of another type": `{"kty":"EC","kid":"a"}`,
		"with a key that is broken":  `{"kty":"RSA","kid":"a"}`,
	} {
		t.Run("a set with a repeated kid is refused: "+name, func(t *testing.T) {
			t.Parallel()
			for _, body := range []string{document(jwkAs("a", "a"), jwkAs("b", "b"), other), document(other, jwkAs("a", "a"))} {
				_, err := jwks.Parse([]byte(body))
				require.EqualError(t, err, "two keys of the response have the same kid")
			}
		})
	}
	for name, body := range map[string]string{
		"at the top":  `{"keys":[],"keys":[` + jwkAs("a", "a") + `]}`,
		"in a key":    document(`{"kid":"b",` + jwkAs("a", "a")[1:]),
		"further in":  document(jwkAs("a", "a"), `{"kty":"EC","x":{"y":1,"y":2}}`),
		"with escape": document(`{"\u006bid":"b",` + jwkAs("a", "a")[1:]),
	} {
		t.Run("a set with a repeated name is refused: "+name, func(t *testing.T) {
			t.Parallel()
			_, err := jwks.Parse([]byte(body))
			require.EqualError(t, err, "a name occurs twice in the response")
		})
	}
	for name, body := range map[string]string{
		"nothing": "", "HTML": "<html>", "a list": "[" + jwkAs("a", "a") + "]", "not UTF-8": strings.Replace(keySet("a"), "test", "\xff", 1),
		"half of it": keySet("a")[:100], "two documents": keySet("a") + "{}", "an object for keys": `{"keys":` + jwkAs("a", "a") + `}`,
		"a deep list": `{"keys":` + strings.Repeat("[", 100_000),
	} {
		t.Run("a body that is not a key set is refused: "+name, func(t *testing.T) {
			t.Parallel()
			_, err := jwks.Parse([]byte(body))
			require.EqualError(t, err, "the response is not a key set in JSON")
		})
	}
}

// Each file of testdata is a response; its name begins with what is expected of it.
func TestParse_files(t *testing.T) {
	t.Parallel()
	for _, name := range answers(t) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			keys, err := jwks.Parse(read(t, name))
			if strings.HasPrefix(filepath.Base(name), "good-") {
				require.NoError(t, err)
				require.NotEmpty(t, keys)
				return
			}
			require.Error(t, err)
			require.Nil(t, keys)
		})
	}
}

func answers(tb testing.TB) []string {
	tb.Helper()
	names, err := filepath.Glob("testdata/*.json")
	require.NoError(tb, err)
	require.NotEmpty(tb, names)
	return names
}

func read(tb testing.TB, name string) []byte {
	tb.Helper()
	body, err := os.ReadFile(name)
	require.NoError(tb, err)
	return body
}

func FuzzParse(f *testing.F) {
	for _, name := range answers(f) {
		f.Add(read(f, name))
	}
	for _, body := range []string{
		"", "null", "{}", "[]", "<html>", `{"keys":[]}`, `{"keys":null}`, keySet("a"), keySet("a", "a"), document(jwkAs("a", "b"), "null"),
		document(member("use", "")), document(member("e", `"Aw"`)), document(member("n", quotedModulus(4096))), `{"keys":` + strings.Repeat("[", 20_000),
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		keys, err := jwks.Parse(body)
		twice, errTwice := jwks.Parse(body)
		require.Equal(t, keys, twice)
		require.Equal(t, err, errTwice)
		if err != nil {
			require.Nil(t, keys)
			require.Less(t, len(err.Error()), 60)
			return
		}
		require.NotEmpty(t, keys)
		require.LessOrEqual(t, len(keys), 100)
		var again []string
		for kid, key := range keys {
			require.NotEmpty(t, kid)
			require.LessOrEqual(t, len(kid), 256)
			require.GreaterOrEqual(t, key.N.BitLen(), 2048)
			require.LessOrEqual(t, key.N.BitLen(), 8192)
			require.EqualValues(t, 1, key.N.Bit(0))
			require.Greater(t, key.E, 2)
			require.LessOrEqual(t, int64(key.E), int64(1<<31-1))
			require.Equal(t, 1, key.E%2)
			name, err := json.Marshal(kid)
			require.NoError(t, err)
			again = append(again, fmt.Sprintf(`{"kty":"RSA","kid":%s,"n":%s,"e":%s}`, name, quoted(key.N), quoted(big.NewInt(int64(key.E)))))
		}
		same, err := jwks.Parse([]byte(document(again...)))
		require.NoError(t, err)
		require.Equal(t, keys, same)
	})
}
