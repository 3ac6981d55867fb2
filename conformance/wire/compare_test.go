package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/shared"
)

func TestCompare_findsEachDifference(t *testing.T) {
	t.Parallel()
	for where, change := range map[string]func(*outcome){
		"host":                           func(o *outcome) { o.sent[0].Host = "fraud" },
		"method":                         func(o *outcome) { o.sent[0].Method = "PUT" },
		"path":                           func(o *outcome) { o.sent[0].Path = []string{"", "v1", "a", "b"} },
		"query":                          func(o *outcome) { o.sent[0].Query = []string{"a=1", "b="} },
		"header Authorization":           func(o *outcome) { o.sent[0].Header = nil },
		"header X-Stytch-Member-Session": func(o *outcome) { o.sent[0].Header["X-Stytch-Member-Session"] = []string{"a"} },
		"content type":                   func(o *outcome) { o.sent[0].ContentType = "text/plain" },
		"body":                           func(o *outcome) { o.sent[0].Body = "" },
		"body.name":                      func(o *outcome) { o.sent[0].Body = `{"name": null, "of": {"size": 0}}` },
		"body.of.size":                   func(o *outcome) { o.sent[0].Body = `{"name": "x", "of": {"size": 0.0}}` },
		"body.of":                        func(o *outcome) { o.sent[0].Body = `{"name": "x"}` },
		"body.new":                       func(o *outcome) { o.sent[0].Body = `{"name": "x", "of": {"size": 0}, "new": null}` },
		"answer.thing.id":                func(o *outcome) { o.answer = json.RawMessage(`{"thing": {}}`) },
		"answer":                         func(o *outcome) { o.answer = nil },
		"error":                          func(o *outcome) { o.err = "TypeError" },
		"requests":                       func(o *outcome) { o.sent = append(o.sent, o.sent[0]) },
	} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			ours, node := getOutcome(), getOutcome()
			change(&node)
			for _, found := range [][]difference{
				compare(getComparison("1"), ours, node), compare(getComparison("1"), node, ours),
			} {
				var places []string
				for _, d := range found {
					places = append(places, d.Where)
				}
				assert.Equal(t, []string{where}, places)
			}
		})
	}
}

func TestCompare_findsNoDifference(t *testing.T) {
	t.Parallel()
	for why, change := range map[string]func(ours, node *outcome){
		"nothing differs":              func(_, _ *outcome) {},
		"the order of members differs": func(_, node *outcome) { node.sent[0].Body = `{"of":{"size":0},"name":"x"}` },
		"the program differs":          func(_, node *outcome) { node.sent[0].userAgent = "Another" },
		"Node's DELETE has an empty object": func(ours, node *outcome) {
			ours.sent[0].Method, ours.sent[0].Body, ours.sent[0].ContentType = "DELETE", "", ""
			node.sent[0].Method, node.sent[0].Body = "DELETE", "{}"
		},
		"Node's GET has a content type without a body": func(ours, node *outcome) {
			ours.sent[0].Method, ours.sent[0].Body, ours.sent[0].ContentType = "GET", "", ""
			node.sent[0].Method, node.sent[0].Body = "GET", ""
		},
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			ours, node := getOutcome(), getOutcome()
			change(&ours, &node)
			assert.Empty(t, compare(getComparison("1"), ours, node))
		})
	}
}

// Only with DELETE, and only from Node's SDK, an empty object is like no body.
func TestCompare_tellsAnEmptyObjectFromNoBody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ method, ours, node string }{
		{"POST", "", "{}"}, {"POST", "{}", ""}, {"DELETE", "{}", ""}, {"DELETE", "", `{"a": 1}`}, {"POST", "{}", "{} {}"},
	} {
		ours, node := getOutcome(), getOutcome()
		ours.sent[0].Method, ours.sent[0].Body = tt.method, tt.ours
		node.sent[0].Method, node.sent[0].Body = tt.method, tt.node
		assert.NotEmpty(t, compare(getComparison("1"), ours, node), "%v", tt)
	}
}

func TestCompareMethods(t *testing.T) {
	t.Parallel()
	asProject, onBehalf := getComparison("1"), getComparison("2")
	onBehalf.Caller = shared.Authorization{SessionToken: "a"}
	for name, tt := range map[string]struct {
		comparisons []comparison
		node        map[string]map[string]bool
		want        []string
	}{
		"the same":             {[]comparison{asProject}, map[string]map[string]bool{"b2b": {"things.get": false}}, nil},
		"the same, for both":   {[]comparison{asProject, onBehalf}, map[string]map[string]bool{"b2b": {"things.get": true}}, nil},
		"Node has one more":    {[]comparison{asProject}, map[string]map[string]bool{"b2b": {"things.get": false, "new": true}}, []string{"Node: new method"}},
		"another client's":     {[]comparison{asProject}, map[string]map[string]bool{"b2c": {"things.get": false}}, []string{"Node: things.get method"}},
		"Node takes a session": {[]comparison{asProject}, map[string]map[string]bool{"b2b": {"things.get": true}}, []string{"Node: things.get caller"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, d := range compareMethods(tt.comparisons, tt.node) {
				got = append(got, d.Operation+" "+d.Where)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}
