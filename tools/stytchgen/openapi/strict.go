package openapi

import (
	"fmt"
	"slices"
	"strings"

	yaml "github.com/pb33f/go-yaml"
)

// kind says what an object of the document is, and with it which keywords it may have.
type kind struct {
	keywords map[string]*kind // nil: a value that is not looked into
	each     *kind            // for maps and lists: what their members are
}

var kinds = func() map[string]*kind {
	schema := &kind{}
	schema.keywords = words("$ref type format description required enum default minimum maximum minLength maxLength " +
		"minItems maxItems pattern deprecated x-stytch-sensitive x-stytch-go-name x-stytch-values x-stytch-enum")
	schema.keywords["properties"] = &kind{each: schema}
	schema.keywords["items"] = schema
	schema.keywords["additionalProperties"] = schema
	schema.keywords["anyOf"] = &kind{each: schema}
	media := &kind{each: &kind{keywords: map[string]*kind{"schema": schema}}}
	response := &kind{keywords: map[string]*kind{"$ref": nil, "description": nil, "content": media}}
	parameter := &kind{keywords: words("$ref name in required description")}
	parameter.keywords["schema"] = schema
	operation := &kind{keywords: words("operationId summary description x-stytch-retry x-stytch-caller-session " +
		"x-stytch-errors x-stytch-exactly-one-of x-stytch-emulator")}
	operation.keywords["parameters"] = &kind{each: parameter}
	operation.keywords["requestBody"] = &kind{keywords: map[string]*kind{"required": nil, "content": media}}
	operation.keywords["responses"] = &kind{each: response}
	methods := &kind{keywords: map[string]*kind{
		"get": operation, "post": operation, "put": operation, "delete": operation,
	}}
	return map[string]*kind{
		"openapi": nil, "servers": nil, "security": nil,
		"info":  {keywords: words("title version description x-stytch-exposed-on")},
		"paths": {each: methods},
		"components": {keywords: map[string]*kind{
			"schemas": {each: schema}, "responses": {each: response}, "securitySchemes": nil,
		}},
	}
}()

func words(list string) map[string]*kind {
	m := make(map[string]*kind)
	for _, w := range strings.Fields(list) {
		m[w] = nil
	}
	return m
}

// checkKeywords walks the document and fails at the first keyword that this generator gives no meaning to.
func checkKeywords(tree *yaml.Node) error {
	if len(tree.Content) != 1 {
		return fmt.Errorf("not one YAML document")
	}
	return (&kind{keywords: kinds}).check(tree.Content[0], nil)
}

func (k *kind) check(node *yaml.Node, at []string) error {
	switch {
	case k == nil:
		return nil
	case node.Kind == yaml.SequenceNode:
		for i, item := range node.Content {
			if err := k.each.check(item, append(at, fmt.Sprint(i))); err != nil {
				return err
			}
		}
		return nil
	case node.Kind != yaml.MappingNode:
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		next, known := k.each, k.each != nil
		if k.keywords != nil {
			next, known = k.keywords[key.Value]
		}
		here := append(slices.Clone(at), key.Value)
		if !known {
			return fmt.Errorf("line %d: unknown keyword at %s", key.Line, strings.Join(here, "."))
		}
		if err := next.check(value, here); err != nil {
			return err
		}
	}
	return nil
}
