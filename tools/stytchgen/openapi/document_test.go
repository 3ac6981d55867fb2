package openapi_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
)

func load(t *testing.T, files map[string]string) []*openapi.Document {
	t.Helper()
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(strings.TrimPrefix(text, "\n"))}
	}
	docs, err := openapi.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

const empty = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n"

func TestLoad_documentsInTheOrderOfTheirPaths(t *testing.T) {
	t.Parallel()
	var paths []string
	for _, doc := range load(t, map[string]string{
		"b2c/z.yaml": empty, "b2b/a/b.yaml": empty, "b2b/a.yaml": empty, "README.md": "no YAML", "errors.yaml": "errors: []",
	}) {
		paths = append(paths, doc.Path)
	}
	if want := []string{"b2b/a/b", "b2b/a", "b2c/z"}; !slices.Equal(paths, want) {
		t.Errorf("got %q, want %q", paths, want)
	}
}

func TestLoad_schemasAsWritten(t *testing.T) {
	t.Parallel()
	doc := load(t, map[string]string{"b2b/a.yaml": empty + `
components:
  schemas:
    Thing:
      type: object
      required: [zebra]
      properties:
        zebra: {type: integer, minimum: 1, maximum: 3, default: 2}
        apple: {$ref: 'b.yaml#/components/schemas/Apple', description: Ours., x-stytch-sensitive: true}
        mango: {anyOf: [{$ref: '#/components/schemas/Mango'}, {type: 'null'}], description: Maybe.}
        melon: {type: [string, 'null'], x-stytch-go-name: WaterMelon}
    Mango: {type: string, enum: [b, a], x-stytch-enum: {a: The letter.}}
`})[0]
	if len(doc.Schemas) != 2 || doc.Schemas[0].Name != "Thing" || doc.Schemas[1].Name != "Mango" {
		t.Fatalf("schemas out of order: %v", doc.Schemas)
	}
	properties := map[string]*openapi.Property{}
	var order []string
	for _, p := range doc.Schemas[0].Properties {
		properties[p.Name] = p
		order = append(order, p.Name)
	}
	if want := []string{"zebra", "apple", "mango", "melon"}; !slices.Equal(order, want) {
		t.Errorf("properties %q, want the order they are written in", order)
	}
	zebra, apple, mango, melon := properties["zebra"], properties["apple"], properties["mango"], properties["melon"]
	if !zebra.Required || apple.Required {
		t.Error("required is not what the list says")
	}
	if s := zebra.Schema; s.Type != "integer" || *s.Minimum != 1 || *s.Maximum != 3 || s.Default != "2" {
		t.Errorf("zebra: %+v", s)
	}
	if s := apple.Schema; s.Ref != "b.yaml#/components/schemas/Apple" || s.Description != "Ours." || !s.Sensitive {
		t.Errorf("apple: %+v", s)
	}
	if s := mango.Schema; s.Ref != "#/components/schemas/Mango" || !s.Nullable || s.Description != "Maybe." {
		t.Errorf("mango: %+v", s)
	}
	if s := melon.Schema; s.Type != "string" || !s.Nullable || s.GoName != "WaterMelon" {
		t.Errorf("melon: %+v", s)
	}
	if s := doc.Schemas[1]; !slices.Equal(s.Enum, []string{"b", "a"}) || len(s.Values) != 1 || s.Values[0].Description != "The letter." {
		t.Errorf("Mango: %+v", s)
	}
}

func TestLoad_operations(t *testing.T) {
	t.Parallel()
	doc := load(t, map[string]string{"b2c/risk.yaml": `
openapi: 3.1.0
info: {title: T, version: '1', x-stytch-exposed-on: [b2b, b2c]}
servers: [{url: 'https://telemetry.stytch.com'}]
paths:
  /v1/risk/{id}:
    post:
      operationId: b2c.risk.weigh
      summary: Weighs.
      x-stytch-retry: read
      x-stytch-caller-session: true
      x-stytch-errors: [a, b]
      x-stytch-exactly-one-of: [[x, y]]
      parameters: [{name: id, in: path, required: true, description: Which., schema: {type: string, description: Not this.}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/WeighRequest'}}}}
      responses: {'200': {description: D., content: {application/json: {schema: {$ref: '#/components/schemas/WeighResponse'}}}}}
components:
  schemas:
    WeighRequest: {type: object}
    WeighResponse: {type: object}
`})[0]
	if !doc.Fraud || !slices.Equal(doc.ExposedOn, []string{"b2b", "b2c"}) || len(doc.Operations) != 1 {
		t.Fatalf("document: %+v", doc)
	}
	op := doc.Operations[0]
	if op.Method != "POST" || op.Path != "/v1/risk/{id}" || op.ID != "b2c.risk.weigh" || op.Retry != "read" || !op.Authorization {
		t.Errorf("operation: %+v", op)
	}
	if !slices.Equal(op.Errors, []string{"a", "b"}) || len(op.ExactlyOneOf) != 1 || !slices.Equal(op.ExactlyOneOf[0], []string{"x", "y"}) {
		t.Errorf("lists: %+v", op)
	}
	if op.Request.Ref != "#/components/schemas/WeighRequest" || op.Response.Ref != "#/components/schemas/WeighResponse" {
		t.Errorf("bodies: %+v, %+v", op.Request, op.Response)
	}
	if p := op.Parameters[0]; p.Name != "id" || p.In != "path" || !p.Required || p.Schema.Description != "Which." {
		t.Errorf("parameter: %+v", p)
	}
}
