package emulator

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// maxRequest bounds the body of a request.
const maxRequest = 1 << 20

// route is an operation of the API: its id, method, path template, and how exactly it is played.
type route struct{ id, method, path, state string }

// call is one API call while the project's lock is held.
type call struct {
	project *Project
	*state
	ids *ids
	now time.Time
	// route and params are what the path matched.
	route  *route
	params map[string]string
	header http.Header
}

// handler answers one operation.
type handler func(c *call, r *http.Request, body []byte) (any, error)

// room makes a handler of a function on the SDK's own types.
func room[Req, Resp any](play func(*call, *Req) (*Resp, error)) handler {
	return func(c *call, r *http.Request, body []byte) (any, error) {
		req := new(Req)
		if err := bind(req, c.params, r.URL.Query(), body); err != nil {
			return nil, err
		}
		resp, err := play(c, req)
		if err != nil {
			return nil, err
		}
		return resp, nil
	}
}

// rooms are the operations that are built.
var rooms = map[string]handler{
	"b2b.discovery.intermediate_sessions.exchange": room((*call).exchangeIntermediateSession),
	"b2b.discovery.organizations.create":           room((*call).createOrganization),
	"b2b.discovery.organizations.list":             room((*call).listDiscovered),
	"b2b.magic_links.email.discovery.send":         room((*call).sendDiscoveryLink),
	"b2b.magic_links.discovery.authenticate":       room((*call).authenticateDiscoveryLink),
	"b2b.rbac.policy":                              room((*call).getPolicy),
	"b2b.rbac.organizations.get_org_policy":        room((*call).getOrgPolicy),
	"b2b.sessions.get":                             room((*call).getSessions),
	"b2b.sessions.authenticate":                    room((*call).authenticateSession),
	"b2b.sessions.revoke":                          room((*call).revokeSession),
	"b2b.sessions.exchange":                        room((*call).exchangeSession),
	"b2b.sessions.get_jwks":                        room((*call).getJWKS),
	"b2c.sessions.get_jwks":                        room((*call).getUserJWKS),
}

// public are operations that need no credentials.
var public = map[string]bool{"b2b.sessions.get_jwks": true, "b2c.sessions.get_jwks": true}

// operations are all that a fault can name: the generated routes, and OAuth2's, which take a form and the client's own
// credentials (RFC 6749, section 4.4).
var operations = slices.Concat(routes, []route{
	{"m2m.token", "POST", "/v1/public/{project_id}/oauth2/token", "none"},
})

// serveAPI answers one call of the API.
func (e *Emulator) serveAPI(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	out := e.answer(r)
	if out.delay > 0 && !pause(r.Context(), out.delay) {
		return
	}
	e.config.Logger.LogAttrs(r.Context(), slog.LevelInfo, "call",
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", out.status),
		slog.String("error_type", string(out.code)), slog.Duration("duration", time.Since(begin)))
	out.write(w)
}

// answer finds project and operation, and plays it.
func (e *Emulator) answer(r *http.Request) response {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxRequest))
	if err != nil {
		return failure(nil, badRequest(stytcherror.CodeBadRequest, "The body cannot be read or goes beyond 1 MiB."))
	}
	matched, params := match(r.Method, r.URL.EscapedPath())
	project, err := e.authorize(r, matched, params)
	if err != nil {
		return failure(nil, err)
	}
	project.mu.Lock()
	defer project.mu.Unlock()
	if matched == nil {
		return failure(project.ids, fail(http.StatusNotImplemented, codeNotImplemented,
			"The emulator does not know %s %s.", r.Method, r.URL.Path))
	}
	faulty, delay := project.fault(matched.id)
	if faulty != nil {
		return faulty.response(project.ids)
	}
	play, built := rooms[matched.id]
	if !built {
		return failure(project.ids, fail(http.StatusNotImplemented, codeNotImplemented,
			"The emulator does not play %s yet.", matched.id))
	}
	c := &call{
		project: project, state: project.state, ids: project.ids, now: project.clock.Now().Truncate(time.Second),
		route: matched, params: params, header: r.Header,
	}
	resp, err := play(c, r, body)
	out := success(project.ids, resp)
	if err != nil {
		out = failure(project.ids, err)
	}
	out.delay = delay
	return out
}

// authorize checks the Basic credentials. What is public goes by the project in the path.
func (e *Emulator) authorize(r *http.Request, matched *route, params map[string]string) (*Project, error) {
	id, password, given := r.BasicAuth()
	if own, isPublic := publicProject(r, matched, params); isPublic && !given {
		if p := e.find(own); p != nil {
			return p, nil
		}
		return nil, notFound(stytcherror.CodeProjectNotFound, "There is no such project.")
	}
	p := e.find(id)
	switch {
	case !given:
		return nil, unauthorized(stytcherror.CodeUnauthorizedCredentials, "The call carries no credentials.")
	case p == nil:
		return nil, badRequest(stytcherror.CodeInvalidProjectIDAuthentication, "There is no project of that id.")
	case subtle.ConstantTimeCompare([]byte(password), []byte(p.secret)) != 1:
		return nil, unauthorized(stytcherror.CodeUnauthorizedCredentials, "The secret is not the project's.")
	}
	return p, nil
}

// publicPrefix begins the paths that take no credentials of a project and name the project instead.
const publicPrefix = "/v1/public/"

// publicProject is the id of the project that a call without credentials is for.
func publicProject(r *http.Request, matched *route, params map[string]string) (id string, isPublic bool) {
	if rest, found := strings.CutPrefix(r.URL.Path, publicPrefix); found {
		id, _, _ = strings.Cut(rest, "/")
		return id, true
	}
	return params["project_id"], matched != nil && public[matched.id]
}

// match finds the operation for a method and an escaped path. A literal segment goes before a parameter.
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

// response is what goes onto the wire.
type response struct {
	status     int
	code       stytcherror.Code
	body       []byte
	header     http.Header
	delay      time.Duration
	disconnect bool
}

func success(ids *ids, resp any) response {
	if resp == nil {
		return response{}
	}
	fields := reflect.ValueOf(resp).Elem()
	if f := fields.FieldByName("RequestID"); f.IsValid() {
		f.SetString(ids.id("request-id"))
	}
	fields.FieldByName("StatusCode").SetInt(http.StatusOK)
	body, err := encode(resp)
	if err != nil {
		return failure(ids, err)
	}
	return response{status: http.StatusOK, body: body}
}

// failure is an error in the API's shape. One that is not the API's is the emulator's fault.
func failure(ids *ids, err error) response {
	apiErr, ok := errors.AsType[*apiError](err)
	if !ok {
		apiErr = fail(http.StatusInternalServerError, stytcherror.CodeInternalServerError,
			"The emulator failed: %v", err)
	}
	if ids == nil {
		ids = newIDs(0)
	}
	body, err := json.Marshal(struct {
		StatusCode   int              `json:"status_code"`
		RequestID    string           `json:"request_id"`
		ErrorType    stytcherror.Code `json:"error_type"`
		ErrorMessage string           `json:"error_message"`
		ErrorURL     string           `json:"error_url"`
		ErrorDetails any              `json:"error_details,omitempty"`
	}{
		apiErr.status, ids.id("request-id"), apiErr.code, apiErr.message,
		fmt.Sprintf("https://stytch.com/docs/b2b/api/errors/%d#%s", apiErr.status, apiErr.code), apiErr.details,
	})
	if err != nil {
		body = nil
	}
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
