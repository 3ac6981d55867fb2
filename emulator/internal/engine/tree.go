package engine

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// tree finds the operation of a path. Each level is a segment. [http.ServeMux] cannot serve the API: some of
// its patterns match the same paths, and neither is more specific.
type tree struct {
	segments map[string]*tree
	// param is the subtree for a parameter, tried if no segment of that name leads to a route.
	param *tree
	// routes are those that end here, by method.
	routes map[string]*Route
}

func (t *tree) add(r *Route) {
	for segment := range strings.SplitSeq(r.Path, "/") {
		if strings.HasPrefix(segment, "{") {
			if t.param == nil {
				t.param = &tree{}
			}
			t = t.param
			continue
		}
		if t.segments == nil {
			t.segments = map[string]*tree{}
		}
		if t.segments[segment] == nil {
			t.segments[segment] = &tree{}
		}
		t = t.segments[segment]
	}
	if t.routes == nil {
		t.routes = map[string]*Route{}
	}
	t.routes[r.Method] = r
}

// find returns the route for a method and an escaped path, with the values of the path's parameters. Without a route
// it returns the methods that have one. A parameter does not match an empty segment.
func (t *tree) find(method, path string) (r *Route, params map[string]string, methods []string) {
	w := walk{method: method, methods: map[string]bool{}}
	if r = w.find(t, strings.Split(path, "/")); r == nil {
		return nil, nil, slices.Sorted(maps.Keys(w.methods))
	}
	params = map[string]string{}
	for i, name := range parameters(r.Info) {
		params[name] = w.values[i]
	}
	return r, params, nil
}

// walk is a search for a route.
type walk struct {
	method string
	values []string
	// methods are those of the routes that differ from the wanted one in the method alone.
	methods map[string]bool
}

func (w *walk) find(t *tree, segments []string) *Route {
	if len(segments) == 0 {
		r := t.routes[w.method]
		for method := range t.routes {
			w.methods[method] = true
		}
		return r
	}
	if next := t.segments[segments[0]]; next != nil {
		if r := w.find(next, segments[1:]); r != nil {
			return r
		}
	}
	value, err := url.PathUnescape(segments[0])
	if t.param == nil || err != nil || value == "" {
		return nil
	}
	w.values = append(w.values, value)
	if r := w.find(t.param, segments[1:]); r != nil {
		return r
	}
	w.values = w.values[:len(w.values)-1]
	return nil
}

// parameters are the names of the parameters of an operation's path.
func parameters(op *ops.Info) []string {
	var names []string
	for segment := range strings.SplitSeq(op.Path, "/") {
		if strings.HasPrefix(segment, "{") {
			names = append(names, strings.Trim(segment, "{}"))
		}
	}
	return names
}
