// Package openapi reads the specification: OpenAPI 3.1, one document per Go package. References between files stay
// unresolved. A keyword that the package does not know is an error that names the place.
package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strings"

	yaml "github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi"
	"github.com/pb33f/libopenapi/datamodel"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"

	"github.com/seed75add069/stytch-go/tools/stytchgen/keywords"
)

// Document is one file of the specification.
type Document struct {
	// Path is the file's path below the specification's root, without the suffix: "b2b/sessions".
	Path        string
	Description string
	// ExposedOn are the products that have the service, empty for its own product alone.
	ExposedOn []string
	ByHand    []ByHand
	// Verifier says that the service verifies tokens or permissions locally, Fraud that its server is the fraud API.
	Verifier   bool
	Fraud      bool
	Operations []*Operation
	Schemas    []*Schema
}

// ByHand is an operation that is written by hand, unless it has a StartURL. HTTP is the method and path that it calls,
// empty where it calls none. Fields are those that an example sets, by their wire names.
type ByHand struct {
	ID       string    `yaml:"id"`
	Method   string    `yaml:"method"`
	Summary  string    `yaml:"summary"`
	HTTP     string    `yaml:"http"`
	Retry    string    `yaml:"retry"`
	Fields   []string  `yaml:"fields"`
	StartURL *StartURL `yaml:"start_url"`
}

// StartURL is an endpoint at which a browser begins a login. It comes back with TokenType as stytch_token_type.
type StartURL struct {
	Path      string `yaml:"path"`
	TokenType string `yaml:"token_type"`
}

// Operation is one method on one path.
type Operation struct {
	ID, Summary, Description string
	Method, Path             string
	Retry, Emulator, Source  string
	After                    string
	Authorization            bool
	Repeatable               bool
	Errors                   []string
	ExactlyOneOf             [][]string
	Parameters               []*Parameter
	Request, Response        *Schema
	Pages                    *Pages
	Filters                  []Filter
	Permissions              []Permission
}

// Pages describes a list that is answered in pages: Items names the response's list, Next is the path to the cursor of
// the next page.
type Pages struct {
	Items string `yaml:"items"`
	Next  string `yaml:"next"`
}

// Filter is a filter of a search. Type says what values it takes: strings, string, boolean, time or period.
type Filter struct {
	Name        string `yaml:"-"`
	Type        string `yaml:"type"`
	Description string `yaml:"description"`
}

// Permission is what a caller's session needs: an action on a resource. Field is the request's field that needs it,
// empty where every request does. Of those with the same Field, one is enough.
type Permission struct {
	Resource string `yaml:"resource"`
	Action   string `yaml:"action"`
	Field    string `yaml:"field"`
}

// Parameter is a value in path or query.
type Parameter struct {
	Name, In string
	Required bool
	Schema   *Schema
}

// notOpenAPI are the YAML files of the specification that are not OpenAPI documents.
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
	var tree, second yaml.Node
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: more than one YAML document", second.Line)
	}
	if err := keywords.Check(&tree); err != nil {
		return nil, err
	}
	config := datamodel.NewDocumentConfiguration()
	config.SkipExternalRefResolution = true
	config.Logger = slog.New(slog.DiscardHandler) // what the library logs it also returns
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

// hosts are the servers of the API. The value says whether it is the fraud API.
var hosts = map[string]bool{
	"https://test.stytch.com":      false,
	"https://api.stytch.com":       false,
	"https://telemetry.stytch.com": true,
}

func convert(name string, m *v3.Document) (*Document, error) {
	if m.Info == nil {
		return nil, fmt.Errorf("no info")
	}
	doc := &Document{Path: name, Description: m.Info.Description}
	if err := decode(m.Info.Extensions, "x-stytch-exposed-on", &doc.ExposedOn); err != nil {
		return nil, fmt.Errorf("info: %w", err)
	}
	if err := decode(m.Info.Extensions, "x-stytch-by-hand", &doc.ByHand); err != nil {
		return nil, fmt.Errorf("info: %w", err)
	}
	doc.Verifier = text(m.Info.Extensions, "x-stytch-verifier") == "true"
	for i, server := range m.Servers {
		fraud, known := hosts[server.URL]
		if !known || i > 0 && fraud != doc.Fraud {
			return nil, fmt.Errorf("servers.%d: %s is unknown, or of another API than the one before", i, server.URL)
		}
		doc.Fraud = fraud
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
