package render

import (
	"fmt"
	"slices"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// Searches reports whether an operation comes in pages or has filters.
func (l *leaf) Searches() bool {
	return slices.ContainsFunc(l.Ops, func(op *ir.Op) bool { return op.Pages != nil || len(op.Filters) > 0 })
}

// SearchImports is the import declaration of the file with iterators and filters.
func (l *leaf) SearchImports() string {
	var std, others []string
	use := func(t *ir.Type) {
		if t.Pkg != l.Package {
			others = append(others, importLine(l.alias[t.Pkg], t.Pkg))
		}
	}
	for _, op := range l.Ops {
		if op.Pages != nil {
			std = append(std, `"context"`, `"iter"`)
			others = append(others, quote(ir.Module+"/internal/paging"), quote(ir.Module+"/shared"))
			use(op.Pages.Items.Type.Type())
		}
		for _, f := range op.Filters {
			use(op.Operand)
			if f.Form == "time" || f.Form == "period" {
				std = append(std, `"time"`)
			}
		}
	}
	return imports(std, others)
}

// Item is the type of a list's elements.
func (l *leaf) Item(p *ir.Pages) string { return l.Go(*p.Items.Type.Elem) }

// Parameters and Value are how a filter's constructor takes its value, and what the API gets.
func (l *leaf) Parameters(f ir.Filter) string {
	return map[string]string{
		"strings": "values ...string", "string": "value string", "boolean": "value bool", "time": "value time.Time",
		"period": "after, before time.Time",
	}[f.Form]
}

// Value is the expression of a filter's value.
func (l *leaf) Value(f ir.Filter) string {
	switch f.Form {
	case "time":
		return "value.UTC().Format(time.RFC3339)"
	case "period":
		return fmt.Sprintf("map[string]string{\n%q: %s,\n%q: %s,\n}",
			"greater_than", "after.UTC().Format(time.RFC3339)", "less_than", "before.UTC().Format(time.RFC3339)")
	case "strings":
		return "append([]string{}, values...)"
	}
	return "value"
}
