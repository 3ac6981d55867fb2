package verify

import (
	"errors"
	"maps"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jsonoptions"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// CustomClaims returns the application's own claims, or nil if there are none. The argument is a JSON object with the
// claims that the type of the token's claims does not have.
func CustomClaims(rest jsontext.Value) shared.Object {
	if len(rest) == 0 {
		return nil
	}
	var claims shared.Object
	if jsonoptions.DecodeObject(rest, &claims) != nil {
		return nil // does not happen: it was decoded before
	}
	delete(claims, "jti")
	maps.DeleteFunc(claims, func(name string, _ any) bool { return strings.HasPrefix(name, jwt.StytchPrefix) })
	if len(claims) == 0 {
		return nil
	}
	return claims
}

// DecodeClaims decodes custom claims into a T, by the rules of encoding/json, except that names must match exactly. A
// claim that does not fit is a *DecodeError that names it.
func DecodeClaims[T any](op string, claims shared.Object) (T, error) {
	var decoded T
	text, err := json.Marshal(claims)
	if err == nil && len(claims) > 0 {
		err = json.Unmarshal(text, &decoded, jsonoptions.CustomClaims)
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
