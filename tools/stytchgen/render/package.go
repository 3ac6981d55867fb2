package render

import (
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// goPackage is a package as its templates see it.
type goPackage struct {
	*ir.Package

	// alias has the names under which files of the package import others.
	alias map[*ir.Package]string
}

// templateImports are the names of the packages that the templates import.
var templateImports = []string{
	"context", "contracttest", "fmt", "iter", "paging", "secret", "shared", "slog", "testing", "time", "transport",
}

func newPackage(from *ir.Package) *goPackage {
	p := &goPackage{Package: from, alias: map[*ir.Package]string{}}
	taken := map[string]bool{from.Name: true}
	for _, name := range templateImports {
		taken[name] = true
	}
	for _, other := range from.Imports {
		name := other.Name
		if taken[name] && other.Dir != "shared" {
			name = other.Alias()
		}
		taken[name] = true
		p.alias[other] = name
	}
	return p
}

// Imports is the import declaration of the file with the types.
func (p *goPackage) Imports() string { return imports(p.standardImports(), p.sdkImports()) }

// standardImports are the import lines of the standard packages that the types use.
func (p *goPackage) standardImports() []string {
	if p.anyField(func(f *ir.Field) bool { return f.Type.Base == ir.Time || f.Type.Base == ir.Duration }) {
		return []string{`"time"`}
	}
	return nil
}

// sdkImports are the import lines of the SDK's packages that the types use.
func (p *goPackage) sdkImports() []string {
	var lines []string
	for _, other := range p.Package.Imports {
		if slices.ContainsFunc(p.Types, func(t *ir.Type) bool { return t.IsAlias() && t.Target.Pkg == other }) ||
			p.anyField(func(f *ir.Field) bool { t := f.Type.Type(); return t != nil && t.Pkg == other }) {
			lines = append(lines, importLine(p.alias[other], other))
		}
	}
	usesShared := func(f *ir.Field) bool { return f.Type.Nullable || f.Type.Core().Base == ir.Object }
	if p.Dir != "shared" && p.anyField(usesShared) {
		lines = append(lines, quote(ir.Module+"/shared"))
	}
	return lines
}

// ServiceImports is the import declaration of the file with the service.
func (p *goPackage) ServiceImports() string {
	var std []string
	others := []string{quote(ir.Module + "/shared")}
	if len(p.Ops) > 0 {
		std = append(std, `"context"`)
		others = append(others, quote(ir.Module+"/internal/transport"))
	}
	if p.Verifier {
		others = append(others, quote(ir.Module+"/internal/verify"))
	}
	return imports(std, others)
}

// NewVerifier is the call that creates the service's verifier: for the product of the service, or for that of cfg where
// both products have it.
func (p *goPackage) NewVerifier() string {
	if len(p.ExposedOn) > 1 {
		return "verify.New(cfg, verify.ConfigProduct)"
	}
	return "verify.New(cfg, shared.Product" + names.Go(p.Product) + ")"
}

func (p *goPackage) anyField(is func(*ir.Field) bool) bool {
	return slices.ContainsFunc(p.Types, func(t *ir.Type) bool { return slices.ContainsFunc(t.Fields, is) })
}

func (p *goPackage) typesThat(hold func(*ir.Type) bool) []*ir.Type {
	return slices.DeleteFunc(slices.Clone(p.Types), func(t *ir.Type) bool { return !hold(t) })
}

// Printed are the types that get Format and LogValue: package fmt would show the secrets of a struct, and the address
// of one in a list of pointers.
func (p *goPackage) Printed() []*ir.Type {
	return p.typesThat(func(t *ir.Type) bool { return t.Kind == ir.Struct })
}

// WithDurations are the types that get MarshalJSON and UnmarshalJSON.
func (p *goPackage) WithDurations() []*ir.Type { return p.typesThat((*ir.Type).HasDuration) }

// Go is the expression's Go syntax in files of the package.
func (p *goPackage) Go(e ir.Expr) string { return p.typeExpr(e, p.Name) }

// typeExpr is the expression's Go syntax; name returns the name of a declared type.
func (p *goPackage) typeExpr(e ir.Expr, name func(*ir.Type) string) string {
	text := ""
	switch e.Base {
	case ir.String:
		text = "string"
	case ir.Int:
		text = "int"
	case ir.Bool:
		text = "bool"
	case ir.Time:
		text = "time.Time"
	case ir.Duration:
		text = "time.Duration"
	case ir.Any:
		text = "any"
	case ir.Object:
		text = "shared.Object"
		if p.Dir == "shared" {
			text = "Object"
		}
	case ir.Named:
		text = name(e.Named)
	case ir.List:
		text = "[]" + p.typeExpr(*e.Elem, name)
	case ir.Map:
		text = "map[string]" + p.typeExpr(*e.Elem, name)
	}
	switch {
	case e.Pointer:
		return "*" + text
	case e.Nullable:
		return "shared.Nullable[" + text + "]"
	}
	return text
}

// Name is a type's name in files of the package.
func (p *goPackage) Name(t *ir.Type) string {
	if t.Pkg == p.Package {
		return t.Name
	}
	return p.alias[t.Pkg] + "." + t.Name
}

// Tag is the field's struct tag. Empty lists, maps and times are left out of JSON, required ones too: encoders differ
// in what they make of a nil list.
func (p *goPackage) Tag(t *ir.Type, f *ir.Field) string {
	var words []string
	if f.Sensitive {
		words = append(words, "secret")
	}
	name := f.Wire
	if !f.Required || f.Type.IsCollection() || f.Type.Base == ir.Time {
		name += ",omitzero"
		if f.Required && t.Role == ir.Request {
			words = append(words, "required")
		}
	}
	tag := fmt.Sprintf("json:%q", name)
	switch f.In {
	case ir.Body:
	case ir.Path:
		tag += fmt.Sprintf(" path:%q", f.Wire)
	case ir.Query:
		option := ""
		if f.Type.Base == ir.List {
			option = ",space"
		}
		tag += fmt.Sprintf(" url:%q", f.Wire+option)
	}
	if len(words) > 0 {
		tag += fmt.Sprintf(" stytch:%q", strings.Join(words, ","))
	}
	return "`" + tag + "`"
}

// Call is the expression that calls the operation.
func (p *goPackage) Call(op *ir.Op) string {
	args := fmt.Sprintf("ctx, s.cfg, &op%s, req, (*%s)(nil), opts...", op.Name, op.Response.Name)
	if len("\tresp, err := transport.Do("+args+")")+3 > width {
		args = "\n" + args + ",\n"
	}
	return "transport.Do(" + args + ")"
}

// Signature is the head of a method that makes calls, up to its opening brace.
func (p *goPackage) Signature(method, request, results string) string {
	params := fmt.Sprintf("ctx context.Context, req *%s, opts ...shared.RequestOption", request)
	if line := fmt.Sprintf("func (s *Service) %s(%s) %s {", method, params, results); len(line) <= width {
		return line
	}
	return fmt.Sprintf("func (s *Service) %s(\n%s,\n) %s {", method, params, results)
}

// servicePath is the beginning that the paths of all operations share, up to the first parameter.
func (p *goPackage) servicePath() string {
	common := strings.Split(p.Ops[0].Path, "/")
	for _, op := range p.Ops[1:] {
		parts := strings.Split(op.Path, "/")
		n := 0
		for n < len(common) && n < len(parts) && common[n] == parts[n] {
			n++
		}
		common = common[:n]
	}
	if i := slices.IndexFunc(common, func(s string) bool { return strings.HasPrefix(s, "{") }); i >= 0 {
		common = common[:i]
	}
	return strings.Join(common, "/")
}

var funcs = template.FuncMap{
	"comment":   comment,
	"retry":     retryName,
	"quote":     quote,
	"cell":      cell,
	"plain":     plain,
	"errorName": errorName,
}

func quote(s string) string { return fmt.Sprintf("%q", s) }

// cell makes text fit for a cell of a Markdown table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}

func retryName(class string) string {
	return map[string]string{
		"read":       "transport.Read",
		"write":      "transport.Write",
		"send":       "transport.Send",
		"single-use": "transport.SingleUse",
	}[class]
}
