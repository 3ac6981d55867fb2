package engine

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// encode sets the request_id and status_code of a response of the SDK's types, and writes it as the API does, which
// writes empty members too, but for those of a few types: see [ops.OmitsEmpty]. The JSON of the SDK's types omits them
// all.
func encode(resp any, requestID string) ([]byte, error) {
	v := reflect.ValueOf(resp).Elem()
	if id := v.FieldByName("RequestID"); id.IsValid() {
		id.SetString(requestID)
	}
	v.FieldByName("StatusCode").SetInt(http.StatusOK)
	return appendValue(make([]byte, 0, 4096), v)
}

// appendValue appends the JSON of a value.
func appendValue(b []byte, v reflect.Value) ([]byte, error) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, "null"...), nil
		}
		return appendValue(b, v.Elem())
	case reflect.Struct:
		if t, ok := reflect.TypeAssert[time.Time](v); ok {
			return appendTime(b, t), nil
		}
		return appendStruct(b, v)
	case reflect.Slice:
		return appendList(b, v)
	case reflect.String:
		return jsontext.AppendQuote(b, v.String())
	case reflect.Map:
		if v.Len() == 0 {
			return append(b, "{}"...), nil
		}
		if v.Type().Elem().Kind() == reflect.Struct {
			return appendMap(b, v)
		}
	}
	data, err := json.Marshal(v.Interface(), json.Deterministic(true))
	return append(b, data...), err
}

func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, time.RFC3339)
	return append(b, '"')
}

// jsonField is how a field of a struct is encoded.
type jsonField struct {
	index int
	// name is the quoted name, with a colon.
	name string
	// omitted says that the field is left out where it has no value, null that it is null then.
	omitted, null bool
}

// fieldsByType holds a []jsonField for each type of struct.
var fieldsByType sync.Map

func fieldsOf(t reflect.Type) []jsonField {
	if known, ok := fieldsByType.Load(t); ok {
		return known.([]jsonField)
	}
	var list []jsonField
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		quoted, _ := jsontext.AppendQuote(nil, name)
		list = append(list, jsonField{
			index: i, name: string(quoted) + ":",
			omitted: ops.OmitsEmpty(t) && strings.Contains(options, "omitzero"),
			null:    ops.NullWhenEmpty(t, name),
		})
	}
	fieldsByType.Store(t, list)
	return list
}

func appendStruct(b []byte, v reflect.Value) ([]byte, error) {
	b = append(b, '{')
	first := true
	for _, f := range fieldsOf(v.Type()) {
		value := v.Field(f.index)
		if f.omitted && value.IsZero() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, f.name...)
		if f.null && value.IsZero() {
			b = append(b, "null"...)
			continue
		}
		var err error
		if b, err = appendValue(b, value); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}

func appendList(b []byte, v reflect.Value) ([]byte, error) {
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, v.Index(i)); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

// appendMap appends a map from strings to structs, with sorted names.
func appendMap(b []byte, v reflect.Value) ([]byte, error) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	b = append(b, '{')
	for i, key := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = jsontext.AppendQuote(b, key.String()); err != nil {
			return b, err
		}
		b = append(b, ':')
		if b, err = appendValue(b, v.MapIndex(key)); err != nil {
			return b, err
		}
	}
	return append(b, '}'), nil
}
