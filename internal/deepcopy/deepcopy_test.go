package deepcopy_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2bidp "github.com/seed75add069/stytch-go/b2b/idp"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	b2cidp "github.com/seed75add069/stytch-go/b2c/idp"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/shared"
)

type (
	object = map[string]any
	list   = []any
)

// sample is what an any holds, of every kind that can be changed.
func sample() object {
	return object{
		"text": "a", "number": json.Number("9007199254740993"), "nil": nil, "object": object{"a": object{"b": 1.0}},
		"list": list{list{1.0}, object{"c": list{}}}, "raw": json.RawMessage(`{}`), "shared": shared.Object{"d": list{2.0}},
	}
}

// fill sets everything in v that can be set, pointers, lists and maps with two elements each.
func fill(v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
		return
	}
	if depth > 12 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), depth+1)
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				fill(field, depth+1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 4))
		for i := range 2 {
			fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		if v.Type().Elem().Kind() == reflect.Interface {
			v.Set(reflect.ValueOf(sample()).Convert(v.Type()))
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, depth+1)
		v.SetMapIndex(reflect.ValueOf("a").Convert(v.Type().Key()), value)
	case reflect.Interface:
		v.Set(reflect.ValueOf(sample()))
	case reflect.String:
		v.SetString("a")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(7)
	default:
	}
}

// assertSeparate asserts that a and b share no memory that a caller could change.
func assertSeparate(t *testing.T, path string, a, b reflect.Value) {
	t.Helper()
	if a.Type() == reflect.TypeFor[time.Time]() {
		return
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		if a.IsNil() {
			return
		}
		if a.Kind() != reflect.Slice || a.Cap() > 0 {
			assert.NotEqual(t, a.Pointer(), b.Pointer(), path)
		}
	default:
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !a.IsNil() {
			assertSeparate(t, path, a.Elem(), b.Elem())
		}
	case reflect.Struct:
		for i := range a.NumField() {
			assertSeparate(t, path+"."+a.Type().Field(i).Name, a.Field(i), b.Field(i))
		}
	case reflect.Slice:
		for i := range a.Len() {
			assertSeparate(t, path+"[]", a.Index(i), b.Index(i))
		}
	case reflect.Map:
		for _, key := range a.MapKeys() {
			assertSeparate(t, path+"."+key.String(), a.MapIndex(key), b.MapIndex(key))
		}
	default:
	}
}

func copies[T any](t *testing.T) {
	t.Helper()
	t.Run(reflect.TypeFor[T]().String(), func(t *testing.T) {
		t.Parallel()
		v := new(T)
		assert.Equal(t, v, deepcopy.Of(v), "a zero value")
		fill(reflect.ValueOf(v).Elem(), 0)
		copied := deepcopy.Maker(v)
		own, other := copied().(*T), copied().(*T)
		for _, c := range []*T{own, other, deepcopy.Of(v)} {
			require.Equal(t, v, c)
			assertSeparate(t, "", reflect.ValueOf(v), reflect.ValueOf(c))
		}
		assertSeparate(t, "", reflect.ValueOf(own), reflect.ValueOf(other))
	})
}

// The types of which several callers get a copy.
func TestOf_copies(t *testing.T) {
	t.Parallel()
	copies[b2bsessions.MemberSession](t)
	copies[b2csessions.Session](t)
	copies[b2bidp.IntrospectTokenClaims](t)
	copies[b2cidp.IntrospectTokenClaims](t)
	copies[m2m.AuthenticateTokenResponse](t)
	copies[b2bsessions.AuthenticateResponse](t)
	copies[b2csessions.AuthenticateResponse](t)
}

func TestOf_kinds(t *testing.T) {
	t.Parallel()
	copies[struct {
		Pointer      *int
		Pointers     **[]string
		Lists        [][]string
		Maps         map[string][]map[string]*string
		Any          any
		Raw          json.RawMessage
		Object       shared.Object
		PointerToMap *map[string]any
	}](t)
	t.Run("nil and empty values stay so", func(t *testing.T) {
		t.Parallel()
		type value struct {
			List   []int
			Texts  []string
			Map    map[string]int
			Object shared.Object
			Any    any
		}
		assert.Nil(t, deepcopy.Of[value](nil))
		empty := &value{[]int{}, []string{}, map[string]int{}, shared.Object{}, map[string]any(nil)}
		assert.Equal(t, empty, deepcopy.Of(empty))
	})
	t.Run("appending to two copies writes to two arrays", func(t *testing.T) {
		t.Parallel()
		type value struct{ Roles []string }
		copied := deepcopy.Maker(&value{append(make([]string, 0, 8), "a")})
		one, two := copied().(*value), copied().(*value)
		one.Roles, two.Roles = append(one.Roles, "one"), append(two.Roles, "two")
		assert.Equal(t, []string{"a", "one"}, one.Roles)
		assert.Equal(t, []string{"a", "two"}, two.Roles)
	})
	t.Run("what is not data is kept", func(t *testing.T) {
		t.Parallel()
		v := &struct {
			Error error
			Time  time.Time
		}{assert.AnError, time.Now()}
		assert.Equal(t, v, deepcopy.Of(v))
	})
}
