package verify

import (
	"errors"
	"maps"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jsonnumber"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// own begins the names of claims that are Stytch's own.
const own = "https://stytch.com/"

// CustomClaims returns those of the remaining claims that the application has put there; nil when there are none. rest
// is an object with the claims that a type of ours does not name.
func CustomClaims(rest jsontext.Value) shared.Object {
	if len(rest) == 0 {
		return nil
	}
	var claims shared.Object
	large := jsonnumber.MayBeLarge(rest) // else both are the same, and the first allocates less
	if large || json.Unmarshal(rest, (*map[string]any)(&claims)) != nil {
		if claims.UnmarshalJSON(rest) != nil {
			return nil // not to be: the token has been decoded
		}
	}
	delete(claims, "jti")
	maps.DeleteFunc(claims, func(name string, _ any) bool { return strings.HasPrefix(name, own) })
	if len(claims) == 0 {
		return nil
	}
	return claims
}

// Into decodes custom claims into a type of the caller's. A claim of another type is a *DecodeError that
// names it.
func Into[T any](op string, claims shared.Object) (T, error) {
	var into T
	text, err := json.Marshal(claims)
	if err == nil && len(claims) > 0 {
		err = json.Unmarshal(text, &into)
	}
	if err == nil {
		return into, nil
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
