package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/conformance/catalog"
)

// shapes checks JSON by the types of the catalogue. Every field must be there, empty or not: lists and objects with
// keys of the user's choice are never null, and text is only where the catalogue says so.
type shapes map[string]catalog.Type

// check says where the body of a response differs from its fields.
func (s shapes) check(fields []catalog.Field, body []byte) []string {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return []string{"the response is no JSON object"}
	}
	return s.object("", fields, object, false)
}

// object compares an object with its fields. With omitting, those that are optional may be absent.
func (s shapes) object(where string, fields []catalog.Field, object map[string]any, omitting bool) []string {
	var found []string
	known := map[string]bool{}
	for _, f := range fields {
		known[f.Name] = true
		at := strings.TrimPrefix(where+"."+f.Name, ".")
		value, there := object[f.Name]
		switch {
		case !there && omitting && (!f.Required || f.Name == unseen):
		case !there:
			found = append(found, at+" is absent")
		case value == nil && mayBeNull(&f):
		default:
			found = append(found, s.value(at, f.Type, value)...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !known[name] {
			found = append(found, strings.TrimPrefix(where+"."+name, ".")+" is unknown")
		}
	}
	return found
}

// mayBeNull reports whether a field may be null. The catalogue has no word on external ids and cursors, which are null
// where there are none.
func mayBeNull(f *catalog.Field) bool {
	return f.Nullable || slices.Contains([]string{"external_id", "organization_external_id", "next_cursor"}, f.Name) ||
		!f.Required && strings.HasPrefix(f.Type, "ref:")
}

// value compares a value with its type.
func (s shapes) value(where, typ string, value any) []string {
	var found []string
	if elem, ok := strings.CutPrefix(typ, "array<"); ok {
		list, is := value.([]any)
		if !is {
			return []string{mismatch(where, typ, value)}
		}
		for _, v := range list {
			found = append(found, s.value(where+"[]", strings.TrimSuffix(elem, ">"), v)...)
		}
		return found
	}
	if elem, ok := strings.CutPrefix(typ, "map<string,"); ok {
		object, is := value.(map[string]any)
		if !is {
			return []string{mismatch(where, typ, value)}
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			found = append(found, s.value(where+"{}", strings.TrimSuffix(elem, ">"), object[name])...)
		}
		return found
	}
	if name, ok := strings.CutPrefix(typ, "ref:"); ok {
		object, is := value.(map[string]any)
		if !is {
			return []string{mismatch(where, typ, value)}
		}
		return s.object(where, s[name].Fields, object, slices.Contains(omitting, name))
	}
	if !isScalar(typ, value) {
		return []string{mismatch(where, typ, value)}
	}
	return nil
}

// omitting are the types whose optional fields are absent where they have no value.
var omitting = []string{"b2c.sessions.AuthenticationFactor", "b2c.sessions.JWK"}

// unseen is the member of a key that the catalogue requires and that no observed key has.
const unseen = "x5tS256"

func isScalar(typ string, value any) bool {
	text, isText := value.(string)
	number, isNumber := value.(json.Number)
	switch {
	case typ == "any":
		return true
	case typ == "boolean":
		_, is := value.(bool)
		return is
	case typ == "date-time":
		_, err := time.Parse(time.RFC3339, text)
		return isText && err == nil && strings.HasSuffix(text, "Z")
	case strings.Contains(typ, "int"):
		_, err := number.Int64()
		return isNumber && err == nil
	default: // a string or an enum
		return isText
	}
}

func mismatch(where, typ string, value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		text = []byte("no JSON")
	}
	return fmt.Sprintf("%s is %.80s, and not %s", where, text, typ)
}
