package contracttest

import (
	"reflect"
	"strconv"
	"strings"
)

// site is a place in an answer, and the Go type that it decodes into, without pointers.
type site struct {
	pointer string // RFC 6901
	typ     reflect.Type
	field   bool // of a struct
	top     bool // of the answer itself
	// Either object and name, or list and index.
	object map[string]any
	name   string
	list   []any
	index  int
}

func (s site) get() any {
	if s.object != nil {
		return s.object[s.name]
	}
	return s.list[s.index]
}

func (s site) set(v any) {
	if s.object != nil {
		s.object[s.name] = v
	} else {
		s.list[s.index] = v
	}
}

// sitesOf lists every place below an object that decodes into t, a struct.
func sitesOf(object map[string]any, t reflect.Type) []site {
	sites := below(nil, "", object, t)
	for i := range sites {
		sites[i].top = strings.Count(sites[i].pointer, "/") == 1
	}
	return sites
}

func below(sites []site, at string, value any, t reflect.Type) []site {
	visit := func(s site) {
		for s.typ.Kind() == reflect.Pointer {
			s.typ = s.typ.Elem()
		}
		sites = below(append(sites, s), s.pointer, s.get(), s.typ)
	}
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	switch {
	case isObject && t.Kind() == reflect.Struct:
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if _, ok := object[name]; ok {
				visit(site{pointer: at + "/" + name, typ: f.Type, field: true, object: object, name: name})
			}
		}
	case isObject && t.Kind() == reflect.Map:
		for name := range object {
			visit(site{pointer: at + "/" + name, typ: t.Elem(), object: object, name: name})
		}
	case isList && t.Kind() == reflect.Slice:
		for i := range list {
			visit(site{pointer: at + "/" + strconv.Itoa(i), typ: t.Elem(), list: list, index: i})
		}
	}
	return sites
}

// otherType is a value of another JSON type than v's, nil for null.
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
