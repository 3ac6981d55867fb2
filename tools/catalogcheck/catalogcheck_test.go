package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRun_printsWhatItCompared(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(with(t, "", "", ""), &out); err != nil {
		t.Fatal(err)
	}
	want := "3 of 3 operations, 12 of 12 parameters, 4 of 4 response fields, 7 of 7 types, 10 of 10 fields of types, " +
		"7 of 7 values, 2 of 2 search filters, 4 of 4 retry classes, 6 of 6 sensitive fields, 2 of 2 error types, " +
		"3 of 3 operations in hand-written code; 0 differences.\n" +
		"2 of 3 operations list errors (3 in all, of 2 codes), 0 have a description beside the summary.\n" +
		"Every difference has a reason.\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestRun_repository(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(os.DirFS(filepath.Join("..", "..")), &out); err != nil {
		t.Fatal(err)
	}
	want := "184 of 184 operations, 920 of 920 parameters, 1047 of 1047 response fields, 237 of 245 types, "
	if !strings.HasPrefix(out.String(), want) {
		t.Errorf("got %s, want it to begin with %s", out.String(), want)
	}
}

func TestRun_reasons(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, entries, want string }{
		{"each named", `
  - {kind: required, where: b2b.Thing.name, says: 'true -> false', reason: So.}
  - {kind: required, where: b2b.Thing.made_at, says: 'false -> true', reason: So.}`, ""},
		{"a star with its count", `
  - {kind: required, where: 'b2b.Thing.*', says: '* -> *', count: 2, reason: So.}`, ""},
		{"a star without its count", `
  - {kind: required, where: 'b2b.Thing.*', says: '* -> *', reason: So.}`,
			"differences.yaml: required b2b.Thing.*: * -> *: 2 differences, not 1"},
		{"a dot is no star", `
  - {kind: required, where: b2b.Thing.name, says: 'true -> false', reason: So.}
  - {kind: required, where: b2b.Thing.made.at, says: 'false -> true', reason: So.}`,
			"required b2b.Thing.made_at: false -> true\n\tdifferences.yaml: required b2b.Thing.made.at: false -> true: 0 differences, not 1"},
		{"another kind", `
  - {kind: null, where: 'b2b.Thing.*', says: '* -> *', count: 2, reason: So.}`, "needs kind, where, says"},
		{"the other way round", `
  - {kind: required, where: 'b2b.Thing.*', says: 'true -> false', count: 2, reason: So.}`,
			"required b2b.Thing.made_at: false -> true"},
		{"no reason", `
  - {kind: required, where: 'b2b.Thing.*', says: '* -> *', count: 2}`, "a sentence as reason"},
		{"unknown key", `
  - {kind: required, where: 'b2b.Thing.*', says: '* -> *', number: 2, reason: So.}`, "number"},
		{"nothing to explain", `
  - {kind: required, where: 'b2b.Thing.*', says: '* -> *', count: 2, reason: So.}
  - {kind: type, where: b2b.Thing.name, says: 'string -> integer', reason: So.}`,
			"differences.yaml: type b2b.Thing.name: string -> integer: 0 differences, not 1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			root := with(t, spec, "required: [name]", "required: [made_at]")
			root[reasons].Data = []byte("differences:" + tc.entries + "\n")
			err := run(root, io.Discard)
			switch {
			case tc.want == "" && err != nil:
				t.Error(err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestLoad_refusesWhatIsNotCompared(t *testing.T) {
	t.Parallel()
	err := run(with(t, catalogue, `"kind": "oneOf"`, `"kind": "oneOf", "note": "x"`), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "note") {
		t.Errorf("got %v", err)
	}
}

func TestSlim_keepsWhatIsCompared(t *testing.T) {
	t.Parallel()
	wide := `{
 "format_version": 1, "client": {"a": 1}, "sources": {"b": "2", "a": "1"},
 "services": [
  {"product": "b2b", "path": ["empty"], "operations": []},
  {"product": "b2b", "exposed_on": ["b2b"], "path": ["hand"], "go_accessor": "Hand", "by_hand": [
   {"name": "swap", "notes": ["Text."], "http_method": "POST", "path": "/v1/swap", "form": ["a", "b"]}, {"name": "x", "http_method": "GET", "path": "/v1/x"}]},
  {"product": "b2b", "path": ["things"], "node_accessor": "things", "go_accessor": "Things", "exposed_on": ["b2b"], "operations": [
   {"name": "get", "notes": ["Text."], "http_method": "GET", "path": "/v1", "base": "auth", "go_method": "Get", "node_method": "get", "exactly_one_of": [["a", "b"], "c"],
    "params": [{"type": "string", "required": true, "in": "body", "name": "a", "constraints": {"unit": "minutes"}},
               {"type": "array<string>", "required": true, "in": "body", "name": "b", "constraints": {"default": "x<y", "min": 1, "accepts": [], "format": "text"}},
               {"type": "string", "required": true, "in": "body", "name": "d", "constraints": {"format": "pem-private-key"}}],
    "response": [{"name": "c", "type": "any", "required": false, "nullable": true}]}]}],
 "types": {"b": {"kind": "enum", "used_in": ["request"], "open": true, "values": ["v"]},
  "a": {"kind": "object", "node_names": ["A"], "used_in": ["jwt"], "fields": [{"name": "c", "type": "any", "required": true, "in_go": false}]}}
}`
	want := `{
 "sources": {"a":"1","b":"2"},
 "services": [
  {"product":"b2b","exposed_on":["b2b"],"path":["hand"],"go_accessor":"Hand","node_accessor":"",
   "by_hand": [
    {"name":"swap","http_method":"POST","path":"/v1/swap","form":["a","b"]},
    {"name":"x","http_method":"GET","path":"/v1/x"}
   ]},
  {"product":"b2b","exposed_on":["b2b"],"path":["things"],"go_accessor":"Things","node_accessor":"things",
   "operations": [
    {"name":"get","go_method":"Get","node_method":"get","http_method":"GET","path":"/v1","base":"auth","caller_session_headers":false,"exactly_one_of":[["a","b"],"c"],
     "params": [
      {"name":"a","in":"body","type":"string","required":true},
      {"name":"b","in":"body","type":"array<string>","required":true,"constraints":{"default":"x<y","min":1}},
      {"name":"d","in":"body","type":"string","required":true,"constraints":{"format":"pem-private-key"}}
     ],
     "response": [
      {"name":"c","type":"any","required":false,"nullable":true}
     ]}
   ]}
 ],
 "types": {
  "a": {"kind":"object","used_in":["jwt"],
   "fields": [
    {"name":"c","type":"any","required":true}
   ]},
  "b": {"kind":"enum","used_in":["request"],"values":["v"]}
 }
}
`
	var out strings.Builder
	if err := slim(strings.NewReader(wide), &out); err != nil {
		t.Fatal(err)
	}
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	if err := slim(strings.NewReader("{}"), io.Discard); err == nil {
		t.Error("accepted what is not a catalogue")
	}
}

func TestSlim_doesNotChangeItsOwnOutput(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"catalog.json", "search_filters.json", "errors.json"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "conformance", "catalog", name))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := slim(bytes.NewReader(data), &out); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), data) {
			t.Errorf("%s is not in the form that -slim writes", name)
		}
	}
}
