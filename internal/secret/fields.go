package secret

import (
	"reflect"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/internal/typecache"
)

// field is an exported field, which may be promoted from an embedded struct.
type field struct {
	name   string
	index  []int
	secret bool
}

// structs has the fields of a struct type.
var structs = typecache.Of(func(t reflect.Type) any { return appendFields(nil, t, nil, []reflect.Type{t}) })

func fieldsOf(t reflect.Type) []field { return structs(t).([]field) }

// appendFields appends the fields of t under their JSON names. Of two with one name, the less deeply embedded one
// counts. outer are the types in which t is embedded, and t.
func appendFields(fields []field, t reflect.Type, index []int, outer []reflect.Type) []field {
	var embedded []reflect.StructField
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && indirect(f.Type).Kind() == reflect.Struct {
			embedded = append(embedded, f)
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if !slices.ContainsFunc(fields, func(other field) bool { return other.name == name }) {
			fields = append(fields, field{name, slices.Concat(index, f.Index), isSecret(f.Tag)})
		}
	}
	for _, f := range embedded {
		if inner := indirect(f.Type); !slices.Contains(outer, inner) {
			fields = appendFields(fields, inner, slices.Concat(index, f.Index), append(slices.Clone(outer), inner))
		}
	}
	return fields
}

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// isSecret reports whether a field has the tag `stytch:"secret"`, alone or in a list with commas.
func isSecret(tag reflect.StructTag) bool {
	return slices.Contains(strings.Split(tag.Get("stytch"), ","), "secret")
}

var secretTypes = typecache.Of(func(t reflect.Type) any { return mayHoldSecret(t, map[reflect.Type]bool{}) })

// holdsSecrets reports whether a value of the type may contain a secret field, at any depth and in unexported fields
// too. What an interface contains is not known, so it may.
func holdsSecrets(t reflect.Type) bool { return secretTypes(t).(bool) }

func mayHoldSecret(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return mayHoldSecret(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if isSecret(f.Tag) || mayHoldSecret(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// Values returns the secrets in v: the strings of its secret fields, at any depth.
func Values(v any) []string { return appendValues(nil, reflect.ValueOf(v), false, 0) }

// appendValues appends the secrets in v: all of its strings if it is a secret itself.
func appendValues(values []string, v reflect.Value, secret bool, depth int) []string {
	if !v.IsValid() || depth > maxDepth || !secret && !holdsSecrets(v.Type()) {
		return values
	}
	switch v.Kind() {
	case reflect.String:
		return append(values, v.String())
	case reflect.Pointer, reflect.Interface:
		return appendValues(values, v.Elem(), secret, depth+1)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			values = appendValues(values, v.Index(i), secret, depth+1)
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			values = appendValues(values, entries.Value(), secret, depth+1)
		}
	case reflect.Struct:
		for _, f := range fieldsOf(v.Type()) {
			if inner, err := v.FieldByIndexErr(f.index); err == nil { // not promoted by an embedded nil pointer
				values = appendValues(values, inner, secret || f.secret, depth+1)
			}
		}
	}
	return values
}
