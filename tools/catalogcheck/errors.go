package main

import (
	"maps"
	"slices"
	"strconv"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// errorTypes compares the error_types with their statuses, and the lists of each operation.
func (c *checker) errorTypes(facts *Errors, d *Decisions, api *ir.API) {
	codes := map[string]ir.ErrorCode{}
	for _, code := range api.ErrorCodes() {
		codes[code.Code] = code
	}
	known := map[string]bool{}
	for _, want := range facts.Errors {
		known[want.Code] = true
		code, ok := codes[want.Code]
		c.count.errors.add(ok)
		if !ok {
			c.differ("error", want.Code, strconv.Itoa(want.Status), "")
			continue
		}
		c.same("status", want.Code, strconv.Itoa(want.Status), strconv.Itoa(code.Status))
		c.same("confidence", want.Code, want.Confidence, code.Confidence)
		c.same("products", want.Code, sorted(want.Products), sorted(code.Products))
	}
	returned := map[string]int{}
	for status, list := range d.HTTPStatus {
		for _, code := range list {
			returned[code] = status
		}
	}
	for _, name := range slices.Sorted(maps.Keys(codes)) {
		code := codes[name]
		if !known[name] {
			c.differ("error", name, "", strconv.Itoa(code.Status))
		}
		c.same("HTTPStatus", name, optional(returned[name]), optional(code.HTTPStatus))
		delete(returned, name)
	}
	for _, name := range slices.Sorted(maps.Keys(returned)) {
		c.differ("HTTPStatus", name, optional(returned[name]), "")
	}
	c.errorLists(d.Errors, api)
}

// optional is a number in text, empty for zero.
func optional(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// errorLists compares the error_types that each operation lists.
func (c *checker) errorLists(want map[string][]string, api *ir.API) {
	have := map[string][]string{}
	for _, p := range api.Packages {
		for _, op := range p.Ops {
			for _, code := range op.Errors {
				have[op.ID] = append(have[op.ID], code.Code)
			}
		}
	}
	ids := slices.Concat(slices.Collect(maps.Keys(want)), slices.Collect(maps.Keys(have)))
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		for _, code := range want[id] {
			if !slices.Contains(have[id], code) {
				c.differ("listed error", id, code, "")
			}
		}
		for _, code := range have[id] {
			if !slices.Contains(want[id], code) {
				c.differ("listed error", id, "", code)
			}
		}
	}
}
