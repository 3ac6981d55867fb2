package transport

import (
	"reflect"
	"strings"
	"sync"
)

// plan is what the tags of a request struct say, read once per type.
type plan struct {
	path     []tagged
	query    []tagged
	body     []tagged
	required []tagged
}

// tagged is a field and its name on the wire.
type tagged struct {
	name     string
	index    int
	optional bool
}

var plans sync.Map // reflect.Type -> *plan

// planOf reads the tags: `path:"x"`, `url:"x"` and `json:"x"` say where a field goes, omitzero that it is optional.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := new(plan)
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		var field tagged
		if name, ok := f.Tag.Lookup("path"); ok {
			field = tagged{name: name, index: i}
			p.path = append(p.path, field)
		} else if tag, ok := f.Tag.Lookup("url"); ok {
			field = parseTag(tag, i)
			p.query = append(p.query, field)
		} else if tag, ok := f.Tag.Lookup("json"); ok && tag != "-" {
			field = parseTag(tag, i)
			p.body = append(p.body, field)
		} else {
			continue
		}
		if !field.optional && canBeMissing(f.Type) {
			p.required = append(p.required, field)
		}
	}
	actual, _ := plans.LoadOrStore(t, p)
	return actual.(*plan)
}

func parseTag(tag string, index int) tagged {
	name, options, _ := strings.Cut(tag, ",")
	return tagged{name: name, index: index, optional: strings.Contains(options, "omitzero")}
}

// canBeMissing leaves out the kinds whose zero value says something: false and 0.
func canBeMissing(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface, reflect.Struct:
		return true
	default:
		return false
	}
}
