package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// endpoint is the HTTP method and path of an operation that is written by hand, if it calls the API.
func endpoint(op *ir.ByHand) (method, path string, ok bool) { return strings.Cut(op.Endpoint, " ") }

// byHand compares the endpoints of the operations that are written by hand: what the specification says of them, and
// what the Go code does.
func (c *checker) byHand(d *Decisions, api *ir.API, found *handWritten) {
	have := map[string]string{}
	starts := map[string]string{}
	for _, p := range api.Packages {
		for _, op := range p.ByHand {
			if op.Endpoint != "" {
				have[op.ID] = op.Endpoint
			}
			if op.StartURL != nil {
				starts[op.ID] = op.StartURL.Path + " " + op.StartURL.TokenType
			}
		}
	}
	c.compareCode(d, found)
	for _, s := range c.catalogue.Services {
		for _, want := range s.ByHand {
			id := s.id(want.Name)
			if _, ok := have[id]; !ok && found.has(id) {
				continue // the specification does not have it, and compareCode compared it
			}
			c.same("by hand", id, want.HTTPMethod+" "+want.Path, have[id])
			delete(have, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(have)) {
		c.differ("by hand", id, "", have[id])
	}
	ids := slices.Concat(slices.Collect(maps.Keys(d.StartURLs)), slices.Collect(maps.Keys(starts)))
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		c.same("start URL", id, d.StartURLs[id], starts[id])
	}
}
