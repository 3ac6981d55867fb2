package verify

import (
	"errors"
	"maps"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// stytchPrefix begins the names of Stytch's own claims.
const stytchPrefix = "https://stytch.com/"

// CustomClaims returns the application's own claims, or nil if there are none. Rest is a JSON object with the claims
// that the type of the token's claims does not have.
func CustomClaims(rest jsontext.Value) shared.Object {
	if len(rest) == 0 {
		return nil
	}
	var claims shared.Object
	if transport.DecodeObject(rest, &claims) != nil {
		return nil // does not happen: the token was decoded before
	}
	delete(claims, "jti")
	maps.DeleteFunc(claims, func(name string, _ any) bool { return strings.HasPrefix(name, stytchPrefix) })
	if len(claims) == 0 {
		return nil
	}
	return claims
}

// DecodeClaims decodes custom claims into a T. A claim that does not fit is a *DecodeError that names it.
func DecodeClaims[T any](op string, claims shared.Object) (T, error) {
	var decoded T
	text, err := json.Marshal(claims)
	if err == nil && len(claims) > 0 {
		err = json.Unmarshal(text, &decoded)
	}
	if err == nil {
		return decoded, nil
	}
	refused := stytcherror.DecodeError{Op: op}
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		refused.Field = string(semantic.JSONPointer)
		if semantic.GoType != nil {
			refused.Reason = "it does not fit " + semantic.GoType.String()
		}
	}
	var none T
	return none, &refused
}
