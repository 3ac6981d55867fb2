// Package keywords knows the keywords that a document of the specification may have.
package keywords

import (
	"fmt"
	"slices"
	"strings"

	yaml "github.com/pb33f/go-yaml"
)

// kind is a kind of node in a document. It says which keywords the node may have.
type kind struct {
	keywords map[string]*kind // by name; nil admits any key
	each     *kind            // the members of a map or list; nil is not checked
	flag     bool             // the node is true or false
}

var flag = &kind{flag: true}

var kinds = func() *kind {
	schema := object("$ref type format description required enum default minimum maximum minLength maxLength " +
		"minItems maxItems pattern x-stytch-go-name x-stytch-values x-stytch-enum x-stytch-source x-stytch-in")
	schema.keywords["x-stytch-omits-empty"] = flag
	schema.keywords["x-stytch-null-when-empty"] = flag
	schema.keywords["x-stytch-sensitive"] = flag
	schema.keywords["deprecated"] = flag
	schema.keywords["properties"] = &kind{each: schema}
	schema.keywords["items"] = schema
	schema.keywords["additionalProperties"] = schema
	schema.keywords["anyOf"] = &kind{each: schema}
	body := object("")
	body.keywords["schema"] = schema
	media := &kind{each: body}
	response := object("$ref description")
	response.keywords["content"] = media
	parameter := object("name in description")
	parameter.keywords["required"] = flag
	parameter.keywords["schema"] = schema
	request := object("")
	request.keywords["required"] = flag
	request.keywords["content"] = media
	operation := object("operationId summary description x-stytch-retry x-stytch-errors x-stytch-exactly-one-of " +
		"x-stytch-emulator x-stytch-source x-stytch-after")
	operation.keywords["x-stytch-caller-session"] = flag
	operation.keywords["x-stytch-repeatable"] = flag
	operation.keywords["x-stytch-permissions"] = &kind{each: object("resource action field")}
	operation.keywords["x-stytch-pages"] = object("items next")
	operation.keywords["x-stytch-filters"] = &kind{each: object("type description")}
	operation.keywords["parameters"] = &kind{each: parameter}
	operation.keywords["requestBody"] = request
	operation.keywords["responses"] = &kind{each: response}
	methods := object("")
	for _, method := range []string{"get", "post", "put", "delete"} {
		methods.keywords[method] = operation
	}
	components := object("securitySchemes")
	components.keywords["schemas"] = &kind{each: schema}
	components.keywords["responses"] = &kind{each: response}
	document := object("openapi servers security")
	info := object("title version description x-stytch-exposed-on")
	byHand := object("id method summary http retry fields")
	byHand.keywords["start_url"] = object("path token_type")
	info.keywords["x-stytch-by-hand"] = &kind{each: byHand}
	info.keywords["x-stytch-verifier"] = flag
	document.keywords["info"] = info
	document.keywords["paths"] = &kind{each: methods}
	document.keywords["components"] = components
	return document
}()

// object is a kind with the given keywords, whose values are not checked.
func object(keywords string) *kind {
	k := &kind{keywords: map[string]*kind{}}
	for w := range strings.FieldsSeq(keywords) {
		k.keywords[w] = nil
	}
	return k
}

// Check fails on a keyword that the generator does not use, on a key that occurs twice and on YAML aliases, which
// OpenAPI tools do not read alike.
func Check(tree *yaml.Node) error {
	if len(tree.Content) != 1 {
		return fmt.Errorf("not one YAML document")
	}
	return kinds.check(tree.Content[0], nil)
}

func (k *kind) check(node *yaml.Node, at []string) error {
	if k == nil {
		k = &kind{}
	}
	switch {
	case node.Kind == yaml.AliasNode:
		return fmt.Errorf("line %d: %s is a YAML alias", node.Line, strings.Join(at, "."))
	case k.flag && (node.Tag != "!!bool" || node.Value != "true" && node.Value != "false"):
		return fmt.Errorf("line %d: %s is neither true nor false", node.Line, strings.Join(at, "."))
	case node.Kind == yaml.SequenceNode && k.keywords != nil:
		return fmt.Errorf("line %d: %s is a list", node.Line, strings.Join(at, "."))
	case node.Kind == yaml.SequenceNode:
		for i, item := range node.Content {
			if err := k.each.check(item, append(slices.Clone(at), fmt.Sprint(i))); err != nil {
				return err
			}
		}
		return nil
	case node.Kind != yaml.MappingNode:
		return nil
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		here := append(slices.Clone(at), key.Value)
		next, known := k.each, k.keywords == nil
		if k.keywords != nil {
			next, known = k.keywords[key.Value]
		}
		switch {
		case !known:
			return fmt.Errorf("line %d: unknown keyword at %s", key.Line, strings.Join(here, "."))
		case seen[key.Value]:
			return fmt.Errorf("line %d: %s occurs twice", key.Line, strings.Join(here, "."))
		}
		seen[key.Value] = true
		if err := next.check(value, here); err != nil {
			return err
		}
	}
	return nil
}
