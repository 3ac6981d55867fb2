package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

// The files that conformance/wire needs to compare this SDK with Stytch's own: the calls as data for the other SDK, and
// our calls in Go.
const (
	wireCases = "conformance/wire/cases_gen.json"
	wireCalls = "conformance/wire/calls"
)

// nodeMethods are the methods of Stytch's SDK for Node whose names differ from what names.Private returns.
var nodeMethods = map[string]string{"deleteExternalID": "deleteExternalId"}

// wireFile has a package's calls, as their template sees them.
type wireFile struct {
	*ir.Package

	Imports string
	Ops     []wireOp
}

// wireOp is an operation with its requests for both SDKs.
type wireOp struct {
	*ir.Op

	Req      string
	Requests []request
	Answer   string
}

func renderWire(files Files, api *ir.API) error {
	var packages []*wireFile
	var ops []wireOp
	for _, p := range api.Packages {
		if len(p.Ops) == 0 {
			continue
		}
		file := newWireFile(newPackage(p))
		if err := files.add(wireCalls+"/"+file.flat()+"_gen.go", "calls.tmpl", file); err != nil {
			return err
		}
		packages = append(packages, file)
		ops = append(ops, file.Ops...)
	}
	if len(packages) == 0 {
		return nil
	}
	if err := files.add(wireCalls+"/all_gen.go", "allcalls.tmpl", packages); err != nil {
		return err
	}
	slices.SortFunc(ops, func(a, b wireOp) int { return strings.Compare(a.ID, b.ID) })
	return files.addText(wireCases, "cases.tmpl", ops)
}

func newWireFile(p *goPackage) *wireFile {
	s := &sampler{goPackage: p, used: map[*ir.Package]bool{}}
	file := &wireFile{Package: p.Package}
	for _, op := range p.Ops {
		file.Ops = append(file.Ops, wireOp{Op: op, Req: s.TestName(op.Request), Requests: s.wireRequests(op)})
	}
	std := []string{quote("context")}
	if s.time {
		std = append(std, quote("time"))
	}
	own := []string{"stytch " + quote(ir.Module), quote(ir.Module + "/shared")}
	for other := range s.used {
		own = append(own, importLine(p.testAlias(other), other))
	}
	file.Imports = imports(std, own)
	for i, op := range p.Ops {
		file.Ops[i].Answer = "{" + strings.Join(s.answerMembers(op), ", ") + "}"
	}
	return file
}

// wireRequests are those of the contract test, and one in which fields of fields are at zero too.
func (s *sampler) wireRequests(op *ir.Op) []request {
	list := s.requests(op)
	deep := s.request(op, deepZero, "optional fields at zero, at any depth")
	if !slices.ContainsFunc(list, func(r request) bool { return r.Arguments == deep.Arguments }) {
		list = append(list, deep)
	}
	return list
}

// flat is the package's path with underscores: "b2b_sessions".
func (f *wireFile) flat() string { return strings.ReplaceAll(f.Dir, "/", "_") }

// Var is the variable that holds the package's calls.
func (f *wireFile) Var() string { return names.Private(f.flat()) }

// Accessor is the operation's method below stytch.Client, by way of one product: "B2B.Sessions.Get".
func (o wireOp) Accessor(client string) string {
	words := []string{names.Go(client)}
	for _, word := range o.Service {
		words = append(words, names.Go(word))
	}
	return strings.Join(append(words, o.Name), ".")
}

// Clients is a JSON list of the products that have the operation.
func (o wireOp) Clients() string { return jsonList(o.Pkg.ExposedOn) }

// Node is a JSON list of the properties that lead to the operation's method in the SDK for Node.
func (o wireOp) Node() string {
	var words []string
	for _, word := range o.Service {
		words = append(words, names.Private(word))
	}
	method := names.Private(o.ID[strings.LastIndex(o.ID, ".")+1:])
	if other, ok := nodeMethods[method]; ok {
		method = other
	}
	return jsonList(append(words, method))
}

func jsonList(words []string) string {
	var quoted []string
	for _, word := range words {
		quoted = append(quoted, fmt.Sprintf("%q", word))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
