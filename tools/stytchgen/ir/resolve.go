package ir

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// maxFragments bounds a chain of references, so that a cycle is found.
const maxFragments = 16

// flatten follows references to field fragments and to lists of values, and keeps what the referring schema overrides.
// It also returns the document to which references in the result are relative.
func (b *builder) flatten(doc *openapi.Document, s *openapi.Schema) (*openapi.Schema, *openapi.Document, error) {
	return b.follow(doc, s, 0)
}

func (b *builder) follow(
	doc *openapi.Document, s *openapi.Schema, depth int,
) (*openapi.Schema, *openapi.Document, error) {
	if s.Ref == "" {
		return s, doc, nil
	}
	if depth == maxFragments {
		return nil, nil, fmt.Errorf("%s refers to itself", s.Ref)
	}
	owner, target, err := b.resolve(doc, s.Ref)
	if err != nil {
		return nil, nil, err
	}
	if b.types[target] != nil {
		named := new(*s)
		named.Description = cmp.Or(s.Description, target.Description)
		return named, doc, nil
	}
	merged, owner, err := b.follow(owner, target, depth+1)
	if err != nil {
		return nil, nil, err
	}
	merged = new(*merged)
	merged.Nullable = merged.Nullable || s.Nullable
	merged.Sensitive = merged.Sensitive || s.Sensitive
	merged.Description = cmp.Or(s.Description, merged.Description)
	merged.Default = cmp.Or(s.Default, merged.Default)
	merged.GoName = cmp.Or(s.GoName, merged.GoName)
	merged.In = cmp.Or(s.In, merged.In)
	merged.Source = cmp.Or(s.Source, merged.Source)
	return merged, owner, nil
}

// resolve finds the schema that a reference in doc names, and its document.
func (b *builder) resolve(doc *openapi.Document, ref string) (*openapi.Document, *openapi.Schema, error) {
	file, fragment, ok := strings.Cut(ref, "#/components/schemas/")
	if !ok {
		return nil, nil, fmt.Errorf("%s is not a reference to a schema", ref)
	}
	where := doc.Path
	if file != "" {
		where = strings.TrimSuffix(path.Join(path.Dir(doc.Path), file), ".yaml")
	}
	s := b.schemas[where+"#"+fragment]
	if s == nil {
		return nil, nil, fmt.Errorf("%s does not exist", ref)
	}
	return b.docs[where], s, nil
}

// expr is the Go type of a flattened schema. Pointer and Nullable are set later, by markRequests.
func (b *builder) expr(doc *openapi.Document, s *openapi.Schema) (Expr, error) {
	if s.Ref != "" {
		_, target, err := b.resolve(doc, s.Ref)
		if err != nil {
			return Expr{}, err
		}
		return Expr{Base: Named, Named: b.types[target]}, nil
	}
	switch s.Type {
	case "string":
		return b.stringExpr(doc, s)
	case "integer":
		return integerExpr(s)
	case "boolean":
		return Expr{Base: Bool}, nil
	case "":
		return Expr{Base: Any}, nil
	case "array", "object":
		base, part := List, s.Items
		if s.Type == "object" {
			base, part = Map, s.Map
		}
		if part == nil || len(s.Properties) > 0 {
			return Expr{}, fmt.Errorf("an inline %s needs items or additionalProperties and no properties", s.Type)
		}
		flat, owner, err := b.flatten(doc, part)
		if err != nil {
			return Expr{}, err
		}
		if flat.Sensitive || flat.In != "" {
			return Expr{}, fmt.Errorf("x-stytch-sensitive and x-stytch-in belong on the field, not on its parts")
		}
		elem, err := b.expr(owner, flat)
		if base == Map && elem.Base == Any {
			return Expr{Base: Object}, err
		}
		return Expr{Base: base, Elem: &elem}, err
	}
	return Expr{}, fmt.Errorf("type %q has no place in Go", s.Type)
}

func integerExpr(s *openapi.Schema) (Expr, error) {
	switch s.Format {
	case "duration":
		return Expr{Base: Duration}, nil
	case "":
		return Expr{Base: Int}, nil
	}
	return Expr{}, fmt.Errorf("format %q has no meaning here", s.Format)
}

func (b *builder) stringExpr(doc *openapi.Document, s *openapi.Schema) (Expr, error) {
	switch s.Format {
	case "date-time":
		return Expr{Base: Time}, nil
	case "":
	default:
		return Expr{}, fmt.Errorf("format %q has no meaning here", s.Format)
	}
	v := b.values[b.schemas[doc.Path+"#"+s.Name]] // s may be a copy
	if v == nil && len(s.Enum)+len(s.Values) > 0 {
		return Expr{}, fmt.Errorf("a string with documented values must be a schema with a name in PascalCase")
	}
	return Expr{Base: String, Values: v}, nil
}
