package jwt

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// anyText allows names that occur twice, of which the last counts, and text that is not UTF-8.
var anyText = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// stytchPrefix begins the names of Stytch's own claims.
const stytchPrefix = "https://stytch.com/"

// Unambiguous reports whether, in an object of claims, no registered claim occurs twice and each is UTF-8, and no claim
// of Stytch's occurs twice or has a name that does; names are further claims like the registered ones. All others are
// custom: they are what the application or its users have written, and may be anything that encoding/json decodes.
func Unambiguous(claims []byte, names ...string) bool {
	dec := jsontext.NewDecoder(bytes.NewReader(claims), anyText)
	if begin, err := dec.ReadToken(); err != nil || begin.Kind() != jsontext.KindBeginObject {
		return false
	}
	seen := map[string]bool{}
	for dec.PeekKind() == jsontext.KindString {
		token, err := dec.ReadToken()
		if err != nil {
			return false
		}
		name := token.String()
		value, err := dec.ReadValue()
		if err != nil {
			return false
		}
		isStytch := strings.HasPrefix(name, stytchPrefix)
		if !isStytch && !isRegistered(name) && !slices.Contains(names, name) {
			continue
		}
		if seen[name] || !value.IsValid(jsontext.AllowInvalidUTF8(isStytch)) {
			return false
		}
		seen[name] = true
	}
	return dec.PeekKind() == jsontext.KindEndObject
}

// isRegistered reports whether a claim is one of those of RFC 7519, section 4.1, and RFC 8693, sections 4.2 and 4.3.
func isRegistered(name string) bool {
	switch name {
	case "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "client_id":
		return true
	}
	return false
}
