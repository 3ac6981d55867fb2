package engine

import (
	"maps"
	"net/http"
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
	// rest takes what is here and below, if no other route does.
	rest *Route
}

func (t *tree) add(r *Route) {
	for segment := range strings.SplitSeq(r.Path, "/") {
		if segment == ops.Rest {
			t.rest = r
			return
		}
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
	if r.Method == http.MethodGet && r.endpoint != nil && r.endpoint.Head {
		t.routes[http.MethodHead] = r
	}
}

// find returns the route for a method and an escaped path, with the values of the path's parameters. Without a route
// it returns the methods that have one, and the route that takes the rest, if any does. A parameter does not match an
// empty segment.
func (t *tree) find(method, path string) (r *Route, params map[string]string, methods []string) {
	w := walk{method: method, methods: map[string]bool{}}
	if r = w.find(t, strings.Split(path, "/")); r == nil {
		r, w.values, methods = w.rest, w.restValues, slices.Sorted(maps.Keys(w.methods))
	}
	if r == nil {
		return nil, nil, methods
	}
	params = map[string]string{}
	for i, name := range parameters(r.Info) {
		params[name] = w.values[i]
	}
	return r, params, methods
}

// walk is a search for a route.
type walk struct {
	method string
	values []string
	// methods are those of the routes that differ from the wanted one in the method alone.
	methods map[string]bool
	// rest is the route that takes the rest, with its values.
	rest       *Route
	restValues []string
}

func (w *walk) find(t *tree, segments []string) *Route {
	if t.rest != nil {
		w.rest, w.restValues = t.rest, slices.Clone(w.values)
	}
	if len(segments) == 0 {
		for method := range t.routes {
			w.methods[method] = true
		}
		return t.routes[w.method]
	}
	value, err := url.PathUnescape(segments[0]) // %55sers is Users (RFC 3986, section 6.2.2.2)
	if err != nil {
		return nil
	}
	if next := t.segments[value]; next != nil {
		if r := w.find(next, segments[1:]); r != nil {
			return r
		}
	}
	if t.param == nil || value == "" {
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
		if strings.HasPrefix(segment, "{") && segment != ops.Rest {
			names = append(names, strings.Trim(segment, "{}"))
		}
	}
	return names
}
