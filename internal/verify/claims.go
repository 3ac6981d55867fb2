package verify

import (
	jsonv1 "encoding/json"
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

// CustomClaims returns the application's own claims, or nil if there are none. The rest is a JSON object
// with the claims that the type of the token's claims does not have.
func CustomClaims(rest jsontext.Value) shared.Object {
	if len(rest) == 0 {
		return nil
	}
	var claims shared.Object
	if transport.DecodeObject(rest, &claims) != nil {
		return nil // does not happen: it was decoded before
	}
	delete(claims, "jti")
	maps.DeleteFunc(claims, func(name string, _ any) bool { return strings.HasPrefix(name, stytchPrefix) })
	if len(claims) == 0 {
		return nil
	}
	return claims
}

// likeEncodingJSON decodes by its rules, except that names must match exactly. The json/v2 of Go 1.26 does not know
// jsonv1.Number.
var likeEncodingJSON = json.JoinOptions(transport.EncodingJSON, json.WithUnmarshalers(
	json.UnmarshalFromFunc(func(dec *jsontext.Decoder, n *jsonv1.Number) error {
		if dec.PeekKind() != jsontext.KindNumber {
			return errors.ErrUnsupported
		}
		raw, err := dec.ReadValue()
		*n = jsonv1.Number(raw)
		return err
	})))

// DecodeClaims decodes custom claims into a T, by the rules of encoding/json, except that names must match exactly. A
// claim that does not fit is a *DecodeError that names it.
func DecodeClaims[T any](op string, claims shared.Object) (T, error) {
	var decoded T
	text, err := json.Marshal(claims)
	if err == nil && len(claims) > 0 {
		err = json.Unmarshal(text, &decoded, likeEncodingJSON)
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
