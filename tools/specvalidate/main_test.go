package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	service = `openapi: 3.1.0
info: {title: Things, version: '1'}
servers: [{url: 'https://test.stytch.com'}]
paths:
  /v1/things/{thing_id}:
    get:
      operationId: b2b.things.get
      parameters: [{name: thing_id, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: Done.
          content: {application/json: {schema: {$ref: '#/components/schemas/GetResponse'}}}
components:
  schemas:
    GetResponse:
      type: object
      required: [id]
      properties:
        id: {$ref: '../../fields.yaml#/components/schemas/id'}
        kind: {$ref: '../kinds.yaml#/components/schemas/Kind'}
`
	kinds = `openapi: 3.1.0
info: {title: Kinds, version: '1'}
paths: {}
components:
  schemas:
    Kind: {type: object, properties: {id: {$ref: '../fields.yaml#/components/schemas/id'}, colour: {$ref: 'colours.yaml#/components/schemas/Colour'}}}
`
	colours = `openapi: 3.1.0
info: {title: Colours, version: '1'}
paths: {}
components: {schemas: {Colour: {type: string}}}
`
	fields = `openapi: 3.1.0
info: {title: Fields, version: '1'}
paths: {}
components: {schemas: {id: {type: string}}}
`
)

// folder writes a valid specification with one change.
func folder(t *testing.T, file, old, with string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"b2b/deep/things.yaml": service, "b2b/kinds.yaml": kinds, "b2b/colours.yaml": colours, "fields.yaml": fields,
		"errors.yaml": "errors: []\n", "README.md": "# Not YAML\n",
	} {
		if name == file {
			if !strings.Contains(text, old) {
				t.Fatalf("%s has no %q", name, old)
			}
			text = strings.Replace(text, old, with, 1)
		}
		target := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(target, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRun_acceptsAValidSpecification(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(folder(t, "", "", ""), &out); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "4 documents are valid OpenAPI 3.1.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRun_refusesAnInvalidSpecification(t *testing.T) {
	t.Parallel()
	const things = "b2b/deep/things.yaml"
	for _, tc := range []struct{ name, file, old, with, want string }{
		{"no YAML", things, "info: {", "info: {{", "yaml"},
		{"another version", things, "3.1.0", "3.0.3", "openapi is 3.0.3, not 3.1"},
		{"no title", things, "title: Things, ", "", "title"},
		{"unknown place of a parameter", things, "in: path", "in: body", "in"},
		{"path parameter that is not required", things, "in: path, required: true", "in: path", "required"},
		{"response without description", things, "          description: Done.\n", "", "description"},
		{"unknown keyword", things, "      operationId:", "      operationID:", "operationID"},
		{"unknown JSON type", things, "schema: {type: string}", "schema: {type: strnig}", "parameters.0.schema"},
		{"unknown type below components", "fields.yaml", "{type: string}", "{type: text}", "components.schemas.id"},
		{"reference to nothing in the file", things, "schemas/GetResponse'", "schemas/Gone'", "#/components/schemas/Gone"},
		{"reference to nothing in another file", things, "schemas/id'", "schemas/gone'", "fields.yaml#/components/schemas/gone"},
		{"reference to no file", things, "'../kinds.yaml", "'../gone.yaml", "gone.yaml"},
		{"reference to nothing behind a reference", "b2b/kinds.yaml", "schemas/Colour'", "schemas/Gone'", "colours.yaml#/components/schemas/Gone"},
		{"reference to the network", things, "'../kinds.yaml", "'https://example.com/kinds.yaml", "https://example.com/kinds.yaml"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := run(folder(t, tc.file, tc.old, tc.with), io.Discard)
			if err == nil {
				t.Fatal("accepted")
			}
			if text := err.Error(); !strings.Contains(text, tc.file+": ") || !strings.Contains(text, tc.want) {
				t.Errorf("%q or %q is not in: %v", tc.file, tc.want, text)
			}
		})
	}
}

func TestRun_refusesAnEmptyFolder(t *testing.T) {
	t.Parallel()
	if err := run(t.TempDir(), io.Discard); err == nil {
		t.Error("an empty folder was accepted")
	}
}
