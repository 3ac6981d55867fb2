package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/seed75add069/stytch-go/conformance/catalog"
	"github.com/seed75add069/stytch-go/emulator"
)

// operation is an operation of the catalogue, and what calls have shown of it.
type operation struct {
	id, method string
	// path holds the segments; parameters are in braces.
	path []string
	// response has the fields of a success, nil if the catalogue does not have them.
	response []catalog.Field
	// isBuilt says that the emulator implements the operation.
	isBuilt, works, refuses bool
}

// observer watches the calls of an emulator.
type observer struct {
	operations []*operation
	shapes     shapes

	mu        sync.Mutex
	calls     int
	userAgent string
	found     map[string]bool // the complaints
}

// newObserver asks another emulator which operations it implements.
func newObserver(ctx context.Context, facts *catalog.Catalogue) (*observer, error) {
	em, err := emulator.New(emulator.Config{})
	if err != nil {
		return nil, err
	}
	o := &observer{shapes: facts.Types, found: map[string]bool{}}
	for i := range facts.Services {
		s := &facts.Services[i]
		for j := range s.Operations {
			op := &s.Operations[j]
			o.add(ctx, em, &operation{
				id: s.ID(op), method: op.HTTPMethod, path: strings.Split(op.Path, "/"), response: op.Response,
			})
		}
		for _, op := range s.ByHand {
			isNew := o.find(op.HTTPMethod, op.Path) == nil // both products have introspection
			if isNew && strings.HasPrefix(op.Path, publicPrefix) {
				o.add(ctx, em, &operation{id: s.ID(&op), method: op.HTTPMethod, path: strings.Split(op.Path, "/")})
			}
		}
	}
	return o, nil
}

// publicPrefix begins the paths of operations that only the lists of those by hand have.
const publicPrefix = "/v1/public/"

// add adds an operation, and finds out whether an emulator implements it.
func (o *observer) add(ctx context.Context, em *emulator.Emulator, op *operation) {
	path := strings.ReplaceAll(strings.Join(op.path, "/"), "{project_id}", em.Project().ID())
	r := httptest.NewRequestWithContext(ctx, op.method, path, nil)
	r.SetBasicAuth(em.Project().ID(), em.Project().Secret())
	w := httptest.NewRecorder()
	em.ServeHTTP(w, r)
	op.isBuilt = !slices.ContainsFunc(notBuilt, func(errorType string) bool {
		return strings.Contains(w.Body.String(), `"error_type":"`+errorType+`"`)
	})
	o.operations = append(o.operations, op)
}

// notBuilt are the error types of operations that the emulator does not implement or does not know.
var notBuilt = []string{"emulator_not_implemented", "route_not_found"}

// observe returns a handler that calls another one and notes what it answers.
func (o *observer) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		copied := &copyWriter{ResponseWriter: w}
		next.ServeHTTP(copied, r)
		if op := o.find(r.Method, r.URL.EscapedPath()); op != nil {
			o.note(op, r.UserAgent(), copied)
		}
	})
}

// find returns the operation of a request, the one with the fewest parameters in its path.
func (o *observer) find(method, path string) *operation {
	segments := strings.Split(path, "/")
	var found *operation
	fewest := len(segments)
	for _, op := range o.operations {
		if op.method != method || len(op.path) != len(segments) {
			continue
		}
		parameters, matches := 0, true
		for i, segment := range op.path {
			isParameter := strings.HasPrefix(segment, "{")
			if isParameter {
				parameters++
			}
			matches = matches && (isParameter || segment == segments[i])
		}
		if matches && parameters < fewest {
			found, fewest = op, parameters
		}
	}
	return found
}

func (o *observer) note(op *operation, userAgent string, answer *copyWriter) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls++
	if strings.HasPrefix(userAgent, "Stytch ") { // key sets are fetched by a library of the SDK
		o.userAgent = userAgent
	}
	if answer.status >= http.StatusBadRequest {
		op.refuses = true
		return
	}
	op.works = true
	if op.response == nil {
		return
	}
	for _, complaint := range o.shapes.check(op.response, answer.body.Bytes()) {
		o.found[op.id+": "+complaint] = true
	}
}

// complaints says where responses differ from the catalogue.
func (o *observer) complaints() []string { return slices.Sorted(maps.Keys(o.found)) }

// missing says which operations have not been seen to work or to refuse.
func (o *observer) missing() []string {
	var list []string
	for _, op := range o.operations {
		if op.isBuilt && !op.works {
			list = append(list, fmt.Sprintf("no check shows that %s works", op.id))
		}
		if op.isBuilt && !op.refuses {
			list = append(list, fmt.Sprintf("no check shows that %s refuses", op.id))
		}
	}
	return list
}

// built counts the operations that the emulator implements.
func (o *observer) built() int {
	n := 0
	for _, op := range o.operations {
		if op.isBuilt {
			n++
		}
	}
	return n
}

// copyWriter keeps a copy of a response.
type copyWriter struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *copyWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *copyWriter) Write(p []byte) (int, error) {
	w.body.Write(p)
	return w.ResponseWriter.Write(p)
}

// Unwrap lets the emulator set deadlines.
func (w *copyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
