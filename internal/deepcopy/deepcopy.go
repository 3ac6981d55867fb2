// Package deepcopy copies decoded JSON and errors, so that each of several callers gets a value of its own.
//
//	var cached *shared.Explanation
//	own := deepcopy.Of(cached)
//
// The two names that matter are [Of], which copies once, and [Maker], which copies one value often: it looks at the
// value once, so that a copy takes little more than its allocations. [Error] copies errors.
package deepcopy

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/seed75add069/stytch-go/shared"
)

// Of returns a copy of v that shares nothing with it that a caller could change. Nil is nil.
//
// Structs, pointers, slices and maps are copied, and what encoding/json decodes to in an any. Unexported fields,
// functions and channels are not; nobody can change those of a time.Time. A value must not contain itself.
func Of[T any](v *T) *T {
	if v == nil {
		return nil
	}
	return Maker(v)().(*T)
}

// Maker returns a function that returns a copy of v, as Of does. v is a pointer, not nil, to what must not be changed
// any more. The function is safe for concurrent use.
func Maker(v any) func() any {
	original := reflect.ValueOf(v).Elem()
	replace := newCopier(original)
	return func() any {
		own := reflect.New(original.Type())
		own.Elem().Set(original)
		if replace != nil {
			replace(own.Elem())
		}
		return own.Interface()
	}
}

// copier replaces what an addressable value refers to by copies. The value is a shallow copy of the one that it was
// made for.
type copier func(reflect.Value)

// newCopier returns the copier for a value, or nil if there is nothing to replace.
func newCopier(v reflect.Value) copier {
	switch v.Kind() {
	case reflect.Pointer:
		return pointerCopier(v)
	case reflect.Slice:
		return sliceCopier(v)
	case reflect.Map:
		return mapCopier(v)
	case reflect.Interface:
		return interfaceCopier(v)
	case reflect.Struct:
		return structCopier(v)
	default:
		return nil
	}
}

func pointerCopier(v reflect.Value) copier {
	if v.IsNil() {
		return nil
	}
	elem, replace := v.Type().Elem(), newCopier(v.Elem())
	return func(v reflect.Value) {
		own := reflect.New(elem)
		own.Elem().Set(v.Elem())
		if replace != nil {
			replace(own.Elem())
		}
		v.Set(own)
	}
}

// part is an element of a slice, or a field of a struct, that refers to something.
type part struct {
	index   int
	replace copier
}

func sliceCopier(v reflect.Value) copier {
	if v.IsNil() {
		return nil
	}
	if _, ok := reflect.TypeAssert[[]string](v); ok { // the most common list, with one allocation instead of two
		return func(v reflect.Value) {
			list := v.Addr().Interface().(*[]string)
			*list = slices.Clone(*list)
		}
	}
	var elements []part
	for i := range v.Len() {
		if replace := newCopier(v.Index(i)); replace != nil {
			elements = append(elements, part{i, replace})
		}
	}
	listType := v.Type()
	return func(v reflect.Value) {
		own := reflect.MakeSlice(listType, v.Len(), v.Len())
		reflect.Copy(own, v)
		for _, e := range elements {
			e.replace(own.Index(e.index))
		}
		v.Set(own)
	}
}

func structCopier(v reflect.Value) copier {
	var fields []part
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		if replace := newCopier(v.Field(i)); replace != nil {
			fields = append(fields, part{i, replace})
		}
	}
	if fields == nil {
		return nil
	}
	return func(v reflect.Value) {
		for _, f := range fields {
			f.replace(v.Field(f.index))
		}
	}
}

func mapCopier(v reflect.Value) copier {
	if v.IsNil() {
		return nil
	}
	if _, ok := reflect.TypeAssert[shared.Object](v); ok {
		return func(v reflect.Value) {
			object := v.Addr().Interface().(*shared.Object)
			*object = copyMap(*object)
		}
	}
	return func(v reflect.Value) {
		own := reflect.MakeMapWithSize(v.Type(), v.Len())
		for entry := v.MapRange(); entry.Next(); {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(entry.Value())
			if replace := newCopier(value); replace != nil {
				replace(value)
			}
			own.SetMapIndex(entry.Key(), value)
		}
		v.Set(own)
	}
}

func interfaceCopier(v reflect.Value) copier {
	if v.IsNil() || v.NumMethod() > 0 {
		return nil
	}
	return func(v reflect.Value) { v.Set(reflect.ValueOf(copyAny(v.Interface()))) }
}

// copyAny copies a value of the types that JSON decodes to in an any.
func copyAny(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return copyMap(v)
	case shared.Object:
		return copyMap(v)
	case []any:
		own := slices.Clone(v)
		for i := range own {
			own[i] = copyAny(own[i])
		}
		return own
	case json.RawMessage:
		return slices.Clone(v)
	}
	return v
}

func copyMap[M ~map[string]any](m M) M {
	if m == nil {
		return nil
	}
	own := make(M, len(m))
	for name, value := range m {
		own[name] = copyAny(value)
	}
	return own
}
