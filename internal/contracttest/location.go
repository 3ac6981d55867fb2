package contracttest

import (
	"maps"
	"reflect"
	"strconv"
	"strings"
)

// location is the location of a value in a JSON document, and the Go type into which it decodes, without pointers.
type location struct {
	pointer  string // RFC 6901
	typ      reflect.Type
	field    bool // the value of a struct field
	topLevel bool // of the document itself
	// Either object and name, or list and index.
	object map[string]any
	name   string
	list   []any
	index  int
}

func (l location) get() any {
	if l.object != nil {
		return l.object[l.name]
	}
	return l.list[l.index]
}

func (l location) set(v any) {
	if l.object != nil {
		l.object[l.name] = v
	} else {
		l.list[l.index] = v
	}
}

// locationsOf returns the locations of all values in value, which is at the pointer at and decodes into t.
func locationsOf(at string, value any, t reflect.Type) []location {
	var locations []location
	visit := func(l location) {
		for l.typ.Kind() == reflect.Pointer {
			l.typ = l.typ.Elem()
		}
		locations = append(append(locations, l), locationsOf(l.pointer, l.get(), l.typ)...)
	}
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	switch {
	case isObject && t.Kind() == reflect.Struct:
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if _, ok := object[name]; ok {
				visit(location{
					pointer: at + "/" + name, typ: f.Type, field: true, topLevel: at == "", object: object, name: name,
				})
			}
		}
	case isObject && t.Kind() == reflect.Map:
		for name := range object {
			visit(location{pointer: at + "/" + name, typ: t.Elem(), object: object, name: name})
		}
	case isList && t.Kind() == reflect.Slice:
		for i := range list {
			visit(location{pointer: at + "/" + strconv.Itoa(i), typ: t.Elem(), list: list, index: i})
		}
	}
	return locations
}

// pathTo returns a document with what leads to the value at pointer, the value if there is one, and the top-level
// request_id and status_code, by which a response is known.
func pathTo(pointer string, root map[string]any) map[string]any {
	path, _ := only(strings.Split(pointer, "/")[1:], root).(map[string]any)
	for _, name := range []string{"request_id", "status_code"} {
		if v, ok := root[name]; ok {
			path[name] = v
		}
	}
	return path
}

// only returns value with only the members and elements that the tokens of a pointer name (RFC 6901), and what is
// beside the last one, unless that is an object or a list.
func only(tokens []string, value any) any {
	if len(tokens) == 0 {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		if len(tokens) == 1 {
			maps.Copy(kept, value)
			maps.DeleteFunc(kept, func(_ string, beside any) bool {
				kind := reflect.ValueOf(beside).Kind()
				return kind == reflect.Map || kind == reflect.Slice
			})
		}
		if member, ok := value[tokens[0]]; ok {
			kept[tokens[0]] = only(tokens[1:], member)
		}
		return kept
	case []any:
		if i, err := strconv.Atoi(tokens[0]); err == nil {
			return []any{only(tokens[1:], value[i])}
		}
	}
	return value
}

// otherType returns a value of another JSON type than v's, and nil for null.
func otherType(v any) any {
	switch v.(type) {
	case string:
		return 7
	case float64:
		return "7"
	case bool:
		return "true"
	case map[string]any:
		return []any{}
	case []any:
		return map[string]any{}
	}
	return nil
}
