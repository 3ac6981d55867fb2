package ir

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// addByHand adds an operation of x-stytch-by-hand. It checks what the specification says of it, not that there is such
// a method.
func (p *Package) addByHand(in openapi.ByHand) error {
	service, _, err := p.parseID(in.ID)
	if err != nil {
		return fmt.Errorf("the id %w", err)
	}
	op := &ByHand{
		Pkg: p, ID: in.ID, Name: in.Method, Service: service, Summary: in.Summary,
		Endpoint: in.HTTP, Retry: in.Retry, Fields: in.Fields,
	}
	switch {
	case !token.IsIdentifier(op.Name) || !token.IsExported(op.Name):
		return fmt.Errorf("method: %q is not an exported Go name", op.Name)
	case !isSentence(op.Summary):
		return fmt.Errorf("the summary is not a sentence")
	case op.Endpoint != "" && !isEndpoint(op.Endpoint):
		return fmt.Errorf("http: %q is not a method and a path", op.Endpoint)
	case op.Endpoint == "" && op.Retry != "":
		return fmt.Errorf("retry is for what calls the API, and there is no http")
	case op.Endpoint != "" && !slices.Contains(retryClasses, op.Retry):
		return fmt.Errorf("retry is %q", op.Retry)
	}
	for _, other := range p.Ops {
		if other.ID == op.ID || other.Name == op.Name {
			return fmt.Errorf("%s is generated as %s", other.ID, other.Name)
		}
	}
	for _, other := range p.ByHand {
		if other.ID == op.ID || other.Name == op.Name {
			return fmt.Errorf("%s is written as %s already", other.ID, other.Name)
		}
	}
	if in.StartURL != nil {
		if op.StartURL, err = p.startURL(op, in.StartURL); err != nil {
			return fmt.Errorf("start_url: %w", err)
		}
	}
	p.ByHand = append(p.ByHand, op)
	return nil
}

// startURL is the endpoint of an operation that returns a URL. The path's parameters must be those of its request.
func (p *Package) startURL(op *ByHand, in *openapi.StartURL) (*StartURL, error) {
	i := slices.IndexFunc(p.Types, func(t *Type) bool { return t.Name == op.Name+"Request" })
	switch {
	case op.Endpoint != "":
		return nil, fmt.Errorf("nothing is called, so there is no http")
	case !strings.HasPrefix(in.Path, "/"):
		return nil, fmt.Errorf("path is %q", in.Path)
	case in.TokenType == "":
		return nil, fmt.Errorf("no token_type")
	case i < 0:
		return nil, fmt.Errorf("%sRequest is not a schema", op.Name)
	case p.method("Authenticate") == "":
		return nil, fmt.Errorf("no operation Authenticate takes the token")
	}
	request := p.Types[i]
	for _, wire := range parameters(in.Path) {
		if f := request.field(wire); f == nil || f.In != Path {
			return nil, fmt.Errorf("parameter %s of the path is not declared", wire)
		}
	}
	for _, f := range request.Fields {
		if f.In == Path && !slices.Contains(parameters(in.Path), f.Wire) {
			return nil, fmt.Errorf("parameter %s: not in the path", f.Wire)
		}
	}
	return &StartURL{
		Path: in.Path, TokenType: in.TokenType, ProviderParameters: request.field("provider_parameters") != nil,
	}, nil
}

// parameters are the names between braces in a path.
func parameters(path string) []string {
	var list []string
	for part := range strings.SplitSeq(path, "{") {
		if name, _, ok := strings.Cut(part, "}"); ok {
			list = append(list, name)
		}
	}
	return list
}

func isEndpoint(text string) bool {
	method, path, _ := strings.Cut(text, " ")
	return slices.Contains([]string{"GET", "POST", "PUT", "DELETE"}, method) && strings.HasPrefix(path, "/") &&
		!strings.Contains(path, " ")
}
