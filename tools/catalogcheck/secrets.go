package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
)

// Secrets are the rules that say which fields are sensitive. Names are patterns for a field's name. An exception says
// otherwise for a field, in all types or in one.
type Secrets struct {
	Names      []string          `yaml:"names"`
	Exceptions []SecretException `yaml:"exceptions"`
}

// SecretException is a field that the names do not tell. Where is as in "b2c/users.User.password".
type SecretException struct {
	Where  string `yaml:"where"`
	Secret bool   `yaml:"secret"`
	Reason string `yaml:"reason"`
}

// secretFormat reports whether a format of the catalogue is that of a secret.
func secretFormat(format string) bool { return strings.HasSuffix(format, "private-key") }

// named reports whether a field of this name holds a secret if it holds text.
func (s *Secrets) named(name string) bool {
	return slices.ContainsFunc(s.Names, func(pattern string) bool { return matches(pattern, name) })
}

// secrets compares the sensitive marks of every field of the specification with the rules.
func (c *checker) secrets(rules *Secrets, api *ir.API) {
	for _, p := range api.Packages {
		for _, t := range p.Types {
			for _, f := range t.Fields {
				where := p.Dir + "." + t.Name + "." + f.Wire
				if isText(f.Type) {
					c.secret(rules, where, f.Wire, f.Sensitive)
				} else if f.Sensitive {
					c.differ("secret", where, "no text", "sensitive")
				}
			}
		}
	}
	for i, e := range rules.Exceptions {
		if !c.excepted[i] {
			c.differ("secret", e.Where, "an exception", "what the names say")
		}
	}
}

// secret compares the mark of a field that holds text.
func (c *checker) secret(rules *Secrets, where, name string, marked bool) {
	want := rules.named(name)
	for i, e := range rules.Exceptions {
		if e.Secret != want && matches(e.Where, where) {
			want, c.excepted[i] = e.Secret, true
			break
		}
	}
	if want {
		c.count.secrets.add(marked)
	}
	c.same("secret", where, strconv.FormatBool(want), strconv.FormatBool(marked))
}

// isText reports whether a field holds text, alone or in a list.
func isText(e ir.Expr) bool { return e.Core().Base == ir.String }
