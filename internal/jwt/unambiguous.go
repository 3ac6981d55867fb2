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

// StrictClaimer is implemented by types of claims of which further ones are read as strictly as the registered ones.
type StrictClaimer interface{ StrictClaims() []string }

// AccessTokenClaims are claims of access tokens (RFC 8693, sections 4.2 and 4.3). In other tokens, claims of these
// names are custom.
type AccessTokenClaims struct {
	Scope    string `json:"scope"`
	ClientID string `json:"client_id"`
}

// StrictClaims are the names of the claims.
func (*AccessTokenClaims) StrictClaims() []string { return []string{"scope", "client_id"} }

// isRegistered reports whether a claim is one of those of RFC 7519, section 4.1.
func isRegistered(name string) bool {
	switch name {
	case "iss", "sub", "aud", "exp", "nbf", "iat", "jti":
		return true
	}
	return false
}
