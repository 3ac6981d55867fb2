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
func (p *goPackage) Doc() (string, error) {
	var parts []string
	if !p.HasService() {
		parts = []string{fmt.Sprintf("Package %s holds types. It %s", p.Package.Name, names.Sentence(p.Package.Doc))}
	} else {
		call := p.mainCall()
		example, err := p.example(call)
		if err != nil {
			return "", err
		}
		parts = []string{
			fmt.Sprintf("Package %s is %s. It %s", p.Package.Name, p.accessors(), names.Sentence(p.Package.Doc)),
			fmt.Sprintf("The two names that matter are [Service], which programs reach as %s, and [%sRequest]:",
				p.Accessor(), call.method),
			example,
		}
	}
	if p.SharesName {
		parts = append(parts,
			fmt.Sprintf("Where another package %s is imported too, import this one as %s.", p.Package.Name, p.Alias()))
	}
	return strings.Join(parts, "\n"), nil
}

// accessors are the accessors of the service on all products that have it.
func (p *goPackage) accessors() string {
	var list []string
	_, path, _ := strings.Cut(strings.TrimPrefix(p.Accessor(), "client."), ".")
	for _, product := range p.ExposedOn {
		list = append(list, "client."+names.Go(product)+"."+path)
	}
	return strings.Join(list, " and ")
}

// mainVerbs begin the names of the methods that services are mostly used for.
var mainVerbs = []string{"Authenticate", "Create", "Login", "Register", "Send"}

// exampleCall is a call for an example: the method, after which the request is named, and the fields to set.
type exampleCall struct {
	method string
	fields []exampleField
}

// exampleField is a field with the Go expression of its value.
type exampleField struct{ name, value string }

// mainCall is the call for the package comment: the first whose name begins with one of mainVerbs, or else the first.
func (p *goPackage) mainCall() exampleCall {
	if len(p.Ops) == 0 {
		call := exampleCall{method: p.ByHand[0].Name}
		for _, wire := range p.ByHand[0].Fields {
			call.fields = append(call.fields, exampleField{names.Go(wire), variable(wire)})
		}
		return call
	}
	isMain := func(op *ir.Op) bool {
		return slices.ContainsFunc(mainVerbs, func(verb string) bool { return strings.HasPrefix(op.Name, verb) })
	}
	op := p.Ops[max(slices.IndexFunc(p.Ops, isMain), 0)]
	call, alternatives := exampleCall{method: op.Name}, chooseAlternatives(op)
	for _, f := range op.Request.Fields {
		value := variable(f.Wire)
		if f.Type.Pointer {
			value = "new(" + value + ")"
		}
		if f.Required || slices.Contains(alternatives, f.Name) {
			call.fields = append(call.fields, exampleField{f.Name, value})
		}
	}
	return call
}

// chooseAlternatives picks a field for an example from each list of which the server wants exactly one: SessionToken
// where the list has it, because it needs no other field, or else the first.
func chooseAlternatives(op *ir.Op) []string {
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

// example is the Go code of a call, as the lines of a comment's code block.
func (p *goPackage) example(call exampleCall) (string, error) {
	var fields strings.Builder
	for _, f := range call.fields {
		fmt.Fprintf(&fields, "\n%s: %s,", f.name, f.value)
	}
	if fields.Len() > 0 {
		fields.WriteByte('\n')
	}
	request := fmt.Sprintf("&%s.%sRequest{%s}", p.Package.Name, call.method, fields.String())
	method := fmt.Sprintf("resp, err := %s.%s(ctx, ", p.Accessor(), call.method)
	code := method + request + ")"
	if longest, _, _ := strings.Cut(code, "\n"); len(longest)+6 > width {
		code = "req := " + request + "\n" + method + "req)"
	}
	formatted, err := format.Source([]byte(code))
	if err != nil {
		return "", err
	}
	return "\t" + strings.ReplaceAll(strings.TrimSpace(string(formatted)), "\n", "\n\t"), nil
}

// variable is a name for a variable with a field's value. It is neither a keyword of Go nor email, the name of a
// service package.
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
func (p *goPackage) ServiceDoc() string {
	var what string
	switch {
	case len(p.Ops) > 1:
		what = "the endpoints under " + p.servicePath()
	case len(p.Ops) == 1:
		what = p.Ops[0].HTTPMethod + " " + p.Ops[0].Path
	default:
		what = strings.Join(p.endpoints(), " and ")
	}
	if what == "" {
		return "Service makes no HTTP calls. It is safe for concurrent use."
	}
	return fmt.Sprintf("Service calls %s. It is safe for concurrent use.", what)
}

// endpoints are those that hand-written methods call, each once.
func (p *goPackage) endpoints() []string {
	var list []string
	for _, op := range p.ByHand {
		if op.Endpoint != "" && !slices.Contains(list, op.Endpoint) {
			list = append(list, op.Endpoint)
		}
	}
	return list
}

// Comment is the comment of an operation's method.
func (p *goPackage) Comment(op *ir.Op) string {
	parts := []string{op.Summary, op.Doc}
	for _, group := range op.ExactlyOneOf {
		last := len(group) - 1
		parts = append(parts, fmt.Sprintf("Set exactly one of %s and %s. Only the server checks this.",
			strings.Join(group[:last], ", "), group[last]))
	}
	if op.Authorization {
		parts = append(parts, "It can be called on behalf of a session: see [shared.WithAuthorization].")
	}
	if len(op.Errors) > 0 {
		parts = append(parts, "Errors to expect, in package stytcherror:")
		for _, code := range op.Errors {
			parts = append(parts, "   - "+code.Name)
		}
	}
	class := op.Retry
	if op.Repeatable {
		class += ", repeatable"
	}
	parts = append(parts, fmt.Sprintf("It calls %s %s; retry class %s.", op.HTTPMethod, op.Path, class))
	return strings.Join(parts, "\n")
}
