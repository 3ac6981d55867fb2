package verify

import (
	"errors"
	"maps"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// own begins the names of claims that are Stytch's own.
const own = "https://stytch.com/"

// CustomClaims returns those of the remaining claims that the application has put there; nil when there are none.
// Beside the registered claims, which are not among the rest, drop names further ones that are not the application's.
// It changes rest.
func CustomClaims(rest map[string]any, drop ...string) map[string]any {
	delete(rest, "jti")
	for _, name := range drop {
		delete(rest, name)
	}
	maps.DeleteFunc(rest, func(name string, _ any) bool { return strings.HasPrefix(name, own) })
	if len(rest) == 0 {
		return nil
	}
	return rest
}

// Into decodes custom claims into a type of the caller's. A claim of another type is a *DecodeError that
// names it.
func Into[T any](op string, claims map[string]any) (T, error) {
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
