package main

import (
	"io"
	"slices"
	"strings"
	"testing"
)

// plantedChange is a change to one of the valid files, and the differences that must be reported for it.
type plantedChange struct {
	name, file, old, with string
	want                  []string
}

// planted are changes to the valid specification or catalogue, on what sources state.
var planted = []plantedChange{
	{"operation under another name", catalogue, `"name": "get_jwks"`, `"name": "get_keys"`, []string{
		"operation b2b.big_things.get_keys: GET /v1/b2b/things/{thing_id} -> nothing",
		"operation b2b.big_things.get_jwks: nothing -> GET /v1/b2b/things/{thing_id}",
		"named type b2b.Owner: object -> nothing",
		"named type b2b/bigthings.Person: nothing -> object",
	}},
	{"method", spec, "    get:", "    delete:", []string{
		"method b2b.big_things.get_jwks: GET -> DELETE", "retry b2b.big_things.get_jwks: write -> read",
	}},
	{"path", spec, "/things/search:", "/things/find:", []string{
		"path b2b.big_things.search: /v1/b2b/things/search -> /v1/b2b/things/find",
	}},
	{"host", catalogue, `/things/search", "base": "auth"`, `/things/search", "base": "fraud"`, []string{
		"host b2b.big_things.search: fraud -> auth",
	}},
	{"caller session", spec,
		"      x-stytch-caller-session: true\n      x-stytch-permissions: [{resource: stytch.member, action: get}]\n", "", []string{
			"caller session b2b.big_things.get_jwks: true -> false",
		}},
	{"clients", catalogue, `"exposed_on": ["b2b"]`, `"exposed_on": ["b2c", "b2b"]`, []string{
		"clients b2b.big_things.get_jwks: b2b, b2c -> b2b", "clients b2b.big_things.authenticate: b2b, b2c -> b2b",
		"clients b2b.big_things.search: b2b, b2c -> b2b",
		"code b2b.big_things.swap: nothing -> POST /v1/b2b/things/swap", // its name would lack the product
	}},
	{"accessor", catalogue, `"BigThings"`, `"BIGThings"`, []string{
		"accessor b2b.big_things.get_jwks: BIGThings -> BigThings",
		"accessor b2b.big_things.authenticate: BIGThings -> BigThings",
		"accessor b2b.big_things.search: BIGThings -> BigThings",
	}},
	{"Go method", catalogue, `"GetJwks"`, `"FetchJwks"`, []string{"go method b2b.big_things.get_jwks: FetchJwks -> GetJWKS"}},
	{"exclusive fields", spec, "[[limit, codes]]", "[[limit, code]]", []string{
		"exactly one of b2b.big_things.search: codes, limit -> code, limit",
	}},
	{"fields that go together", catalogue, `["codes", "limit"]`, `[["codes", "slug"], "limit"]`, []string{
		"exactly one of b2b.big_things.search: codes and slug, limit -> codes, limit",
	}},

	{"parameter the specification lacks", catalogue, `"name": "slug"`, `"name": "snail"`, []string{
		"field b2b.big_things.search.request.snail: string -> nothing",
		"field b2b.big_things.search.request.slug: nothing -> string",
	}},
	{"parameter the catalogue lacks", spec, "        - {name: deep,", "        - {name: wide, in: query, schema: {type: integer, description: A width.}}\n        - {name: deep,", []string{
		"field b2b.big_things.get_jwks.request.wide: nothing -> integer",
	}},
	{"parameter the catalogue lacks, with its source", spec, "        - {name: deep,", "        - {name: wide, in: query, schema: {type: integer, description: A width., x-stytch-source: Seen.}}\n        - {name: deep,", nil},
	{"field of a response the specification lacks", spec, "        owner: {", "        holder: {", []string{
		"field b2b.big_things.get_jwks.response.owner: ref:b2b.Owner -> nothing",
		"field b2b.big_things.get_jwks.response.holder: nothing -> ref:b2b/bigthings.Person",
		"named type b2b.Owner: object -> nothing",
		"named type b2b/bigthings.Person: nothing -> object",
	}},
	{"field of a type", spec, "        made_at: {", "        born_at: {", []string{
		"field b2b.Thing.made_at: date-time -> nothing", "field b2b.Thing.born_at: nothing -> date-time",
	}},
	{"field of a type behind an alias", spec, "        extra: {description", "        more: {description", []string{
		"field b2b.Owner.extra: any -> nothing", "field b2b.Owner.more: nothing -> any",
	}},
	{"field of an operand", catalogue, `"filter_value", "type": "any"`, `"filter_value", "type": "string"`, []string{
		"type b2b.Operand.filter_value: string -> any",
	}},
	{"field of the error body", common, "status_code: {type: integer}", "status_code: {type: string}", []string{
		"type shared.StytchError.status_code: int32 -> string",
	}},

	{"place", catalogue, `"deep", "in": "query"`, `"deep", "in": "body"`, []string{
		"place b2b.big_things.get_jwks.request.deep: body -> query",
	}},
	{"required parameter", spec, "required: [query]", "required: [query, slug]", []string{
		"required b2b.big_things.search.request.slug: false -> true",
	}},
	{"required field", spec, "required: [name]", "required: [made_at]", []string{
		"required b2b.Thing.name: true -> false", "required b2b.Thing.made_at: false -> true",
	}},
	{"null in a request", spec, "slug: {type: string", "slug: {type: [string, 'null']", []string{
		"null b2b.big_things.search.request.slug: false -> true",
	}},
	{"null in a response", spec, "{anyOf: [{$ref: '#/components/schemas/Owner'}, {type: 'null'}]", "{$ref: '#/components/schemas/Owner'", []string{
		"null b2b.big_things.get_jwks.response.owner: true -> false",
	}},
	{"null in a required field of a response", spec, "        name: {type: string", "        name: {type: [string, 'null']", []string{
		"null b2b.Thing.name: false -> true",
	}},
	{"null the catalogue need not know", spec, "made_at: {type: string", "made_at: {type: [string, 'null']", nil},

	{"JSON type", spec, "limit: {type: integer", "limit: {type: string", []string{
		"type b2b.big_things.search.request.limit: uint32 -> string",
	}},
	{"time", spec, "format: date-time, ", "", []string{"type b2b.Thing.made_at: date-time -> string"}},
	{"element of a list", catalogue, `"codes", "in": "body", "type": "array<string>"`, `"codes", "in": "body", "type": "array<int32>"`, []string{
		"type b2b.big_things.search.request.codes: int32 -> string",
	}},
	{"list for a map", catalogue, "map<string,ref:b2b.Thing>", "array<ref:b2b.Thing>", []string{
		"type b2b.big_things.search.response.things: array<ref:b2b.Thing> -> map<string,ref:b2b/bigthings.Thing>",
	}},
	{"object for a string", catalogue, `"name": "extra", "type": "any"`, `"name": "extra", "type": "ref:b2b.Thing"`, []string{
		"type b2b.Owner.extra: ref:b2b.Thing -> any",
	}},
	{"enum for a string", catalogue, `"enum:b2b.SearchRequestShade"`, `"string"`, []string{
		"type b2b.big_things.search.request.shade: string -> enum:b2b/bigthings.Colour",
		"named type b2b.SearchRequestShade: enum -> nothing",
	}},
	{"string for an enum", catalogue, `"string", "required": false, "constraints": {"documented_values": ["new", "used"]}`, `"enum:b2b.SearchRequestShade", "required": false`, []string{
		"values b2b.SearchRequestShade: red, green -> nothing",
		"type b2b.Thing.status: enum:b2b.SearchRequestShade -> string",
		"values b2b/bigthings.Status: nothing -> new, used",
	}},
	{"type that is not described", catalogue, `"ref:b2b.Owner"`, `"ref:b2b.Nobody"`, []string{
		"type b2b.big_things.get_jwks.response.owner: b2b.Nobody, which the catalogue does not describe -> ref:b2b/bigthings.Person",
		"named type b2b.Owner: object -> nothing",
		"named type b2b/bigthings.Person: nothing -> object",
	}},

	{"default", spec, "default: false", "default: true", []string{"default b2b.big_things.get_jwks.request.deep: false -> true"}},
	{"minimum", spec, "minimum: 2", "minimum: 1", []string{"minimum b2b.big_things.search.request.limit: 2 -> 1"}},
	{"maximum", spec, "maximum: 9", "maximum: 10", []string{"maximum b2b.big_things.search.request.limit: 9 -> 10"}},
	{"no maximum", spec, ", maximum: 9", "", []string{"maximum b2b.big_things.search.request.limit: 9 -> nothing"}},
	{"minLength", spec, "minLength: 3", "minLength: 4", []string{"minLength b2b.big_things.search.request.slug: 3 -> 4"}},
	{"maxLength", catalogue, `"max_length": 8`, `"max_length": 7`, []string{"maxLength b2b.big_things.search.request.slug: 7 -> 8"}},
	{"minItems", spec, "minItems: 1", "minItems: 2", []string{"minItems b2b.big_things.search.request.codes: 1 -> 2"}},
	{"maxItems", spec, "minItems: 1", "minItems: 1, maxItems: 5", []string{"maxItems b2b.big_things.search.request.codes: nothing -> 5"}},
	{"pattern", spec, "[0-9]{6}", "[0-9]{8}", []string{"pattern b2b.big_things.search.request.code: ^[0-9]{6}$ -> ^[0-9]{8}$"}},
	{"characters", spec, "^[a-z]+$", "^[a-z_]+$", []string{"pattern b2b.big_things.search.request.slug: [a-z] -> ^[a-z_]+$"}},
	{"deprecated", spec, ", deprecated: true", "", []string{"deprecated b2b.Thing.old: true -> false"}},

	{"value an enum lacks", spec, "[red, green, blue]", "[red, blue]", []string{
		"values b2b.SearchRequestColour: green -> nothing", "values b2b.SearchRequestShade: green -> nothing",
	}},
	{"value no list has, for an enum of several lists", spec, "[red, green, blue]", "[red, green, blue, grey]", []string{
		"values b2b/bigthings.Colour: nothing -> grey",
	}},
	{"value a plain string lacks", catalogue, `["new", "used"]`, `["new", "used", "lost"]`, []string{
		"values b2b.Thing.status: lost -> nothing",
	}},
	{"value the catalogue lacks", catalogue, `["new", "used"]`, `["new"]`, []string{
		"values b2b/bigthings.Status: nothing -> used",
	}},

	{"filter the specification lacks", searches, "thing_ids", "thing_names", []string{
		"filter b2b.big_things.search.thing_names: array<string> -> nothing",
		"filter b2b.big_things.search.thing_ids: nothing -> array<string>",
	}},
	{"type of a filter", spec, "{type: strings,", "{type: boolean,", []string{
		"filter b2b.big_things.search.thing_ids: array<string> -> boolean",
	}},
	{"filters of another operation", searches, "big_things.search", "big_things.get_jwks", []string{
		"filter b2b.big_things.get_jwks.thing_ids: array<string> -> nothing",
		"filter b2b.big_things.get_jwks.made_between: object{greater_than:string,less_than:string} -> nothing",
		"filter b2b.big_things.search.thing_ids: nothing -> array<string>",
		"filter b2b.big_things.search.made_between: nothing -> object{greater_than:string,less_than:string}",
	}},
	{"search of no operation", searches, "big_things.search", "big_things.seek", []string{
		"operation b2b.big_things.seek: a search -> nothing",
		"filter b2b.big_things.seek.thing_ids: array<string> -> nothing",
		"filter b2b.big_things.seek.made_between: object{greater_than:string,less_than:string} -> nothing",
		"filter b2b.big_things.search.thing_ids: nothing -> array<string>",
		"filter b2b.big_things.search.made_between: nothing -> object{greater_than:string,less_than:string}",
	}},

	{"type that only the catalogue has", catalogue, `"types": {`, `"types": {"b2b.Ghost": {"kind": "object", "used_in": ["jwt"]},`, []string{
		"named type b2b.Ghost: object -> nothing",
	}},
	{"type that only the specification has", spec, "    Colour: {", "    Ghost: {type: object, description: A ghost., properties: {name: {type: string, description: A name.}}}\n    Colour: {", []string{
		"named type b2b/bigthings.Ghost: nothing -> object",
	}},
}

// once are changes to what is written once in the specification or in hand-written code, and held a second time.
var once = []plantedChange{
	{"retry class by method", spec, "      summary: Gets a thing.\n      x-stytch-retry: read", "      summary: Gets a thing.\n      x-stytch-retry: write", []string{
		"retry b2b.big_things.get_jwks: read -> write",
	}},
	{"retry class by name", spec, "x-stytch-retry: single-use", "x-stytch-retry: read", []string{
		"retry b2b.big_things.authenticate: single-use -> read",
	}},
	{"retry class by exception", spec, "      summary: Finds things.\n      x-stytch-retry: read", "      summary: Finds things.\n      x-stytch-retry: write", []string{
		"retry b2b.big_things.search: read -> write",
	}},
	{"retry class of an operation by hand", spec, "things/swap', retry: write", "things/swap', retry: read", []string{
		"retry b2b.big_things.swap: write -> read",
	}},
	{"retry class in code", swap, "transport.Write", "transport.SingleUse", []string{
		"code retry b2b.big_things.swap: write -> single-use",
	}},
	{"retry class in code, without a name", swap, "transport.Read", "transport.Send", []string{
		"code retry b2b.big_things.get_jwks: read -> send",
	}},
	{"no retry class in code", shield, ", Class: transport.Read", "", []string{"code retry shield.things.check: read -> nothing"}},
	{"write that is repeatable", spec, "      summary: Finds things.\n      x-stytch-retry: read", "      summary: Finds things.\n      x-stytch-retry: write\n      x-stytch-repeatable: true", []string{
		"retry b2b.big_things.search: read -> write", "repeatable b2b.big_things.search: false -> true",
	}},
	{"repeatable write of no operation", decisions, "retry:\n", "retry:\n  repeatable: [b2b.big_things.seek]\n", []string{
		"repeatable b2b.big_things.seek: true -> nothing",
	}},
	{"exception that the rules make unnecessary", decisions, "methods: [GET]", "names: [search, get_jwks, check]", []string{
		"retry b2b.big_things.search: an exception -> what the rules say",
	}},
	{"exception of no operation", decisions, "operation: b2b.big_things.search", "operation: b2b.big_things.seek", []string{
		"retry b2b.big_things.search: write -> read",
		"retry b2b.big_things.seek: an exception -> what the rules say",
	}},

	{"secret token", spec, "thing_token: {type: string, x-stytch-sensitive: true,", "thing_token: {type: string,", []string{
		"secret b2b/bigthings.AuthenticateRequest.thing_token: true -> false",
	}},
	{"secret in a response", spec, "session_jwt: {type: string, x-stytch-sensitive: true,", "session_jwt: {type: string,", []string{
		"secret b2b/bigthings.AuthenticateResponse.session_jwt: true -> false",
	}},
	{"secrets in a list", spec, "items: {type: string}, x-stytch-sensitive: true,", "items: {type: string},", []string{
		"secret b2b/bigthings.SearchRequest.codes: true -> false",
	}},
	{"secret by exception and by format", spec, " key: {type: string, x-stytch-sensitive: true,", " key: {type: string,", []string{
		"secret b2b.big_things.authenticate.request.key: pem-private-key -> not sensitive",
		"secret b2b/bigthings.AuthenticateRequest.key: true -> false",
	}},
	{"secret of a request of code by hand", spec, "A token of the page., x-stytch-in", "A token of the page., x-stytch-sensitive: true, x-stytch-in", []string{
		"secret b2b/bigthings.StartURLRequest.public_token: false -> true",
	}},
	{"mark on what is no secret", spec, "slug: {type: string,", "slug: {type: string, x-stytch-sensitive: true,", []string{
		"secret b2b/bigthings.SearchRequest.slug: false -> true",
	}},
	{"secret in code", swap, ` stytch:\"secret\"`, "", []string{"secret b2b/bigthings.swapForm.thing_token: true -> false"}},
	{"exception that the names make unnecessary", decisions, "'*_code', ", "", []string{
		"secret *.country_code: an exception -> what the names say",
	}},

	{"status", codes, "thing_not_found, status: 404", "thing_not_found, status: 400", []string{"status thing_not_found: 404 -> 400"}},
	{"HTTPStatus", codes, "http_status: 400", "http_status: 401", []string{"HTTPStatus thing_lost: 400 -> 401"}},
	{"no HTTPStatus", codes, "http_status: 400, ", "", []string{"HTTPStatus thing_lost: 400 -> nothing"}},
	{"HTTPStatus of another", decisions, "{400: [thing_lost]}", "{400: [thing_lost, thing_gone]}", []string{"HTTPStatus thing_gone: 400 -> nothing"}},
	{"confidence", codes, "confidence: inferred", "confidence: observed", []string{"confidence thing_lost: inferred -> observed"}},
	{"products", codes, "[b2b, b2c]", "[b2c]", []string{"products thing_lost: b2b, b2c -> b2c"}},
	{"error that only the catalogue has", errorList, `{"errors": [`, `{"errors": [{"error_type": "thing_gone", "http_status": 410, "status_confidence": "inferred", "products": []},`, []string{
		"error thing_gone: 410 -> nothing",
	}},
	{"error that only the specification has", errorList, `"thing_lost"`, `"thing_gone"`, []string{
		"error thing_gone: 404 -> nothing", "error thing_lost: nothing -> 404",
	}},
	{"listed error that is left out", spec, "[thing_not_found, thing_lost]", "[thing_lost]", []string{
		"listed error b2b.big_things.get_jwks: thing_not_found -> nothing",
	}},
	{"listed error that is new", spec, "x-stytch-errors: [thing_not_found]", "x-stytch-errors: [thing_not_found, thing_lost]", []string{
		"listed error b2b.big_things.authenticate: nothing -> thing_lost",
	}},
	{"list of no operation", decisions, "b2b.big_things.authenticate: [thing_not_found]", "b2b.big_things.check: [thing_not_found]", []string{
		"listed error b2b.big_things.authenticate: nothing -> thing_not_found",
		"listed error b2b.big_things.check: thing_not_found -> nothing",
	}},

	{"path of an operation by hand", spec, "'POST /v1/b2b/things/swap'", "'POST /v1/b2b/things/trade'", []string{
		"by hand b2b.big_things.swap: POST /v1/b2b/things/swap -> POST /v1/b2b/things/trade",
	}},
	{"method of an operation by hand", spec, "'POST /v1/b2b/things/swap'", "'PUT /v1/b2b/things/swap'", []string{
		"by hand b2b.big_things.swap: POST /v1/b2b/things/swap -> PUT /v1/b2b/things/swap",
	}},
	{"path in code", swap, `"/v1/b2b/things/swap"`, `"/v1/b2b/thing/swap"`, []string{
		"code b2b.big_things.swap: POST /v1/b2b/things/swap -> POST /v1/b2b/thing/swap",
	}},
	{"method in code", swap, `Method: "POST"`, "Method: http.MethodPut", []string{
		"code b2b.big_things.swap: POST /v1/b2b/things/swap -> PUT /v1/b2b/things/swap",
	}},
	{"name in code", shield, `"shield.things.check"`, `"shield.things.test"`, []string{
		"code shield.things.test: nothing -> GET /v1/check",
		"by hand shield.things.check: GET /v1/check -> nothing",
	}},
	{"key in code that is no identifier", swap, `Name: "b2b.big_things.swap",`, `Name: "b2b.big_things.swap", "Note": 1,`, nil},
	{"path in code, without a name", swap, "/v1/b2b/things/{thing_id}", "/v1/b2b/thing/{thing_id}", []string{
		"code b2b/bigthings/swap.go: nothing -> GET /v1/b2b/thing/{thing_id}",
	}},
	{"path of a start URL", spec, "/v1/b2b/start", "/v1/start", []string{
		"start URL b2b.big_things.start_url: /v1/b2b/start thing -> /v1/start thing",
	}},
	{"token type of a start URL", spec, "token_type: thing", "token_type: oauth", []string{
		"start URL b2b.big_things.start_url: /v1/b2b/start thing -> /v1/b2b/start oauth",
	}},
}

func TestRun_findsEachDifference(t *testing.T) {
	t.Parallel()
	for _, tc := range slices.Concat(planted, once) {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			if err := run(with(t, tc.file, tc.old, tc.with), io.Discard); err != nil {
				got = strings.Split(err.Error(), "\n\t")[1:]
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(tc.want, "\n\t"))
			}
		})
	}
}
