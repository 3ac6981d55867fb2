package ir

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

// addByHand adds an operation that is written by hand. It checks what the specification says of it, not that there is
// such a method.
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
	p.ByHand = append(p.ByHand, op)
	return nil
}

func isEndpoint(text string) bool {
	method, path, _ := strings.Cut(text, " ")
	return slices.Contains([]string{"GET", "POST", "PUT", "DELETE"}, method) && strings.HasPrefix(path, "/") &&
		!strings.Contains(path, " ")
}
