package keywords_test

import (
	"strings"
	"testing"

	yaml "github.com/pb33f/go-yaml"

	"github.com/seed75add069/stytch-go/tools/stytchgen/keywords"
)

// everyKeyword is a document with every keyword that the generator knows.
const everyKeyword = `
openapi: 3.1.0
info: {title: T, version: '1', description: D., x-stytch-exposed-on: [b2b], x-stytch-verifier: true, x-stytch-by-hand: [{id: a, method: A, summary: A., http: GET /, retry: read, fields: [a]}]}
servers: [{url: 'https://test.stytch.com'}]
security: [{project: []}]
paths:
  /v1/{a}:
    get: {}
    put: {}
    delete: {}
    post:
      operationId: b2b.a.b
      summary: S.
      description: D.
      x-stytch-retry: read
      x-stytch-caller-session: false
      x-stytch-errors: [a]
      x-stytch-exactly-one-of: [[a, b]]
      x-stytch-emulator: none
      x-stytch-source: a
      x-stytch-after: a
      x-stytch-pages: {items: a, next: a}
      x-stytch-filters: {a: {type: string, description: D.}}
      parameters: [{name: a, in: path, required: true, description: D., schema: {type: string}}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/x'}}}}
      responses:
        '200': {description: D., content: {application/json: {schema: {$ref: '#/x'}}}}
        default: {$ref: '#/y'}
components:
  securitySchemes: {project: {type: http, scheme: basic, anything: goes}}
  responses: {Error: {description: D.}}
  schemas:
    Anything-goes:
      type: object
      description: D.
      required: [a]
      properties:
        a: {type: string, format: date-time, enum: [a], default: a, minLength: 1, maxLength: 2, pattern: a}
        b: {type: integer, minimum: 1, maximum: 2, x-stytch-go-name: B, x-stytch-sensitive: true}
        c: {type: array, items: {type: string}, minItems: 1, maxItems: 2}
        d: {type: object, additionalProperties: true}
        e: {anyOf: [{$ref: '#/x'}, {type: 'null'}]}
        f: {type: string, x-stytch-values: {a: b}, x-stytch-enum: {a: b}, x-stytch-source: a, x-stytch-in: path, deprecated: true}
`

func TestCheck_acceptsEveryKeyword(t *testing.T) {
	t.Parallel()
	if err := check(everyKeyword); err != nil {
		t.Error(err)
	}
}

func TestCheck_refuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, old, with, want string }{
		{"document", "openapi:", "webhooks: {}\nopenapi:", "line 2: unknown keyword at webhooks"},
		{"info", "title: T", "contact: {}, title: T", "unknown keyword at info.contact"},
		{"path item", "    get: {}", "    trace: {}", "unknown keyword at paths./v1/{a}.trace"},
		{"operation", "summary: S.", "tags: [a]", "unknown keyword at paths./v1/{a}.post.tags"},
		{"parameter", "in: path,", "in: path, explode: true,", "unknown keyword at paths./v1/{a}.post.parameters.0.explode"},
		{"body", "requestBody: {", "requestBody: {description: D., ", "unknown keyword at paths./v1/{a}.post.requestBody.description"},
		{"media type", "json: {schema", "json: {example: {}, schema",
			"unknown keyword at paths./v1/{a}.post.requestBody.content.application/json.example"},
		{"response", "default: {$ref", "default: {headers: {}, $ref", "unknown keyword at paths./v1/{a}.post.responses.default.headers"},
		{"components", "  responses: {E", "  examples: {}\n  responses: {E", "unknown keyword at components.examples"},
		{"schema", "required: [a]", "oneOf: []", "unknown keyword at components.schemas.Anything-goes.oneOf"},
		{"property", "maxLength: 2", "maxLenght: 2", "unknown keyword at components.schemas.Anything-goes.properties.a.maxLenght"},
		{"items", "items: {type", "items: {readOnly: true, type",
			"unknown keyword at components.schemas.Anything-goes.properties.c.items.readOnly"},
		{"extension", "x-stytch-values", "x-stytch-valeus", "components.schemas.Anything-goes.properties.f.x-stytch-valeus"},
		{"alternative", "[{$ref: '#/x'}, {type", "[{$ref: '#/x', title: T}, {type",
			"unknown keyword at components.schemas.Anything-goes.properties.e.anyOf.0.title"},
		{"key twice", "c: {type: array", "b: {type: array", "components.schemas.Anything-goes.properties.b occurs twice"},
		{"value twice", "x-stytch-values: {a: b}", "x-stytch-values: {a: b, a: c}", "x-stytch-values.a occurs twice"},
		{"flag", "x-stytch-sensitive: true", "x-stytch-sensitive: 'true'",
			"line 39: components.schemas.Anything-goes.properties.b.x-stytch-sensitive is neither true nor false"},
		{"list", "components:\n", "components: []\nother:\n", "components is a list"},
		{"alias", "title: T, version: '1'", "title: &t T, version: *t", "info.version is a YAML alias"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(everyKeyword, tc.old) {
				t.Fatalf("no %q to break", tc.old)
			}
			err := check(strings.Replace(everyKeyword, tc.old, tc.with, 1))
			if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestCheck_notADocument(t *testing.T) {
	t.Parallel()
	if err := keywords.Check(new(yaml.Node)); err == nil {
		t.Error("nothing was accepted")
	}
}

func check(text string) error {
	var tree yaml.Node
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		return err
	}
	return keywords.Check(&tree)
}
