package minttest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
)

// API is an http.RoundTripper that answers the requests of local verification. Others fail with status 500 and are
// counted too. It is safe for concurrent use.
type API struct {
	mu       sync.Mutex
	handlers map[string]Handler // by a part of the path
	requests map[string]int     // by path
}

// Handler answers a request. An error means that there is no response.
type Handler = func(*http.Request) (status int, body []byte, err error)

// Parts of the paths of the key set, of the policy and of organizations' policies.
const (
	Keys          = "/sessions/jwks/"
	Policy        = "/rbac/policy"
	Organizations = "/rbac/organizations/"
)

// unexpected is the body of the response to other requests.
const unexpected = `{"status_code":500,"request_id":"r","error_type":"unexpected"}`

// NewAPI returns an API that serves the keys, and a policy with the roles "editor" and "stytch_admin" and the scope
// "read:reports". Organizations have no roles of their own.
func NewAPI(keys ...*Key) *API {
	a := &API{handlers: map[string]Handler{}, requests: map[string]int{}}
	a.Serve(Keys, string(Set(keys...)))
	a.Serve(Policy, `{"request_id":"r","status_code":200,"policy":{"roles":[
		{"role_id":"editor","permissions":[{"resource_id":"documents","actions":["read","edit"]}]},
		{"role_id":"stytch_admin","permissions":[{"resource_id":"stytch.member","actions":["*"]}]}],
		"scopes":[{"scope":"read:reports","permissions":[{"resource_id":"reports","actions":["read"]}]}]}}`)
	a.Serve(Organizations, `{"request_id":"r","status_code":200,"org_policy":{"roles":[]}}`)
	return a
}

// Serve answers requests whose path contains part with the body and status 200.
func (a *API) Serve(part, body string) { a.Handle(part, Status(http.StatusOK, body)) }

// Status returns a handler that answers with the status and body.
func Status(status int, body string) Handler {
	return func(*http.Request) (int, []byte, error) { return status, []byte(body), nil }
}

// Handle calls h for requests whose path contains part. If several parts match, the longest counts.
func (a *API) Handle(part string, h Handler) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.handlers[part] = h
}

// Requests returns the number of requests whose path contains part. The empty part counts all.
func (a *API) Requests(part string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	sum := 0
	for path, n := range a.requests {
		if strings.Contains(path, part) {
			sum += n
		}
	}
	return sum
}

// Client returns a client that sends to the API.
func (a *API) Client() *http.Client { return &http.Client{Transport: a} }

// RoundTrip implements [http.RoundTripper].
func (a *API) RoundTrip(req *http.Request) (*http.Response, error) {
	a.mu.Lock()
	a.requests[req.URL.Path]++
	handle := Status(http.StatusInternalServerError, unexpected)
	longest := -1
	for part, h := range a.handlers {
		if len(part) > longest && strings.Contains(req.URL.Path, part) {
			handle, longest = h, len(part)
		}
	}
	a.mu.Unlock()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	status, body, err := handle(req)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}
