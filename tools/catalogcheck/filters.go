package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// filterTypes are the JSON types of filter values in the catalogue, by the specification's.
var filterTypes = map[string]string{
	"strings": "array<string>", "string": "string", "boolean": "boolean", "time": "string",
	"period": "object{greater_than:string,less_than:string}",
}

// searches compares the filters of each search. It also reports filters of operations that are no search in the
// catalogue.
func (c *checker) searches(filters *Filters, operations map[string]*ir.Op) {
	known := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(filters.Searches)) {
		search := filters.Searches[key]
		id := search.Product + "." + search.Operation
		known[id] = true
		var have []ir.Filter
		if op := operations[id]; op != nil {
			have = op.Filters
		} else {
			c.differ("operation", id, "a search", "")
		}
		c.filters(id, search.Filters, have)
	}
	for _, id := range slices.Sorted(maps.Keys(operations)) {
		if !known[id] {
			c.filters(id, nil, operations[id].Filters)
		}
	}
}

func (c *checker) filters(id string, want []Filter, have []ir.Filter) {
	known := map[string]bool{}
	for _, w := range want {
		known[w.Name] = true
		at := slices.IndexFunc(have, func(f ir.Filter) bool { return f.Wire == w.Name })
		c.count.filters.add(at >= 0)
		if at < 0 {
			c.differ("filter", id+"."+w.Name, w.Value, "")
			continue
		}
		value := w.Value
		if strings.HasPrefix(value, "enum{") {
			value = "string"
		}
		c.same("filter", id+"."+w.Name, value, filterTypes[have[at].Form])
	}
	for _, f := range have {
		if !known[f.Wire] {
			c.differ("filter", id+"."+f.Wire, "", filterTypes[f.Form])
		}
	}
}
