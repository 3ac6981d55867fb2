package openapi

import (
	"fmt"

	yaml "github.com/pb33f/go-yaml"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
)

func convertOperation(op *v3.Operation) (*Operation, error) {
	out := &Operation{
		ID: op.OperationId, Summary: op.Summary, Description: op.Description,
		Retry:         text(op.Extensions, "x-stytch-retry"),
		Emulator:      text(op.Extensions, "x-stytch-emulator"),
		Source:        text(op.Extensions, "x-stytch-source"),
		After:         text(op.Extensions, "x-stytch-after"),
		Authorization: text(op.Extensions, "x-stytch-caller-session") == "true",
		Repeatable:    text(op.Extensions, "x-stytch-repeatable") == "true",
	}
	if err := decode(op.Extensions, "x-stytch-errors", &out.Errors); err != nil {
		return nil, err
	}
	if err := decode(op.Extensions, "x-stytch-exactly-one-of", &out.ExactlyOneOf); err != nil {
		return nil, err
	}
	if err := decode(op.Extensions, "x-stytch-pages", &out.Pages); err != nil {
		return nil, err
	}
	if err := decode(op.Extensions, "x-stytch-permissions", &out.Permissions); err != nil {
		return nil, err
	}
	var err error
	if out.Filters, err = filters(op.Extensions); err != nil {
		return nil, err
	}
	for _, p := range op.Parameters {
		parameter, err := convertParameter(p)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", p.Name, err)
		}
		out.Parameters = append(out.Parameters, parameter)
	}
	if op.RequestBody != nil {
		if out.Request, err = content(op.RequestBody.Content); err != nil {
			return nil, fmt.Errorf("requestBody: %w", err)
		}
	}
	if op.Responses == nil || op.Responses.Codes == nil {
		return nil, fmt.Errorf("no responses")
	}
	success, ok := op.Responses.Codes.Get("200")
	if !ok {
		return nil, fmt.Errorf("no response 200")
	}
	if out.Response, err = content(success.Content); err != nil {
		return nil, fmt.Errorf("response 200: %w", err)
	}
	return out, nil
}

// filters reads a search's filters, in the order they are written.
func filters(ext extensions) ([]Filter, error) {
	var node yaml.Node
	if err := decode(ext, "x-stytch-filters", &node); err != nil || node.Kind == 0 {
		return nil, err
	}
	var list []Filter
	for i := 0; i+1 < len(node.Content); i += 2 {
		f := Filter{Name: node.Content[i].Value}
		if err := node.Content[i+1].Decode(&f); err != nil {
			return nil, fmt.Errorf("x-stytch-filters.%s: %w", f.Name, err)
		}
		list = append(list, f)
	}
	return list, nil
}

func convertParameter(p *v3.Parameter) (*Parameter, error) {
	s, err := convertSchema(p.Schema)
	if err != nil {
		return nil, err
	}
	if p.Description != "" {
		s.Description = p.Description
	}
	return &Parameter{Name: p.Name, In: p.In, Required: p.Required != nil && *p.Required, Schema: s}, nil
}

// content is the schema of a JSON body.
func content(media *orderedmap.Map[string, *v3.MediaType]) (*Schema, error) {
	if media == nil {
		return nil, fmt.Errorf("no content")
	}
	m, ok := media.Get("application/json")
	if !ok {
		return nil, fmt.Errorf("no application/json")
	}
	return convertSchema(m.Schema)
}
