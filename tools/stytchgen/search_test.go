package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// Each case breaks x-stytch-pages or x-stytch-filters of the golden case in one place.
func TestGenerate_refusesSearches(t *testing.T) {
	t.Parallel()
	valid, err := os.ReadFile(filepath.Join("testdata", "search", "spec", "b2b", "widgets.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ old, with, want string }{
		"no cursor": {
			"cursor: {type: string, description: Where to go on.}", "limit: {type: integer, description: How many.}",
			"b2b.widgets.search: x-stytch-pages: the request has no optional cursor",
		},
		"no list":                 {"items: widgets,", "items: request_id,", `"request_id" is not a list of objects`},
		"no next page":            {"results_metadata.next_cursor", "results_metadata.after", `there is no "results_metadata.after"`},
		"next page within a list": {"results_metadata.next_cursor", "widgets.next", `there is no "widgets.next"`},
		"an unknown form":         {"type: strings", "type: numbers", `widget_ids: type is "numbers"`},
		"a filter without words": {
			"description: Matches widgets with one of the ids.", "description: ''", "widget_ids: the description is not a sentence",
		},
		"an unknown key of a filter": {"{type: time,", "{type: time, form: x,", "x-stytch-filters.made_after.form"},
		"an unknown key of pages":    {"{items: widgets,", "{items: widgets, size: 3,", "x-stytch-pages.size"},
		"no query": {
			"query: {$ref: '#/components/schemas/WidgetQuery'}", "question: {$ref: '#/components/schemas/WidgetQuery'}",
			"x-stytch-filters: the request has no query",
		},
		"no operands":   {"        operands:", "        filters:", "operands"},
		"no value":      {"filter_value", "filter_worth", "filter_value"},
		"two alike":     {"widget_name_fuzzy:", "ids:", "FilterIDs is the Go name of"},
		"a type's name": {"Widget:\n", "FilterBroken:\n", "FilterBroken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(string(valid), tc.old) {
				t.Fatalf("the case has no %q", tc.old)
			}
			broken := strings.ReplaceAll(string(valid), tc.old, tc.with)
			if name == "a type's name" {
				broken = strings.ReplaceAll(broken, "schemas/Widget'", "schemas/FilterBroken'")
			}
			_, err := generate(fstest.MapFS{"b2b/widgets.yaml": {Data: []byte(broken)}}, nil)
			if err == nil || !strings.Contains(err.Error(), "b2b/widgets.yaml") || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// An optional scalar is a pointer in a request and plain in a response, so one type cannot be both.
func TestGenerate_refusesOptionalScalarsOnBothSides(t *testing.T) {
	t.Parallel()
	kinds, err := os.ReadFile(filepath.Join("testdata", "kinds", "spec", "b2b", "kinds.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	const name = "        name: {type: string, description: What it is called.}\n"
	for _, field := range []string{
		"note: {type: string, description: A note or nothing.}",
		"note: {type: [string, 'null'], description: A note; null deletes it.}",
	} {
		broken := strings.Replace(string(kinds), name, name+"        "+field+"\n", 1)
		_, err := generate(fstest.MapFS{"b2b/kinds.yaml": {Data: []byte(broken)}}, nil)
		if err == nil || !strings.Contains(err.Error(), "b2b/kinds.yaml: Part.note: optional, in requests and in responses") {
			t.Errorf("got %v", err)
		}
	}
}
