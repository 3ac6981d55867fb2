package jwt

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jsonobject"
)

// StytchPrefix begins the names of Stytch's own claims.
const StytchPrefix = "https://stytch.com/"

// Unambiguous reports whether, in an object of claims, no registered claim occurs twice and each is UTF-8, and no claim
// of Stytch's occurs twice or has a name that does; names are further claims like the registered ones. All others are
// custom: they are what the application or its users have written, and may be anything that encoding/json decodes.
func Unambiguous(claims []byte, names ...string) bool {
	seen := map[string]bool{}
	return jsonobject.Each(claims, func(name string, value jsontext.Value) bool {
		isStytch := strings.HasPrefix(name, StytchPrefix)
		if !isStytch && !isRegistered(name) && !slices.Contains(names, name) {
			return true
		}
		if seen[name] || !value.IsValid(jsontext.AllowInvalidUTF8(isStytch)) {
			return false
		}
		seen[name] = true
		return true
	})
}

// Strict is implemented by claims that are read as strictly as the registered ones. In tokens of other kinds, claims of
// these names are custom.
type Strict interface{ StrictClaims() []string }

// isRegistered reports whether a claim is one of those of RFC 7519, section 4.1.
func isRegistered(name string) bool {
	switch name {
	case "iss", "sub", "aud", "exp", "nbf", "iat", "jti":
		return true
	}
	return false
}
