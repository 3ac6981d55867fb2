package render

import (
	"fmt"
	"path"
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

func newLeaf(p *ir.Package) *leaf {
	l := &leaf{Package: p, Types: p.Types, Values: p.Values, alias: map[*ir.Package]string{}}
	taken := map[string]bool{p.Name: true}
	for _, other := range p.Imports {
		name := other.Name
		if taken[name] || reserved(name) {
			name = strings.ReplaceAll(other.Dir, "/", "")
		}
		taken[name] = true
		l.alias[other] = name
	}
	return l
}

// reserved are names that the templates import themselves.
func reserved(name string) bool {
	return slices.Contains([]string{"context", "fmt", "slog", "time", "secret", "transport", "contract", "http"}, name)
}

func (l *leaf) only(keep func(*ir.Type) bool) *leaf {
	part := *l
	part.Types = nil
	for _, t := range l.Types {
		if keep(t) {
			part.Types = append(part.Types, t)
		}
	}
	return &part
}

// Imports are the import lines of the leaves that the shown types use.
func (l *leaf) Imports(withBodies bool) []string {
	var lines []string
	for _, other := range l.Package.Imports {
		used := slices.ContainsFunc(l.Types, func(t *ir.Type) bool { return uses(t, other, withBodies) })
		if !used {
			continue
		}
		line := fmt.Sprintf("%q", other.Import())
		if alias := l.alias[other]; alias != other.Name {
			line = alias + " " + line
		}
		lines = append(lines, line)
	}
	return lines
}

func uses(t *ir.Type, p *ir.Package, _ bool) bool {
	if t.Kind == ir.Alias {
		return t.Target.Pkg == p
	}
	return slices.ContainsFunc(t.Fields, func(f *ir.Field) bool {
		e := f.Type
		for e.Elem != nil {
			e = *e.Elem
		}
		return e.Named != nil && e.Named.Pkg == p
	})
}

// UsesTime reports whether a shown type has a timestamp.
func (l *leaf) UsesTime() bool {
	return slices.ContainsFunc(l.Types, func(t *ir.Type) bool {
		return slices.ContainsFunc(t.Fields, func(f *ir.Field) bool { return f.Type.Base == ir.Time })
	})
}

// Logged are the types that get a LogValue: requests, answers and whatever else holds a secret.
func (l *leaf) Logged() []*ir.Type {
	var list []*ir.Type
	for _, t := range l.Package.Types {
		if t.Kind == ir.Struct && (t.Role != ir.Model || t.Sensitive()) {
			list = append(list, t)
		}
	}
	return list
}

// HasSecrets reports whether any type has a sensitive field.
func (l *leaf) HasSecrets() bool {
	return slices.ContainsFunc(l.Package.Types, (*ir.Type).Sensitive)
}

// Go is the expression's Go syntax, as seen from the leaf.
func (l *leaf) Go(e ir.Expr) string {
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
	case ir.Any:
		text = "any"
	case ir.Named:
		text = l.Name(e.Named)
	case ir.List:
		text = "[]" + l.Go(*e.Elem)
	case ir.Map:
		text = "map[string]" + l.Go(*e.Elem)
	}
	if e.Pointer {
		text = "*" + text
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

// Tag is the field's struct tag.
func (l *leaf) Tag(t *ir.Type, f *ir.Field) string {
	option := ""
	if t.InRequest && !f.Required {
		option = ",omitzero"
	}
	switch f.In {
	case ir.Path:
		return fmt.Sprintf("`json:\"-\" path:%q`", f.Wire)
	case ir.Query:
		return fmt.Sprintf("`json:\"-\" url:%q`", f.Wire+option)
	default:
		return fmt.Sprintf("`json:%q`", f.Wire+option)
	}
}

// SensitiveWires are the names of a request's sensitive fields.
func (l *leaf) SensitiveWires(op *ir.Op) []string {
	var list []string
	for _, f := range op.Request.Fields {
		if f.Sensitive {
			list = append(list, f.Wire)
		}
	}
	return list
}

// Accessor is how programs reach the service.
func (l *leaf) Accessor() string { return accessor(l.Ops[0], l.ExposedOn[0]) }

func accessor(op *ir.Op, product string) string {
	parts := []string{"client", strings.ToUpper(product)}
	for _, word := range op.Service {
		parts = append(parts, names.Go(word))
	}
	return strings.Join(parts, ".")
}

// ServicePath is the part of the path that all operations share.
func (l *leaf) ServicePath() string {
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
	"comment":   comment,
	"sentence":  names.Sentence,
	"private":   names.Private,
	"base":      path.Base,
	"accessor":  accessor,
	"retry":     retryName,
	"upper":     strings.ToUpper,
	"indefinit": indefinite,
	"mask":      mask,
	"goName":    names.Go,
	"codeDoc":   codeDoc,
}

func retryName(class string) string {
	return map[string]string{
		"read": "transport.Read", "write": "transport.Write", "send": "transport.Send", "single-use": "transport.SingleUse",
	}[class]
}

func indefinite(name string) string {
	if strings.ContainsRune("AEIOUM", rune(name[0])) && (name[0] != 'M' || len(name) > 1 && name[1] == 'F') {
		return "an " + name
	}
	return "a " + name
}

// mask is the helper of package secret that masks a field of this type.
func mask(e ir.Expr) string {
	switch {
	case e.Base == ir.List:
		return "MaskList"
	case e.Pointer:
		return "MaskPtr"
	}
	return "Mask"
}
