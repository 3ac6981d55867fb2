package openapi

import (
	"fmt"

	yaml "github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/orderedmap"
)

type extensions = *orderedmap.Map[string, *yaml.Node]

// text is the value of a scalar extension, empty where it is absent.
func text(ext extensions, key string) string {
	if ext == nil {
		return ""
	}
	if node, ok := ext.Get(key); ok {
		return node.Value
	}
	return ""
}

// decode reads an extension into target, which does not change where the extension is absent.
func decode(ext extensions, key string, target any) error {
	if ext == nil {
		return nil
	}
	node, ok := ext.Get(key)
	if !ok {
		return nil
	}
	if err := node.Decode(target); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

// values reads a map from value to meaning, in the order it is written.
func values(ext extensions, key string) ([]Value, error) {
	var node yaml.Node
	if err := decode(ext, key, &node); err != nil || node.Kind == 0 {
		return nil, err
	}
	if node.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s: not a map from value to meaning", key)
	}
	var list []Value
	for i := 0; i+1 < len(node.Content); i += 2 {
		list = append(list, Value{Value: node.Content[i].Value, Description: node.Content[i+1].Value})
	}
	return list, nil
}
