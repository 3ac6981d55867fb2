package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seed75add069/stytch-go/conformance/catalog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newTestObserver returns an observer of operations that a test names, each of which is built.
func newTestObserver(operations ...*operation) *observer {
	for _, op := range operations {
		op.isBuilt = true
	}
	return &observer{operations: operations, shapes: shapes{}, found: map[string]bool{}}
}

// get calls a handler that an observer watches and that answers with a status and a body.
func get(t *testing.T, o *observer, path string, status int, body string) {
	t.Helper()
	handler := o.observe(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.Header.Set("User-Agent", "Stytch Node v1")
	handler.ServeHTTP(httptest.NewRecorder(), r)
}

func TestSummary(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		output, want string
		missing      bool
	}{
		"every check holds":               {`{"check": "a"} {"check": "b"}`, "", false},
		"a check fails":                   {`{"check": "a"} {"check": "b", "error": "no"}`, "1 checks fail", false},
		"no check":                        {"", "there was no check", false},
		"an operation that nothing calls": {`{"check": "a"}`, "checks are missing", true},
	} {
		var out bytes.Buffer
		s := &summary{out: &out}
		require.NoError(t, s.read(strings.NewReader(row.output)), name)
		op := &operation{id: "b2b.things.get", method: "GET", path: []string{"", "a"}}
		seen := newTestObserver(op)
		if !row.missing {
			get(t, seen, "/a", 200, "{}")
			get(t, seen, "/a", 404, "{}")
		}
		err := s.result(seen)
		if row.want == "" {
			require.NoError(t, err, name)
			assert.Contains(t, out.String(), `2 of 2 checks of the emulator hold, by "Stytch Node v1": 2 calls of 1 operations.`)
			continue
		}
		require.EqualError(t, err, row.want, name)
	}
	require.Error(t, (&summary{}).read(strings.NewReader(`{"check": 7}`)))
	require.Error(t, (&summary{}).read(strings.NewReader(`TypeError`)))
}

func TestObserver_findsTheOperationWithTheFewestParameters(t *testing.T) {
	t.Parallel()
	one, any := &operation{id: "one", method: "GET", path: []string{"", "a", "b"}}, &operation{id: "any", method: "GET", path: []string{"", "a", "{id}"}}
	o := newTestObserver(any, one)
	assert.Equal(t, one, o.find("GET", "/a/b"))
	assert.Equal(t, any, o.find("GET", "/a/c"))
	assert.Nil(t, o.find("POST", "/a/b"))
	assert.Nil(t, o.find("GET", "/a/b/c"))
}

func TestObserver_namesWhatIsMissingAndWhatDiffers(t *testing.T) {
	t.Parallel()
	op := &operation{id: "things.get", method: "GET", path: []string{"", "a"}, response: []catalog.Field{{Name: "id", Type: "string", Required: true}}}
	o := newTestObserver(op)
	assert.Equal(t, []string{"no check shows that things.get works", "no check shows that things.get refuses"}, o.missing())
	get(t, o, "/a", 404, `{}`)
	assert.Equal(t, []string{"no check shows that things.get works"}, o.missing())
	assert.Empty(t, o.complaints())
	get(t, o, "/a", 200, `{"id": null}`)
	get(t, o, "/a", 200, `{"id": null}`)
	get(t, o, "/other", 200, `{}`)
	assert.Empty(t, o.missing())
	assert.Equal(t, []string{"things.get: id is null, and not string"}, o.complaints())
	assert.Equal(t, 3, o.calls)
}

// The emulator implements some operations of the catalogue, and others not.
func TestNewObserver_knowsWhatIsBuilt(t *testing.T) {
	t.Parallel()
	facts, err := catalog.Load()
	require.NoError(t, err)
	o, err := newObserver(t.Context(), facts)
	require.NoError(t, err)
	built := map[string]bool{}
	for _, op := range o.operations {
		built[op.id] = op.isBuilt
	}
	assert.True(t, built["b2b.sessions.authenticate"])
	assert.True(t, built["b2c.m2m.token"])
	assert.False(t, built["b2c.fraud.rules.set"])
}

func TestShapes(t *testing.T) {
	t.Parallel()
	s := shapes{
		"thing": {Fields: []catalog.Field{{Name: "size", Type: "int32", Required: true}}},
		"b2c.sessions.JWK": {Fields: []catalog.Field{
			{Name: "kid", Type: "string", Required: true}, {Name: "x5t_s256", Type: "string"},
			{Name: "x5tS256", Type: "string", Required: true},
		}},
	}
	for _, row := range []struct {
		field catalog.Field
		value string
		want  string
	}{
		{catalog.Field{Type: "string", Required: true}, `""`, ""},
		{catalog.Field{Type: "string"}, `null`, "f is null, and not string"},
		{catalog.Field{Type: "string", Nullable: true}, `null`, ""},
		{catalog.Field{Type: "string", Required: true}, `7`, "f is 7, and not string"},
		{catalog.Field{Type: "enum:kind", Required: true}, `"a"`, ""},
		{catalog.Field{Type: "boolean", Required: true}, `false`, ""},
		{catalog.Field{Type: "boolean", Required: true}, `null`, "f is null, and not boolean"},
		{catalog.Field{Type: "int32", Required: true}, `7`, ""},
		{catalog.Field{Type: "int32", Required: true}, `7.5`, "f is 7.5, and not int32"},
		{catalog.Field{Type: "date-time", Required: true}, `"2026-01-02T03:04:05Z"`, ""},
		{catalog.Field{Type: "date-time", Required: true}, `"2026-01-02T03:04:05+01:00"`, `f is "2026-01-02T03:04:05+01:00", and not date-time`},
		{catalog.Field{Type: "date-time", Nullable: true}, `null`, ""},
		{catalog.Field{Type: "any"}, `[null]`, ""},
		{catalog.Field{Type: "array<string>"}, `[]`, ""},
		{catalog.Field{Type: "array<string>"}, `null`, "f is null, and not array<string>"},
		{catalog.Field{Type: "array<string>"}, `["a", 7]`, "f[] is 7, and not string"},
		{catalog.Field{Type: "map<string,any>"}, `{"a": null}`, ""},
		{catalog.Field{Type: "map<string,any>"}, `null`, "f is null, and not map<string,any>"},
		{catalog.Field{Type: "map<string,ref:thing>"}, `{"a": {"size": "1"}}`, `f{}.size is "1", and not int32`},
		{catalog.Field{Type: "ref:thing", Required: true}, `{"size": 1}`, ""},
		{catalog.Field{Type: "ref:thing", Required: true}, `{}`, "f.size is absent"},
		{catalog.Field{Type: "ref:thing", Required: true}, `{"size": 1, "color": 2}`, "f.color is unknown"},
		{catalog.Field{Type: "ref:thing", Required: true}, `null`, "f is null, and not ref:thing"},
		{catalog.Field{Type: "ref:thing"}, `null`, ""},
		{catalog.Field{Type: "ref:b2c.sessions.JWK", Required: true}, `{"kid": "1"}`, ""},
		{catalog.Field{Type: "ref:b2c.sessions.JWK", Required: true}, `{}`, "f.kid is absent"},
	} {
		row.field.Name = "f"
		var want []string
		if row.want != "" {
			want = []string{row.want}
		}
		assert.Equal(t, want, s.check([]catalog.Field{row.field}, []byte(`{"f": `+row.value+`}`)), row.value)
	}
	assert.Equal(t, []string{"f is absent"}, s.check([]catalog.Field{{Name: "f", Type: "string"}}, []byte(`{}`)))
	assert.Equal(t, []string{"the response is no JSON object"}, s.check(nil, []byte(`[]`)))
}
