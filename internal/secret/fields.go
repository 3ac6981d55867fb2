package secret

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// structInfo is what the tags of a struct type say, read once per type.
type structInfo struct {
	fields []field
	// request says that what is absent is nil, so that an empty list and a zero say something.
	request bool
}

// field is an exported field, or one that an embedded struct promotes.
type field struct {
	name   string
	index  []int
	secret bool
}

var infos sync.Map // reflect.Type -> *structInfo

func infoOf(t reflect.Type) *structInfo {
	if info, ok := infos.Load(t); ok {
		return info.(*structInfo)
	}
	info := &structInfo{request: strings.HasSuffix(t.Name(), "Request")}
	info.add(t, nil, []reflect.Type{t})
	loaded, _ := infos.LoadOrStore(t, info)
	return loaded.(*structInfo)
}

// add appends the fields of t as JSON names them. Of two with one name, the less deeply embedded one counts.
func (info *structInfo) add(t reflect.Type, index []int, trail []reflect.Type) {
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
		if !slices.ContainsFunc(info.fields, func(other field) bool { return other.name == name }) {
			info.fields = append(info.fields, field{name, appended(index, f.Index[0]), isSecret(f.Tag)})
		}
	}
	for _, f := range embedded {
		if inner := indirect(f.Type); !slices.Contains(trail, inner) {
			info.add(inner, appended(index, f.Index[0]), append(slices.Clone(trail), inner))
		}
	}
}

func appended(index []int, i int) []int { return append(slices.Clone(index), i) }

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// isSecret reports whether a field has the tag `stytch:"secret"`, alone or among other words.
func isSecret(tag reflect.StructTag) bool {
	return slices.Contains(strings.Split(tag.Get("stytch"), ","), "secret")
}

var holders sync.Map // reflect.Type -> bool

// holdsSecrets reports whether a value of the type can reach a secret field: of its own, or of a field, element or
// dynamic value. Fields that are not exported count.
func holdsSecrets(t reflect.Type) bool {
	if holds, ok := holders.Load(t); ok {
		return holds.(bool)
	}
	holds := reaches(t, map[reflect.Type]bool{})
	holders.Store(t, holds)
	return holds
}

func reaches(t reflect.Type, seen map[reflect.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return reaches(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if isSecret(f.Tag) || reaches(f.Type, seen) {
				return true
			}
		}
	}
	return false
}

// Values returns the secrets in v: every string in a field that is tagged so.
func Values(v any) []string { return appendValues(nil, reflect.ValueOf(v), 0) }

func appendValues(values []string, v reflect.Value, depth int) []string {
	if !v.IsValid() || depth > maxDepth || !holdsSecrets(v.Type()) {
		return values
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return appendValues(values, v.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			values = appendValues(values, v.Index(i), depth+1)
		}
	case reflect.Map:
		for entries := v.MapRange(); entries.Next(); {
			values = appendValues(values, entries.Value(), depth+1)
		}
	case reflect.Struct:
		for _, f := range infoOf(v.Type()).fields {
			inner, err := v.FieldByIndexErr(f.index)
			switch {
			case err != nil: // promoted by an embedded pointer that is nil
			case f.secret:
				values = appendTexts(values, inner)
			default:
				values = appendValues(values, inner, depth+1)
			}
		}
	}
	return values
}

// appendTexts appends the strings that a secret field holds.
func appendTexts(values []string, v reflect.Value) []string {
	switch v.Kind() {
	case reflect.String:
		return append(values, v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			return appendTexts(values, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			values = appendTexts(values, v.Index(i))
		}
	}
	return values
}
