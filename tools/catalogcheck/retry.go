package main

import (
	"slices"
	"strconv"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// Retry are the rules that say which retry class an operation has: that of the first rule that fits it. An exception
// says otherwise for one operation. Repeatable are the writes of which a second attempt has the effect of one.
type Retry struct {
	Rules      []RetryRule      `yaml:"rules"`
	Exceptions []RetryException `yaml:"exceptions"`
	Repeatable []string         `yaml:"repeatable"`
}

// RetryRule gives the class of operations with one of these HTTP methods and one of these names. Without methods or
// names any fits. A name is a pattern for the end of the operation's id, as in "email.send".
type RetryRule struct {
	Class   string   `yaml:"class"`
	Methods []string `yaml:"methods"`
	Names   []string `yaml:"names"`
}

// RetryException is an operation whose class no rule tells.
type RetryException struct {
	Operation string `yaml:"operation"`
	Class     string `yaml:"class"`
	Reason    string `yaml:"reason"`
}

func (r RetryRule) fits(id, method string) bool {
	return (len(r.Methods) == 0 || slices.Contains(r.Methods, method)) &&
		(len(r.Names) == 0 || slices.ContainsFunc(r.Names, func(name string) bool { return matches("*."+name, id) }))
}

// class is what the rules and exceptions say, and whether an exception was needed.
func (r *Retry) class(id, method string) (class string, exception bool) {
	for _, rule := range r.Rules {
		if rule.fits(id, method) {
			class = rule.Class
			break
		}
	}
	for _, e := range r.Exceptions {
		if e.Operation == id && e.Class != class {
			return e.Class, true
		}
	}
	return class, false
}

// retries compares the retry class of each operation, those written by hand included, and which writes are repeatable.
func (c *checker) retries(rules *Retry, api *ir.API) {
	needed, unknown := map[string]bool{}, slices.Clone(rules.Repeatable)
	compare := func(id, method, class string) {
		want, exception := rules.class(id, method)
		needed[id] = exception
		c.count.retries.add(want == class)
		c.same("retry", id, want, class)
	}
	for _, p := range api.Packages {
		for _, op := range p.Ops {
			compare(op.ID, op.HTTPMethod, op.Retry)
			unknown = slices.DeleteFunc(unknown, func(id string) bool { return id == op.ID })
			repeatable := slices.Contains(rules.Repeatable, op.ID)
			c.same("repeatable", op.ID, strconv.FormatBool(repeatable), strconv.FormatBool(op.Repeatable))
		}
		for _, op := range p.ByHand {
			if method, _, ok := endpoint(op); ok {
				compare(op.ID, method, op.Retry)
			}
		}
	}
	for _, id := range unknown {
		c.differ("repeatable", id, "true", "nothing")
	}
	for _, e := range rules.Exceptions {
		if !needed[e.Operation] {
			c.differ("retry", e.Operation, "an exception", "what the rules say")
		}
	}
}
