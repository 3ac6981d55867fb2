package transport

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// plan is what the tags of a request struct say, read once per type.
type plan struct {
	path     []tagged
	query    []tagged
	body     []tagged
	required []tagged
	// bodyType is a pointer to the same struct with tags that leave path and query out of its JSON; nil where there is
	// nothing to leave out.
	bodyType reflect.Type
}

// tagged is a field and its name on the wire.
type tagged struct {
	name     string
	index    int
	optional bool
}

var plans sync.Map // reflect.Type -> *plan

// planOf reads the tags: json names a field, `path:"x"` and `url:"x"` say that it travels in path or query, omitzero that
// it is optional unless `stytch:"required"` says otherwise.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := new(plan)
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "" || name == "-" {
			continue
		}
		field := tagged{name: name, index: i, optional: strings.Contains(options, "omitzero") && !isRequired(f.Tag)}
		if _, ok := f.Tag.Lookup("path"); ok {
			p.path = append(p.path, field)
		} else if _, ok := f.Tag.Lookup("url"); ok {
			p.query = append(p.query, field)
		} else {
			p.body = append(p.body, field)
		}
		if !field.optional && canBeMissing(f.Type) {
			p.required = append(p.required, field)
		}
	}
	if len(p.path)+len(p.query) > 0 && len(p.body) > 0 {
		p.bodyType = bodyType(t)
	}
	actual, _ := plans.LoadOrStore(t, p)
	return actual.(*plan)
}

func isRequired(tag reflect.StructTag) bool {
	return slices.Contains(strings.Split(tag.Get("stytch"), ","), "required")
}

// bodyType makes the type of a plan's body. Go converts between structs that differ in their tags only.
func bodyType(t reflect.Type) reflect.Type {
	fields := make([]reflect.StructField, t.NumField())
	for i := range fields {
		f := t.Field(i)
		_, inPath := f.Tag.Lookup("path")
		_, inQuery := f.Tag.Lookup("url")
		if inPath || inQuery {
			f.Tag = `json:"-"`
		}
		fields[i] = f
	}
	return reflect.PointerTo(reflect.StructOf(fields))
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
