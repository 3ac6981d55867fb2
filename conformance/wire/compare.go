package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// difference is a place where the two SDKs are not alike.
type difference struct {
	Operation, Comparison, Where, Ours, Node string
}

func (d difference) String() string {
	return fmt.Sprintf("%s (%s): %s: ours %s, Node's %s", d.Operation, d.Comparison, d.Where, d.Ours, d.Node)
}

// comparer collects the differences of one comparison.
type comparer struct {
	comparison comparison
	found      []difference
}

// compare returns the differences between the two outcomes of a comparison.
func compare(of comparison, ours, node outcome) []difference {
	c := &comparer{comparison: of}
	switch {
	case ours.err != "" || node.err != "":
		c.differ("error", ours.err, node.err)
	case len(ours.sent) != 1 || len(node.sent) != 1:
		c.differ("requests", len(ours.sent), len(node.sent))
	default:
		c.sent(ours.sent[0], node.sent[0])
		c.json("answer", string(ours.answer), string(node.answer))
	}
	return c.found
}

// compareMethods returns the methods that only Node's SDK has, and those that take a caller's session only there. node
// has the methods of each client, true for those that take a session. make catalog finds
// what only ours has.
func compareMethods(comparisons []comparison, node map[string]map[string]bool) []difference {
	ours := map[string]map[string]bool{"b2b": {}, "b2c": {}}
	for _, c := range comparisons {
		method := strings.Join(c.node.Method, ".")
		ours[c.node.Client][method] = ours[c.node.Client][method] || !c.Caller.IsZero()
	}
	var found []difference
	for _, client := range slices.Sorted(maps.Keys(node)) {
		for _, method := range slices.Sorted(maps.Keys(node[client])) {
			caller, there := ours[client][method]
			switch {
			case !there:
				found = append(found, difference{"Node: " + method, client + " client", "method", "absent", "there"})
			case node[client][method] && !caller:
				found = append(found, difference{"Node: " + method, client + " client", "caller", "refused", "taken"})
			}
		}
	}
	return found
}

func (c *comparer) sent(ours, node sent) {
	c.equal("host", ours.Host, node.Host)
	c.equal("method", ours.Method, node.Method)
	c.equal("path", ours.Path, node.Path)
	c.equal("query", ours.Query, node.Query)
	for _, name := range comparedHeaders {
		c.equal("header "+name, ours.Header[name], node.Header[name])
	}
	// With DELETE, Node's SDK sends an empty object and ours sends no body.
	if ours.Method == http.MethodDelete && ours.Body == "" && node.Body == "{}" {
		node.Body = ""
	}
	if ours.Body != "" { // Node's SDK sends a content type without a body too
		c.equal("content type", ours.ContentType, node.ContentType)
	}
	c.json("body", ours.Body, node.Body)
}

// json compares two texts, one of which may be empty, as JSON.
func (c *comparer) json(where, ours, node string) {
	if ours == "" || node == "" {
		c.equal(where, ours, node)
		return
	}
	a, errOurs := decode(ours)
	b, errNode := decode(node)
	if errOurs != nil || errNode != nil {
		c.differ(where, ours, node)
		return
	}
	c.values(where, a, b)
}

// decode decodes JSON. Numbers stay as they are written.
func decode(text string) (v any, err error) {
	if !json.Valid([]byte(text)) { // the decoder ignores what follows the first value
		return nil, errors.New("not JSON")
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&v)
	return v, err
}

// absent stands for a member that is not there.
type absent struct{}

// values compares two values. In objects it finds the members that differ.
func (c *comparer) values(where string, ours, node any) {
	a, isObject := ours.(map[string]any)
	b, bothAre := node.(map[string]any)
	if !isObject || !bothAre {
		c.equal(where, ours, node)
		return
	}
	names := slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b)))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		c.values(where+"."+name, member(a, name), member(b, name))
	}
}

func member(object map[string]any, name string) any {
	if v, ok := object[name]; ok {
		return v
	}
	return absent{}
}

func (c *comparer) equal(where string, ours, node any) {
	if !reflect.DeepEqual(ours, node) {
		c.differ(where, ours, node)
	}
}

func (c *comparer) differ(where string, ours, node any) {
	c.found = append(c.found, difference{c.comparison.Operation, c.comparison.Name, where, format(ours), format(node)})
}

func format(v any) string {
	if _, ok := v.(absent); ok {
		return "absent"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%q", v)
	}
	return string(text)
}
