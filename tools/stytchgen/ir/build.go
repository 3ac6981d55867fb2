package ir

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// builder makes the packages and types of an API, and resolves references between documents.
type builder struct {
	docs     map[string]*openapi.Document
	packages map[string]*Package
	types    map[*openapi.Schema]*Type
	values   map[*openapi.Schema]*Values
	schemas  map[string]*openapi.Schema // "b2b/sessions#MemberSession"
	errors   map[string]ErrorCode
}

// Build makes an API from the documents and the error codes. It fails on a dangling reference, on a name that occurs
// twice and on an import cycle.
func Build(docs []*openapi.Document, topics []Topic) (*API, error) {
	b := &builder{
		docs: map[string]*openapi.Document{}, packages: map[string]*Package{},
		types: map[*openapi.Schema]*Type{}, values: map[*openapi.Schema]*Values{},
		schemas: map[string]*openapi.Schema{}, errors: map[string]ErrorCode{},
	}
	api := &API{Topics: topics}
	if err := b.declareErrors(topics); err != nil {
		return nil, fmt.Errorf("errors.yaml: %w", err)
	}
	for _, doc := range docs {
		b.docs[doc.Path] = doc
		if err := b.declare(doc); err != nil {
			return nil, fmt.Errorf("%s.yaml: %w", doc.Path, err)
		}
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
	steps := []func(*API) error{readSearches, markRequests, resolveImports, checkNames, checkAccessors, writeProse}
	for _, step := range steps {
		if err := step(api); err != nil {
			return nil, err
		}
	}
	return api, nil
}

// declare makes the package and its named types without their fields, so that documents can refer to each other.
func (b *builder) declare(doc *openapi.Document) error {
	for _, s := range doc.Schemas {
		b.schemas[doc.Path+"#"+s.Name] = s
	}
	first, _, _ := strings.Cut(doc.Path, "/")
	if first != "b2b" && first != "b2c" && doc.Path != "shared" {
		return nil
	}
	p := &Package{
		Dir: doc.Path, Name: path.Base(doc.Path), Doc: doc.Description, Product: first, ExposedOn: doc.ExposedOn,
		Verifier:    doc.Verifier,
		importedFor: map[*Package]string{},
	}
	if len(p.ExposedOn) == 0 {
		p.ExposedOn = []string{first}
	}
	if first != "shared" && !isSentence(p.Doc) {
		return fmt.Errorf("info: the description is not a sentence")
	}
	b.packages[doc.Path] = p
	for _, s := range doc.Schemas {
		if !isGoType(s) {
			continue
		}
		if err := b.declareType(p, s); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return nil
}

func (b *builder) declareType(p *Package, s *openapi.Schema) error {
	if s.Sensitive || s.In != "" {
		return fmt.Errorf("x-stytch-sensitive and x-stytch-in are for fields")
	}
	if s.Description != "" && !isSentence(s.Description) {
		return fmt.Errorf("the description is not a sentence")
	}
	if len(s.Values) > 0 && len(s.Enum) == 0 {
		b.values[s] = &Values{Pkg: p, Name: s.Name, Doc: s.Description, Constants: constants(s)}
		p.Values = append(p.Values, b.values[s])
		return nil
	}
	t := &Type{Pkg: p, Name: s.Name, Doc: s.Description, Source: s.Source, OmitsEmpty: s.OmitsEmpty}
	switch {
	case s.Ref != "":
		t.Kind = Alias
	case len(s.Enum) > 0:
		t.Kind, t.Constants = Enum, constants(s)
	case strings.HasSuffix(t.Name, "Request"):
		t.Role = Request
	case strings.HasSuffix(t.Name, "Response"):
		t.Role = Response
	}
	if t.Doc == "" && t.Kind != Alias && t.Role == Model {
		return fmt.Errorf("no description")
	}
	b.types[s] = t
	p.Types = append(p.Types, t)
	return nil
}

// isGoType reports whether a schema becomes a Go type. A name in lower case is that of a field fragment.
func isGoType(s *openapi.Schema) bool { return s.Name != "" && s.Name[0] >= 'A' && s.Name[0] <= 'Z' }

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
		list = append(list, Constant{Name: s.Name + cmp.Or(names.Go(value), "Empty"), Value: value, Doc: doc[value]})
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
	for _, op := range doc.ByHand {
		if err := p.addByHand(op); err != nil {
			return fmt.Errorf("info: x-stytch-by-hand: %s: %w", op.ID, err)
		}
	}
	return p.checkPlaces()
}

// checkPlaces fails on x-stytch-in where it has no effect.
func (p *Package) checkPlaces() error {
	for _, t := range p.Types {
		isRequest := slices.ContainsFunc(p.ByHand, func(op *ByHand) bool { return op.Name+"Request" == t.Name })
		for _, f := range t.Fields {
			if f.Schema.In != "" && !isRequest {
				return fmt.Errorf("%s: %s: x-stytch-in is for requests of x-stytch-by-hand", t.Name, f.Wire)
			}
		}
	}
	return nil
}

func (b *builder) fillType(doc *openapi.Document, t *Type, s *openapi.Schema) error {
	switch t.Kind {
	case Struct:
		return b.fillStruct(doc, t, s)
	case Alias:
		_, target, err := b.resolve(doc, s.Ref)
		if err != nil {
			return err
		}
		if t.Target = b.types[target]; t.Target == nil || t.Target.Kind == Alias {
			return fmt.Errorf("alias of %s, which is not a type of its own", s.Ref)
		}
		t.Doc = cmp.Or(t.Doc, target.Description)
	case Enum:
	}
	return nil
}

func (b *builder) fillStruct(doc *openapi.Document, t *Type, s *openapi.Schema) error {
	if s.Type != "object" {
		return fmt.Errorf("type %q cannot be a Go type", s.Type)
	}
	for _, prop := range s.Properties {
		f, err := b.field(doc, prop.Name, prop.Required, prop.Schema)
		if err != nil {
			return fmt.Errorf("%s: %w", prop.Name, err)
		}
		t.Fields = append(t.Fields, f)
	}
	return nil
}

func (b *builder) field(doc *openapi.Document, wire string, required bool, s *openapi.Schema) (*Field, error) {
	resolved, owner, err := b.flatten(doc, s)
	if err != nil {
		return nil, err
	}
	expr, err := b.expr(owner, resolved)
	if err != nil {
		return nil, err
	}
	switch {
	case resolved.Description == "":
		return nil, fmt.Errorf("no description")
	case !isSentence(resolved.Description):
		return nil, fmt.Errorf("the description is not a sentence")
	case resolved.Sensitive && expr.Base != String && (expr.Base != List || expr.Elem.Base != String):
		return nil, fmt.Errorf("x-stytch-sensitive is for strings and lists of strings")
	}
	places := map[string]Place{"": Body, "path": Path, "query": Query}
	place, known := places[resolved.In]
	if !known {
		return nil, fmt.Errorf("x-stytch-in is %q", resolved.In)
	}
	return &Field{
		In: place, Name: cmp.Or(resolved.GoName, names.Go(wire)), Wire: wire, Doc: resolved.Description,
		Required: required, Sensitive: resolved.Sensitive, Deprecated: resolved.Deprecated, Type: expr,
		Schema:   resolved,
		nullable: resolved.Nullable, limits: describeLimits(resolved, expr, b.packages[doc.Path]),
	}, nil
}
