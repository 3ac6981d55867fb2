package benchtest

import (
	"reflect"
	"time"
)

// Plain returns t without the methods of this module's types, so that encoders and decoders call none: structs with the
// same exported fields and tags, and maps and strings without names. A type that refers to itself is not supported.
func Plain(t reflect.Type) reflect.Type {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return t
	case t.Kind() == reflect.Pointer:
		return reflect.PointerTo(Plain(t.Elem()))
	case t.Kind() == reflect.Slice:
		return reflect.SliceOf(Plain(t.Elem()))
	case t.Kind() == reflect.Map:
		return reflect.MapOf(Plain(t.Key()), Plain(t.Elem()))
	case t.Kind() == reflect.Struct:
		var fields []reflect.StructField
		for f := range t.Fields() {
			if f.IsExported() {
				fields = append(fields, reflect.StructField{Name: f.Name, Type: Plain(f.Type), Tag: f.Tag})
			}
		}
		return reflect.StructOf(fields)
	case t.PkgPath() != "" && t.Kind() == reflect.String:
		return reflect.TypeFor[string]()
	}
	return t
}
