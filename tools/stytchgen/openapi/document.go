// Package openapi reads the specification: OpenAPI 3.1, one document per Go package, references between files left as
// they are written. It is strict: a keyword it does not know is an error that names the place.
package openapi

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	yaml "github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// Document is one file of the specification.
type Document struct {
	// Path is the file's path below the specification's root, without the suffix: "b2b/sessions".
	Path        string
	Description string
	ExposedOn   []string
	Fraud       bool
	Operations  []*Operation
	Schemas     []*Schema
}

// Operation is one method on one path.
type Operation struct {
	ID, Summary, Description string
	Method, Path             string
	Retry, Emulator          string
	Caller                   bool
	Errors                   []string
	ExactlyOneOf             [][]string
	Parameters               []*Parameter
	Request, Response        *Schema
}

// Parameter is a value in path or query.
type Parameter struct {
	Name, In string
	Required bool
	Schema   *Schema
}

// notOpenAPI are the files of the specification that are plain data.
var notOpenAPI = []string{"errors.yaml"}

// Load reads every document below root, in the order of their paths.
func Load(root fs.FS) ([]*Document, error) {
	var docs []*Document
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" || slices.Contains(notOpenAPI, name) {
			return err
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		doc, err := parse(strings.TrimSuffix(name, ".yaml"), data)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		docs = append(docs, doc)
		return nil
	})
	return docs, err
}

func parse(name string, data []byte) (*Document, error) {
	var tree yaml.Node
	if err := yaml.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	if err := checkKeywords(&tree); err != nil {
		return nil, err
	}
	config := datamodel.NewDocumentConfiguration()
	config.SkipExternalRefResolution = true
	raw, err := libopenapi.NewDocumentWithConfiguration(data, config)
	if err != nil {
		return nil, err
	}
	model, err := raw.BuildV3Model()
	if err != nil {
		return nil, err
	}
	return convert(name, &model.Model)
}

func convert(name string, m *v3.Document) (*Document, error) {
	doc := &Document{Path: name, Description: m.Info.Description}
	doc.ExposedOn = stringList(m.Info.Extensions, "x-stytch-exposed-on")
	for _, server := range m.Servers {
		doc.Fraud = doc.Fraud || server.URL == "https://telemetry.stytch.com"
	}
	if m.Components != nil && m.Components.Schemas != nil {
		for key, proxy := range m.Components.Schemas.FromOldest() {
			s, err := convertSchema(proxy)
			if err != nil {
				return nil, fmt.Errorf("components.schemas.%s: %w", key, err)
			}
			s.Name = key
			doc.Schemas = append(doc.Schemas, s)
		}
	}
	if m.Paths == nil || m.Paths.PathItems == nil {
		return doc, nil
	}
	for route, item := range m.Paths.PathItems.FromOldest() {
		for method, op := range item.GetOperations().FromOldest() {
			converted, err := convertOperation(op)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, route, err)
			}
			converted.Method, converted.Path = strings.ToUpper(method), route
			doc.Operations = append(doc.Operations, converted)
		}
	}
	return doc, nil
}

func convertOperation(op *v3.Operation) (*Operation, error) {
	out := &Operation{
		ID: op.OperationId, Summary: op.Summary, Description: op.Description,
		Retry:    text(op.Extensions, "x-stytch-retry"),
		Emulator: text(op.Extensions, "x-stytch-emulator"),
		Caller:   text(op.Extensions, "x-stytch-caller-session") == "true",
		Errors:   stringList(op.Extensions, "x-stytch-errors"),
	}
	var err error
	if out.ExactlyOneOf, err = stringLists(op.Extensions, "x-stytch-exactly-one-of"); err != nil {
		return nil, err
	}
	for _, p := range op.Parameters {
		s, err := convertSchema(p.Schema)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", p.Name, err)
		}
		if p.Description != "" {
			s.Description = p.Description
		}
		out.Parameters = append(out.Parameters, &Parameter{
			Name: p.Name, In: p.In, Required: p.Required != nil && *p.Required, Schema: s,
		})
	}
	if op.RequestBody != nil {
		if out.Request, err = content(op.RequestBody.Content); err != nil {
			return nil, fmt.Errorf("requestBody: %w", err)
		}
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
