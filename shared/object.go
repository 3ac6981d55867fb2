package shared

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/internal/jsonnumber"
)

// Object is a JSON object with members of the application's choice: metadata or custom claims. A map literal can be
// assigned to it:
//
//	req.TrustedMetadata = map[string]any{"plan": "pro", "trial": nil}
//
// Its values are encoded by the rules of encoding/json, also by encoders of json/v2. A nil value is sent as null, which
// deletes the key in an update. Decoded values have the types of encoding/json, except that an integer that a float64
// cannot hold exactly or would encode with other digits, and a number beyond its range, is a [json.Number].
type Object map[string]any

// MarshalJSON encodes the object as encoding/json does; nil is null. An object that contains itself is an error.
func (o Object) MarshalJSON() ([]byte, error) {
	fields, err := plain(o, 0)
	if err != nil {
		return nil, err
	}
	return json.Marshal(fields)
}

// maxDepth is how deeply objects may be nested, as in JSON that is decoded. It ends the encoding of one that contains
// itself.
const maxDepth = 10_000

// plain replaces Objects in v by maps, so that one encoder sees all of v. Nil stays nil, and becomes null.
func plain(v any, depth int) (any, error) {
	var err error
	switch v := v.(type) {
	case Object:
		return plain(map[string]any(v), depth)
	case map[string]any:
		if depth > maxDepth {
			return nil, errors.New("an object is nested too deeply, or contains itself")
		}
		v = maps.Clone(v)
		for name, value := range v {
			if v[name], err = plain(value, depth+1); err != nil {
				return nil, err
			}
		}
		return v, nil
	case []any:
		if depth > maxDepth {
			return nil, errors.New("a list is nested too deeply, or contains itself")
		}
		v = slices.Clone(v)
		for i, value := range v {
			if v[i], err = plain(value, depth+1); err != nil {
				return nil, err
			}
		}
		return v, nil
	}
	return v, nil
}

// UnmarshalJSON adds the members of a JSON object, as encoding/json does with a map. Null makes the Object nil.
func (o *Object) UnmarshalJSON(data []byte) error {
	fields := map[string]any(*o)
	if !jsonnumber.MayBeLarge(data) && json.Unmarshal(data, &fields) == nil {
		*o = fields
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		return err
	}
	for name, value := range fields {
		fields[name] = exact(value)
	}
	*o = fields
	return nil
}

// exact replaces each json.Number in v by a float64, except integers that would be encoded with other digits, such as
// 2^60, and numbers out of its range.
func exact(v any) any {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		isInteger := !strings.ContainsAny(v.String(), ".eE")
		if err != nil || isInteger && !isExact(f, v.String()) {
			return v
		}
		return f
	case map[string]any:
		for name, inner := range v {
			v[name] = exact(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = exact(inner)
		}
	}
	return v
}

// isExact reports whether a float64 has the value of an integer, and is encoded with its digits.
func isExact(f float64, text string) bool {
	return strconv.FormatFloat(f, 'f', 0, 64) == text && strconv.FormatFloat(f, 'f', -1, 64) == text
}
