package verify_test

import (
	"maps"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// claimAttacks are signed by the right key, but have claims that no session's JWT of this project has.
func claimAttacks(key *minttest.Key, p *product) []attack {
	list := []attack{}
	claims := p.claims(start)
	for _, name := range []string{"exp", "iat", "iss", "sub", "aud"} {
		list = append(list,
			attack{"no " + name, key.Sign(minttest.With(claims, map[string]any{name: nil})), malformed},
			attack{name + " null", key.SignText(key.Header(), replaced(claims, name, `null`)), malformed},
			attack{name + " an object", key.SignText(key.Header(), replaced(claims, name, `{}`)), malformed},
			attack{name + " an empty list", key.SignText(key.Header(), replaced(claims, name, `[]`)), malformed},
			attack{name + " true", key.SignText(key.Header(), replaced(claims, name, `true`)), malformed},
			attack{name + ", its name in capitals", key.SignText(key.Header(), renamed(claims, name)), malformed},
		)
	}
	for name, value := range map[string]any{
		"iss": minttest.Issuer, "sub": minttest.Member, "exp": start.Unix() + 300, "iat": start.Unix(), "nbf": start.Unix(),
	} {
		list = append(list, attack{name + " in a list", key.Sign(minttest.With(claims, map[string]any{name: []any{value}})), malformed})
	}
	set := func(claim, name string, value any, verdict stytcherror.Verdict) {
		list = append(list, attack{claim + " " + name, key.Sign(minttest.With(claims, map[string]any{claim: value})), verdict})
	}
	set("iss", "empty", "", malformed)
	set("iss", "of another project", "stytch.com/project-test-other", wrongClaims)
	set("iss", "of a live project", strings.Replace(minttest.Issuer, "test", "live", 1), wrongClaims)
	set("iss", "of another host", "https://evil.example", wrongClaims)
	set("iss", "with more after it", minttest.Issuer+"/", wrongClaims)
	set("iss", "with less", "stytch.com/", wrongClaims)
	set("iss", "in capitals", strings.ToUpper(minttest.Issuer), wrongClaims)
	set("iss", "https", "https://"+minttest.Issuer, wrongClaims)
	set("iss", "the base URL with a slash", "https://test.stytch.com/", wrongClaims)
	set("iss", "the base URL over plain HTTP", "http://test.stytch.com", wrongClaims)
	set("sub", "empty", "", malformed)
	set("sub", "a number", 7, malformed)
	set("aud", "another project", []string{"project-test-other"}, wrongClaims)
	set("aud", "another project, without a list", "project-test-other", wrongClaims)
	set("aud", "the project and another", []string{minttest.Project, "project-test-other"}, wrongClaims)
	set("aud", "another and the project", []string{"https://evil.example", minttest.Project}, wrongClaims)
	set("aud", "the project twice", []string{minttest.Project, minttest.Project}, wrongClaims)
	set("aud", "the project in capitals", strings.ToUpper(minttest.Project), wrongClaims)
	set("aud", "a part of the project", minttest.Project[:len(minttest.Project)-1], wrongClaims)
	set("aud", "empty", "", wrongClaims)
	set("aud", "an empty one in a list", []string{""}, wrongClaims)
	set("aud", "a list in a list", []any{[]string{minttest.Project}}, malformed)
	set("aud", "a list with a number", []any{minttest.Project, 7}, malformed)
	set("aud", "a list with null", []any{minttest.Project, nil}, malformed)
	return list
}

// replaced returns a payload in which one claim has another JSON value.
func replaced(claims map[string]any, name, value string) string {
	return `{"` + name + `":` + value + "," + minttest.JSON(minttest.With(claims, map[string]any{name: nil}))[1:]
}

// renamed returns a payload with the name of one claim in capitals.
func renamed(claims map[string]any, name string) string {
	others := maps.Clone(claims)
	others[strings.ToUpper(name)] = others[name]
	delete(others, name)
	return minttest.JSON(others)
}

func dateAttacks(key *minttest.Key, p *product) []attack {
	list := []attack{}
	claims := p.claims(start)
	at := strconv.FormatInt(start.Unix()+200, 10)
	for _, name := range []string{"exp", "iat", "nbf"} {
		for form, value := range map[string]string{
			"a float": at + ".0", "a float that is longer": at + ".5", "a string": `"` + at + `"`, "1e300": "1e300",
			"with an exponent": "2e9", "negative": "-1", "beyond 64 bits": "18446744073709551616", "a date": `"2030-01-01T00:00:00Z"`,
			"after the year 9999": "253402300800",
		} {
			list = append(list, attack{name + " " + form, key.SignText(key.Header(), replaced(claims, name, value)), malformed})
		}
	}
	for _, name := range []string{"iat", "nbf"} {
		for form, value := range map[string]int64{"in six seconds": 6, "tomorrow": 86400, "in a thousand years": 31_556_952_000} {
			list = append(list, attack{
				name + " " + form, key.Sign(minttest.With(claims, map[string]any{name: start.Unix() + value})), malformed,
			})
		}
	}
	return list
}

// kindAttacks are valid tokens of other kinds, or lack claims of a session of this product.
func kindAttacks(key *minttest.Key, p *product) []attack {
	claims := p.claims(start)
	session := func(value any) string {
		return key.Sign(minttest.With(claims, map[string]any{minttest.SessionClaim: value}))
	}
	list := []attack{
		{"the other product's session", key.Sign(p.other(start)), wrongKind},
		{"a Connected App's access token", key.Sign(minttest.AppToken(start, p.isB2B())), wrongKind},
		{"a Connected App's access token of the other product", key.Sign(minttest.AppToken(start, !p.isB2B())), wrongKind},
		{"an M2M access token", key.Sign(minttest.M2MToken(start)), wrongKind},
		{"an empty object", key.SignText(key.Header(), "{}"), wrongKind},
		{"no session", session(nil), wrongKind},
		{"a session that is null", key.SignText(key.Header(), replaced(claims, minttest.SessionClaim, "null")), wrongKind},
		{"a session without an id", session(map[string]any{"roles": []string{"editor"}}), wrongKind},
		{"a session with an empty id", session(map[string]any{"id": ""}), wrongKind},
		{"a session with two ids", session([]any{map[string]any{"id": minttest.Session}}), malformed},
		{"a session that is a string", session(minttest.Session), malformed},
		{"a session whose id is a number", session(map[string]any{"id": 7}), malformed},
		{"a session whose roles are a string", session(map[string]any{"id": minttest.Session, "roles": "stytch_admin"}), malformed},
		{"a session whose end is a number", session(map[string]any{"id": minttest.Session, "expires_at": 2e9}), malformed},
	}
	if !p.isB2B() {
		return append(list, attack{
			"an organization that is null", key.SignText(key.Header(), replaced(claims, minttest.OrganizationClaim, "null")), wrongKind,
		})
	}
	organization := func(value any) string {
		return key.Sign(minttest.With(claims, map[string]any{minttest.OrganizationClaim: value}))
	}
	return append(list,
		attack{"no organization", organization(nil), wrongKind},
		attack{"an organization without an id", organization(map[string]any{"slug": "analytical-engines"}), wrongKind},
		attack{"an organization that is a string", organization(minttest.Organization), malformed},
	)
}
