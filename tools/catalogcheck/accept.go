package main

import "github.com/seed75add069/stytch-go/tools/stytchgen/ir"

// accept treats a type that only the specification has, and all types that it refers to, as compared. It is for
// operations and fields with x-stytch-source.
func (c *checker) accept(t *ir.Type) {
	if t = target(t); c.accepted[t] {
		return
	}
	c.accepted[t], c.matched[t] = true, true
	for _, f := range t.Fields {
		c.acceptExpr(f.Type)
	}
}

func (c *checker) acceptExpr(e ir.Expr) {
	if v := c.valuesOf(e); v != nil {
		v.known = append(v.known, v.have...)
	}
	if t := e.Type(); t != nil {
		c.accept(t)
	}
}
