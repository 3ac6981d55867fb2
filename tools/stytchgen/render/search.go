package render

import (
	"fmt"
	"slices"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// Searches reports whether an operation returns pages or has filters.
func (p *goPackage) Searches() bool {
	return slices.ContainsFunc(p.Ops, func(op *ir.Op) bool { return op.Pages != nil || len(op.Filters) > 0 })
}

// SearchImports is the import declaration of the file with iterators and filters.
func (p *goPackage) SearchImports() string {
	var std, others []string
	use := func(t *ir.Type) {
		if t.Pkg != p.Package {
			others = append(others, importLine(p.alias[t.Pkg], t.Pkg))
		}
	}
	for _, op := range p.Ops {
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

// IteratorComment is the comment of the iterator over a search's pages.
func (p *goPackage) IteratorComment(op *ir.Op) string {
	ofNil := "A nil req means all results there are."
	for _, f := range op.Request.Fields {
		if f.Required {
			ofNil = "req must have " + f.Name + "."
		}
	}
	return fmt.Sprintf("%s iterates over all results of %s, from req.%s on. "+ofNil+" "+
		"Each page is one call, with opts. req is not changed.\n"+
		"When a call fails, the iterator yields one error and ends. That is a *[shared.PageError], which wraps the "+
		"cause and has the cursor to resume from. Breaking out of the loop makes no further call.",
		op.Pages.Name, op.Name, op.Pages.Cursor)
}

// Item is the type of a list's elements.
func (p *goPackage) Item(pages *ir.Pages) string { return p.Go(*pages.Items.Type.Elem) }

// Parameters are those of a filter's constructor.
func (p *goPackage) Parameters(f ir.Filter) string {
	return map[string]string{
		"strings": "values ...string", "string": "value string", "boolean": "value bool", "time": "value time.Time",
		"period": "after, before time.Time",
	}[f.Form]
}

// Value is the Go expression for what the API gets as a filter's value.
func (p *goPackage) Value(f ir.Filter) string {
	switch f.Form {
	case "time":
		return "value.UTC().Format(time.RFC3339Nano)"
	case "period":
		return `map[string]string{
			"greater_than": after.UTC().Format(time.RFC3339Nano),
			"less_than":    before.UTC().Format(time.RFC3339Nano),
		}`
	case "strings":
		return "append([]string{}, values...)"
	}
	return "value"
}
