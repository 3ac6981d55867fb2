package jwt_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwt"
)

// oddities are custom claims that encoding/json decodes and strict decoding refuses.
var oddities = map[string]object{
	"half of an emoji":              object{}.with("bio", `"hi \ud83d"`),
	"the other half":                object{}.with("bio", `"\ude00 hi"`),
	"halves in the wrong order":     object{}.with("bio", `"\ude00\ud83d"`),
	"half of one in a list":         object{}.with("tags", `["a",["\ud83d"]]`),
	"half of one in a name":         object{}.with(`\ud83d`, "1").with("x", `{"\ud83d":1,"\ud83e":2}`),
	"a raw byte":                    object{}.with("bio", "\"a\xffb\""),
	"a raw byte in a name":          object{}.with("x\xff", "1"),
	"an overlong character":         object{}.with("bio", "\"\xc0\xaf\""),
	"a surrogate in UTF-8":          object{}.with("bio", "\"\xed\xa0\xbd\""),
	"a name twice in a claim":       object{}.with("limits", `{"a":1,"b":{"c":1,"c":2}}`),
	"a name twice in a list":        object{}.with("limits", `[{"c":1,"c":2}]`),
	"a claim twice":                 object{}.with("plan", `"free"`).add("plan", `"pro"`),
	"a claim twice, once escaped":   object{}.with("plan", `"free"`).add(`\u0070lan`, `"pro"`),
	"a name of ours twice, inside":  object{}.with("limits", `{"exp":1,"exp":2,"sub":"a","sub":"b"}`),
	"a name in capitals twice":      object{}.with("EXP", "1").add("EXP", "2"),
	"a name like Stytch's twice":    object{}.with("https://stytch.com.example/session", "1").add("https://stytch.com.example/session", "2"),
	"half of an emoji in scope":     object{}.with("scope", `"\ud83d"`),
	"scope twice":                   object{}.with("scope", `"a"`).add("scope", `5`),
	"client_id twice, once escaped": object{}.with("client_id", `{"a":1,"a":2}`).add(`client\u005fid`, `"b"`),
	"all of them, and large values": object{}.with("a", `[1e400,"\ud83d",{"b":9007199254740993,"b":"\ude00"}]`).add("a", "[1e400]"),
}

func TestAccepts_whatUsersPutIntoCustomClaims(t *testing.T) {
	t.Parallel()
	for name, odd := range oddities {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for where, claims := range map[string]object{"after": append(goodClaims(), odd...), "before": append(odd, goodClaims()...)} {
				text := mint(ourKey(), goodHeader, claims.String())
				got, err := check(text, new(jwt.HeaderCache), &ourKey().PublicKey, expected())
				require.NoError(t, err, where)
				plain, err := check(goodToken(), new(jwt.HeaderCache), &ourKey().PublicKey, expected())
				require.NoError(t, err)
				assert.Equal(t, plain.Registered, got.Registered, where)
				assert.Equal(t, plain.Session, got.Session, where)
				decoder := json.NewDecoder(strings.NewReader(string(got.Custom)))
				decoder.UseNumber()
				var custom map[string]any
				require.NoError(t, decoder.Decode(&custom), "encoding/json decodes what is left")
			}
		})
	}
}

// TestRefuses_ambiguousClaims has oddities in claims that are checked, alone and beside custom claims that are odd too.
func TestRefuses_ambiguousClaims(t *testing.T) {
	t.Parallel()
	good := goodClaims()
	const session = "https://stytch.com/session"
	for name, claims := range map[string]object{
		"half of an emoji in sub":             good.with("sub", `"\ud83d"`),
		"a raw byte in sub":                   good.with("sub", "\"a\xff\""),
		"half of an emoji in iss":             good.with("iss", `"`+issuer+`\ud83d"`),
		"half of an emoji in aud":             good.with("aud", `["`+project+`","\ud83d"]`),
		"jti twice":                           good.add("jti", `"a"`).add("jti", `"b"`),
		"sub twice, the same":                 good.add("sub", `"member-test-1"`),
		"sub twice, first null":               append(object{}.add("sub", "null"), good...),
		"the session twice, the same":         good.with(session, `{"id":"s"}`).add(session, `{"id":"s"}`),
		"the session twice, once escaped":     good.with(session, `{"id":"s"}`).add(`https:\/\/stytch.com/session`, `{"id":"s"}`),
		"roles twice in the session":          good.with(session, `{"id":"s","roles":["a"],"roles":["admin"]}`),
		"a name twice far below the session":  good.with(session, `{"id":"s","attributes":{"a":[{"b":1,"b":2}]}}`),
		"an unknown claim of Stytch's twice":  good.add("https://stytch.com/new", "1").add("https://stytch.com/new", "1"),
		"a name twice in an unknown of these": good.add("https://stytch.com/new", `{"a":1,"a":1}`),
	} {
		for odd, custom := range map[string]object{"alone": nil, "beside half of an emoji": object{}.with("bio", `"\ud83d"`)} {
			text := mint(ourKey(), goodHeader, append(custom, claims...).String())
			_, err := check(text, new(jwt.HeaderCache), &ourKey().PublicKey, expected())
			require.ErrorIs(t, err, malformed, "%s, %s", name, odd)
			wellFormed(t, err, text)
		}
	}
	text := mint(ourKey(), goodHeader, good.with(session, `{"id":"s","attributes":{"user_agent":"\ud83d"}}`).String())
	_, err := check(text, new(jwt.HeaderCache), &ourKey().PublicKey, expected())
	require.NoError(t, err, "a user agent may be any text")
}

// scoped are claims that scope is one of.
type scoped struct {
	jwt.Registered

	Scope  string         `json:"scope"`
	Custom jsontext.Value `json:",embed,inline"`
}

func (*scoped) StrictClaims() []string { return []string{"scope"} }

func TestRefuses_ambiguousStrictClaims(t *testing.T) {
	t.Parallel()
	good := goodClaims().with("scope", `"a"`)
	for claims, accepted := range map[string]bool{
		good.String(): true,
		good.add("client_id", `"\ud83d"`).String():               true,
		good.add("scope", `"a"`).String():                        false,
		good.add("bio", `"\ud83d"`).add("scope", `"b"`).String(): false,
		good.with("scope", `"\ud83d"`).String():                  false,
		good.with("scope", "5").String():                         false,
		good.with("scope", "{}").String():                        false,
	} {
		token, err := jwt.Parse(mint(ourKey(), goodHeader, claims), new(jwt.HeaderCache))
		require.NoError(t, err)
		for _, err := range []error{token.Verify(&ourKey().PublicKey, new(scoped)), token.Unverified(new(scoped))} {
			if accepted {
				require.NoError(t, err, claims)
			} else {
				require.ErrorIs(t, err, malformed, claims)
			}
		}
	}
}
