package emulator

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	// maxRequest bounds the body of a request, in bytes.
	maxRequest = 1 << 20
	// maxUpload bounds how long a client may take to send a body.
	maxUpload = 30 * time.Second
)

// route is an operation of the API: its id, method and path template, and whether it is implemented: "exact",
// "approximate" or "none".
type route struct{ id, method, path, state string }

// call is one API call. It exists while the project's lock is held, and reads and writes the project's state.
type call struct {
	project *Project
	*state
	ids *ids
	now time.Time
	// params are the decoded parameters of the path.
	params map[string]string
	header http.Header
}

// handler implements one operation and returns the body of the response. The error is an [apiError], unless the
// emulator itself failed.
type handler func(c *call, r *http.Request, body []byte) ([]byte, error)

// newHandler adapts a function on the SDK's own request and response types.
func newHandler[Req, Resp any](run func(*call, *Req) (*Resp, error)) handler {
	return func(c *call, r *http.Request, body []byte) ([]byte, error) {
		req := new(Req)
		if err := bind(req, c.params, r.URL.Query(), body); err != nil {
			return nil, err
		}
		resp, err := run(c, req)
		if err != nil {
			return nil, err
		}
		return encode(resp, c.ids.id("request-id"))
	}
}

// handlers are the operations that are implemented, by id.
var handlers = map[string]handler{
	"b2b.discovery.intermediate_sessions.exchange": newHandler((*call).exchangeIntermediateSession),
	"b2b.discovery.organizations.create":           newHandler((*call).createOrganization),
	"b2b.discovery.organizations.list":             newHandler((*call).listDiscovered),
	"b2b.magic_links.email.discovery.send":         newHandler((*call).sendDiscoveryLink),
	"b2b.magic_links.discovery.authenticate":       newHandler((*call).authenticateDiscoveryLink),
	"b2b.rbac.policy":                              newHandler((*call).getPolicy),
	"b2b.rbac.organizations.get_org_policy":        newHandler((*call).getOrgPolicy),
	"b2b.sessions.get":                             newHandler((*call).getSessions),
	"b2b.sessions.authenticate":                    newHandler((*call).authenticateSession),
	"b2b.sessions.revoke":                          newHandler((*call).revokeSession),
	"b2b.sessions.exchange":                        newHandler((*call).exchangeSession),
	"b2b.sessions.get_jwks":                        newHandler((*call).getJWKS),
	"b2c.sessions.get_jwks":                        newHandler((*call).getJWKS),
}

// public are operations that need no credentials.
var public = map[string]bool{"b2b.sessions.get_jwks": true, "b2c.sessions.get_jwks": true}

// operations are the generated routes and m2m.token, whose request is a form with the client's own credentials
// (RFC 6749, section 4.4). A fault can name any of them.
var operations = slices.Concat(routes, []route{
	{"m2m.token", "POST", "/v1/public/{project_id}/oauth2/token", "none"},
})

// serveAPI serves one API call. A delay is waited for outside the project's lock.
func (e *Emulator) serveAPI(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	out := e.handle(w, r)
	if out.delay > 0 {
		select {
		case <-time.After(out.delay):
		case <-r.Context().Done():
			return
		}
	}
	e.config.Logger.LogAttrs(r.Context(), slog.LevelInfo, "call",
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", out.status),
		slog.String("error_type", string(out.code)), slog.Duration("duration", time.Since(start)))
	out.write(w)
}

// handle authenticates a call, and runs its operation unless a fault takes its place.
func (e *Emulator) handle(w http.ResponseWriter, r *http.Request) response {
	body, err := readBody(w, r, maxRequest)
	if err != nil {
		return failure(newIDs(0), fail(stytcherror.CodeBadRequest, "The body cannot be read or is larger than 1 MiB."))
	}
	matched, params := match(r.Method, r.URL.EscapedPath())
	project, err := e.authenticate(r, matched, params)
	if err != nil {
		return failure(newIDs(0), err)
	}
	project.mu.Lock()
	defer project.mu.Unlock()
	if matched == nil {
		return failure(project.ids, notImplemented("The emulator has no operation for %s %s.", r.Method, r.URL.Path))
	}
	fault, delay := project.takeFault(matched.id)
	if fault != nil {
		return fault.response(project.ids)
	}
	run, implemented := handlers[matched.id]
	if !implemented {
		return failure(project.ids, notImplemented("The emulator does not implement %s.", matched.id))
	}
	c := &call{
		project: project, state: project.state, ids: project.ids, now: project.clock.Now().Truncate(time.Second),
		params: params, header: r.Header,
	}
	out := response{status: http.StatusOK}
	if out.body, err = run(c, r, body); err != nil {
		out = failure(project.ids, err)
	}
	out.delay = delay
	return out
}

// readBody reads a body of at most limit bytes. A client that takes longer than maxUpload is cut off, where the server
// can do that.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(maxUpload))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err == nil {
		_ = conn.SetReadDeadline(time.Time{})
	}
	return body, err
}

// authenticate finds the project of a call by its Basic credentials, whose password is the project's secret. A public
// operation without credentials belongs to the project in its path.
func (e *Emulator) authenticate(r *http.Request, matched *route, params map[string]string) (*Project, error) {
	id, password, given := r.BasicAuth()
	if inPath, isPublic := publicProject(r, matched, params); isPublic && !given {
		if p := e.project(inPath); p != nil {
			return p, nil
		}
		return nil, fail(stytcherror.CodeProjectNotFound, "There is no such project.")
	}
	p := e.project(id)
	switch {
	case !given:
		return nil, fail(stytcherror.CodeUnauthorizedCredentials, "The call carries no credentials.")
	case p == nil:
		return nil, fail(stytcherror.CodeInvalidProjectIDAuthentication, "There is no project with that id.")
	case subtle.ConstantTimeCompare([]byte(password), []byte(p.secret)) != 1:
		return nil, fail(stytcherror.CodeUnauthorizedCredentials, "The secret is not the project's.")
	}
	return p, nil
}

// publicPrefix begins the paths that name their project and need none of its credentials.
const publicPrefix = "/v1/public/"

// publicProject reports whether an operation needs no credentials of a project, and the id of the project in its path.
func publicProject(r *http.Request, matched *route, params map[string]string) (id string, isPublic bool) {
	if rest, found := strings.CutPrefix(r.URL.Path, publicPrefix); found {
		id, _, _ = strings.Cut(rest, "/")
		return id, true
	}
	return params["project_id"], matched != nil && public[matched.id]
}

// match finds the operation for a method and an escaped path, nil if there is none. If several templates match, the one
// with the fewest parameters wins.
func match(method, escapedPath string) (*route, map[string]string) {
	parts := strings.Split(escapedPath, "/")
	var best *route
	var params map[string]string
	for i := range operations {
		if operations[i].method != method {
			continue
		}
		found, ok := matchPath(strings.Split(operations[i].path, "/"), parts)
		if ok && (best == nil || len(found) < len(params)) {
			best, params = &operations[i], found
		}
	}
	return best, params
}

// response is an HTTP response of the API.
type response struct {
	status int
	// code is the error_type, for the log; empty for a success.
	code   stytcherror.Code
	body   []byte
	header http.Header
	// delay is how long the response waits. disconnect then closes the connection instead of sending it.
	delay      time.Duration
	disconnect bool
}

// failure encodes an error in the API's form. An error that is not an [apiError] is a defect of the emulator, and
// becomes a 500.
func failure(ids *ids, err error) response {
	apiErr, ok := errors.AsType[*apiError](err)
	if !ok {
		return failure(ids, fail(stytcherror.CodeInternalServerError, "The emulator failed: %v", err))
	}
	body, _ := json.Marshal(struct {
		StatusCode   int              `json:"status_code"`
		RequestID    string           `json:"request_id"`
		ErrorType    stytcherror.Code `json:"error_type"`
		ErrorMessage string           `json:"error_message"`
		ErrorURL     string           `json:"error_url"`
	}{
		apiErr.status, ids.id("request-id"), apiErr.code, apiErr.message,
		fmt.Sprintf("https://stytch.com/docs/b2b/api/errors/%d", apiErr.status),
	}, jsontext.AllowInvalidUTF8(true)) // which the path in a message may be
	return response{status: apiErr.status, code: apiErr.code, body: body}
}

func (out response) write(w http.ResponseWriter) {
	if out.disconnect {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	maps.Copy(h, out.header)
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body)
}
