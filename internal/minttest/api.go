package minttest

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
)

// API is the part of the API that local verification needs, as a transport. Everything else it refuses with 500 and
// counts too. It is safe for concurrent use.
type API struct {
	mu      sync.Mutex
	answers map[string]func(*http.Request) (int, []byte, error) // by a part of the path
	asked   map[string]int                                      // by path
}

// Parts of the paths of keys, policies and organizations' policies.
const (
	Keys          = "/sessions/jwks/"
	Policy        = "/rbac/policy"
	Organizations = "/rbac/organizations/"
)

// unexpected is the answer to what the API does not have.
const unexpected = `{"status_code":500,"request_id":"r","error_type":"unexpected"}`

// NewAPI returns an API that serves the keys and a policy in which the role "editor" may "edit" "documents".
func NewAPI(keys ...*Key) *API {
	a := &API{answers: map[string]func(*http.Request) (int, []byte, error){}, asked: map[string]int{}}
	a.Serve(Keys, string(Set(keys...)))
	a.Serve(Policy, `{"request_id":"r","status_code":200,"policy":{"roles":[
		{"role_id":"editor","permissions":[{"resource_id":"documents","actions":["read","edit"]}]},
		{"role_id":"stytch_admin","permissions":[{"resource_id":"stytch.member","actions":["*"]}]}],
		"scopes":[{"scope":"read:reports","permissions":[{"resource_id":"reports","actions":["read"]}]}]}}`)
	a.Serve(Organizations, `{"request_id":"r","status_code":200,"org_policy":{"roles":[]}}`)
	return a
}

// Serve answers requests whose path has this part.
func (a *API) Serve(part, body string) {
	a.Answer(part, func(*http.Request) (int, []byte, error) { return http.StatusOK, []byte(body), nil })
}

// Answer calls f for requests whose path has this part, of several parts the longest.
func (a *API) Answer(part string, f func(*http.Request) (status int, body []byte, err error)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[part] = f
}

// Asked returns how many requests had this part in their path; the empty part counts all.
func (a *API) Asked(part string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	sum := 0
	for path, n := range a.asked {
		if strings.Contains(path, part) {
			sum += n
		}
	}
	return sum
}

// Client sends to the API.
func (a *API) Client() *http.Client { return &http.Client{Transport: a} }

// RoundTrip answers.
func (a *API) RoundTrip(req *http.Request) (*http.Response, error) {
	a.mu.Lock()
	a.asked[req.URL.Path]++
	answer := func(*http.Request) (int, []byte, error) {
		return http.StatusInternalServerError, []byte(unexpected), nil
	}
	longest := -1
	for part, f := range a.answers {
		if len(part) > longest && strings.Contains(req.URL.Path, part) {
			answer, longest = f, len(part)
		}
	}
	a.mu.Unlock()
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	status, body, err := answer(req)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: req,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}
