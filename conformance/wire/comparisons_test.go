package main

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/conformance/catalog"
)

// facts returns the catalogue, of which tests change their copy.
func facts(t *testing.T) *catalog.Catalogue {
	t.Helper()
	c, err := catalog.Load()
	require.NoError(t, err)
	return c
}

// operation returns an operation of the catalogue.
func operation(t *testing.T, c *catalog.Catalogue, id string) *catalog.Operation {
	t.Helper()
	for i := range c.Services {
		for j := range c.Services[i].Operations {
			if op := &c.Services[i].Operations[j]; c.Services[i].ID(op) == id {
				return op
			}
		}
	}
	require.Fail(t, "no operation "+id)
	return nil
}

// only returns the comparisons of one operation, and what our SDK does in them.
func only(t *testing.T, c *catalog.Catalogue, id string) ([]comparison, map[string]outcome) {
	t.Helper()
	all, err := load(c)
	require.NoError(t, err)
	all = slices.DeleteFunc(all, func(of comparison) bool { return of.Operation != id })
	require.NotEmpty(t, all)
	r := newRecorder(all)
	defer r.close()
	outcomes, err := callOurs(t.Context(), r, all)
	require.NoError(t, err)
	return all, outcomes
}

// Without the other SDK: each call of ours is sent once, and returns the whole answer.
func TestCallOurs(t *testing.T) {
	t.Parallel()
	comparisons, err := load(facts(t))
	require.NoError(t, err)
	r := newRecorder(comparisons)
	defer r.close()
	outcomes, err := callOurs(t.Context(), r, comparisons)
	require.NoError(t, err)
	require.Len(t, outcomes, len(comparisons), "projects are not unique")
	for _, c := range comparisons {
		o := outcomes[c.Project]
		require.Empty(t, o.err, "%s (%s)", c.Operation, c.Name)
		require.Len(t, o.sent, 1, "%s (%s)", c.Operation, c.Name)
		require.JSONEq(t, string(c.Answer), string(o.answer), "%s (%s)", c.Operation, c.Name)
	}
}

// Names and fields come from the catalogue: what api/ calls otherwise or lacks is a difference. Here the catalogue has
// the change, as if api/ had the reverse.
func TestCallOurs_findsWhatTheSDKLacks(t *testing.T) {
	t.Parallel()
	const id = "b2c.fraud.fingerprint.lookup"
	t.Run("a parameter of another name", func(t *testing.T) {
		t.Parallel()
		c := facts(t)
		op := operation(t, c, id)
		at := slices.IndexFunc(op.Params, func(f catalog.Field) bool { return f.Name == "telemetry_id" })
		op.Params[at].Name = "telemetry"
		all, ours := only(t, c, id)
		for _, of := range all {
			assert.Contains(t, ours[of.Project].err, `unknown field "telemetry"`)
			assert.NotEmpty(t, compare(of, ours[of.Project], outcome{answer: of.Answer}))
		}
	})
	t.Run("a parameter inside an object", func(t *testing.T) {
		t.Parallel()
		c := facts(t)
		c.Types["b2c.users.Name"].Fields[0].Name = "renamed"
		all, ours := only(t, c, "b2c.users.create")
		assert.Contains(t, ours[all[0].Project].err, `unknown field "renamed"`)
	})
	t.Run("a field of a response", func(t *testing.T) {
		t.Parallel()
		c := facts(t)
		op := operation(t, c, id)
		op.Response = append(op.Response, catalog.Field{Name: "surprise", Type: "boolean", Required: true})
		all, ours := only(t, c, id)
		node := outcome{sent: ours[all[0].Project].sent, answer: all[0].Answer}
		found := compare(all[0], ours[all[0].Project], node)
		require.Len(t, found, 1)
		assert.Equal(t, "answer.surprise", found[0].Where)
	})
	t.Run("a field inside an object of a response", func(t *testing.T) {
		t.Parallel()
		c := facts(t)
		member := c.Types["b2b.organizations.Member"]
		member.Fields = append(member.Fields, catalog.Field{Name: "surprise", Type: "string"})
		c.Types["b2b.organizations.Member"] = member
		all, ours := only(t, c, "b2b.organizations.members.get")
		node := outcome{sent: ours[all[0].Project].sent, answer: all[0].Answer}
		found := compare(all[0], ours[all[0].Project], node)
		require.Len(t, found, 1)
		assert.Equal(t, "answer.member.surprise", found[0].Where)
	})
	t.Run("a method", func(t *testing.T) {
		t.Parallel()
		c := facts(t)
		operation(t, c, id).GoMethod = "Seek"
		all, ours := only(t, c, id)
		assert.Contains(t, ours[all[0].Project].err, "no method b2b.Fraud.Fingerprint.Seek")
	})
	t.Run("a service", func(t *testing.T) {
		t.Parallel()
		c := facts(t)
		for i := range c.Services {
			c.Services[i].GoAccessor = strings.ReplaceAll(c.Services[i].GoAccessor, "Fingerprint", "Handprint")
		}
		all, ours := only(t, c, id)
		assert.Contains(t, ours[all[0].Project].err, "no service b2b.Fraud.Handprint.Lookup")
	})
}

func TestSampler(t *testing.T) {
	t.Parallel()
	op := &catalog.Operation{Params: []catalog.Field{
		{Name: "id", In: "path", Type: "string", Required: true},
		{Name: "kind", In: "body", Type: "enum:kind"},
		{Name: "owner", In: "body", Type: "ref:person", Nullable: true},
		{Name: "many", In: "body", Type: "array<ref:person>", Required: true},
		{Name: "data", In: "body", Type: "map<string,any>"},
		{Name: "at", In: "body", Type: "date-time"},
		{Name: "count", In: "query", Type: "uint32"},
	}}
	types := map[string]catalog.Type{
		"kind": {Kind: "enum", Values: []string{"new", "old"}},
		"person": {Kind: "object", Fields: []catalog.Field{
			{Name: "name", Type: "string", Required: true}, {Name: "tall", Type: "boolean"},
			{Name: "friends", Type: "array<ref:person>"}, {Name: "tags", Type: "array<string>"},
		}},
	}
	got, err := (&sampler{types: types}).requests(op)
	require.NoError(t, err)
	want := []request{
		{"every field", json.RawMessage(`{"id": "id/1 %?#", "kind": "new", "at": "2026-01-02T03:04:05Z", "count": 7,
			"owner": {"name": "name-1", "tall": true, "tags": ["tags-1"]}, "data": {"key": "any"},
			"many": [{"name": "name-1", "tall": true, "tags": ["tags-1"]}]}`)},
		{"required fields only", json.RawMessage(`{"id": "id/1 %?#", "many": [{"name": "name-1"}]}`)},
		{"optional fields at zero", json.RawMessage(`{"id": "id/1 %?#", "kind": "", "owner": null, "data": {}, "count": 0,
			"many": [{"name": "name-1"}]}`)},
		{"optional fields at zero, at any depth", json.RawMessage(`{"id": "id/1 %?#", "kind": "", "data": {}, "count": 0,
			"owner": {"name": "name-1", "tall": false, "tags": []}, "many": [{"name": "name-1", "tall": false, "tags": []}]}`)},
	}
	require.Len(t, got, len(want))
	for i := range want {
		assert.Equal(t, want[i].name, got[i].name)
		assert.JSONEq(t, string(want[i].arguments), string(got[i].arguments), want[i].name)
	}
	for _, unknown := range []string{"ref:nobody", "enum:nothing", "float", "ref:ring"} {
		types := map[string]catalog.Type{"ring": {Fields: []catalog.Field{{Name: "ring", Type: "ref:ring", Required: true}}}}
		_, err := (&sampler{types: types}).value(unknown, "x", full)
		assert.Error(t, err, unknown)
	}
}

func TestLoad_sessions(t *testing.T) {
	t.Parallel()
	comparisons, err := load(facts(t))
	require.NoError(t, err)
	var got []string
	for _, c := range comparisons {
		if c.Operation == "b2b.organizations.delete" {
			got = append(got, c.Name)
		}
	}
	assert.Equal(t, []string{
		"b2b client, every field, for the project", "b2b client, every field, for a session token",
		"b2b client, every field, for a session JWT",
	}, got)
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	r := newRecorder([]comparison{{Project: "1", Answer: []byte(`{"a": 1}`)}})
	defer r.close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	send := func(method, url, body, project string) string {
		req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		require.NoError(t, err)
		req.SetBasicAuth(project, "secret")
		resp, err := transport.RoundTrip(req)
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		answer, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return string(answer)
	}
	assert.JSONEq(t, `{"a": 1}`, send("PUT", r.fraud.URL+"/v1/a%2Fb%20c/d?z=1&a=%26&z=0", "{ }", "1"))
	assert.Empty(t, send("GET", r.auth.URL+"/", "", "2"))

	seen := r.take()
	require.Len(t, seen["1"], 1)
	s := seen["1"][0]
	assert.Equal(t, []string{"", "v1", "a/b c", "d"}, s.Path)
	assert.Equal(t, []string{"a=&", "z=0", "z=1"}, s.Query)
	assert.Equal(t, []string{"fraud", "PUT", "{ }"}, []string{s.Host, s.Method, s.Body})
	assert.Len(t, s.Header["Authorization"], 1)
	assert.Equal(t, "auth", seen["2"][0].Host)
	assert.Empty(t, r.take(), "taken twice")
}
