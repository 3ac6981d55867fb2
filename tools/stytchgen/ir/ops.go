package ir

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

func (b *builder) fillOp(p *Package, doc *openapi.Document, in *openapi.Operation) error {
	service, name, err := p.parseID(in.ID)
	if err != nil {
		if len(service) == 0 {
			return fmt.Errorf("%s %s: operationId %w", in.Method, in.Path, err)
		}
		return fmt.Errorf("operationId %w", err)
	}
	op := &Op{
		Pkg: p, ID: in.ID, Name: names.Go(name), Service: service, After: in.After,
		Summary: in.Summary, Doc: in.Description, HTTPMethod: in.Method, Path: in.Path,
		Fraud: doc.Fraud, Authorization: in.Authorization, Retry: in.Retry, Repeatable: in.Repeatable,
		spec: in, Source: in.Source,
	}
	op.Emulator, op.Note, _ = strings.Cut(in.Emulator, ": ")
	for _, other := range p.Ops {
		switch {
		case other.ID == op.ID:
			return fmt.Errorf("operationId occurs twice: %s %s and %s %s",
				other.HTTPMethod, other.Path, in.Method, in.Path)
		case other.Name == op.Name:
			return fmt.Errorf("%s is the Go name of %s too", op.Name, other.ID)
		}
	}
	if err := b.checkOp(op, in); err != nil {
		return err
	}
	if op.Response, err = b.bodyType(doc, in.Response, op.Name+"Response"); err != nil {
		return fmt.Errorf("response 200: %w", err)
	}
	if err := b.bindRequest(op, doc, in); err != nil {
		return err
	}
	if err := op.setExactlyOneOf(in.ExactlyOneOf); err != nil {
		return fmt.Errorf("x-stytch-exactly-one-of: %w", err)
	}
	if err := op.setPermissions(in.Permissions); err != nil {
		return fmt.Errorf("x-stytch-permissions: %w", err)
	}
	p.Ops = append(p.Ops, op)
	return nil
}

// parseID splits an operation id into the service's path and the operation's name. The product and the path must be the
// package's.
func (p *Package) parseID(id string) (service []string, name string, err error) {
	words := strings.Split(id, ".")
	if len(words) < 3 {
		return nil, "", fmt.Errorf("is not product.service.operation")
	}
	service = words[1 : len(words)-1]
	if dir := words[0] + "/" + names.Package(strings.Join(service, "/")); dir != p.Dir {
		return service, "", fmt.Errorf("belongs in %s.yaml", dir)
	}
	return service, words[len(words)-1], nil
}

// retryClasses are the values of x-stytch-retry.
var retryClasses = []string{"read", "write", "send", "single-use"}

func (b *builder) checkOp(op *Op, in *openapi.Operation) error {
	switch {
	case !slices.Contains(retryClasses, op.Retry):
		return fmt.Errorf("x-stytch-retry is %q", op.Retry)
	case op.Repeatable && op.Retry != "write":
		return fmt.Errorf("x-stytch-repeatable is for writes only")
	case op.After != "" && (!token.IsIdentifier(op.After) || token.IsExported(op.After)):
		return fmt.Errorf("x-stytch-after: %q is not an unexported Go name", op.After)
	case !slices.Contains([]string{"exact", "approximate", "none"}, op.Emulator):
		return fmt.Errorf("x-stytch-emulator is %q", op.Emulator)
	case (op.Emulator == "approximate") != (op.Note != ""):
		return fmt.Errorf("x-stytch-emulator: a note goes with approximate and with nothing else")
	case !isSentence(op.Summary) || op.Doc != "" && !isSentence(op.Doc):
		return fmt.Errorf("summary or description is not a sentence")
	case in.Request != nil && (op.HTTPMethod == "GET" || op.HTTPMethod == "DELETE"):
		return fmt.Errorf("%s has no body", op.HTTPMethod)
	}
	for _, code := range in.Errors {
		known, ok := b.errors[code]
		if !ok {
			return fmt.Errorf("x-stytch-errors: %s is not in errors.yaml", code)
		}
		op.Errors = append(op.Errors, known)
	}
	return nil
}

// bindRequest finds the request's type, or makes one where there is no body, and puts the parameters before its fields.
func (b *builder) bindRequest(op *Op, doc *openapi.Document, in *openapi.Operation) error {
	want := op.Name + "Request"
	if in.Request != nil {
		t, err := b.bodyType(doc, in.Request, want)
		if err != nil {
			return fmt.Errorf("requestBody: %w", err)
		}
		op.Request = t
	} else {
		if b.schemas[doc.Path+"#"+want] != nil {
			return fmt.Errorf("%s is a schema, but there is no requestBody", want)
		}
		op.Request = &Type{Pkg: op.Pkg, Name: want, Role: Request}
		at := slices.Index(op.Pkg.Types, op.Response)
		op.Pkg.Types = slices.Insert(op.Pkg.Types, at, op.Request)
	}
	var params []*Field
	for _, p := range in.Parameters {
		f, err := b.field(doc, p.Name, p.Required, p.Schema)
		if err != nil {
			return fmt.Errorf("parameter %s: %w", p.Name, err)
		}
		if err := setPlace(op, f, p.In); err != nil {
			return fmt.Errorf("parameter %s: %w", p.Name, err)
		}
		params = append(params, f)
	}
	for _, name := range parameters(op.Path) {
		if !slices.ContainsFunc(params, func(f *Field) bool { return f.In == Path && f.Wire == name }) {
			return fmt.Errorf("parameter %s of the path is not declared", name)
		}
	}
	op.Request.Fields = append(params, op.Request.Fields...)
	return nil
}

// setPlace sets the place of a parameter, and fails where path or query cannot carry its type.
func setPlace(op *Op, f *Field, in string) error {
	switch in {
	case "path":
		f.In = Path
	case "query":
		f.In = Query
	default:
		return fmt.Errorf("in is %q", in)
	}
	scalar := f.Type.Base == String || f.Type.Base == Int || f.Type.Base == Bool ||
		f.Type.Base == Named && f.Type.Named.Kind == Enum
	switch {
	case f.nullable:
		return fmt.Errorf("null is for bodies")
	case f.In == Query && !scalar:
		return fmt.Errorf("a query has scalars only")
	case f.In == Path && (f.Type.Base != String || !f.Required):
		return fmt.Errorf("a part of the path is a required string")
	case f.In == Path && !strings.Contains(op.Path, "{"+f.Wire+"}"):
		return fmt.Errorf("not in the path")
	}
	return nil
}

// bodyType is the type of a body, which must have the wanted name and be declared in the same file.
func (b *builder) bodyType(doc *openapi.Document, s *openapi.Schema, want string) (*Type, error) {
	if s.Ref != "#/components/schemas/"+want {
		return nil, fmt.Errorf("the schema must be a reference to %s in the same file", want)
	}
	_, target, err := b.resolve(doc, s.Ref)
	if err != nil {
		return nil, err
	}
	t := b.types[target]
	if t == nil || t.Kind != Struct {
		return nil, fmt.Errorf("%s is not an object", want)
	}
	return t, nil
}

// setExactlyOneOf takes the wire names of fields that exclude each other.
func (op *Op) setExactlyOneOf(groups [][]string) error {
	for _, group := range groups {
		if len(group) < 2 {
			return fmt.Errorf("a list of fewer than two fields")
		}
		var fields []string
		for _, wire := range group {
			i := slices.IndexFunc(op.Request.Fields, func(f *Field) bool { return f.Wire == wire })
			if i < 0 {
				return fmt.Errorf("no field %s", wire)
			}
			fields = append(fields, op.Request.Fields[i].Name)
		}
		op.ExactlyOneOf = append(op.ExactlyOneOf, fields)
	}
	return nil
}

// setPermissions takes what a caller's session needs. An operation that takes such a session says so.
func (op *Op) setPermissions(permissions []openapi.Permission) error {
	if (len(permissions) > 0) != op.Authorization {
		return fmt.Errorf("they go with x-stytch-caller-session and with nothing else")
	}
	for _, p := range permissions {
		is := func(f *Field) bool { return f.Wire == p.Field }
		known := p.Field == "" || slices.ContainsFunc(op.Request.Fields, is)
		if p.Resource == "" || p.Action == "" || !known {
			return fmt.Errorf("%+v has no resource or no action, or names no field of the request", p)
		}
		op.Permissions = append(op.Permissions, Permission(p))
	}
	return nil
}
