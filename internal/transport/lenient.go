package transport

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/seed75add069/stytch-go/internal/jsonnumber"
	"github.com/seed75add069/stytch-go/internal/jsonobject"
	"github.com/seed75add069/stytch-go/shared"
)

// EncodingJSON has the rules of encoding/json, but for two: a member's name must match exactly, as in strict decoding,
// and errors are those of json/v2, which say where a value is.
var EncodingJSON = json.JoinOptions(
	jsonv1.DefaultOptionsV1(), json.MatchCaseInsensitiveNames(false), jsonv1.ReportErrorsWithLegacySemantics(false))

// strict has the rules of json/v2.
var strict = json.WithUnmarshalers(objects)

// quick has the same rules, but reads each shared.Object once. It refuses those that strict may decode otherwise.
var quick = json.WithUnmarshalers(json.UnmarshalFromFunc(quickObject))

// lenient is EncodingJSON, and reads "" as the zero time and 3.0 as an integer.
var lenient = json.JoinOptions(EncodingJSON, json.WithUnmarshalers(json.JoinUnmarshalers(
	objects, jsonobject.EmptyTime, jsonobject.Rewritten[int](wholeNumber))))

// byteOrderMark is not JSON, but may be ignored before it (RFC 8259, section 8.1).
var byteOrderMark = []byte("\ufeff")

// objects decodes a shared.Object by DecodeObject.
var objects = json.UnmarshalFromFunc(func(dec *jsontext.Decoder, o *shared.Object) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	return DecodeObject(raw, o)
})

// DecodeObject decodes a shared.Object like its UnmarshalJSON, with fewer allocations.
func DecodeObject(raw jsontext.Value, o *shared.Object) error {
	if len(*o) == 0 && !jsonnumber.MayBeLarge(raw) && json.Unmarshal(raw, (*map[string]any)(o)) == nil {
		return nil
	}
	return o.UnmarshalJSON(raw)
}

var errNotQuick = errors.New("not an object that can be decoded as any")

// quickObject decodes a shared.Object as any, for which json/v2 uses neither reflection nor a copy.
func quickObject(dec *jsontext.Decoder, o *shared.Object) error {
	var v any
	if err := json.UnmarshalDecode(dec, &v); err != nil {
		return err
	}
	fields, isObject := v.(map[string]any)
	if !isObject && v != nil || len(*o) > 0 || hasLargeNumber(v) {
		return errNotQuick
	}
	*o = fields
	return nil
}

// hasLargeNumber reports whether v has a number that may have been an integer beyond 2^53.
func hasLargeNumber(v any) bool {
	switch v := v.(type) {
	case float64:
		return v >= 1e15 || v <= -1e15
	case []any:
		return slices.ContainsFunc(v, hasLargeNumber)
	case map[string]any:
		for _, inner := range v {
			if hasLargeNumber(inner) {
				return true
			}
		}
	}
	return false
}

// maySucceedStrictly reports whether strict may decode what quick refused with err, or refuse it with another error.
func maySucceedStrictly(err error) bool {
	_, isSemantic := errors.AsType[*json.SemanticError](err)
	return !isSemantic || errors.Is(err, errNotQuick) || errors.Is(err, strconv.ErrRange)
}

// StrictResponse is a response that may not always be decoded leniently.
type StrictResponse interface {
	// MayBeLenient reports whether this body may be.
	MayBeLenient(body []byte) bool
}

// unmarshal decodes a body into resp, a pointer to a zero value: strictly first, which is faster, and leniently where
// that fails. If resp decides, it does not merge objects with one name, such as two sessions.
func unmarshal(body []byte, resp any, decides bool) error {
	err := json.Unmarshal(body, resp, quick)
	if err != nil && maySucceedStrictly(err) {
		reflect.ValueOf(resp).Elem().SetZero()
		err = json.Unmarshal(body, resp, strict)
	}
	if err == nil {
		return nil
	}
	body = bytes.TrimPrefix(body, byteOrderMark)
	r, isStrict := resp.(StrictResponse)
	if isStrict && !r.MayBeLenient(body) {
		return err
	}
	if decides && !isStrict && !hasUniqueNames(body, 1) {
		return err
	}
	reflect.ValueOf(resp).Elem().SetZero()
	return json.Unmarshal(body, resp, lenient)
}

// hasUniqueNames reports whether no name occurs twice in an object, and in the objects in it to that depth. Further
// down is what users write, such as metadata.
func hasUniqueNames(object []byte, depth int) bool {
	seen := map[string]bool{}
	return jsonobject.Each(object, func(name string, value jsontext.Value) bool {
		if seen[name] {
			return false
		}
		seen[name] = true
		return depth == 0 || value.Kind() != jsontext.KindBeginObject || hasUniqueNames(value, depth-1)
	})
}

func wholeNumber(raw jsontext.Value) jsontext.Value {
	if digits, ok := jsonnumber.Integer(string(raw)); ok && raw.Kind() == jsontext.KindNumber {
		return jsontext.Value(digits)
	}
	return raw
}
