package main

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// valid is a valid specification. Each case of TestGenerate_refuses breaks it in one place.
var valid = map[string]string{
	"errors.yaml": `
topics:
  - name: Things
    description: Things and what they lack.
    codes:
      - {code: thing_not_found, status: 404, confidence: documented, products: [b2b], meaning: There is no such thing.}
`,
	"fields.yaml": `
openapi: 3.1.0
info: {title: Fields, version: '1'}
paths: {}
components:
  schemas:
    id: {type: string, description: An id.}
`,
	"b2c/other.yaml": `
openapi: 3.1.0
info: {title: Other, version: '1', description: Describes others.}
paths: {}
components:
  schemas:
    Other:
      type: object
      description: Another thing.
      required: [id]
      properties:
        id: {$ref: '../fields.yaml#/components/schemas/id'}
`,
	"b2b/other.yaml": `
openapi: 3.1.0
info: {title: Other, version: '1', description: Describes others.}
paths: {}
components:
  schemas:
    Thing:
      type: object
      description: A thing.
      required: [id]
      properties:
        id: {$ref: '../fields.yaml#/components/schemas/id'}
        other: {$ref: '../b2c/other.yaml#/components/schemas/Other'}
`,
	"b2b/things.yaml": `
openapi: 3.1.0
info: {title: Things, version: '1', description: Keeps things.}
servers: [{url: 'https://test.stytch.com'}]
paths:
  /v1/b2b/things/{thing_id}:
    put:
      operationId: b2b.things.change
      summary: Changes a thing.
      description: Nothing is lost.
      x-stytch-retry: write
      x-stytch-errors: [thing_not_found]
      x-stytch-exactly-one-of: [[name, shape]]
      x-stytch-emulator: exact
      parameters:
        - {name: thing_id, in: path, required: true, schema: {type: string, description: Which thing.}}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/ChangeRequest'}}}
      responses:
        '200':
          description: Done.
          content: {application/json: {schema: {$ref: '#/components/schemas/ChangeResponse'}}}
components:
  schemas:
    Shape: {type: string, description: An outline., enum: [round, square]}
    ChangeRequest:
      type: object
      properties:
        name: {type: string, description: Its new name.}
        shape: {$ref: '#/components/schemas/Shape'}
    ChangeResponse:
      type: object
      required: [thing]
      properties:
        thing: {$ref: 'other.yaml#/components/schemas/Thing'}
`,
}

func TestGenerate_acceptsAValidSpecification(t *testing.T) {
	t.Parallel()
	if _, err := generate(specOf(valid), nil); err != nil {
		t.Fatal(err)
	}
}

// refusal is a case of an invalid specification: in file, with replaces old. The error must contain all of want.
type refusal struct {
	name, file, old, with string
	want                  []string
}

func TestGenerate_refuses(t *testing.T) {
	t.Parallel()
	for _, list := range [][]refusal{wordings, references, operations, fields, goNames, codes, byHand} {
		for _, tc := range list {
			t.Run(tc.name, func(t *testing.T) {
				t.Parallel()
				broken := maps.Clone(valid)
				if !strings.Contains(broken[tc.file], tc.old) {
					t.Fatalf("%s has no %q", tc.file, tc.old)
				}
				broken[tc.file] = strings.Replace(broken[tc.file], tc.old, tc.with, 1)
				_, err := generate(specOf(broken), nil)
				if err == nil {
					t.Fatal("accepted")
				}
				for _, want := range append([]string{tc.file}, tc.want...) {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("%q is not in: %v", want, err)
					}
				}
			})
		}
	}
}

// The error names the packages of the cycle, and the fields that make it, but no package that only leads there.
func TestGenerate_refusesImportCycles(t *testing.T) {
	t.Parallel()
	pkg := func(name, next string) string {
		return `
openapi: 3.1.0
info: {title: Types, version: '1', description: Describes a thing.}
paths: {}
components:
  schemas:
    ` + name + `:
      type: object
      description: A thing.
      properties:
        next: {$ref: '` + next + `'}
`
	}
	_, err := generate(specOf(map[string]string{
		"b2b/a.yaml": pkg("A", "b.yaml#/components/schemas/B"),
		"b2b/b.yaml": pkg("B", "c.yaml#/components/schemas/C"),
		"b2b/c.yaml": pkg("C", "d.yaml#/components/schemas/D"),
		"b2b/d.yaml": pkg("D", "b.yaml#/components/schemas/B"),
	}), nil)
	want := "packages import each other: b2b/b -> b2b/c -> b2b/d -> b2b/b\n" +
		"\tb2b/b.yaml: B.next\n\tb2b/c.yaml: C.next\n\tb2b/d.yaml: D.next"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// Two services cannot have the same accessor, nor can a service have the name of its parent's method.
func TestGenerate_refusesAmbiguousAccessors(t *testing.T) {
	t.Parallel()
	service := func(info, id string) string {
		method := "List"
		if strings.HasSuffix(id, "send") {
			method = "Send"
		}
		return `
openapi: 3.1.0
info: {title: Service, version: '1', description: Serves.` + info + `}
paths:
` + strings.ReplaceAll(operation("/v1/"+id, id), "Change", method) + `
components:
  schemas:
    ` + method + "Response: {type: object, properties: {}}\n"
	}
	for _, tc := range []struct {
		name, want string
		files      map[string]string
	}{
		{"two services", "b2c/mail.yaml: b2b.mail is b2b/mail already", map[string]string{
			"b2b/mail.yaml": service("", "b2b.mail.send"),
			"b2c/mail.yaml": service(", x-stytch-exposed-on: [b2b, b2c]", "b2c.mail.list"),
		}},
		{"method and service", "b2b/mail.yaml: b2b.mail.send: Send is also the service b2b.mail.send", map[string]string{
			"b2b/mail.yaml":      service("", "b2b.mail.send"),
			"b2b/mail/send.yaml": service("", "b2b.mail.send.list"),
		}},
		{"method written by hand and service", "b2b/mail.yaml: b2b.mail.post: Send is also the service b2b.mail.send", map[string]string{
			"b2b/mail.yaml": "openapi: 3.1.0\ninfo: {title: Mail, version: '1', description: Serves., " +
				"x-stytch-by-hand: [{id: b2b.mail.post, method: Send, summary: Sends.}]}\npaths: {}\n",
			"b2b/mail/send.yaml": service("", "b2b.mail.send.list"),
		}},
		{"two spellings of a service", "b2b/mail.yaml: b2b.ma_il.post: another operation spells the service differently", map[string]string{
			"b2b/mail.yaml": service(", x-stytch-by-hand: [{id: b2b.ma_il.post, method: Post, summary: Posts.}]", "b2b.mail.send"),
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if _, err := generate(specOf(tc.files), nil); err == nil || err.Error() != tc.want {
				t.Errorf("got %v\nwant %s", err, tc.want)
			}
		})
	}
}

func specOf(files map[string]string) fstest.MapFS {
	spec := fstest.MapFS{}
	for name, text := range files {
		spec[name] = &fstest.MapFile{Data: []byte(strings.TrimPrefix(text, "\n"))}
	}
	return spec
}

const things = "b2b/things.yaml"

var wordings = []refusal{
	{"unknown keyword at the top", things, "servers:", "tags: []\nservers:", []string{"line 3", "unknown keyword at tags"}},
	{"unknown keyword deep down", things, "description: Its new name.", "description: Its new name., readOnly: true",
		[]string{"line 29", "components.schemas.ChangeRequest.properties.name.readOnly"}},
	{"unknown extension", things, "x-stytch-emulator: exact", "x-stytch-emulator: exact\n      x-stytch-magic: true",
		[]string{"paths./v1/b2b/things/{thing_id}.put.x-stytch-magic"}},
	{"unknown method", things, "    put:\n", "    patch: {}\n    put:\n", []string{"paths./v1/b2b/things/{thing_id}.patch"}},
	{"key twice", things, "      summary:", "      summary: Twice.\n      summary:", []string{"put.summary occurs twice"}},
	{"flag that is no boolean", things, "in: path, required: true", "in: path, required: 'yes'",
		[]string{"parameters.0.required is neither true nor false"}},
	{"list for an object", things, "      properties:\n        thing:", "      properties: []\n      x-:\n        thing:",
		[]string{"ChangeResponse"}},
	{"YAML alias", things, "ChangeResponse:\n      type: object", "ChangeResponse:\n      type: &o object\n      description: *o",
		[]string{"components.schemas.ChangeResponse.description is a YAML alias"}},
	{"unknown host", things, "https://test.stytch.com", "https://example.com", []string{"servers.0", "https://example.com"}},
	{"two hosts", things, "com'}]", "com'}, {url: 'https://telemetry.stytch.com'}]", []string{"servers.1"}},
	{"no YAML", things, "openapi: 3.1.0", "openapi: {", []string{"yaml"}},
}

var references = []refusal{
	{"dangling reference in another file", things, "schemas/Thing'", "schemas/Nothing'",
		[]string{"ChangeResponse: thing: other.yaml#/components/schemas/Nothing does not exist"}},
	{"dangling reference in the same file", things, "schemas/Shape'", "schemas/Form'",
		[]string{"#/components/schemas/Form"}},
	{"reference to no schema", things, "other.yaml#/components/schemas/Thing", "other.yaml#/paths",
		[]string{"ChangeResponse: thing: other.yaml#/paths is not a reference to a schema"}},
	{"sibling without effect", things, "schemas/Shape'}", "schemas/Shape', minLength: 3}",
		[]string{"components.schemas.ChangeRequest: shape: minLength has no effect beside $ref"}},
	{"cycle of fragments", "fields.yaml", "id: {type: string, description: An id.}",
		"id: {$ref: '#/components/schemas/key'}\n    key: {$ref: '#/components/schemas/id'}", []string{"id"}},
	{"alias of an alias", things, "Shape: {type", "Line: {$ref: '#/components/schemas/Edge'}\n    Edge: {$ref: '#/components/schemas/Shape'}\n    Shape: {type",
		[]string{"Line: alias of #/components/schemas/Edge, which is not a type of its own"}},
	{"b2c imports b2b", "b2c/other.yaml", "properties:", "properties:\n        thing: {$ref: '../b2b/other.yaml#/components/schemas/Thing'}",
		[]string{"b2c/other.yaml: Other.thing: imports b2b/other, but b2c never imports b2b"}},
}

var operations = []refusal{
	{"operation in the wrong file", things, "b2b.things.change", "b2b.things.inner_parts.change",
		[]string{"b2b.things.inner_parts.change: operationId belongs in b2b/things/innerparts.yaml"}},
	{"operation id too short", things, "b2b.things.change", "change",
		[]string{"PUT /v1/b2b/things/{thing_id}: operationId is not product.service.operation"}},
	{"operation id twice", things, "components:\n", operation("/v1/b2b/things", "b2b.things.change") + "components:\n",
		[]string{"b2b.things.change: operationId occurs twice: PUT /v1/b2b/things/{thing_id} and POST /v1/b2b/things"}},
	{"method twice", things, "components:\n", operation("/v1/b2b/things", "b2b.things.CHANGE") + "components:\n",
		[]string{"b2b.things.CHANGE: Change is the Go name of b2b.things.change too"}},
	{"path parameter not declared", things, "{thing_id}:", "{thing_id}/parts/{part_id}:",
		[]string{"b2b.things.change: parameter part_id of the path is not declared"}},
	{"parameter not in the path", things, "things/{thing_id}:", "things:", []string{"parameter thing_id: not in the path"}},
	{"optional path parameter", things, "in: path, required: true", "in: path",
		[]string{"parameter thing_id: a part of the path is a required string"}},
	{"list in the query", things, "schema: {type: string, description: Which thing.}}",
		"schema: {type: string, description: Which thing.}}\n        - {name: ids, in: query, schema: {type: array, items: {type: string}, description: Ids.}}",
		[]string{"parameter ids: a query has scalars only"}},
	{"header parameter", things, "in: path", "in: header", []string{`parameter thing_id: in is "header"`}},
	{"unknown retry class", things, "x-stytch-retry: write", "x-stytch-retry: often",
		[]string{`b2b.things.change: x-stytch-retry is "often"`}},
	{"a repeatable message", things, "x-stytch-retry: write", "x-stytch-retry: send\n      x-stytch-repeatable: true",
		[]string{"b2b.things.change: x-stytch-repeatable is for writes only"}},
	{"a repeatable login", things, "x-stytch-retry: write", "x-stytch-retry: single-use\n      x-stytch-repeatable: true",
		[]string{"b2b.things.change: x-stytch-repeatable is for writes only"}},
	{"repeatable is a word", things, "x-stytch-retry: write", "x-stytch-retry: write\n      x-stytch-repeatable: often",
		[]string{"x-stytch-repeatable is neither true nor false"}},
	{"a session without permissions", things, "x-stytch-retry: write", "x-stytch-retry: write\n      x-stytch-caller-session: true",
		[]string{"b2b.things.change: x-stytch-permissions: they go with x-stytch-caller-session"}},
	{"permissions without a session", things, "x-stytch-retry: write",
		"x-stytch-retry: write\n      x-stytch-permissions: [{resource: r, action: a}]",
		[]string{"b2b.things.change: x-stytch-permissions: they go with x-stytch-caller-session"}},
	{"a permission of an unknown field", things, "x-stytch-retry: write",
		"x-stytch-retry: write\n      x-stytch-caller-session: true\n      x-stytch-permissions: [{resource: r, action: a, field: form}]",
		[]string{"names no field of the request"}},
	{"a permission without an action", things, "x-stytch-retry: write",
		"x-stytch-retry: write\n      x-stytch-caller-session: true\n      x-stytch-permissions: [{resource: r}]",
		[]string{"has no resource or no action"}},
	{"unknown emulator state", things, "x-stytch-emulator: exact", "x-stytch-emulator: maybe", []string{`x-stytch-emulator is "maybe"`}},
	{"approximate without a note", things, "x-stytch-emulator: exact", "x-stytch-emulator: approximate", []string{"a note goes with"}},
	{"unknown error code", things, "[thing_not_found]", "[thing_lost]",
		[]string{"b2b.things.change: x-stytch-errors: thing_lost is not in errors.yaml"}},
	{"exactly one of an unknown field", things, "[[name, shape]]", "[[name, form]]", []string{"x-stytch-exactly-one-of: no field form"}},
	{"exactly one of one", things, "[[name, shape]]", "[[name]]", []string{"x-stytch-exactly-one-of: a list of fewer than two"}},
	{"no summary", things, "      summary: Changes a thing.\n", "", []string{"b2b.things.change: summary or description is not a sentence"}},
	{"no response", things, "'200':", "'204':", []string{"put /v1/b2b/things/{thing_id}: no response 200"}},
	{"body of another name", things, "schema: {$ref: '#/components/schemas/ChangeRequest'}",
		"schema: {$ref: '#/components/schemas/Shape'}", []string{"requestBody: the schema must be a reference to ChangeRequest"}},
	{"body on GET", things, "    put:", "    get:", []string{"GET has no body"}},
	{"unknown client", "b2b/things.yaml", "description: Keeps things.", "description: Keeps things., x-stytch-exposed-on: [b2b, b3c]",
		[]string{`info: x-stytch-exposed-on: no client "b3c"`}},
}

var codes = []refusal{
	{"error code twice", "errors.yaml", "codes:\n", "codes:\n      - {code: thing_not_found, status: 400, confidence: observed, products: [b2b], meaning: Twice.}\n",
		[]string{"thing_not_found: CodeThingNotFound is the name of thing_not_found too"}},
	{"topic without a name", "errors.yaml", "name: Things", "name: ''", []string{`topic "": lacks a name`}},
	{"topic without a sentence", "errors.yaml", "they lack.", "they lack", []string{`topic "Things": lacks`}},
	{"topic without codes", "errors.yaml", "codes:\n      - {code: thing_not_found, status: 404, confidence: documented, products: [b2b], meaning: There is no such thing.}",
		"codes: []", []string{`topic "Things": lacks`}},
	{"HTTPStatus of a success", "errors.yaml", "status: 404", "status: 404, http_status: 200", []string{"thing_not_found: http_status is 200"}},
	{"unknown key", "errors.yaml", "status: 404", "statuses: 404", []string{"statuses"}},
	{"unknown confidence", "errors.yaml", "documented", "guessed", []string{`thing_not_found: confidence is "guessed"`}},
	{"status of a success", "errors.yaml", "404", "204", []string{"thing_not_found: status is 204"}},
	{"word that may be a code or a value", "b2b/other.yaml", "description: A thing.", "description: 'A thing, or `thing_not_found`.'",
		[]string{"`thing_not_found`: no operation here has this error_type", "`stytcherror.thing_not_found`", "`\"thing_not_found\"` for a value"}},
	{"unknown code", "b2b/things.yaml", "Changes a thing.", "Changes a thing, or `stytcherror.thing_lost`.",
		[]string{"`thing_lost`: no operation here has this error_type"}},
	{"no meaning", "errors.yaml", ", meaning: There is no such thing.", "", []string{"thing_not_found: meaning is not a sentence"}},
}

// operation is the YAML of an operation without a body.
func operation(route, id string) string {
	return "  " + route + `:
    post:
      operationId: ` + id + `
      summary: Does something.
      x-stytch-retry: write
      x-stytch-emulator: exact
      responses:
        '200':
          description: Done.
          content: {application/json: {schema: {$ref: '#/components/schemas/ChangeResponse'}}}
`
}

func TestGenerate_holdsTheEmulatorToWhatTestsHaveSeen(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ outcomes, want string }{
		"it works, as the specification says": {`{"b2b.things.change": ["200", "404 thing_not_found"]}`, ""},
		"no test has seen it work":            {`{"b2b.things.change": ["404 thing_not_found"]}`, "x-stytch-emulator is exact, and tests have seen"},
		"no test has seen it":                 {`{}`, "x-stytch-emulator is exact, and tests have seen"},
		"not JSON":                            {`[]`, "outcomes: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := generate(specOf(valid), []byte(tc.outcomes))
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got %v, want %q", err, tc.want)
			}
			if err == nil && !strings.Contains(string(files["docs/EMULATOR.md"]), "| `b2b.things.change` | exact | `thing_not_found` |") {
				t.Error("the document does not show the outcomes")
			}
		})
	}
}
