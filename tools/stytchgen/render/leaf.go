package render

import (
	"fmt"
	"slices"
	"strings"
	"text/template"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// leaf is a package as its templates see it.
type leaf struct {
	*ir.Package
	Types  []*ir.Type
	Values []*ir.Values
	alias  map[*ir.Package]string
}

// ownImports are the names of what the templates import themselves.
var ownImports = []string{
	"context", "contracttest", "fmt", "iter", "paging", "secret", "shared", "slog", "testing", "time", "transport",
}

func newLeaf(p *ir.Package) *leaf {
	l := &leaf{Package: p, Types: p.Types, Values: p.Values, alias: map[*ir.Package]string{}}
	taken := map[string]bool{p.Name: true}
	for _, name := range ownImports {
		taken[name] = true
	}
	for _, other := range p.Imports {
		name := other.Name
		if taken[name] && other.Dir != "shared" {
			name = other.Alias()
		}
		taken[name] = true
		l.alias[other] = name
	}
	return l
}

// only is the leaf with some of its types.
func (l *leaf) only(keep func(*ir.Type) bool) *leaf {
	part := *l
	part.Types = slices.DeleteFunc(slices.Clone(l.Types), func(t *ir.Type) bool { return !keep(t) })
	return &part
}

// Imports is the import declaration of the file with the shown types.
func (l *leaf) Imports() string { return imports(l.std(), l.leaves()) }

// std are the standard packages that the shown types use.
func (l *leaf) std() []string {
	if l.anyField(func(f *ir.Field) bool { return f.Type.Base == ir.Time || f.Type.Base == ir.Duration }) {
		return []string{`"time"`}
	}
	return nil
}

// leaves are the import lines of the leaves that the shown types use.
func (l *leaf) leaves() []string {
	var lines []string
	for _, other := range l.Package.Imports {
		if slices.ContainsFunc(l.Types, func(t *ir.Type) bool { return t.IsAlias() && t.Target.Pkg == other }) ||
			l.anyField(func(f *ir.Field) bool { t := f.Type.Type(); return t != nil && t.Pkg == other }) {
			lines = append(lines, importLine(l.alias[other], other))
		}
	}
	if l.Dir != "shared" && l.anyField(func(f *ir.Field) bool { return f.Type.Nullable || f.Type.Core().Base == ir.Object }) {
		lines = append(lines, quote(ir.Module+"/shared"))
	}
	return lines
}

// ServiceImports is the import declaration of the file with the service.
func (l *leaf) ServiceImports() string {
	var std []string
	others := []string{quote(ir.Module + "/shared")}
	if len(l.Ops) > 0 {
		std = append(std, `"context"`)
		others = append(others, quote(ir.Module+"/internal/transport"))
	}
	if l.Verifier {
		others = append(others, quote(ir.Module+"/internal/verify"))
	}
	return imports(std, others)
}

// NewVerifier is the call that gets the service its verifier: for its product, or for that of the client where both
// have the service.
func (l *leaf) NewVerifier() string {
	if len(l.ExposedOn) > 1 {
		return "verify.NewForClient(cfg)"
	}
	return "verify.New(cfg, shared.Product" + names.Go(l.Product) + ")"
}

func (l *leaf) anyField(is func(*ir.Field) bool) bool {
	return slices.ContainsFunc(l.Types, func(t *ir.Type) bool { return slices.ContainsFunc(t.Fields, is) })
}

// Printed are the types that get methods to be printed by.
func (l *leaf) Printed() []*ir.Type { return l.only((*ir.Type).PrintsItself).Types }

// WithDurations are the types that get methods for encoders.
func (l *leaf) WithDurations() []*ir.Type { return l.only((*ir.Type).HasDuration).Types }

// Go is the expression's Go syntax, as seen from the leaf.
func (l *leaf) Go(e ir.Expr) string { return l.spell(e, l.Name) }

// spell writes an expression; name says how a named type is called.
func (l *leaf) spell(e ir.Expr, name func(*ir.Type) string) string {
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
		if l.Dir == "shared" {
			text = "Object"
		}
	case ir.Named:
		text = name(e.Named)
	case ir.List:
		text = "[]" + l.spell(*e.Elem, name)
	case ir.Map:
		text = "map[string]" + l.spell(*e.Elem, name)
	}
	switch {
	case e.Pointer:
		return "*" + text
	case e.Nullable:
		return "shared.Nullable[" + text + "]"
	}
	return text
}

// Name is a type's name, as seen from the leaf.
func (l *leaf) Name(t *ir.Type) string {
	if t.Pkg == l.Package {
		return t.Name
	}
	return l.alias[t.Pkg] + "." + t.Name
}

// Tag is the field's struct tag. Lists, maps and times are left out of JSON where they are empty, required ones too: what
// an encoder makes of a nil list differs from the next one's.
func (l *leaf) Tag(t *ir.Type, f *ir.Field) string {
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

// Call is the expression that makes the operation's call.
func (l *leaf) Call(op *ir.Op) string {
	call := fmt.Sprintf("transport.Call[%s](", op.Response.Name)
	args := fmt.Sprintf("ctx, s.cfg, &op%s, req, opts...", op.Name)
	if len(call+args) > 100 {
		args = "\n" + args + ",\n"
	}
	return call + args + ")"
}

// servicePath is the part of the path that all operations share.
func (l *leaf) servicePath() string {
	common := strings.Split(l.Ops[0].Path, "/")
	for _, op := range l.Ops[1:] {
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
	"comment": comment,
	"retry":   retryName,
	"quote":   quote,
	"cell":    cell,
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
