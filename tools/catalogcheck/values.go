package main

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// values are the documented values of an enum or of a plain string.
type values struct {
	name        string
	have, known []string // in the specification; in the catalogue's lists for it, with duplicates
}

// documented compares the values that the catalogue lists for a plain string with the string's constants.
func (c *checker) documented(where string, want []string, have ir.Expr) {
	if len(want) > 0 {
		c.merge(where, want, have)
	}
}

// merge compares a list of values. Several lists of the catalogue may be one in the specification: each must be a part
// of it. remainingValues checks that together they are all of it.
func (c *checker) merge(where string, want []string, have ir.Expr) {
	v := c.valuesOf(have)
	count := &c.count.values
	if c.counted[where] {
		count = new(tally)
	}
	c.counted[where] = true
	var missing []string
	for _, value := range want {
		found := v != nil && slices.Contains(v.have, value)
		count.add(found)
		if !found {
			missing = append(missing, value)
		}
	}
	if v != nil {
		v.known = append(v.known, want...)
	}
	if len(missing) > 0 {
		c.differ("values", where, strings.Join(missing, ", "), "")
	}
}

// valuesOf returns the documented values of a type or of its elements, nil where there are none.
func (c *checker) valuesOf(e ir.Expr) *values {
	e = e.Core()
	switch {
	case e.Values != nil:
		return c.declared(e.Values, e.Values.Pkg, e.Values.Name, e.Values.Constants)
	case e.Base == ir.Named && target(e.Named).Kind == ir.Enum:
		t := target(e.Named)
		return c.declared(t, t.Pkg, t.Name, t.Constants)
	}
	return nil
}

func (c *checker) declared(key any, p *ir.Package, name string, constants []ir.Constant) *values {
	if c.values[key] == nil {
		v := &values{name: p.Dir + "." + name}
		for _, constant := range constants {
			v.have = append(v.have, constant.Value)
		}
		c.values[key] = v
	}
	return c.values[key]
}

// remainingValues reports the values that no list of the catalogue has.
func (c *checker) remainingValues(api *ir.API) {
	for _, p := range api.Packages {
		for _, t := range p.Types {
			if t.Kind == ir.Enum {
				c.remaining(c.declared(t, p, t.Name, t.Constants))
			}
		}
		for _, v := range p.Values {
			c.remaining(c.declared(v, p, v.Name, v.Constants))
		}
	}
}

func (c *checker) remaining(v *values) {
	extra := slices.DeleteFunc(slices.Clone(v.have), func(value string) bool { return slices.Contains(v.known, value) })
	if len(extra) > 0 {
		c.differ("values", v.name, "", strings.Join(extra, ", "))
	}
}
