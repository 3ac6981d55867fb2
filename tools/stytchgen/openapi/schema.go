package openapi

import (
	"fmt"

	yaml "github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel/high/base"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
	"github.com/pb33f/libopenapi/orderedmap"
)

// Schema is a schema as written: either a reference or a definition.
type Schema struct {
	// Name is the key under components.schemas, empty for an inline schema.
	Name string
	// Ref is the reference, as in "../fields.yaml#/components/schemas/locale"; the siblings below may override.
	Ref         string
	Description string
	// Type is the JSON type: string, integer, boolean, array, object, or empty for anything.
	Type, Format string
	Nullable     bool
	Sensitive    bool
	GoName       string
	Properties   []*Property
	Items        *Schema
	// Map is the type of the values of an object without properties.
	Map       *Schema
	Enum      []string
	Values    []Value
	Default   string
	Minimum   *float64
	Maximum   *float64
	MinLength *int64
	MaxLength *int64
	MinItems  *int64
	MaxItems  *int64
	Pattern   string
}

// Property is a member of an object.
type Property struct {
	Name     string
	Required bool
	Schema   *Schema
}

// Value is a documented value of a string.
type Value struct{ Value, Description string }

func convertSchema(proxy *base.SchemaProxy) (*Schema, error) {
	if proxy == nil {
		return nil, fmt.Errorf("no schema")
	}
	if proxy.IsReference() {
		return convertReference(proxy), nil
	}
	raw, err := proxy.BuildSchema()
	if err != nil {
		return nil, err
	}
	s := &Schema{
		Description: raw.Description, Format: raw.Format, Pattern: raw.Pattern,
		Minimum: raw.Minimum, Maximum: raw.Maximum, MinLength: raw.MinLength, MaxLength: raw.MaxLength,
		MinItems: raw.MinItems, MaxItems: raw.MaxItems,
		Sensitive: text(raw.Extensions, "x-stytch-sensitive") == "true",
		GoName:    text(raw.Extensions, "x-stytch-go-name"),
		Values:    values(raw.Extensions, "x-stytch-values"),
	}
	if raw.Default != nil {
		s.Default = raw.Default.Value
	}
	for _, t := range raw.Type {
		switch {
		case t == "null":
			s.Nullable = true
		case s.Type != "":
			return nil, fmt.Errorf("more than one type: %v", raw.Type)
		default:
			s.Type = t
		}
	}
	if len(raw.AnyOf) > 0 {
		return convertOptional(s, raw.AnyOf)
	}
	for _, v := range raw.Enum {
		s.Enum = append(s.Enum, v.Value)
	}
	if len(s.Enum) > 0 {
		s.Values = values(raw.Extensions, "x-stytch-enum")
	}
	return s, convertParts(s, raw)
}

// convertReference reads the siblings of $ref, which JSON Schema 2020-12 allows.
func convertReference(proxy *base.SchemaProxy) *Schema {
	s := &Schema{Ref: proxy.GetReference()}
	node := proxy.GetReferenceNode()
	if node == nil || node.Kind != yaml.MappingNode {
		return s
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		value := node.Content[i+1]
		switch node.Content[i].Value {
		case "description":
			s.Description = value.Value
		case "default":
			s.Default = value.Value
		case "x-stytch-go-name":
			s.GoName = value.Value
		case "x-stytch-sensitive":
			s.Sensitive = value.Value == "true"
		}
	}
	return s
}

// convertOptional reads anyOf: [T, null], the only union there is.
func convertOptional(s *Schema, alternatives []*base.SchemaProxy) (*Schema, error) {
	if len(alternatives) != 2 || !isNull(alternatives[1]) {
		return nil, fmt.Errorf("anyOf is for a schema and null only")
	}
	inner, err := convertSchema(alternatives[0])
	if err != nil {
		return nil, err
	}
	inner.Nullable = true
	if s.Description != "" {
		inner.Description = s.Description
	}
	if s.GoName != "" {
		inner.GoName = s.GoName
	}
	inner.Sensitive = inner.Sensitive || s.Sensitive
	return inner, nil
}

func isNull(proxy *base.SchemaProxy) bool {
	if proxy.IsReference() {
		return false
	}
	s := proxy.Schema()
	return s != nil && len(s.Type) == 1 && s.Type[0] == "null"
}

func convertParts(s *Schema, raw *base.Schema) error {
	if raw.Items != nil {
		if !raw.Items.IsA() {
			return fmt.Errorf("items must be a schema")
		}
		items, err := convertSchema(raw.Items.A)
		if err != nil {
			return fmt.Errorf("items: %w", err)
		}
		s.Items = items
	}
	if extra := raw.AdditionalProperties; extra != nil {
		s.Map = &Schema{}
		if extra.IsA() {
			values, err := convertSchema(extra.A)
			if err != nil {
				return fmt.Errorf("additionalProperties: %w", err)
			}
			s.Map = values
		}
	}
	if raw.Properties == nil {
		return nil
	}
	required := make(map[string]bool)
	for _, name := range raw.Required {
		required[name] = true
	}
	for name, proxy := range raw.Properties.FromOldest() {
		property, err := convertSchema(proxy)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		s.Properties = append(s.Properties, &Property{Name: name, Required: required[name], Schema: property})
		delete(required, name)
	}
	for name := range required {
		return fmt.Errorf("required names %q, which is no property", name)
	}
	return nil
}

func content(media *orderedmap.Map[string, *v3.MediaType]) (*Schema, error) {
	m, ok := media.Get("application/json")
	if !ok {
		return nil, fmt.Errorf("no application/json")
	}
	return convertSchema(m.Schema)
}

func text(ext *orderedmap.Map[string, *yaml.Node], key string) string {
	if ext == nil {
		return ""
	}
	if node, ok := ext.Get(key); ok {
		return node.Value
	}
	return ""
}

func stringList(ext *orderedmap.Map[string, *yaml.Node], key string) []string {
	var list []string
	if ext != nil {
		if node, ok := ext.Get(key); ok {
			for _, item := range node.Content {
				list = append(list, item.Value)
			}
		}
	}
	return list
}

func stringLists(ext *orderedmap.Map[string, *yaml.Node], key string) ([][]string, error) {
	if ext == nil {
		return nil, nil
	}
	node, ok := ext.Get(key)
	if !ok {
		return nil, nil
	}
	var lists [][]string
	err := node.Decode(&lists)
	return lists, err
}

func values(ext *orderedmap.Map[string, *yaml.Node], key string) []Value {
	if ext == nil {
		return nil
	}
	node, ok := ext.Get(key)
	if !ok {
		return nil
	}
	var list []Value
	for i := 0; i+1 < len(node.Content); i += 2 {
		list = append(list, Value{Value: node.Content[i].Value, Description: node.Content[i+1].Value})
	}
	return list
}
