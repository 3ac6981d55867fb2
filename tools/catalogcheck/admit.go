package main

import "github.com/seed75add069/stytch-go/tools/stytchgen/ir"

// admit takes a type for compared that only the specification has, with all that it reaches: whoever wrote it down said
// where it comes from, by x-stytch-source.
func (c *checker) admit(t *ir.Type) {
	if t = target(t); c.admitted[t] {
		return
	}
	c.admitted[t], c.matched[t] = true, true
	for _, f := range t.Fields {
		c.admitExpr(f.Type)
	}
}

func (c *checker) admitExpr(e ir.Expr) {
	if v := c.valuesOf(e); v != nil {
		v.seen = append(v.seen, v.have...)
	}
	if t := e.Type(); t != nil {
		c.admit(t)
	}
}
