package stytchtest

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// maxRequests bounds the requests that a Server keeps. The oldest are removed first.
const maxRequests = 1000

// Request is a call of the API that a Server received.
type Request struct {
	Method string
	// Path is path and query, escaped as they were sent.
	Path   string
	Header http.Header
	Body   []byte
}

// String is method and path and, on a second line, the body. In JSON, names are sorted and space removed; numbers are
// as they were sent. Nothing is masked.
func (r Request) String() string {
	line := r.Method + " " + r.Path
	if len(r.Body) == 0 {
		return line
	}
	body := jsontext.Value(slices.Clone(r.Body))
	if body.Format(jsontext.ReorderRawObjects(true)) != nil {
		return line + "\n" + string(r.Body)
	}
	return line + "\n" + body.String()
}

// Requests returns the API calls that the Server received, oldest first: the last thousand. Those that its own methods
// make, such as [Server.MagicLink], are among them.
func (s *Server) Requests() []Request {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	return slices.Clone(s.recorder.requests)
}

// recorder keeps the API calls that it passes to the emulator.
type recorder struct {
	next http.Handler

	mu       sync.Mutex
	requests []Request
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if !strings.HasPrefix(req.URL.Path, "/_emulator") {
		r.record(req)
	}
	r.next.ServeHTTP(w, req)
}

// record reads the request's body and replaces it by a copy.
func (r *recorder) record(req *http.Request) {
	body, _ := io.ReadAll(req.Body) // on an error, the emulator gets the same one from the rest of req.Body
	req.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), req.Body), req.Body}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.requests) == maxRequests {
		r.requests = slices.Delete(r.requests, 0, 1)
	}
	r.requests = append(r.requests, Request{req.Method, req.RequestURI, req.Header.Clone(), body})
}
