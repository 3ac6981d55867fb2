package ir

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

func (b *builder) fillOp(p *Package, doc *openapi.Document, in *openapi.Operation) error {
	words := strings.Split(in.ID, ".")
	if len(words) < 3 {
		return fmt.Errorf("operationId is not product.service.operation")
	}
	service := words[1 : len(words)-1]
	if dir := words[0] + "/" + strings.Join(mapped(service, names.Package), "/"); dir != p.Dir {
		return fmt.Errorf("operationId belongs into %s.yaml", dir)
	}
	op := &Op{
		Pkg: p, ID: in.ID, Name: names.Go(words[len(words)-1]), Service: service,
		Summary: in.Summary, Doc: in.Description, HTTPMethod: in.Method, Path: in.Path,
		Fraud: doc.Fraud, Caller: in.Caller, Retry: in.Retry, ExactlyOneOf: in.ExactlyOneOf,
	}
	op.Emulator, op.Note, _ = strings.Cut(in.Emulator, ": ")
	if err := b.checkOp(op, in); err != nil {
		return err
	}
	if err := b.bindRequest(op, doc, in); err != nil {
		return err
	}
	var err error
	if op.Response, err = b.bound(doc, in.Response, op.Name+"Response"); err != nil {
		return err
	}
	p.Ops = append(p.Ops, op)
	return nil
}

func (b *builder) checkOp(op *Op, in *openapi.Operation) error {
	if !slices.Contains([]string{"read", "write", "send", "single-use"}, op.Retry) {
		return fmt.Errorf("x-stytch-retry is %q", op.Retry)
	}
	if !slices.Contains([]string{"exact", "approximate", "none"}, op.Emulator) {
		return fmt.Errorf("x-stytch-emulator is %q", op.Emulator)
	}
	if op.Summary == "" {
		return fmt.Errorf("no summary")
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

// bindRequest finds the body's type, or makes one, and puts the parameters before its fields.
func (b *builder) bindRequest(op *Op, doc *openapi.Document, in *openapi.Operation) error {
	if in.Request != nil {
		t, err := b.bound(doc, in.Request, op.Name+"Request")
		if err != nil {
			return err
		}
		op.Request = t
	} else {
		op.Request = &Type{Pkg: op.Pkg, Name: op.Name + "Request", Role: Request}
		op.Pkg.Types = append(op.Pkg.Types, op.Request)
	}
	var params []*Field
	for _, p := range in.Parameters {
		f, err := b.field(doc, p.Name, p.Required, p.Schema)
		if err != nil {
			return err
		}
		switch p.In {
		case "path":
			f.In = Path
			if !strings.Contains(op.Path, "{"+p.Name+"}") {
				return fmt.Errorf("parameter %s is not in the path", p.Name)
			}
		case "query":
			f.In = Query
		default:
			return fmt.Errorf("parameter %s is in %q", p.Name, p.In)
		}
		params = append(params, f)
	}
	if want := strings.Count(op.Path, "{"); want != count(params, Path) {
		return fmt.Errorf("the path has %d parameters, %d are declared", want, count(params, Path))
	}
	op.Request.Fields = append(params, op.Request.Fields...)
	for _, group := range op.ExactlyOneOf {
		for _, wire := range group {
			if !slices.ContainsFunc(op.Request.Fields, func(f *Field) bool { return f.Wire == wire }) {
				return fmt.Errorf("x-stytch-exactly-one-of: no field %s", wire)
			}
		}
	}
	return nil
}

func (b *builder) bound(doc *openapi.Document, s *openapi.Schema, want string) (*Type, error) {
	if s.Ref != "#/components/schemas/"+want {
		return nil, fmt.Errorf("the schema must be a reference to %s in the same file", want)
	}
	_, target, err := b.resolve(doc, s.Ref)
	if err != nil {
		return nil, err
	}
	return b.types[target], nil
}

func count(fields []*Field, in Place) int {
	n := 0
	for _, f := range fields {
		if f.In == in {
			n++
		}
	}
	return n
}

func mapped(in []string, f func(string) string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = f(s)
	}
	return out
}
