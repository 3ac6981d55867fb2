package openapi

import (
	"fmt"
	"reflect"
	"slices"

	yaml "github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/datamodel/high/base"
)

// Schema is a schema of a document: either a reference or a definition.
type Schema struct {
	// Name is the key under components.schemas, empty for an inline schema.
	Name string
	// Ref is the reference, as in "../fields.yaml#/components/schemas/locale". Other fields of the schema override what
	// it refers to: see convertReference.
	Ref         string
	Description string
	// Type is the JSON type: string, integer, boolean, array, object, or empty for anything.
	Type, Format string
	Nullable     bool
	Sensitive    bool
	Deprecated   bool
	// Source says where the field or type is known from if conformance/catalog does not have it.
	Source string
	GoName string
	// OmitsEmpty says that the API leaves out the type's optional members where they have no value.
	OmitsEmpty bool
	// NullWhenEmpty says that the API sends null for a field that has no value, rather than an empty string.
	NullWhenEmpty bool
	// In is the place of a hand-written operation's field: path, query, or empty for neither.
	In         string
	Properties []*Property
	Items      *Schema
	// Map is the schema of the values of an object without properties.
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
		return convertReference(proxy)
	}
	raw, err := proxy.BuildSchema()
	if err != nil {
		return nil, err
	}
	s := &Schema{
		Description: raw.Description, Format: raw.Format, Pattern: raw.Pattern,
		Minimum: raw.Minimum, Maximum: raw.Maximum, MinLength: raw.MinLength, MaxLength: raw.MaxLength,
		MinItems: raw.MinItems, MaxItems: raw.MaxItems,
		Sensitive:     text(raw.Extensions, "x-stytch-sensitive") == "true",
		GoName:        text(raw.Extensions, "x-stytch-go-name"),
		Source:        text(raw.Extensions, "x-stytch-source"),
		In:            text(raw.Extensions, "x-stytch-in"),
		NullWhenEmpty: text(raw.Extensions, "x-stytch-null-when-empty") == "true",
		OmitsEmpty:    text(raw.Extensions, "x-stytch-omits-empty") == "true",
		Deprecated:    raw.Deprecated != nil && *raw.Deprecated,
	}
	if s.Values, err = values(raw.Extensions, "x-stytch-values"); err != nil {
		return nil, err
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
	if err := checkBounds(s); err != nil {
		return nil, err
	}
	if len(raw.AnyOf) > 0 {
		if raw.Properties != nil || raw.Items != nil || len(raw.Enum) > 0 || !isAnnotation(*s) {
			return nil, fmt.Errorf("beside anyOf only a description and some extensions have an effect")
		}
		return convertOptional(s, raw.AnyOf)
	}
	if err := convertEnum(s, raw); err != nil {
		return nil, err
	}
	return s, convertParts(s, raw)
}

// isAnnotation reports whether a schema says nothing but what convertOptional keeps.
func isAnnotation(s Schema) bool {
	s.Description, s.GoName, s.Source, s.Sensitive = "", "", "", false
	return reflect.DeepEqual(s, Schema{})
}

// checkBounds fails on bounds that no value is within.
func checkBounds(s *Schema) error {
	switch {
	case s.Minimum != nil && s.Maximum != nil && *s.Minimum > *s.Maximum,
		s.MinLength != nil && s.MaxLength != nil && *s.MinLength > *s.MaxLength,
		s.MinItems != nil && s.MaxItems != nil && *s.MinItems > *s.MaxItems:
		return fmt.Errorf("the minimum is above the maximum")
	}
	return nil
}

// convertReference reads the siblings of $ref, which JSON Schema 2020-12 allows.
func convertReference(proxy *base.SchemaProxy) (*Schema, error) {
	s := &Schema{Ref: proxy.GetReference()}
	node := proxy.GetReferenceNode()
	if node == nil || node.Kind != yaml.MappingNode {
		return s, nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		value := node.Content[i+1]
		switch key := node.Content[i].Value; key {
		case "$ref":
		case "description":
			s.Description = value.Value
		case "default":
			s.Default = value.Value
		case "x-stytch-go-name":
			s.GoName = value.Value
		case "x-stytch-source":
			s.Source = value.Value
		case "x-stytch-in":
			s.In = value.Value
		case "x-stytch-sensitive":
			s.Sensitive = value.Value == "true"
		default:
			return nil, fmt.Errorf("%s has no effect beside $ref", key)
		}
	}
	return s, nil
}

func convertEnum(s *Schema, raw *base.Schema) error {
	for _, v := range raw.Enum {
		s.Enum = append(s.Enum, v.Value)
	}
	meanings, err := values(raw.Extensions, "x-stytch-enum")
	if err != nil {
		return err
	}
	for _, v := range meanings {
		if !slices.Contains(s.Enum, v.Value) {
			return fmt.Errorf("x-stytch-enum: %q is not in enum", v.Value)
		}
	}
	switch {
	case (len(s.Enum) > 0 || len(s.Values) > 0) && s.Type != "string":
		return fmt.Errorf("only strings have documented values")
	case len(s.Enum) > 0 && len(s.Values) > 0:
		return fmt.Errorf("enum and x-stytch-values exclude each other")
	case len(s.Enum) > 0:
		s.Values = meanings
	}
	return nil
}

// convertOptional reads anyOf: [T, null], the only union that the generator knows.
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
	if s.Source != "" {
		inner.Source = s.Source
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
		if !extra.IsA() && !extra.B {
			return fmt.Errorf("additionalProperties: every response may grow, so false says nothing")
		}
		if extra.IsA() {
			values, err := convertSchema(extra.A)
			if err != nil {
				return fmt.Errorf("additionalProperties: %w", err)
			}
			s.Map = values
		}
	}
	return convertProperties(s, raw)
}

func convertProperties(s *Schema, raw *base.Schema) error {
	if raw.Properties != nil {
		for name, proxy := range raw.Properties.FromOldest() {
			property, err := convertSchema(proxy)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			required := slices.Contains(raw.Required, name)
			s.Properties = append(s.Properties, &Property{Name: name, Required: required, Schema: property})
		}
	}
	for i, name := range raw.Required {
		if slices.Contains(raw.Required[:i], name) {
			return fmt.Errorf("required names %q twice", name)
		}
		if !slices.ContainsFunc(s.Properties, func(p *Property) bool { return p.Name == name }) {
			return fmt.Errorf("required names %q, which is not a property", name)
		}
	}
	return nil
}
