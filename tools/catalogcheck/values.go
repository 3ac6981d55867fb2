package main

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// values are those of an enum or of a plain string, and those that the catalogue's lists for it have.
type values struct {
	name       string
	have, seen []string
}

// documented compares the values that the catalogue lists for a plain string with the constants it has.
func (c *checker) documented(where string, want []string, have ir.Expr) {
	if len(want) > 0 {
		c.merge(where, want, have)
	}
}

// merge compares a list of values. Several of the catalogue's lists may be one in the specification: each must be part
// of it, and leftValues sees to it that together they are all of it.
func (c *checker) merge(where string, want []string, have ir.Expr) {
	known := c.valuesOf(have)
	count := &c.count.values
	if c.listed[where] {
		count = new(tally)
	}
	c.listed[where] = true
	var missing []string
	for _, value := range want {
		found := known != nil && slices.Contains(known.have, value)
		count.saw(found)
		if !found {
			missing = append(missing, value)
		}
	}
	if known != nil {
		known.seen = append(known.seen, want...)
	}
	if len(missing) > 0 {
		c.differ("values", where, strings.Join(missing, ", "), "")
	}
}

// valuesOf finds the values at the core of a type, nil where it has none.
func (c *checker) valuesOf(e ir.Expr) *values {
	for e.Elem != nil {
		e = *e.Elem
	}
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

// leftValues notes the values that no list of the catalogue has.
func (c *checker) leftValues(api *ir.API) {
	for _, p := range api.Packages {
		for _, t := range p.Types {
			if t.Kind == ir.Enum {
				c.left(c.declared(t, p, t.Name, t.Constants))
			}
		}
		for _, v := range p.Values {
			c.left(c.declared(v, p, v.Name, v.Constants))
		}
	}
}

func (c *checker) left(v *values) {
	extra := slices.DeleteFunc(slices.Clone(v.have), func(value string) bool { return slices.Contains(v.seen, value) })
	if len(extra) > 0 {
		c.differ("values", v.name, "", strings.Join(extra, ", "))
	}
}
