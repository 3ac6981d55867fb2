package main

import (
	"cmp"
	"encoding/json"
	"math/big"
	"strconv"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// fields compares the fields of a request, a response or a type, in both directions.
func (c *checker) fields(where string, want []Field, have []*ir.Field, count *tally) {
	known := map[string]bool{}
	for _, w := range want {
		known[w.Name] = true
		f := field(have, w.Name)
		count.add(f != nil)
		if f == nil {
			c.differ("field", where+"."+w.Name, w.Type, "")
			continue
		}
		c.field(where+"."+w.Name, w, f)
	}
	for _, f := range have {
		switch {
		case known[f.Wire]:
		case f.Schema.Source != "":
			c.acceptExpr(f.Type)
		default:
			c.differ("field", where+"."+f.Wire, "", typeText(f.Type))
		}
	}
}

func field(fields []*ir.Field, wire string) *ir.Field {
	for _, f := range fields {
		if f.Wire == wire {
			return f
		}
	}
	return nil
}

var places = map[ir.Place]string{ir.Body: "body", ir.Path: "path", ir.Query: "query"}

func (c *checker) field(where string, want Field, f *ir.Field) {
	if want.In != "" {
		c.same("place", where, want.In, places[f.In])
	}
	c.same("required", where, strconv.FormatBool(want.Required), strconv.FormatBool(f.Required))
	c.null(where, want, f.Schema)
	c.sameType(where, want.Type, f.Type)
	limits := want.Constraints
	if limits == nil {
		limits = &Constraints{}
	}
	c.bounds(where, limits, f.Schema)
	c.documented(where, limits.Values, f.Type)
	if secretFormat(limits.Format) && !f.Sensitive {
		c.differ("secret", where, limits.Format, "not sensitive")
	}
}

// null compares whether a field can be null. It ignores an optional field of a response that only the specification
// declares nullable: the API may send null for any of them, and the catalogue does not list these.
func (c *checker) null(where string, want Field, have *openapi.Schema) {
	inAnswer := want.In == ""
	if have.Nullable != want.Nullable && (want.Nullable || want.Required || !inAnswer) {
		c.differ("null", where, strconv.FormatBool(want.Nullable), strconv.FormatBool(have.Nullable))
	}
}

func (c *checker) bounds(where string, want *Constraints, have *openapi.Schema) {
	c.same("default", where, scalar(want.Default), have.Default)
	c.same("minimum", where, bound(want.Min, want.ExclusiveMin, 1), number(have.Minimum))
	c.same("maximum", where, bound(want.Max, want.ExclusiveMax, -1), number(have.Maximum))
	c.same("minLength", where, want.MinLength.String(), integer(have.MinLength))
	c.same("maxLength", where, want.MaxLength.String(), integer(have.MaxLength))
	c.same("minItems", where, want.MinItems.String(), integer(have.MinItems))
	c.same("maxItems", where, "", integer(have.MaxItems))
	if charset := want.Charset; charset == "" || have.Pattern != "^"+charset+"*$" && have.Pattern != "^"+charset+"+$" {
		c.same("pattern", where, cmp.Or(want.Pattern, charset), have.Pattern)
	}
	c.same("deprecated", where, strconv.FormatBool(want.Deprecated), strconv.FormatBool(have.Deprecated))
}

// scalar is a JSON value without the quotation marks of a string, as the specification has it.
func scalar(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}

// bound is an inclusive bound of integers. step is added to an exclusive one.
func bound(inclusive, exclusive json.Number, step int64) string {
	if exclusive == "" {
		return inclusive.String()
	}
	n, ok := new(big.Int).SetString(exclusive.String(), 10)
	if !ok {
		return exclusive.String()
	}
	return n.Add(n, big.NewInt(step)).String()
}

func number(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

func integer(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}
