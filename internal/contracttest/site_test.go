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

func TestSitesOf(t *testing.T) {
	t.Parallel()
	var root map[string]any
	require.NoError(t, json.Unmarshal([]byte(`{
		"name": "a", "count": 1, "children": [{"name": "b"}], "next": {"children": [{"free": {"k": [1]}}]}, "other": {"x": 1}
	}`), &root))
	var got, top []string
	for _, s := range sitesOf(root, reflect.TypeFor[tree]()) {
		got = append(got, s.pointer+" "+s.typ.String())
		if s.top {
			top = append(top, s.pointer)
		}
		if s.pointer == "/children/0/name" {
			assert.Equal(t, "b", s.get())
			s.set("c")
		}
	}
	slices.Sort(got)
	assert.Equal(t, []string{
		"/children []contracttest.tree", "/children/0 contracttest.tree", "/children/0/name string", "/count int", "/name string",
		"/next contracttest.tree", "/next/children []contracttest.tree", "/next/children/0 contracttest.tree",
		"/next/children/0/free map[string]interface {}", "/next/children/0/free/k interface {}",
	}, got, "every place that Go knows, once, without pointers")
	assert.ElementsMatch(t, []string{"/name", "/count", "/children", "/next"}, top)
	assert.Equal(t, map[string]any{"name": "c"}, root["children"].([]any)[0], "a place can be changed")
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
