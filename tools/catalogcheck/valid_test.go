package main

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// valid is a specification and a catalogue that say the same. Each test changes one of them in one place.
var valid = map[string]string{
	"api/errors.yaml": `
topics:
  - name: Things
    description: Things and what they lack.
    codes:
      - {code: thing_not_found, status: 404, confidence: documented, products: [b2b], meaning: There is no such thing.}
      - {code: thing_lost, status: 404, http_status: 400, confidence: inferred, products: [b2b, b2c], meaning: It is lost.}
`,
	"api/common.yaml": `
openapi: 3.1.0
info: {title: Common, version: '1'}
paths: {}
components:
  schemas:
    ErrorBody:
      type: object
      required: [status_code]
      properties:
        status_code: {type: integer}
        error_details: {type: object, additionalProperties: true}
`,
	"api/b2b/bigthings.yaml": `
openapi: 3.1.0
info:
  title: Things
  version: '1'
  description: Keeps things.
  x-stytch-by-hand:
    - {id: b2b.big_things.swap, method: Swap, summary: Swaps things., http: 'POST /v1/b2b/things/swap', retry: write}
    - {id: b2b.big_things.start_url, method: StartURL, summary: Returns a URL., start_url: {path: '/v1/b2b/start', token_type: thing}}
servers: [{url: 'https://test.stytch.com'}]
paths:
  /v1/b2b/things/{thing_id}:
    get:
      operationId: b2b.big_things.get_jwks
      summary: Gets a thing.
      x-stytch-retry: read
      x-stytch-caller-session: true
      x-stytch-permissions: [{resource: stytch.member, action: get}]
      x-stytch-errors: [thing_not_found, thing_lost]
      x-stytch-emulator: none
      parameters:
        - {name: thing_id, in: path, required: true, schema: {type: string, description: An id.}}
        - {name: deep, in: query, schema: {type: boolean, description: Whether all., default: false}}
      responses:
        '200': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/GetJWKSResponse'}}}}
  /v1/b2b/things/authenticate:
    post:
      operationId: b2b.big_things.authenticate
      summary: Uses up a token.
      x-stytch-retry: single-use
      x-stytch-errors: [thing_not_found]
      x-stytch-emulator: none
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/AuthenticateRequest'}}}
      responses:
        '200': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/AuthenticateResponse'}}}}
  /v1/b2b/things/search:
    post:
      operationId: b2b.big_things.search
      summary: Finds things.
      x-stytch-retry: read
      x-stytch-emulator: none
      x-stytch-exactly-one-of: [[limit, codes]]
      x-stytch-filters:
        thing_ids: {type: strings, description: Matches ids.}
        made_between: {type: period, description: Matches times.}
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/SearchRequest'}}}
      responses:
        '200': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/SearchResponse'}}}}
components:
  schemas:
    GetJWKSResponse:
      type: object
      required: [thing]
      properties:
        thing: {$ref: '#/components/schemas/Thing', description: The thing.}
        owner: {anyOf: [{$ref: '#/components/schemas/Owner'}, {type: 'null'}], description: The owner.}
    AuthenticateRequest:
      type: object
      required: [thing_token]
      properties:
        thing_token: {type: string, x-stytch-sensitive: true, description: A token.}
        key: {type: string, x-stytch-sensitive: true, description: A key.}
        country_code: {type: string, description: A country.}
    AuthenticateResponse:
      type: object
      properties:
        session_jwt: {type: string, x-stytch-sensitive: true, description: A token.}
    StartURLRequest:
      type: object
      x-stytch-source: an operation of this SDK
      properties:
        public_token: {type: string, description: A token of the page., x-stytch-in: query}
    SearchRequest:
      type: object
      required: [query]
      properties:
        query: {$ref: '#/components/schemas/Query', description: What to find.}
        limit: {type: integer, description: How many., minimum: 2, maximum: 9}
        slug: {type: string, description: A name., minLength: 3, maxLength: 8, pattern: '^[a-z]+$'}
        code: {type: string, x-stytch-sensitive: true, description: A code., pattern: '^[0-9]{6}$'}
        codes: {type: array, items: {type: string}, x-stytch-sensitive: true, description: Codes., minItems: 1}
        colour: {$ref: '#/components/schemas/Colour', description: A colour.}
        shade: {$ref: '#/components/schemas/Colour', description: A colour.}
    SearchResponse:
      type: object
      required: [things]
      properties:
        things: {type: object, additionalProperties: {$ref: '#/components/schemas/Thing'}, description: Things.}
    Thing:
      type: object
      description: A thing.
      required: [name]
      properties:
        name: {type: string, description: A name.}
        old: {type: boolean, description: Whether old., deprecated: true}
        made_at: {type: string, format: date-time, description: A time.}
        status: {$ref: '#/components/schemas/Status', description: A status.}
    Owner: {$ref: '#/components/schemas/Person'}
    Person:
      type: object
      description: A person.
      properties:
        extra: {description: Anything.}
    Query:
      type: object
      description: A query.
      required: [operands]
      properties:
        operands: {type: array, items: {$ref: '#/components/schemas/Operand'}, description: Filters.}
    Operand:
      type: object
      description: A filter.
      required: [filter_name, filter_value]
      properties:
        filter_name: {type: string, description: A name.}
        filter_value: {description: A value.}
    Colour: {type: string, description: A colour., enum: [red, green, blue]}
    Status: {type: string, description: A status., x-stytch-values: {new: Unused., used: Used.}}
`,
	"conformance/catalog/catalog.json": `{
 "sources": {"here": "1"},
 "services": [
  {"product": "b2b", "exposed_on": ["b2b"], "path": ["big_things"], "go_accessor": "BigThings",
   "by_hand": [{"name": "swap", "http_method": "POST", "path": "/v1/b2b/things/swap"}], "operations": [
   {"name": "get_jwks", "go_method": "GetJwks", "http_method": "GET", "path": "/v1/b2b/things/{thing_id}", "base": "auth", "caller_session_headers": true,
    "params": [
     {"name": "thing_id", "in": "path", "type": "string", "required": true},
     {"name": "deep", "in": "query", "type": "boolean", "required": false, "constraints": {"default": false}}],
    "response": [
     {"name": "thing", "type": "ref:b2b.Thing", "required": true},
     {"name": "owner", "type": "ref:b2b.Owner", "required": false, "nullable": true}]},
   {"name": "authenticate", "go_method": "Authenticate", "http_method": "POST", "path": "/v1/b2b/things/authenticate", "base": "auth", "caller_session_headers": false,
    "params": [
     {"name": "thing_token", "in": "body", "type": "string", "required": true},
     {"name": "key", "in": "body", "type": "string", "required": false, "constraints": {"format": "pem-private-key"}},
     {"name": "country_code", "in": "body", "type": "string", "required": false}],
    "response": [{"name": "session_jwt", "type": "string", "required": false}]},
   {"name": "search", "go_method": "Search", "http_method": "POST", "path": "/v1/b2b/things/search", "base": "auth", "caller_session_headers": false,
    "exactly_one_of": ["codes", "limit"],
    "params": [
     {"name": "query", "in": "body", "type": "ref:b2b.Query", "required": true},
     {"name": "limit", "in": "body", "type": "uint32", "required": false, "constraints": {"min": 2, "exclusive_max": 10}},
     {"name": "slug", "in": "body", "type": "string", "required": false, "constraints": {"min_length": 3, "max_length": 8, "charset": "[a-z]"}},
     {"name": "code", "in": "body", "type": "string", "required": false, "constraints": {"pattern": "^[0-9]{6}$"}},
     {"name": "codes", "in": "body", "type": "array<string>", "required": false, "constraints": {"min_items": 1}},
     {"name": "colour", "in": "body", "type": "enum:b2b.SearchRequestColour", "required": false},
     {"name": "shade", "in": "body", "type": "enum:b2b.SearchRequestShade", "required": false}],
    "response": [
     {"name": "things", "type": "map<string,ref:b2b.Thing>", "required": true}]}]},
  {"product": "shield", "exposed_on": ["shield"], "path": ["things"], "go_accessor": "",
   "by_hand": [{"name": "check", "http_method": "GET", "path": "/v1/check", "form": ["thing"]}]}],
 "types": {
  "b2b.Thing": {"kind": "object", "used_in": ["response"], "fields": [
   {"name": "name", "type": "string", "required": true},
   {"name": "old", "type": "boolean", "required": false, "constraints": {"deprecated": true}},
   {"name": "made_at", "type": "date-time", "required": false},
   {"name": "status", "type": "string", "required": false, "constraints": {"documented_values": ["new", "used"]}}]},
  "b2b.Owner": {"kind": "object", "used_in": ["response"], "fields": [{"name": "extra", "type": "any", "required": false}]},
  "b2b.Query": {"kind": "object", "used_in": ["request"], "fields": [{"name": "operands", "type": "array<ref:b2b.Operand>", "required": true}]},
  "b2b.Operand": {"kind": "oneOf", "used_in": ["request"], "fields": [
   {"name": "filter_name", "type": "string", "required": true}, {"name": "filter_value", "type": "any", "required": true}]},
  "b2b.SearchRequestColour": {"kind": "enum", "used_in": ["request"], "values": ["red", "green", "blue"]},
  "b2b.SearchRequestShade": {"kind": "enum", "used_in": ["request"], "values": ["red", "green"]},
  "shared.StytchError": {"kind": "object", "used_in": ["error"], "fields": [
   {"name": "status_code", "type": "int32", "required": true}, {"name": "error_details", "type": "map<string,any>", "required": false}]}
 }
}`,
	"conformance/catalog/search_filters.json": `{"searches": {"things": {"product": "b2b", "operation": "big_things.search", "filters": [
  {"filter_name": "thing_ids", "filter_value": "array<string>"},
  {"filter_name": "made_between", "filter_value": "object{greater_than:string,less_than:string}"}]}}}`,
	"conformance/catalog/errors.json": `{"errors": [
  {"error_type": "thing_not_found", "http_status": 404, "status_confidence": "documented", "products": ["b2b"]},
  {"error_type": "thing_lost", "http_status": 404, "status_confidence": "inferred", "products": ["b2c", "b2b"]}]}`,
	"conformance/catalog/decisions.yaml": `
retry:
  rules:
    - {class: read, methods: [GET]}
    - {class: single-use, methods: [POST], names: [authenticate]}
    - {class: write}
  exceptions:
    - {operation: b2b.big_things.search, class: read, reason: It finds.}
secrets:
  names: [code, codes, '*_code', '*_token', '*_jwt']
  exceptions:
    - {where: '*.country_code', secret: false, reason: A country.}
    - {where: 'b2b/bigthings.*.public_token', secret: false, reason: It is public.}
    - {where: '*.AuthenticateRequest.key', secret: true, reason: A key.}
http_status: {400: [thing_lost]}
start_urls: {b2b.big_things.start_url: /v1/b2b/start thing}
errors:
  b2b.big_things.get_jwks: [thing_lost, thing_not_found]
  b2b.big_things.authenticate: [thing_not_found]
`,
	"conformance/catalog/differences.yaml": "differences: []\n",
	"b2b/bigthings/swap.go": `package bigthings

import (
	"net/http"

	"example/internal/transport"
)

type swapForm struct {
	ThingToken *string "json:\"thing_token,omitzero\" stytch:\"secret\""
	Name       string  "json:\"name\""
	Code       int     "json:\"code\""
}

var opSwap = transport.Op{
	Name: "b2b.big_things.swap", Method: "POST", Path: "/v1/b2b/things/swap", Class: transport.Write,
}

func op(name string) transport.Op {
	return transport.Op{Name: name, Method: http.MethodGet, Path: "/v1/b2b/things/{thing_id}", Class: transport.Read}
}
`,
	"shield/shield.go": `package shield

import "example/internal/transport"

var op = transport.Op{Name: "shield.things.check", Method: "GET", Path: "/v1/check", Class: transport.Read}
`,
}

// The files that tests change.
const (
	spec      = "api/b2b/bigthings.yaml"
	common    = "api/common.yaml"
	catalogue = "conformance/catalog/catalog.json"
	searches  = "conformance/catalog/search_filters.json"
	errorList = "conformance/catalog/errors.json"
	decisions = "conformance/catalog/decisions.yaml"
	reasons   = "conformance/catalog/differences.yaml"
	swap      = "b2b/bigthings/swap.go"
	shield    = "shield/shield.go"
	codes     = "api/errors.yaml"
)

// with is valid with one change: in file, replacement replaces old.
func with(t *testing.T, file, old, replacement string) fstest.MapFS {
	t.Helper()
	files := maps.Clone(valid)
	if old != "" && strings.Count(files[file], old) != 1 {
		t.Fatalf("%s has %q %d times", file, old, strings.Count(files[file], old))
	}
	files[file] = strings.Replace(files[file], old, replacement, 1)
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}
