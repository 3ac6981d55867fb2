package sweep_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// encoders are the two versions of encoding/json.
var encoders = map[string]struct {
	marshal   func(any) ([]byte, error)
	unmarshal func([]byte, any) error
}{
	"encoding/json": {json.Marshal, json.Unmarshal},
	"encoding/json/v2": {
		func(v any) ([]byte, error) { return jsonv2.Marshal(v, jsonv2.Deterministic(true)) },
		func(data []byte, v any) error { return jsonv2.Unmarshal(data, v) },
	},
}

func TestJSON_roundTrip(t *testing.T) {
	t.Parallel()
	types := dataTypes(t)
	for _, name := range sortedNames(types) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			full, secrets := filled(types[name])
			for state, v := range map[string]reflect.Value{"filled": full, "empty": reflect.New(types[name])} {
				var first string
				for version, encoder := range encoders {
					text, err := encoder.marshal(v.Interface())
					require.NoError(t, err)
					back := reflect.New(types[name])
					require.NoError(t, encoder.unmarshal(text, back.Interface()))
					assert.Equal(t, v.Interface(), back.Interface(), "%s, by %s", state, version)
					if first == "" {
						first = string(text)
					}
					assert.JSONEq(t, first, string(text), "both encoders write the same")
					assert.NotContains(t, string(text), "0001-01-01", "%s, by %s", state, version)
				}
				if state == "filled" {
					assert.Equal(t, secrets, strings.Count(first, canary), "JSON contains all secrets")
				} else {
					null := strings.ReplaceAll(first, `"filter_value":null`, "") // a filter may have any value
					assert.NotContains(t, null, ":null", "an absent field is not null")
				}
			}
		})
	}
}

// nested contains values in all the ways in which a user's type may.
type nested[T any] struct {
	Value   T            `json:"value"`
	Pointer *T           `json:"pointer"`
	List    []T          `json:"list"`
	Map     map[string]T `json:"map"`
	Any     any          `json:"any"`
}

func TestJSON_isTheSameInsideOtherValues(t *testing.T) {
	t.Parallel()
	types := dataTypes(t)
	for _, name := range sortedNames(types) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, _ := filled(types[name])
			for _, encoder := range encoders {
				alone, err := encoder.marshal(v.Interface())
				require.NoError(t, err)
				for _, inside := range []any{
					v.Elem().Interface(), []any{v.Interface()}, map[string]any{"k": v.Elem().Interface()},
					nested[any]{Value: v.Interface(), Any: v.Elem().Interface(), List: []any{v.Interface()}},
				} {
					text, err := encoder.marshal(inside)
					require.NoError(t, err)
					var document any
					require.NoError(t, json.Unmarshal(text, &document))
					assert.Contains(t, string(text), string(alone))
				}
			}
		})
	}
}

// Only requests with a duration have a MarshalJSON, since encoders do not agree on durations: a struct that embeds a
// type with a MarshalJSON loses its own fields.
func TestJSON_noMarshalJSON(t *testing.T) {
	t.Parallel()
	types := dataTypes(t)
	for _, name := range sortedNames(types) {
		if _, ok := reflect.TypeAssert[json.Marshaler](reflect.New(types[name])); ok {
			assert.True(t, holdsDuration(types[name]), "%s has a MarshalJSON", name)
		}
	}
}

func holdsDuration(t reflect.Type) bool {
	for f := range t.Fields() {
		if strings.HasSuffix(f.Type.String(), "time.Duration") {
			return true
		}
	}
	return false
}

func TestJSON_hasAllFieldsOfRequests(t *testing.T) {
	t.Parallel()
	for _, m := range methods(client(t, nil)) {
		if !m.isOperation() {
			continue
		}
		for f := range m.call.Type().In(1).Elem().Fields() {
			assert.NotEqual(t, "-", f.Tag.Get("json"), "%s: the JSON lacks %s", m.name, f.Name)
			assert.NotEmpty(t, f.Tag.Get("json"), "%s: %s", m.name, f.Name)
		}
	}
}
