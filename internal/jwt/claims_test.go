package jwt_test

import (
	"strings"
	"testing"

	"github.com/seed75add069/stytch-go/internal/jwt"
)

// payloadAttacks are validly signed, but their payload is not a JSON object of claims.
func payloadAttacks(tb testing.TB) []attack {
	tb.Helper()
	good := goodClaims()
	text := good.String()
	var all []attack
	for name, payload := range map[string]string{
		"a list":                   "[" + text + "]",
		"null":                     "null",
		"a string":                 `"` + strings.ReplaceAll(text, `"`, `\"`) + `"`,
		"a number":                 "1",
		"spaces":                   "   ",
		"cut off":                  text[:len(text)-1],
		"cut off in a name":        text[:3],
		"one brace too many":       text + "}",
		"an object after it":       text + "{}",
		"two times the same":       text + text,
		"a zero byte after it":     text + "\x00",
		"a line after it":          text + "\n" + text,
		"one comma too many":       text[:len(text)-1] + ",}",
		"a comment":                "/**/" + text,
		"a byte order mark":        "\xef\xbb\xbf" + text,
		"UTF-16":                   strings.Join(strings.Split(text, ""), "\x00"),
		"binary":                   "\x00\x01\x02\x03",
		"a control character":      good.with("x", "\"\n\"").String(),
		"not a number":             good.with("x", "NaN").String(),
		"a leading zero":           good.with("x", "01").String(),
		"20 000 lists":             good.with("x", strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000)).String(),
		"a JWT":                    goodToken(),
		"a JWT in quotes":          `"` + goodToken() + `"`,
		"exp twice":                good.add("exp", "99999999999").String(),
		"exp twice, the same":      good.add("exp", good[1].value).String(),
		"exp twice, once escaped":  good.add(`\u0065xp`, "99999999999").String(),
		"iat twice":                good.add("iat", "1").String(),
		"nbf twice":                good.add("nbf", "1").String(),
		"aud twice":                good.add("aud", `"`+project+`"`).String(),
		"iss twice":                good.add("iss", `"evil"`).String(),
		"sub twice":                good.add("sub", `"evil"`).String(),
		"the session twice":        good.add("https://stytch.com/session", `{"roles":["admin"]}`).String(),
		"roles twice":              good.with("https://stytch.com/session", `{"roles":[],"roles":["admin"]}`).String(),
		"roles that are a string":  good.with("https://stytch.com/session", `{"roles":"admin"}`).String(),
		"a session that is a list": good.with("https://stytch.com/session", `[]`).String(),
	} {
		all = append(all, attack{"claims that are or have " + name, mint(ourKey(), goodHeader, payload), malformed, nil})
	}
	return append(all,
		attack{"a nested JWT that says so", mint(ourKey(), `{"alg":"RS256","kid":"jwk-test-1","cty":"JWT"}`, goodToken()), malformed, nil})
}

// claimAttacks are validly signed JSON whose claims are missing, wrong or of the wrong type.
func claimAttacks() []attack {
	good := goodClaims()
	var all []attack
	refuse := func(name string, claims object, a attack) {
		a.name, a.text = "claims with "+name, mint(ourKey(), goodHeader, claims.String())
		all = append(all, a)
	}
	for _, name := range []string{"exp", "iat", "nbf"} {
		for _, value := range []string{
			"null", "true", `""`, `"1767323045"`, "1767323045.0", "1767323045.5", "1.767323045e9", "1e300", "1E9", "-1", "-0", "0.0",
			"253402300800", "9223372036854775808", "99999999999999999999999999", "[1767323045]", `{"exp":1767323045}`,
		} {
			refuse(name+" "+value, good.with(name, value), attack{verdict: malformed})
		}
	}
	for _, name := range []string{"iss", "sub"} {
		for _, value := range []string{"null", `""`, "1", "true", `["` + issuer + `"]`, `{"iss":"` + issuer + `"}`} {
			refuse(name+" "+value, good.with(name, value), attack{verdict: malformed})
		}
	}
	for _, value := range []string{
		"null", "1", "true", "[]", "{}", "[1]", "[null]", `["` + project + `",1]`, `["` + project + `",null]`, `[["` + project + `"]]`,
		`["` + project + `",["` + project + `"]]`, `{"` + project + `":true}`, `[{}]`,
	} {
		refuse("aud "+value, good.with("aud", value), attack{verdict: malformed})
	}
	for _, name := range []string{"exp", "iat", "iss", "sub", "aud"} {
		refuse("no "+name, good.without(name), attack{verdict: malformed})
		upper := strings.ToUpper(name)
		for _, m := range good {
			if m.name == name {
				refuse(upper+" for "+name, good.without(name).add(upper, m.value), attack{verdict: malformed})
			}
		}
	}
	for _, value := range []string{
		`""`, `[""]`, `"*"`, `"project-test-2"`, `["project-test-2"]`, `"Project-Test-1"`, `"project-test"`, `"project-test-11"`,
		`" project-test-1"`, `"project-test-1\u0000"`, `"project-test-2 project-test-1"`, `"project-test-2,project-test-1"`,
		`["project-test-2","project-live-1"]`, `"pr\u043eject-test-1"`,
	} {
		refuse("aud "+value, good.with("aud", value), attack{verdict: wrongClaims})
	}
	for _, value := range []string{
		`"evil"`, `"stytch.com/project-test-2"`, `"stytch.com/project-test-1/"`, `"Stytch.com/project-test-1"`,
		`"https://stytch.com/project-test-1"`, `"stytch.com/"`, `"stytch.com/project-test-1 "`, `"` + domain + `/"`,
		`"https://acme.customers.stytch.dev.evil.example"`, `"https://acme.customers.stytch.dev@evil.example"`,
	} {
		refuse("iss "+value, good.with("iss", value), attack{verdict: wrongClaims})
	}
	return append(all, expectationAttacks()...)
}

// expectationAttacks are tokens for callers with unusual expectations, among them empty ones.
func expectationAttacks() []attack {
	good := goodClaims()
	var all []attack
	refuse := func(name string, claims object, a attack) {
		a.name, a.text = "a caller with "+name, mint(ourKey(), goodHeader, claims.String())
		all = append(all, a)
	}
	onlyUs := func(want *jwt.Expected) { want.OnlyAudience = true }
	several := `["` + project + `","https://api.example"]`
	refuse("only one audience, of several", good.with("aud", several), attack{verdict: wrongClaims, want: onlyUs})
	refuse("only one audience, of itself twice", good.with("aud", `["`+project+`","`+project+`"]`),
		attack{verdict: wrongClaims, want: onlyUs})
	refuse("only one audience, of an empty one", good.with("aud", `["`+project+`",""]`), attack{verdict: wrongClaims, want: onlyUs})
	noAudience := func(want *jwt.Expected) { want.Audience = "" }
	refuse("no audience", good, attack{verdict: wrongClaims, want: noAudience})
	refuse("no audience, of an empty one", good.with("aud", `""`), attack{verdict: wrongClaims, want: noAudience})
	refuse("no audience, of a list with an empty one", good.with("aud", `[""]`), attack{verdict: wrongClaims, want: noAudience})
	emptyIssuer := func(want *jwt.Expected) { want.Issuers = []string{issuer, ""} }
	refuse("an empty issuer among them", good.with("iss", `""`), attack{verdict: malformed, want: emptyIssuer})
	refuse("an empty issuer among them, of none", good.without("iss"), attack{verdict: malformed, want: emptyIssuer})
	refuse("an empty issuer among them, of another", good.with("iss", `"evil"`), attack{verdict: wrongClaims, want: emptyIssuer})
	refuse("no issuer", good, attack{verdict: wrongClaims, want: func(want *jwt.Expected) { want.Issuers = nil }})
	refuse("no clock", good, attack{verdict: malformed, want: func(want *jwt.Expected) { want.Now = want.Now.AddDate(-2025, 0, 0) }})
	refuse("no expectations", good, attack{verdict: wrongClaims, want: func(want *jwt.Expected) { *want = jwt.Expected{} }})
	return all
}
