package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pb33f/jsonschema/v6"
)

// dialect is the JSON Schema dialect of OpenAPI 3.1. The schema of OpenAPI itself does not validate schemas: it accepts
// "type: strnig".
const dialect = "https://json-schema.org/draft/2020-12/schema"

// checkSchemas returns the problems of the JSON Schemas of a document: those below components and those of bodies and
// parameters. The dialect is part of the compiler, so that nothing is loaded.
func checkSchemas(text *[]byte) ([]string, error) {
	if text == nil {
		return nil, fmt.Errorf("the document has no form in JSON")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(*text))
	if err != nil {
		return nil, err
	}
	meta, err := jsonschema.NewCompiler().Compile(dialect)
	if err != nil {
		return nil, err
	}
	var problems []string
	check := func(at string, schema any) {
		if err := meta.Validate(schema); err != nil {
			problems = append(problems, at+": "+strings.ReplaceAll(err.Error(), "\n", " "))
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
	slices.Sort(problems)
	return problems, nil
}
