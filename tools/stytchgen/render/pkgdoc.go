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
	if !l.HasService() {
		parts = []string{fmt.Sprintf("Package %s holds types. It %s", l.Package.Name, names.Sentence(l.Package.Doc))}
	} else {
		op := l.opening()
		example, err := l.example(op)
		if err != nil {
			return "", err
		}
		parts = []string{
			fmt.Sprintf("Package %s is %s. It %s", l.Package.Name, l.accessors(), names.Sentence(l.Package.Doc)),
			fmt.Sprintf("The two names that matter are [Service], which programs reach as %s, and [%sRequest]:",
				l.Accessor(), op.name),
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

// shown is a call as an example shows it: the method, whose request is named after it, and the fields that it sets.
type shown struct {
	name   string
	fields []shownField
}

// shownField is a field with its value in Go.
type shownField struct{ name, value string }

// opening is the call that shows what a service is for: the first that begins something, else the first.
func (l *leaf) opening() shown {
	if len(l.Ops) == 0 {
		op := shown{name: l.ByHand[0].Name}
		for _, wire := range l.ByHand[0].Fields {
			op.fields = append(op.fields, shownField{names.Go(wire), variable(wire)})
		}
		return op
	}
	begins := func(op *ir.Op) bool {
		return slices.ContainsFunc(beginnings, func(verb string) bool { return strings.HasPrefix(op.Name, verb) })
	}
	op := l.Ops[max(slices.IndexFunc(l.Ops, begins), 0)]
	call, needed := shown{name: op.Name}, chosen(op)
	for _, f := range op.Request.Fields {
		value := variable(f.Wire)
		if f.Type.Pointer {
			value = "new(" + value + ")"
		}
		if f.Required || slices.Contains(needed, f.Name) {
			call.fields = append(call.fields, shownField{f.Name, value})
		}
	}
	return call
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
func (l *leaf) example(op shown) (string, error) {
	var fields strings.Builder
	for _, f := range op.fields {
		fmt.Fprintf(&fields, "\n%s: %s,", f.name, f.value)
	}
	if fields.Len() > 0 {
		fields.WriteByte('\n')
	}
	request := fmt.Sprintf("&%s.%sRequest{%s}", l.Package.Name, op.name, fields.String())
	call := fmt.Sprintf("resp, err := %s.%s(ctx, ", l.Accessor(), op.name)
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

// variable is a good name for a variable with a field's value: none that means something else in Go, or is the name of
// a service package that examples use.
func variable(wire string) string {
	name := names.Private(wire)
	switch {
	case name == "email":
		return "emailAddress"
	case token.IsKeyword(name):
		return name + "Value"
	}
	return name
}

// ServiceDoc is the comment of the Service.
func (l *leaf) ServiceDoc() string {
	var what string
	switch {
	case len(l.Ops) > 1:
		what = "the endpoints under " + l.servicePath()
	case len(l.Ops) == 1:
		what = l.Ops[0].HTTPMethod + " " + l.Ops[0].Path
	default:
		what = strings.Join(l.endpoints(), " and ")
	}
	if what == "" {
		return "Service does its work in the process. It is safe for concurrent use."
	}
	return fmt.Sprintf("Service calls %s. It is safe for concurrent use.", what)
}

// endpoints are those that methods written by hand call, each once.
func (l *leaf) endpoints() []string {
	var list []string
	for _, op := range l.ByHand {
		if op.Endpoint != "" && !slices.Contains(list, op.Endpoint) {
			list = append(list, op.Endpoint)
		}
	}
	return list
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
