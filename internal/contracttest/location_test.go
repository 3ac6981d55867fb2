package contracttest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type tree struct {
	Name     string         `json:"name"`
	Count    *int           `json:"count"`
	Children []tree         `json:"children"`
	Next     *tree          `json:"next"`
	Free     map[string]any `json:"free"`
	Absent   string         `json:"absent"`
}

func TestLocationsOf(t *testing.T) {
	t.Parallel()
	var root map[string]any
	require.NoError(t, json.Unmarshal([]byte(`{
		"name": "a", "count": 1, "children": [{"name": "b"}], "next": {"children": [{"free": {"k": [1]}}]}, "other": {"x": 1}
	}`), &root))
	var got, topLevel []string
	for _, l := range locationsOf("", root, reflect.TypeFor[tree]()) {
		got = append(got, l.pointer+" "+l.typ.String())
		if l.topLevel {
			topLevel = append(topLevel, l.pointer)
		}
		if l.pointer == "/children/0/name" {
			assert.Equal(t, "b", l.get())
			l.set("c")
		}
	}
	slices.Sort(got)
	assert.Equal(t, []string{
		"/children []contracttest.tree", "/children/0 contracttest.tree", "/children/0/name string", "/count int", "/name string",
		"/next contracttest.tree", "/next/children []contracttest.tree", "/next/children/0 contracttest.tree",
		"/next/children/0/free map[string]interface {}", "/next/children/0/free/k interface {}",
	}, got, "every value with a Go type, once, without pointers")
	assert.ElementsMatch(t, []string{"/name", "/count", "/children", "/next"}, topLevel)
	assert.Equal(t, map[string]any{"name": "c"}, root["children"].([]any)[0], "a value can be changed")
}

func TestPathTo(t *testing.T) {
	t.Parallel()
	var root map[string]any
	require.NoError(t, json.Unmarshal([]byte(`{
		"request_id": "r", "a": {"b": [{"x": 1}, {"c": null, "y": 2}], "z": 3}, "w": {"v": 4}
	}`), &root))
	for pointer, want := range map[string]string{
		"/a/b/1/c":    `{"request_id": "r", "a": {"b": [{"c": null, "y": 2}]}}`,
		"/a/z":        `{"request_id": "r", "a": {"z": 3}}`,
		"/a/b/1":      `{"request_id": "r", "a": {"b": [{"c": null, "y": 2}]}}`,
		"/w/u":        `{"request_id": "r", "w": {"v": 4}}`,
		"/u":          `{"request_id": "r"}`,
		"/request_id": `{"request_id": "r"}`,
	} {
		got, err := json.Marshal(pathTo(pointer, root))
		require.NoError(t, err)
		assert.JSONEq(t, want, string(got), pointer)
	}
}

func TestOtherType(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`"a"`: `7`, `1`: `"7"`, `true`: `"true"`, `{"a": 1}`: `[]`, `[1]`: `{}`, `null`: `null`,
	} {
		var v any
		require.NoError(t, json.Unmarshal([]byte(text), &v))
		got, err := json.Marshal(otherType(v))
		require.NoError(t, err)
		assert.JSONEq(t, want, string(got))
	}
}
