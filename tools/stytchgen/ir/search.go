package ir

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// readSearches reads x-stytch-pages and x-stytch-filters. All types must have their fields.
func readSearches(api *API) error {
	for _, p := range api.Packages {
		for _, op := range p.Ops {
			if err := op.search(); err != nil {
				return fmt.Errorf("%s.yaml: %s: %w", p.Dir, op.ID, err)
			}
		}
	}
	return nil
}

func (op *Op) search() error {
	if in := op.spec.Pages; in != nil {
		if err := op.pages(*in); err != nil {
			return fmt.Errorf("x-stytch-pages: %w", err)
		}
	}
	if in := op.spec.Filters; len(in) > 0 {
		if err := op.filters(in); err != nil {
			return fmt.Errorf("x-stytch-filters: %w", err)
		}
	}
	return nil
}

func (op *Op) pages(in openapi.Pages) error {
	cursor, items := op.Request.field("cursor"), op.Response.field(in.Items)
	switch {
	case cursor == nil || cursor.Required || cursor.Type.Base != String:
		return fmt.Errorf("the request has no optional cursor")
	case items == nil || items.Type.Base != List || items.Type.Elem.Base != Named:
		return fmt.Errorf("%q is not a list of objects in the response", in.Items)
	}
	op.Pages = &Pages{Name: op.Name + "All", Cursor: cursor.Name, Items: items}
	at := op.Response
	var path []string
	for word := range strings.SplitSeq(in.Next, ".") {
		if at == nil {
			return fmt.Errorf("there is no %q in the response", in.Next)
		}
		f := resolveAlias(at).field(word)
		if f == nil || f.Type.Base != String && (f.Type.Base != Named || !f.Required) {
			return fmt.Errorf("there is no %q in the response", in.Next)
		}
		path = append(path, f.Name)
		at = f.Type.Named
	}
	op.Pages.Next = strings.Join(path, ".")
	return nil
}

// filterForms are the values of type in x-stytch-filters.
var filterForms = []string{"strings", "string", "boolean", "time", "period"}

func (op *Op) filters(list []openapi.Filter) error {
	query := op.Request.field("query")
	if query == nil || query.Type.Named == nil {
		return fmt.Errorf("the request has no query")
	}
	operands := resolveAlias(query.Type.Named).field("operands")
	if operands == nil || operands.Type.Type() == nil {
		return fmt.Errorf("the query has no operands")
	}
	op.Operand = operands.Type.Type()
	if name, value := op.Operand.field("filter_name"), op.Operand.field("filter_value"); name == nil || value == nil {
		return fmt.Errorf("an operand has no filter_name and filter_value")
	}
	for _, f := range list {
		switch {
		case !slices.Contains(filterForms, f.Type):
			return fmt.Errorf("%s: type is %q", f.Name, f.Type)
		case !isSentence(f.Description):
			return fmt.Errorf("%s: the description is not a sentence", f.Name)
		}
		op.Filters = append(op.Filters, Filter{
			Name: "Filter" + names.Go(strings.TrimPrefix(f.Name, singular(op.Pkg.Name)+"_")),
			Wire: f.Name, Doc: f.Description, Form: f.Type,
		})
	}
	return nil
}

func singular(name string) string { return strings.TrimSuffix(name, "s") }

func (t *Type) field(wire string) *Field {
	for _, f := range t.Fields {
		if f.Wire == wire {
			return f
		}
	}
	return nil
}
