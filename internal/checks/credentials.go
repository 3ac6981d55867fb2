package checks

import (
	"slices"
	"strings"
)

// Kinds of credentials: what an id or token begins with, before its environment.
const (
	Project     = "project"
	Secret      = "secret"
	PublicToken = "public-token"
)

// credentialKind is a kind of ids or tokens by what it begins with. A hyphen follows, for most also the environment.
type credentialKind struct {
	prefix, name string
	anyEnd       bool // whatever follows: it may be no environment
}

var kinds = []credentialKind{
	{Project, "a project id", true},
	{Secret, "a secret", true},
	{PublicToken, "a public token", true},
	{"workspace", "an id or key of a workspace", true},
	{"organization", "the id of an organization", false},
	{"member", "the id of a member", false},
	{"user", "the id of a user", false},
	{"session", "the id of a session", false},
	{"member-session", "the id of a session", false},
	{"m2m-client", "the id of an M2M client", false},
	{"connected-app", "the id of a connected app", false},
	{"saml-connection", "the id of a connection", false},
	{"oidc-connection", "the id of a connection", false},
	{"scim-connection", "the id of a connection", false},
}

// Credential returns why s cannot be a credential of that kind, or "". Credentials that begin with no kind at all are
// accepted, since those of the emulator are free.
func Credential(s, kind string) (reason string) {
	if s == "" {
		return "is required"
	}
	if isPlaceholder(s) {
		return "is a placeholder, not a value"
	}
	if reason := PrintableASCII(s); reason != "" {
		return reason
	}
	name, value, _ := strings.Cut(s, "=")
	lower := strings.ToLower(s)
	folded := strings.ReplaceAll(lower, "_", "-")
	switch {
	case strings.ContainsAny(s, `\%`):
		return "holds a backslash or a percent sign, as escaped text does"
	case strings.Trim(value, "=") != "" && isIdentifier(name):
		return "is a line NAME=value, not the value alone"
	}
	for _, k := range kinds {
		isOf := Environment(folded, k.prefix) != "" || k.anyEnd && strings.HasPrefix(lower, k.prefix+"-")
		if isOf && k.prefix != kind {
			return "is " + k.name + ", not " + nameOf(kind)
		}
	}
	for _, k := range []string{Project, Secret, PublicToken} { // since what is live must not be taken for a test
		if strings.LastIndex(folded, k+"-live-") > 0 {
			return "has other text before " + k + "-live-"
		}
	}
	if environment := Environment(folded, kind); environment != Environment(s, kind) {
		return "is of the " + environment + " environment, but its prefix is not in lower case with hyphens"
	}
	return ""
}

// Environment returns the environment of a credential, "live" or "test", by its prefix, or "".
func Environment(s, kind string) string {
	for _, environment := range []string{"live", "test"} {
		if strings.HasPrefix(s, kind+"-"+environment+"-") {
			return environment
		}
	}
	return ""
}

// nameOf returns what a credential of that kind is.
func nameOf(kind string) string {
	i := slices.IndexFunc(kinds, func(k credentialKind) bool { return k.prefix == kind })
	return kinds[i].name
}

// isPlaceholder reports whether s stands for a value that was not filled in, as in ${SECRET}, {{ .Secret }}, <secret>,
// %SECRET%, [redacted], your-secret, secret-test-... or op://vault/item
func isPlaceholder(s string) bool {
	lower := strings.ToLower(s)
	return strings.ContainsAny(s[:1], "$([%@") || strings.ContainsAny(s, "{}<>") || strings.Contains(s, "://") ||
		strings.HasPrefix(s, "__") && strings.HasSuffix(s, "__") ||
		strings.HasPrefix(lower, "your-") || strings.HasPrefix(lower, "your_") ||
		slices.ContainsFunc([]string{"...", "…", "***", "xxxxxx"}, func(part string) bool {
			return strings.Contains(lower, part)
		}) ||
		slices.Contains([]string{"null", "nil", "none", "undefined", "redacted", "changeme"}, lower)
}

// isIdentifier reports whether s may be the name of a variable.
func isIdentifier(s string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"
	return s != "" && strings.Trim(s, letters) == ""
}
