// Package jsonoptions has the options that JSON from outside is decoded with.
//
//	import "github.com/go-json-experiment/json"
//
//	var metadata shared.Object
//	err := json.Unmarshal([]byte(`{"plan":"pro"}`), &metadata, jsonoptions.Strict)
//
// The two names that matter are [Strict] and [Lenient]; [Quick] is faster, where it will do. All are of the interface
// type json.Options, so that the packages that use them do not compile what they are made of, which is generic.
package jsonoptions

import (
	"bytes"
	jsonv1 "encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	v1 "github.com/go-json-experiment/json/v1"

	"github.com/seed75add069/stytch-go/internal/jsonnumber"
	"github.com/seed75add069/stytch-go/internal/jsonobject"
	"github.com/seed75add069/stytch-go/shared"
)

// encodingJSON has the rules of encoding/json, but for two: a member's name must match exactly, as in strict decoding,
// and errors are those of json/v2, which say where a value is.
var encodingJSON = json.JoinOptions(
	v1.DefaultOptionsV1(), json.MatchCaseInsensitiveNames(false), v1.ReportErrorsWithLegacySemantics(false))

// Strict has the rules of json/v2, and those of [DecodeObject].
var Strict = json.WithUnmarshalers(objects)

// Quick has the rules of Strict, but reads each shared.Object once, unless a number in it is large. It refuses those
// that Strict may decode otherwise: see [MaySucceedStrictly].
var Quick = json.WithUnmarshalers(json.UnmarshalFromFunc(quickObject))

// QuickPage is Quick for pages of many objects: it takes less time, and more allocations for short names.
var QuickPage = json.WithUnmarshalers(json.UnmarshalFromFunc(quickAny))

// Lenient has the rules of encoding/json, but for names, which must match exactly. It reads "" as the zero time and 3.0
// as an integer.
var Lenient = json.JoinOptions(encodingJSON, json.WithUnmarshalers(json.JoinUnmarshalers(
	objects, emptyTime, rewritten[int](wholeNumber))))

// LenientTimes has the rules of json/v2, but allows what [jsonobject.AnyText] does, and reads "" as the zero time.
var LenientTimes = json.JoinOptions(jsonobject.AnyText, json.WithUnmarshalers(emptyTime))

// CustomClaims has the rules of encoding/json, but for names, which must match exactly. The json/v2 of Go 1.26 does not
// know jsonv1.Number.
var CustomClaims = json.JoinOptions(encodingJSON, json.WithUnmarshalers(
	json.UnmarshalFromFunc(func(dec *jsontext.Decoder, n *jsonv1.Number) error {
		if dec.PeekKind() != jsontext.KindNumber {
			return errors.ErrUnsupported
		}
		raw, err := dec.ReadValue()
		*n = jsonv1.Number(raw)
		return err
	})))

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

var errNotQuick = errors.New("not an object that can be decoded at once")

// quickObject decodes a shared.Object while the response is decoded. One with a large number is decoded once more.
func quickObject(dec *jsontext.Decoder, o *shared.Object) error {
	return quickly(dec, o, func(dec *jsontext.Decoder) error { return json.UnmarshalDecode(dec, (*map[string]any)(o)) })
}

// quickAny is quickObject by way of an any. That takes less time, and fewer allocations but for short names.
func quickAny(dec *jsontext.Decoder, o *shared.Object) error {
	return quickly(dec, o, func(dec *jsontext.Decoder) error {
		var v any
		err := json.UnmarshalDecode(dec, &v)
		fields, isObject := v.(map[string]any)
		if err == nil && !isObject && v != nil {
			return errNotQuick
		}
		*o = fields
		return err
	})
}

func quickly(dec *jsontext.Decoder, o *shared.Object, decode func(*jsontext.Decoder) error) error {
	start, rest := dec.InputOffset(), dec.UnreadBuffer()
	if len(*o) > 0 {
		return errNotQuick
	}
	if err := decode(dec); err != nil {
		if _, isSemantic := errors.AsType[*json.SemanticError](err); isSemantic {
			return errNotQuick
		}
		return err
	}
	if !hasLargeNumber(map[string]any(*o)) {
		return nil
	}
	*o = nil
	return DecodeObject(bytes.TrimLeft(rest[:dec.InputOffset()-start], " \t\r\n:,"), o)
}

// hasLargeNumber reports whether v has a number that may have been an integer beyond 2^53: one of 16 digits or more, as
// for jsonnumber.MayBeLarge.
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

// MaySucceedStrictly reports whether Strict may decode what Quick refused with err, or refuse it with another error.
func MaySucceedStrictly(err error) bool {
	_, isSemantic := errors.AsType[*json.SemanticError](err)
	return !isSemantic || errors.Is(err, errNotQuick)
}

// emptyTime reads "" as the zero time.
var emptyTime = rewritten[time.Time](func(raw jsontext.Value) jsontext.Value {
	if string(raw) == `""` {
		return jsontext.Value(`"0001-01-01T00:00:00Z"`)
	}
	return raw
})

// rewritten decodes a T from what rewrite makes of its JSON. A T may not contain further ones.
func rewritten[T any](rewrite func(jsontext.Value) jsontext.Value) *json.Unmarshalers {
	return json.UnmarshalFromFunc(func(dec *jsontext.Decoder, v *T) error {
		raw, err := dec.ReadValue()
		if err != nil {
			return err
		}
		// Without the unmarshalers of dec, of which this is one.
		return json.Unmarshal(rewrite(raw), v, dec.Options(), json.WithUnmarshalers(nil))
	})
}

func wholeNumber(raw jsontext.Value) jsontext.Value {
	if digits, ok := jsonnumber.Integer(string(raw)); ok && raw.Kind() == jsontext.KindNumber {
		return jsontext.Value(digits)
	}
	return raw
}
