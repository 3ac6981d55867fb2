package render

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// served is the emulator's view of the operations.
type served struct {
	Ops []servedOp
	// OmitsEmpty are types of which the API leaves out what is empty.
	OmitsEmpty []string
	// NullWhenEmpty are fields that the API sends as null where they have no value.
	NullWhenEmpty []nullField

	imports []string
}

type nullField struct{ Type, Wire string }

type servedOp struct {
	// Name is the Go name, as in "B2BSessionsRevoke".
	Name, ID, Method, Path string
	// Package is the name under which the package of Request and Response is imported.
	Package, Request, Response string
	Permissions                []ir.Permission
	// Errors are Go names.
	Errors []string
}

func newServed(api *ir.API) *served {
	s := &served{}
	imported := map[*ir.Package]bool{}
	use := func(p *ir.Package) string {
		alias := strings.ReplaceAll(p.Dir, "/", "")
		if !imported[p] {
			imported[p] = true
			s.imports = append(s.imports, importLine(alias, p))
		}
		return alias
	}
	for _, op := range allOps(api) {
		o := servedOp{
			ID: op.Pkg.Label(op.ID), Method: op.HTTPMethod, Path: op.Path, Permissions: op.Permissions,
			Package: use(op.Pkg), Request: op.Request.Name, Response: op.Response.Name,
		}
		for word := range strings.SplitSeq(o.ID, ".") {
			o.Name += names.Go(word)
		}
		for _, e := range op.Errors {
			o.Errors = append(o.Errors, errorName(e))
		}
		s.Ops = append(s.Ops, o)
	}
	for _, p := range api.Packages {
		for _, t := range p.Types {
			if t.OmitsEmpty {
				s.OmitsEmpty = append(s.OmitsEmpty, use(p)+"."+t.Name)
			}
			for _, f := range t.Fields {
				if !t.IsRequest() && f.Schema != nil && isNullWhenEmpty(f.Schema) {
					s.NullWhenEmpty = append(s.NullWhenEmpty, nullField{use(p) + "." + t.Name, f.Wire})
				}
			}
		}
	}
	slices.Sort(s.OmitsEmpty)
	return s
}

// isNullWhenEmpty reports whether the API sends null for a field without a value. The other Go types of fields that can
// be null have a null of their own.
func isNullWhenEmpty(s *openapi.Schema) bool {
	return s.NullWhenEmpty || s.Nullable && s.Type == "string" && s.Format == ""
}

// Imports is the import declaration.
func (s *served) Imports() string { return imports([]string{quote("reflect")}, s.imports) }

// errorName is the Go name of an error_type's value in the emulator.
func errorName(e ir.ErrorCode) string { return "Err" + strings.TrimPrefix(e.Name, "Code") }

// plain is prose without the marks around names.
func plain(prose string) string { return strings.ReplaceAll(prose, "`", "") }
