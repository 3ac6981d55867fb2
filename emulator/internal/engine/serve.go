// Package engine serves the API: it finds the operation of a request, checks credentials, decodes strictly, runs the
// handler in one transaction, and encodes what it returns as the API does.
//
// The two names that matter are [Handle], which binds a handler to an operation, and [Tx], which a handler works on.
package engine

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// maxRequest bounds the body of a request, in bytes.
const maxRequest = 1 << 20

// publicPrefix begins the paths that name their project and need none of its credentials.
const publicPrefix = "/v1/public/"

// keySets are operations that need no credentials.
var keySets = map[string]bool{ops.B2BSessionsGetJWKS.ID: true, ops.B2CSessionsGetJWKS.ID: true}

// Server serves the API of several projects.
type Server struct {
	routes   tree
	projects *Projects
	log      *slog.Logger
}

// Projects are the projects that a [Server] serves.
type Projects struct {
	// ByID returns the project with an id, nil if there is none.
	ByID func(id string) *Project
	// All returns all of them, the oldest one first.
	All func() []*Project
}

// NewServer returns a server of all operations of the API, of which those in routes have handlers, and of the endpoints
// in routes.
func NewServer(routes []Route, projects *Projects, log *slog.Logger) *Server {
	s := &Server{projects: projects, log: log}
	for _, op := range ops.All {
		s.routes.add(&Route{Info: op})
	}
	for i := range routes {
		s.routes.add(&routes[i])
	}
	return s
}

// call is one call of the API.
type call struct {
	request *http.Request
	body    []byte
	route   *Route
	params  map[string]string
	// methods are those that the path has, if not that of the request.
	methods []string
	project *Project
	state   *state.State
	// requestID is set by the transaction. A call without one gets a random id.
	requestID string
	// members are the names in the body.
	members map[string]bool
}

// ServeHTTP serves one call. A delay is waited for outside of the transaction, and ends with the request's context: if
// the server stops, the response is sent at once.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c := &call{request: r}
	out := s.serve(c, w)
	if out.delay > 0 {
		timer := time.NewTimer(out.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	attrs := []slog.Attr{
		slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", out.status),
		slog.String("error_type", string(out.code)), slog.Duration("duration", time.Since(start)),
	}
	if out.cause != nil {
		attrs = append(attrs, slog.Any("error", out.cause))
	}
	s.log.LogAttrs(r.Context(), slog.LevelInfo, "call", attrs...)
	out.write(w)
}

// serve authenticates a call, and runs its operation unless a fault takes its place.
func (s *Server) serve(c *call, w http.ResponseWriter) response {
	var err error
	c.route, c.params, c.methods = s.routes.find(c.request.Method, c.request.URL.EscapedPath())
	if c.body, err = ReadBody(w, c.request, maxRequest); err != nil {
		refused := ops.ErrBadRequest.Because("The body cannot be read or is larger than 1 MiB.")
		return c.failure(fmt.Errorf("%w: %w", refused, err))
	}
	if c.project, err = s.authenticate(c); err != nil {
		return c.failure(err)
	}
	switch {
	case c.route == nil && len(c.methods) > 0:
		return c.failure(ops.ErrMethodNotAllowed)
	case c.route == nil:
		return c.failure(ops.ErrRouteNotFound)
	}
	if err := c.checkProduct(); err != nil {
		return c.failure(err)
	}
	fault, delay := c.project.takeFault(c.route.ID)
	if fault != nil {
		return fault.response(c)
	}
	out := c.run()
	out.delay = delay
	return out
}

// checkProduct refuses an operation of a product that the project does not have.
func (c *call) checkProduct() error {
	wanted, _, _ := strings.Cut(strings.TrimPrefix(c.route.ID, ops.PublicPrefix), ".")
	switch has := c.project.Settings().Product; {
	case has == state.ProductB2C && wanted == state.ProductB2B:
		return ops.ErrInvalidB2BEndpoint
	case has == state.ProductB2B && wanted == state.ProductB2C:
		return ops.ErrInvalidConsumerEndpoint
	}
	return nil
}

// run runs the operation.
func (c *call) run() response {
	if c.route.run == nil {
		return c.failure(&ops.Error{
			Code: codeNotImplemented, Status: http.StatusNotImplemented,
			Text: fmt.Sprintf("The emulator does not implement %s.", c.route.ID),
		})
	}
	c.state = c.project.State()
	resp, err := c.route.run(c)
	if err != nil {
		return c.failure(err)
	}
	c.state.Forget(c.project.Clock.Now())
	if reply, ok := resp.(*Reply); ok {
		return reply.response()
	}
	body, err := encode(resp, c.requestID)
	if err != nil {
		return c.failure(err)
	}
	return response{status: http.StatusOK, body: body, header: c.formHeader(nil)}
}

// codeNotImplemented is the emulator's own error type.
const codeNotImplemented stytcherror.Code = "emulator_not_implemented"

// authenticate finds the project of a call by its Basic credentials, whose password is the project's secret. A public
// operation without credentials belongs to the project in its path, and so does one of OAuth2 with those of its client.
func (s *Server) authenticate(c *call) (*Project, error) {
	if c.route != nil && c.route.endpoint != nil {
		p, err := c.route.endpoint.Project(s.projects, c)
		if !errors.Is(err, ErrNoRoute) {
			return p, err
		}
		c.route = nil
	}
	id, password, given := c.request.BasicAuth()
	if inPath, isPublic := c.publicProject(); isPublic && (!given || c.isForm() && id != inPath) {
		if p := s.projects.ByID(inPath); p != nil {
			return p, nil
		}
		return nil, ops.ErrProjectNotFound
	}
	p := s.projects.ByID(id)
	switch {
	case !given:
		return nil, ops.ErrUnauthorizedCredentials.Because("The call carries no credentials.")
	case p == nil:
		return nil, ops.ErrInvalidProjectIDAuthentication
	case subtle.ConstantTimeCompare([]byte(password), []byte(p.Secret)) != 1:
		return nil, ops.ErrUnauthorizedCredentials.Because("The secret is not the project's.")
	}
	return p, nil
}

// publicProject reports whether an operation needs no credentials of a project, and the id of the project in its path.
func (c *call) publicProject() (id string, isPublic bool) {
	if rest, found := strings.CutPrefix(c.request.URL.Path, publicPrefix); found {
		id, _, _ = strings.Cut(rest, "/")
		return id, true
	}
	return c.params["project_id"], c.route != nil && keySets[c.route.ID]
}

// response is an HTTP response of the API.
type response struct {
	status int
	// code is the error_type, for the log; empty for a success. cause is the error that an endpoint has put in a form
	// of its own.
	code   stytcherror.Code
	cause  error
	body   []byte
	header http.Header
	// delay is how long the response waits. disconnect then closes the connection instead of sending it.
	delay      time.Duration
	disconnect bool
}

// failure is the response for an error. One that is not the API's is a defect of the emulator, and becomes a 500.
func (c *call) failure(err error) response {
	if reply := c.endpointFailure(err); reply != nil {
		out := reply.response()
		if e, ok := ops.AsError(err); ok {
			out.code = e.Code
		}
		out.cause = err
		return out
	}
	e, ok := ops.AsError(err)
	if !ok {
		e = ops.ErrInternalServerError.Because("The emulator failed: %v", err)
	}
	requestID := c.requestID
	if requestID == "" {
		requestID = state.RandomID("request-id")
	}
	out := response{status: e.Status, code: e.Code, header: c.formHeader(e)}
	if c.isOAuth(e) {
		out.status = e.OAuth2().Status
		out.body = oauthErrorBody(e, out.status, requestID, docs(c.request.URL.Path))
	} else {
		out.body = errorBody(e, requestID, docs(c.request.URL.Path))
	}
	if e.Code == stytcherror.CodeMethodNotAllowed && len(c.methods) > 0 {
		out.header.Set("Allow", strings.Join(c.methods, ", ")) // RFC 9110, section 15.5.6
	}
	if limited, ok := errors.AsType[*tooManyRequests](err); ok {
		maps.Copy(out.header, limited.header())
	}
	return out
}

// errorBody is the body of an error in the API's form.
func errorBody(e *ops.Error, requestID, docs string) []byte {
	body, _ := json.Marshal(struct {
		StatusCode   int              `json:"status_code"`
		RequestID    string           `json:"request_id"`
		ErrorType    stytcherror.Code `json:"error_type"`
		ErrorMessage string           `json:"error_message"`
		ErrorURL     string           `json:"error_url"`
	}{
		e.Status, requestID, e.Code, e.Text, errorURL(e, docs),
	}, jsontext.AllowInvalidUTF8(true)) // which the path in a message may be
	return body
}

func errorURL(e *ops.Error, docs string) string {
	return fmt.Sprintf("%s/errors/%d#%s", docs, e.Status, e.Code)
}

// docs is the beginning of the addresses of an API's documentation.
func docs(path string) string {
	if strings.HasPrefix(path, "/v1/b2b/") {
		return "https://stytch.com/docs/b2b/api"
	}
	return "https://stytch.com/docs/api"
}

// Failure writes an error that no operation makes, in the API's form.
func Failure(w http.ResponseWriter, r *http.Request, err *ops.Error) {
	(&call{request: r}).failure(err).write(w)
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
