package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// scalars are the Go types of the catalogue's simple types.
var scalars = map[string]ir.Base{
	"string": ir.String, "boolean": ir.Bool, "int32": ir.Int, "uint32": ir.Int, "int64": ir.Int,
	"date-time": ir.Time, "any": ir.Any, "map<string,any>": ir.Object,
}

// sameType compares a type with the catalogue's, which is written as in string, array<T>, map<string,T>, ref:name and
// enum:name.
func (c *checker) sameType(where, want string, have ir.Expr) {
	if elem, ok := inside(want, "array<"); ok && have.Base == ir.List {
		c.sameType(where, elem, *have.Elem)
		return
	}
	if elem, ok := inside(want, "map<string,"); ok && have.Base == ir.Map {
		c.sameType(where, elem, *have.Elem)
		return
	}
	if base, ok := scalars[want]; ok && base == have.Base {
		return
	}
	for _, kind := range []string{"ref:", "enum:"} {
		if name, ok := strings.CutPrefix(want, kind); ok && c.named(where, name, have) {
			return
		}
	}
	c.differ("type", where, want, typeText(have))
}

func inside(text, opening string) (string, bool) {
	inner, ok := strings.CutPrefix(text, opening)
	return strings.TrimSuffix(inner, ">"), ok
}

// named compares a named type of the catalogue with a field's type, and reports whether they are of the same kind.
func (c *checker) named(where, name string, have ir.Expr) bool {
	want, known := c.catalogue.Types[name]
	if !known {
		c.differ("type", where, name+", which the catalogue does not describe", typeText(have))
		return true
	}
	if want.Kind == "enum" && have.Base == ir.String {
		c.found[name] = true
		c.merge(name, want.Values, have)
		return false
	}
	if have.Base != ir.Named {
		return false
	}
	t := target(have.Named)
	switch {
	case (want.Kind == "enum") != (t.Kind == ir.Enum):
		return false
	case want.Kind == "enum":
		c.found[name] = true
		c.merge(name, want.Values, have)
	default:
		c.object(name, t)
	}
	return true
}

// object compares the fields of a type, once for each type of the specification that it is matched with. The operands
// of a search are oneOf in the catalogue and one struct in the specification; searches compares their names.
func (c *checker) object(name string, t *ir.Type) {
	count := &c.count.fields
	if c.found[name] {
		count = new(tally) // the fields are counted already
	}
	c.found[name], c.matched[t] = true, true
	if p := (pair{name, t}); !c.pairs[p] {
		c.pairs[p] = true
		c.fields(name, c.catalogue.Types[name].Fields, t.Fields, count)
	}
}

// remainingTypes reports the types of each side that were compared with none of the other.
func (c *checker) remainingTypes(api *ir.API) {
	for _, name := range slices.Sorted(maps.Keys(c.catalogue.Types)) {
		c.count.types.add(c.found[name])
		if !c.found[name] {
			c.count.fields.all += len(c.catalogue.Types[name].Fields)
			c.differ("named type", name, c.catalogue.Types[name].Kind, "")
		}
	}
	for _, p := range api.Packages {
		for _, t := range p.Types {
			if t.Kind == ir.Struct && t.Source == "" && !c.matched[t] {
				c.differ("named type", p.Dir+"."+t.Name, "", "object")
			}
		}
	}
}

func target(t *ir.Type) *ir.Type {
	if t.Kind == ir.Alias {
		return t.Target
	}
	return t
}

// typeText writes a type of the specification as the catalogue does.
func typeText(e ir.Expr) string {
	switch e.Base {
	case ir.List:
		return "array<" + typeText(*e.Elem) + ">"
	case ir.Map:
		return "map<string," + typeText(*e.Elem) + ">"
	case ir.Named:
		t := target(e.Named)
		if t.Kind == ir.Enum {
			return "enum:" + typeName(t)
		}
		return "ref:" + typeName(t)
	case ir.String:
		return "string"
	case ir.Int:
		return "integer"
	case ir.Bool:
		return "boolean"
	case ir.Time:
		return "date-time"
	case ir.Duration:
		return "duration"
	case ir.Object:
		return "map<string,any>"
	default:
		return "any"
	}
}

func typeName(t *ir.Type) string { return t.Pkg.Dir + "." + t.Name }

// errorBody is the type of the body of errors, to which no operation refers.
func errorBody(docs []*openapi.Document) *ir.Type {
	bases := map[string]ir.Expr{
		"string": {Base: ir.String}, "integer": {Base: ir.Int}, "object": {Base: ir.Object},
	}
	for _, doc := range docs {
		for _, s := range doc.Schemas {
			if doc.Path != "common" || s.Name != "ErrorBody" {
				continue
			}
			t := &ir.Type{Name: s.Name}
			for _, p := range s.Properties {
				t.Fields = append(t.Fields, &ir.Field{
					Wire: p.Name, Required: p.Required, Schema: p.Schema, Type: bases[p.Schema.Type],
				})
			}
			return t
		}
	}
	return nil
}
