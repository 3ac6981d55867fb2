package render

import (
	"fmt"
	"go/format"
	"go/token"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// Doc is the package comment: the two names that matter and a call.
func (l *leaf) Doc() (string, error) {
	var parts []string
	if len(l.Ops) == 0 {
		parts = []string{fmt.Sprintf("Package %s holds types. It %s", l.Package.Name, names.Sentence(l.Package.Doc))}
	} else {
		op := l.opening()
		example, err := l.example(op)
		if err != nil {
			return "", err
		}
		parts = []string{
			fmt.Sprintf("Package %s is %s. It %s", l.Package.Name, l.accessors(), names.Sentence(l.Package.Doc)),
			fmt.Sprintf("The two names that matter are [Service], which programs reach as %s, and [%s]:",
				l.Accessor(), op.Request.Name),
			example,
		}
	}
	if l.Namesake {
		parts = append(parts, fmt.Sprintf("Beside another package %s it is imported as %s.", l.Package.Name, l.Alias()))
	}
	return strings.Join(parts, "\n"), nil
}

// accessors are all ways by which programs reach the service.
func (l *leaf) accessors() string {
	var list []string
	for _, product := range l.ExposedOn {
		_, path, _ := strings.Cut(strings.TrimPrefix(l.Accessor(), "client."), ".")
		list = append(list, "client."+names.Go(product)+"."+path)
	}
	return strings.Join(list, " and ")
}

// beginnings are what people come to a service for.
var beginnings = []string{"Authenticate", "Create", "Login", "Register", "Send"}

// opening is the operation that shows what a service is for: the first that begins something, else the first.
func (l *leaf) opening() *ir.Op {
	for _, op := range l.Ops {
		if slices.ContainsFunc(beginnings, func(verb string) bool { return strings.HasPrefix(op.Name, verb) }) {
			return op
		}
	}
	return l.Ops[0]
}

// chosen are the fields, one of each list of which the server wants exactly one, that an example sets: a session's
// token names whoever is calling without more.
func chosen(op *ir.Op) []string {
	var list []string
	for _, group := range op.ExactlyOneOf {
		if slices.Contains(group, "SessionToken") {
			list = append(list, "SessionToken")
		} else {
			list = append(list, group[0])
		}
	}
	return list
}

// example is a call with the fields it needs, as the lines of a comment's code block.
func (l *leaf) example(op *ir.Op) (string, error) {
	var fields strings.Builder
	needed := chosen(op)
	for _, f := range op.Request.Fields {
		value := variable(f.Wire)
		if f.Type.Pointer {
			value = "new(" + value + ")"
		}
		if f.Required || slices.Contains(needed, f.Name) {
			fmt.Fprintf(&fields, "\n%s: %s,", f.Name, value)
		}
	}
	if fields.Len() > 0 {
		fields.WriteByte('\n')
	}
	request := fmt.Sprintf("&%s.%s{%s}", l.Package.Name, op.Request.Name, fields.String())
	call := fmt.Sprintf("resp, err := %s.%s(ctx, ", l.Accessor(), op.Name)
	code := call + request + ")"
	if longest, _, _ := strings.Cut(code, "\n"); len(longest)+6 > width {
		code = "req := " + request + "\n" + call + "req)"
	}
	formatted, err := format.Source([]byte(code))
	if err != nil {
		return "", err
	}
	return "\t" + strings.ReplaceAll(strings.TrimSpace(string(formatted)), "\n", "\n\t"), nil
}

// variable is a good name for a variable with a field's value.
func variable(wire string) string {
	name := names.Private(wire)
	if token.IsKeyword(name) {
		return name + "Value"
	}
	return name
}

// ServiceDoc is the comment of the Service.
func (l *leaf) ServiceDoc() string {
	what := "the endpoints under " + l.servicePath()
	if len(l.Ops) == 1 {
		what = l.Ops[0].HTTPMethod + " " + l.Ops[0].Path
	}
	return fmt.Sprintf("Service calls %s. It is safe for concurrent use.", what)
}

// Comment is the comment of an operation's method.
func (l *leaf) Comment(op *ir.Op) string {
	parts := []string{op.Summary, op.Doc}
	for _, group := range op.ExactlyOneOf {
		last := len(group) - 1
		parts = append(parts, fmt.Sprintf("Set exactly one of %s and %s; the server decides.",
			strings.Join(group[:last], ", "), group[last]))
	}
	if op.Caller {
		parts = append(parts, "It can be called on behalf of a session: see [shared.WithAuthorization].")
	}
	if len(op.Errors) > 0 {
		parts = append(parts, "Errors to expect, in package stytcherror:")
		for _, code := range op.Errors {
			parts = append(parts, "   - "+code.Name)
		}
	}
	parts = append(parts, fmt.Sprintf("It calls %s %s; retry class %s.", op.HTTPMethod, op.Path, op.Retry))
	return strings.Join(parts, "\n")
}
