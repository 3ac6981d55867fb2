package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// checker compares the catalogue with the specification and collects the differences.
type checker struct {
	catalogue   *Catalogue
	differences []Difference
	count       counts

	// pairs are the types that were compared with each other. One type of the catalogue may stand for several here.
	pairs    map[pair]bool
	matched  map[*ir.Type]bool // types of the specification that the catalogue has
	accepted map[*ir.Type]bool // types of the specification that only x-stytch-source explains
	found    map[string]bool   // types of the catalogue that the specification has
	values   map[any]*values   // by *ir.Type or *ir.Values
	counted  map[string]bool   // places whose lists of values are in count
	excepted map[int]bool      // exceptions of the rules for secrets that were needed
}

type pair struct {
	name string
	t    *ir.Type
}

// counts says how much was compared.
type counts struct {
	operations, params, response, types, fields, values, filters tally

	retries, secrets, errors, code tally
}

// tally counts catalogue entries: all, and those found in api/.
type tally struct{ found, all int }

func (t tally) String() string { return fmt.Sprintf("%d of %d", t.found, t.all) }

// add counts one thing.
func (t *tally) add(found bool) {
	t.all++
	if found {
		t.found++
	}
}

// facts are the files of conformance/catalog, without the reasons.
type facts struct {
	catalogue *Catalogue
	filters   *Filters
	errors    *Errors
	decisions *Decisions
}

// compare returns every difference between the catalogue and the specification, in the order of the catalogue. found is
// what the hand-written Go files call.
func compare(f facts, api *ir.API, errorBody *ir.Type, found *handWritten) ([]Difference, counts) {
	c := &checker{
		catalogue: f.catalogue, pairs: map[pair]bool{}, matched: map[*ir.Type]bool{}, accepted: map[*ir.Type]bool{},
		found: map[string]bool{}, values: map[any]*values{}, counted: map[string]bool{},
		excepted: map[int]bool{},
	}
	operations := map[string]*ir.Op{}
	for _, p := range api.Packages {
		for _, op := range p.Ops {
			operations[op.ID] = op
			c.matched[op.Request], c.matched[op.Response] = true, true
		}
	}
	ids := map[string]bool{}
	for _, s := range f.catalogue.Services {
		for _, want := range s.Operations {
			id := s.id(want.Name)
			ids[id] = true
			op, ok := operations[id]
			c.count.operations.add(ok)
			if !ok {
				c.differ("operation", id, want.HTTPMethod+" "+want.Path, "")
				continue
			}
			c.operation(s, want, op)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(operations)) {
		switch op := operations[id]; {
		case ids[id]:
		case op.Source != "":
			c.accept(op.Request)
			c.accept(op.Response)
		default:
			c.differ("operation", id, "", op.HTTPMethod+" "+op.Path)
		}
	}
	c.searches(f.filters, operations)
	if errorBody != nil {
		c.object("shared.StytchError", errorBody)
	}
	c.remainingTypes(api)
	c.remainingValues(api)
	c.retries(&f.decisions.Retry, api)
	c.errorTypes(f.errors, f.decisions, api)
	c.byHand(f.decisions, api, found)
	c.secrets(&f.decisions.Secrets, api)
	return c.differences, c.count
}

// differ records a difference. A side that lacks something is empty.
func (c *checker) differ(kind, where, catalogue, api string) {
	d := Difference{Kind: kind, Where: where, Catalogue: catalogue, API: api}
	if !slices.Contains(c.differences, d) {
		c.differences = append(c.differences, d)
	}
}

// same records a difference if the sides are not equal.
func (c *checker) same(kind, where, catalogue, api string) {
	if catalogue != api {
		c.differ(kind, where, catalogue, api)
	}
}

func (c *checker) operation(s Service, want Operation, op *ir.Op) {
	id := op.ID
	c.same("method", id, want.HTTPMethod, op.HTTPMethod)
	c.same("path", id, want.Path, op.Path)
	host := "auth"
	if op.Fraud {
		host = "fraud"
	}
	c.same("host", id, want.Base, host)
	c.same("caller session", id, fmt.Sprint(want.CallerSession), fmt.Sprint(op.Authorization))
	c.same("clients", id, sorted(s.ExposedOn), sorted(op.Pkg.ExposedOn))
	c.spelling("accessor", id, s.GoAccessor, accessor(op))
	c.spelling("go method", id, want.GoMethod, op.Name)
	c.same("exactly one of", id, alternatives(want.ExactlyOneOf), exclusiveFields(op))
	c.fields(id+".request", want.Params, op.Request.Fields, &c.count.params)
	c.fields(id+".response", want.Response, op.Response.Fields, &c.count.response)
}

// accessor is the accessor of the operation's service below the product.
func accessor(op *ir.Op) string {
	words := make([]string, len(op.Service))
	for i, word := range op.Service {
		words[i] = names.Go(word)
	}
	return strings.Join(words, ".")
}

// spelling compares Go names. The specification's name may have capitals where the catalogue's has none, as in SMS for
// Sms, but not the reverse.
func (c *checker) spelling(kind, where, catalogue, api string) {
	fits := strings.EqualFold(catalogue, api)
	for i := 0; fits && i < len(api); i++ {
		fits = api[i] == catalogue[i] || api[i] < catalogue[i]
	}
	if !fits {
		c.differ(kind, where, catalogue, api)
	}
}

// alternatives are the catalogue's groups of fields that exclude each other, sorted.
func alternatives(groups []group) string {
	list := make([]string, len(groups))
	for i, g := range groups {
		list[i] = strings.Join(g, " and ")
	}
	return sorted(list)
}

// exclusiveFields is the same for the specification, with the fields' wire names.
func exclusiveFields(op *ir.Op) string {
	lists := make([]string, len(op.ExactlyOneOf))
	for i, fields := range op.ExactlyOneOf {
		wires := make([]string, len(fields))
		for j, name := range fields {
			at := slices.IndexFunc(op.Request.Fields, func(f *ir.Field) bool { return f.Name == name })
			wires[j] = op.Request.Fields[at].Wire
		}
		lists[i] = sorted(wires)
	}
	return strings.Join(lists, "; ")
}

func sorted(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), ", ") }
