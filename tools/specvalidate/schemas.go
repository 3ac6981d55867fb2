package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pb33f/jsonschema/v6"
)

// dialect is the JSON Schema that OpenAPI 3.1 schemas are written in. The schema of OpenAPI itself does not look into
// them, so that "type: strnig" would pass it.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// checkSchemas returns what is wrong with the JSON Schemas of a document: those below components and those of bodies
// and parameters. The compiler carries the dialect with it.
func checkSchemas(text *[]byte) ([]string, error) {
	if text == nil {
		return nil, fmt.Errorf("not to be had as JSON")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(*text))
	if err != nil {
		return nil, err
	}
	meta, err := jsonschema.NewCompiler().Compile(dialect)
	if err != nil {
		return nil, err
	}
	var flaws []string
	check := func(at string, schema any) {
		if err := meta.Validate(schema); err != nil {
			flaws = append(flaws, at+": "+strings.ReplaceAll(err.Error(), "\n", " "))
		}
	}
	var walk func(at string, node any)
	walk = func(at string, node any) {
		switch node := node.(type) {
		case map[string]any:
			for key, value := range node {
				here := at + "." + key
				switch {
				case at == ".components.schemas", key == "schema":
					check(strings.TrimPrefix(here, "."), value)
				default:
					walk(here, value)
				}
			}
		case []any:
			for i, value := range node {
				walk(fmt.Sprintf("%s.%d", at, i), value)
			}
		}
	}
	walk("", doc)
	slices.Sort(flaws)
	return flaws, nil
}
