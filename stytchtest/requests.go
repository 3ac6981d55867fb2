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

// maxRequests bounds what a Server remembers; the oldest requests go first.
const maxRequests = 1000

// Request is a call of the API that a Server received.
type Request struct {
	Method string
	// Path is the path with its query, escaped as it was sent.
	Path   string
	Header http.Header
	Body   []byte
}

// String is method and path and, on a line of its own, the body: of a JSON body the names in alphabetical order.
// Nothing is masked.
func (r Request) String() string {
	line := r.Method + " " + r.Path
	if len(r.Body) == 0 {
		return line
	}
	body := jsontext.Value(slices.Clone(r.Body))
	if body.Canonicalize() != nil {
		return line + "\n" + string(r.Body)
	}
	return line + "\n" + body.String()
}

// Requests are the calls of the API that the Server received, oldest first, at most the last thousand. Those that its
// own methods make, such as [Server.MagicLink], are among them.
func (s *Server) Requests() []Request {
	s.recorder.mu.Lock()
	defer s.recorder.mu.Unlock()
	return slices.Clone(s.recorder.requests)
}

// recorder remembers requests on their way to the emulator.
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

// record reads the body and puts it back.
func (r *recorder) record(req *http.Request) {
	body, _ := io.ReadAll(req.Body) // reading on gives the emulator the same error
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

func (r *recorder) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = nil
}
