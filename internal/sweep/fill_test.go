package sweep_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/shared"
)

const module = "github.com/seed75add069/stytch-go"

// dataTypes returns the structs that the methods of services take and return, local ones too, and those in their
// fields, by name, as in "b2b/sessions.GetRequest".
func dataTypes(t *testing.T) map[string]reflect.Type {
	t.Helper()
	types := map[string]reflect.Type{}
	for _, m := range methods(client(t, nil)) {
		for in := range m.call.Type().Ins() {
			collect(types, in)
		}
		for out := range m.call.Type().Outs() {
			collect(types, out)
		}
	}
	require.Greater(t, len(types), 500)
	return types
}

// collect adds t and the structs in its exported fields, as far as they belong to services.
func collect(types map[string]reflect.Type, t reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collect(types, t.Elem())
		return
	case reflect.Struct:
	default:
		return
	}
	name, ours := strings.CutPrefix(t.PkgPath(), module+"/")
	if name += "." + t.Name(); !ours || types[name] != nil || t.Name() == "Service" || strings.Contains(t.Name(), "[") {
		return
	}
	if pkg := t.PkgPath(); !strings.HasPrefix(name, "b2") && pkg != module+"/shared" || notData[t] {
		return
	}
	types[name] = t
	for f := range t.Fields() {
		if f.IsExported() {
			collect(types, f.Type)
		}
	}
}

// notData are structs that are no requests, responses or models.
var notData = map[reflect.Type]bool{
	reflect.TypeFor[shared.RequestOptions](): true, reflect.TypeFor[shared.RetryPolicy](): true,
	reflect.TypeFor[shared.RawResponse](): true, reflect.TypeFor[shared.Authorization](): true,
	reflect.TypeFor[shared.FetchConfig](): true, reflect.TypeFor[m2m.TokenSource](): true,
}

// secretName matches the wire names of secret fields, except those that harmless matches. The tests do not use the
// tags, since a tag may be missing.
var (
	secretName = regexp.MustCompile(`(^|_)(token|jwt|secret|password|verifier|codes?|hash|salt|signature|private_key)$` +
		`|^public_key_credential$`)
	harmless = regexp.MustCompile(`(^|_)(postal|country|error|status|language)_code$|^public_token$`)
)

// canary is the start of every secret that filled sets.
const canary = "cAnArY"

// filled returns a pointer to a new value of t with all fields set, and the number of secrets in it. Fields below a
// depth of 6 stay empty.
func filled(t reflect.Type) (v reflect.Value, secrets int) {
	const depth = 6
	v = reflect.New(t)
	secrets = fill(v.Elem(), depth)
	return v, secrets
}

func fill(v reflect.Value, depth int) (secrets int) {
	switch v.Kind() {
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			return fill(v.Elem(), depth)
		}
	case reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			return fill(v.Index(0), depth)
		}
	case reflect.Struct:
		return fillStruct(v, depth)
	case reflect.String:
		v.SetString("plain")
	case reflect.Int, reflect.Int64:
		v.SetInt(1 << 53)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Interface:
		v.Set(reflect.ValueOf("plain"))
	case reflect.Map:
		return fillMap(v, depth)
	default:
	}
	return 0
}

func fillStruct(v reflect.Value, depth int) (secrets int) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
		return 0
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch name := wireName(f); {
		case !f.IsExported():
		case secretName.MatchString(name) && !harmless.MatchString(name):
			secrets += fillSecret(v.Field(i), name)
		default:
			secrets += fill(v.Field(i), depth-1)
		}
	}
	return secrets
}

func fillMap(v reflect.Value, depth int) (secrets int) {
	if v.Type() == reflect.TypeFor[shared.Object]() {
		v.Set(reflect.ValueOf(shared.Object{
			"text": "<a&b>", "number": 1.5, "large": json.Number("9007199254740993"), "null": nil, "list": []any{true, 7.0},
			"object": map[string]any{"deep": []any{}},
		}))
		return 0
	}
	v.Set(reflect.MakeMap(v.Type()))
	elem := reflect.New(v.Type().Elem()).Elem()
	secrets = fill(elem, depth-1)
	v.SetMapIndex(reflect.ValueOf("key"), elem)
	return secrets
}

func fillSecret(v reflect.Value, name string) (secrets int) {
	text := canary + "-" + name + "-0123456789"
	switch v.Type() {
	case reflect.TypeFor[string]():
		v.SetString(text)
	case reflect.TypeFor[*string]():
		v.Set(reflect.ValueOf(&text))
	case reflect.TypeFor[[]string]():
		v.Set(reflect.ValueOf([]string{text}))
	default:
		return fill(v, 3)
	}
	return 1
}

func wireName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func sortedNames(types map[string]reflect.Type) []string { return slices.Sorted(maps.Keys(types)) }
