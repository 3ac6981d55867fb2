package ir

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// builder resolves references between documents while it makes types.
type builder struct {
	docs     map[string]*openapi.Document
	packages map[string]*Package
	types    map[*openapi.Schema]*Type
	values   map[*openapi.Schema]*Values
	schemas  map[string]*openapi.Schema // "b2b/sessions#MemberSession"
	errors   map[string]ErrorCode
}

// Build makes the API of the documents and error codes. It fails on a reference to nothing, on a name that occurs twice
// and on packages that would import each other.
func Build(docs []*openapi.Document, codes []ErrorCode) (*API, error) {
	b := &builder{
		docs: map[string]*openapi.Document{}, packages: map[string]*Package{},
		types: map[*openapi.Schema]*Type{}, values: map[*openapi.Schema]*Values{},
		schemas: map[string]*openapi.Schema{}, errors: map[string]ErrorCode{},
	}
	api := &API{}
	for _, code := range codes {
		code.Name = "Code" + names.Go(code.Code)
		if _, twice := b.errors[code.Code]; twice {
			return nil, fmt.Errorf("errors.yaml: %s occurs twice", code.Code)
		}
		b.errors[code.Code] = code
		api.Errors = append(api.Errors, code)
	}
	for _, doc := range docs {
		b.docs[doc.Path] = doc
		b.declare(doc)
	}
	for _, doc := range docs {
		p, ok := b.packages[doc.Path]
		if !ok {
			continue
		}
		if err := b.fill(p, doc); err != nil {
			return nil, fmt.Errorf("%s.yaml: %w", doc.Path, err)
		}
		api.Packages = append(api.Packages, p)
	}
	slices.SortFunc(api.Packages, func(a, b *Package) int { return strings.Compare(a.Dir, b.Dir) })
	markRequests(api)
	return api, storeys(api)
}

// declare makes the package and its named types, so that references find them in whatever order.
func (b *builder) declare(doc *openapi.Document) {
	for _, s := range doc.Schemas {
		b.schemas[doc.Path+"#"+s.Name] = s
	}
	first, _, _ := strings.Cut(doc.Path, "/")
	if first != "b2b" && first != "b2c" && doc.Path != "shared" {
		return
	}
	p := &Package{Dir: doc.Path, Name: path.Base(doc.Path), Doc: doc.Description, Product: first, ExposedOn: doc.ExposedOn}
	if len(p.ExposedOn) == 0 {
		p.ExposedOn = []string{first}
	}
	b.packages[doc.Path] = p
	for _, s := range doc.Schemas {
		switch {
		case !goType(s):
		case len(s.Values) > 0 && len(s.Enum) == 0:
			b.values[s] = &Values{Pkg: p, Name: s.Name, Doc: s.Description, Constants: constants(s)}
			p.Values = append(p.Values, b.values[s])
		default:
			t := &Type{Pkg: p, Name: s.Name, Doc: s.Description}
			switch {
			case s.Ref != "":
				t.Kind = Alias
			case len(s.Enum) > 0:
				t.Kind, t.Constants = Enum, constants(s)
			}
			b.types[s] = t
			p.Types = append(p.Types, t)
		}
	}
}

// goType tells PascalCase names, which become Go types, from field fragments.
func goType(s *openapi.Schema) bool { return s.Name != "" && s.Name[0] >= 'A' && s.Name[0] <= 'Z' }

func constants(s *openapi.Schema) []Constant {
	var list []Constant
	doc := map[string]string{}
	for _, v := range s.Values {
		doc[v.Value] = v.Description
	}
	all := s.Enum
	if len(all) == 0 {
		for _, v := range s.Values {
			all = append(all, v.Value)
		}
	}
	for _, value := range all {
		list = append(list, Constant{Name: s.Name + names.Go(value), Value: value, Doc: doc[value]})
	}
	return list
}

func (b *builder) fill(p *Package, doc *openapi.Document) error {
	for _, s := range doc.Schemas {
		t, ok := b.types[s]
		if !ok {
			continue
		}
		if err := b.fillType(doc, t, s); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	for _, op := range doc.Operations {
		if err := b.fillOp(p, doc, op); err != nil {
			return fmt.Errorf("%s: %w", op.ID, err)
		}
	}
	return nil
}

func (b *builder) fillType(doc *openapi.Document, t *Type, s *openapi.Schema) error {
	switch t.Kind {
	case Enum:
		return nil
	case Alias:
		_, target, err := b.resolve(doc, s.Ref)
		if err != nil {
			return err
		}
		if t.Target = b.types[target]; t.Target == nil {
			return fmt.Errorf("alias of %s, which is no type", s.Ref)
		}
		return nil
	}
	if s.Type != "object" {
		return fmt.Errorf("type %q cannot be a Go type", s.Type)
	}
	switch {
	case strings.HasSuffix(t.Name, "Request"):
		t.Role = Request
	case strings.HasSuffix(t.Name, "Response"):
		t.Role = Response
	}
	for _, prop := range s.Properties {
		f, err := b.field(doc, prop.Name, prop.Required, prop.Schema)
		if err != nil {
			return err
		}
		t.Fields = append(t.Fields, f)
	}
	return nil
}

func (b *builder) field(doc *openapi.Document, wire string, required bool, s *openapi.Schema) (*Field, error) {
	resolved, owner, err := b.flatten(doc, s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wire, err)
	}
	expr, err := b.expr(owner, resolved)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wire, err)
	}
	f := &Field{
		Name: names.Go(wire), Wire: wire, Required: required, Type: expr,
		Sensitive: resolved.Sensitive, Doc: fieldDoc(resolved, expr, b.packages[doc.Path]),
	}
	if resolved.GoName != "" {
		f.Name = resolved.GoName
	}
	if resolved.Description == "" {
		return nil, fmt.Errorf("%s: no description", wire)
	}
	return f, nil
}

// flatten follows references to field fragments and to lists of values, keeping what the referring schema overrides.
func (b *builder) flatten(doc *openapi.Document, s *openapi.Schema) (*openapi.Schema, *openapi.Document, error) {
	if s.Ref == "" {
		return s, doc, nil
	}
	owner, target, err := b.resolve(doc, s.Ref)
	if err != nil {
		return nil, nil, err
	}
	if b.types[target] != nil {
		if s.Description == "" {
			s.Description = target.Description
		}
		return s, doc, nil
	}
	merged, owner, err := b.flatten(owner, target)
	if err != nil {
		return nil, nil, err
	}
	merged = new(*merged)
	merged.Nullable = merged.Nullable || s.Nullable
	merged.Sensitive = merged.Sensitive || s.Sensitive
	if s.Description != "" {
		merged.Description = s.Description
	}
	if s.Default != "" {
		merged.Default = s.Default
	}
	if s.GoName != "" {
		merged.GoName = s.GoName
	}
	return merged, owner, nil
}

// resolve finds what a reference names, as seen from doc.
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

// expr is the Go type of a flattened schema, before the rules for pointers.
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
		if s.Format == "date-time" {
			return Expr{Base: Time}, nil
		}
		return Expr{Base: String, Values: b.values[b.schemaOf(doc, s)]}, nil
	case "integer":
		return Expr{Base: Int}, nil
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
		elem, err := b.expr(owner, flat)
		return Expr{Base: base, Elem: &elem}, err
	}
	return Expr{}, fmt.Errorf("type %q has no place in Go", s.Type)
}

// schemaOf finds the declared schema that a flattened copy came from.
func (b *builder) schemaOf(doc *openapi.Document, s *openapi.Schema) *openapi.Schema {
	if s.Name == "" {
		return s
	}
	return b.schemas[doc.Path+"#"+s.Name]
}
