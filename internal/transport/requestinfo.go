package transport

import (
	"reflect"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/internal/typecache"
)

// requestInfo describes the fields of a request struct. It is made once per type.
type requestInfo struct {
	path     []requestField
	query    []requestField
	body     []requestField
	required []requestField
	// bodyType is a pointer to the same struct with tags that leave path and query out of its JSON; nil if there are
	// no such fields.
	bodyType reflect.Type
}

// requestField is a field and its name on the wire.
type requestField struct {
	name     string
	index    int
	optional bool
}

// requestInfos has the *requestInfo of a type.
var requestInfos = typecache.Of(func(t reflect.Type) any { return newRequestInfo(t) })

func infoOf(t reflect.Type) *requestInfo { return requestInfos(t).(*requestInfo) }

// newRequestInfo reads the tags: json names a field, `path:"x"` and `url:"x"` say that it is sent in path or query,
// omitzero that it is optional, unless `stytch:"required"` says otherwise.
func newRequestInfo(t reflect.Type) *requestInfo {
	info := new(requestInfo)
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "" || name == "-" {
			continue
		}
		required := slices.Contains(strings.Split(f.Tag.Get("stytch"), ","), "required")
		optional := strings.Contains(options, "omitzero") && !required
		field := requestField{name: name, index: f.Index[0], optional: optional}
		if _, ok := f.Tag.Lookup("path"); ok {
			info.path = append(info.path, field)
		} else if _, ok := f.Tag.Lookup("url"); ok {
			info.query = append(info.query, field)
		} else {
			info.body = append(info.body, field)
		}
		if !optional && canBeMissing(f.Type) {
			info.required = append(info.required, field)
		}
	}
	if len(info.path)+len(info.query) > 0 && len(info.body) > 0 {
		info.bodyType = bodyType(t)
	}
	return info
}

// bodyType returns a pointer type to which a *t can be converted, and whose JSON is the body of a request of type t. Go
// converts between struct types that differ only in their tags.
func bodyType(t reflect.Type) reflect.Type {
	var fields []reflect.StructField
	for f := range t.Fields() {
		_, inPath := f.Tag.Lookup("path")
		_, inQuery := f.Tag.Lookup("url")
		if inPath || inQuery {
			f.Tag = `json:"-"`
		}
		fields = append(fields, f)
	}
	return reflect.PointerTo(reflect.StructOf(fields))
}

// canBeMissing reports whether the zero value of the type means that the field is not set. false and 0 may be meant.
func canBeMissing(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Pointer, reflect.Interface, reflect.Struct:
		return true
	default:
		return false
	}
}
