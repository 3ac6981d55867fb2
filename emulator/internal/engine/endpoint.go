package engine

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Endpoint is an endpoint that is no operation of the API: browsers, identity providers and clients of OAuth2 call it.
// It takes none of the project's credentials, and reads and answers what it likes.
type Endpoint struct {
	*ops.Info
	// Head says that an endpoint for GET takes HEAD too (RFC 9110, section 9.3.2).
	Head bool
	// Project finds the project that a request belongs to.
	Project Finder
	// Run answers a request in a transaction, see [Handle].
	Run func(*Tx) (*Reply, error)
	// Failure is the response to an error, be it one of Run or of what comes before it. Where it is nil or returns nil,
	// the response is the API's.
	Failure func(error) *Reply
}

// Route is the route of the endpoint.
func (e Endpoint) Route() Route {
	return Route{Info: e.Info, endpoint: &e, run: func(c *call) (any, error) { return perform(c, e.Run) }}
}

// Reply is the response of an [Endpoint].
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Redirect leads a browser to a URL (RFC 9110, section 15.4.4): whatever method it came with, it goes on with GET. The
// response is not cached, and the URL that the browser came from is not told to the next one.
func Redirect(url string) *Reply {
	return &Reply{Status: http.StatusSeeOther, Header: http.Header{
		"Location": {url}, "Cache-Control": {"no-store"}, "Referrer-Policy": {"no-referrer"}, "Content-Type": nil,
	}}
}

// AddQuery is a URL with parameters after those that it has, which stay as they are.
func AddQuery(to string, added url.Values) string {
	switch {
	case len(added) == 0:
		return to
	case strings.Contains(to, "?"):
		return to + "&" + added.Encode()
	}
	return to + "?" + added.Encode()
}

// JSON is a response with a JSON body that is not cached, made from a value once the transaction is committed: tokens
// in it are signed then.
func (tx *Tx) JSON(status int, v any) *Reply {
	reply := &Reply{Status: status, Header: http.Header{
		"Content-Type": {"application/json"}, "Cache-Control": {"no-store"},
	}}
	tx.Later(func() (err error) {
		reply.Body, err = json.Marshal(v, json.Deterministic(true))
		return err
	})
	return reply
}

// response is the reply as the response of a call.
func (r *Reply) response() response {
	return response{status: r.Status, header: r.Header, body: r.Body}
}

// endpointFailure is the response of the call's endpoint to an error, nil if the API's is to be sent.
func (c *call) endpointFailure(err error) *Reply {
	if c.route == nil || c.route.endpoint == nil || c.route.endpoint.Failure == nil {
		return nil
	}
	return c.route.endpoint.Failure(err)
}

// ErrNoRoute is what a [Finder] returns if the request is not for the endpoint after all, which takes all paths below
// one (see [ops.Rest]): it is as if there were none.
var ErrNoRoute = errors.New("the endpoint does not take this path")

// Finder finds the project that a request to an [Endpoint] belongs to.
type Finder func(*Projects, *call) (*Project, error)

// ByProjectID finds a project by the parameter project_id of the path.
func ByProjectID(projects *Projects, c *call) (*Project, error) {
	if p := projects.ByID(c.params["project_id"]); p != nil {
		return p, nil
	}
	return nil, ops.ErrProjectNotFound
}

// ByPublicToken finds a project by the parameter public_token of the query.
func ByPublicToken(projects *Projects, c *call) (*Project, error) {
	token := c.request.URL.Query().Get("public_token")
	if token == "" {
		return nil, ops.ErrPublicTokenRequired
	}
	return byToken(projects, token, ops.ErrPublicTokenNotFound)
}

// ByBearer finds a project by its public token, which is a bearer token (RFC 6750, section 2.1).
func ByBearer(projects *Projects, c *call) (*Project, error) {
	refusal := ops.ErrUnauthorizedCredentials.Because("The bearer token is not a project's public token.")
	return byToken(projects, BearerToken(c.request.Header), refusal)
}

// BearerToken is the bearer token of a request (RFC 6750, section 2.1), empty if there is none or more than one.
func BearerToken(h http.Header) string {
	values := h.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.Trim(token, " ")
}

func byToken(projects *Projects, token string, unknown error) (*Project, error) {
	for _, p := range projects.All() {
		if p.PublicToken() == token {
			return p, nil
		}
	}
	return nil, unknown
}

// Fit says how well a project fits a request to an [Endpoint]. Projects that were restored from one snapshot have the
// same rows, of which the path of a request names one.
type Fit int

const (
	// FitsNot is for a project that does not have what the path names.
	FitsNot Fit = iota
	// FitsPath is for one that has it, but not what else the request shows, such as a bearer token.
	FitsPath
	// FitsAll is for one that has both.
	FitsAll
)

// ByRow finds the project that fits a request best. Where none fits, the error is notFound, and where the request may
// be for several, it is several: no project gets what is for another.
func ByRow(notFound, several error, fit func(*state.Tx, *http.Request, map[string]string) Fit) Finder {
	return func(projects *Projects, c *call) (*Project, error) {
		var found *Project
		best, equals := FitsNot, 0
		for _, p := range projects.All() {
			var fits Fit
			_ = p.Do(func(tx *state.Tx) error {
				fits = fit(tx, c.request, c.params)
				return nil
			})
			switch {
			case fits > best:
				found, best, equals = p, fits, 0
			case fits == FitsAll:
				equals++
			}
		}
		switch {
		case found == nil:
			return nil, notFound
		case equals > 0:
			return nil, several
		}
		return found, nil
	}
}

// Request is the request. Its body is [Tx.Body].
func (tx *Tx) Request() *http.Request { return tx.call.request }

// Body is the body of the request.
func (tx *Tx) Body() []byte { return tx.call.body }

// Query are the parameters in the query of the request.
func (tx *Tx) Query() (url.Values, error) { return tx.call.query() }

func (c *call) query() (url.Values, error) {
	values, err := url.ParseQuery(c.request.URL.RawQuery)
	if err != nil {
		return nil, ops.ErrBadRequest.Because("The query is malformed.")
	}
	return values, nil
}

// Form are the parameters in the body of the request, whatever its media type.
func (tx *Tx) Form() (url.Values, error) {
	values, err := url.ParseQuery(string(tx.call.body))
	if err != nil {
		return nil, ops.ErrBadRequest.Because("The body is not a form.")
	}
	return values, nil
}

// Methods are those that the path of the request has, sorted, where the endpoint is one for all other requests.
func (tx *Tx) Methods() []string { return tx.call.methods }

// RequestID is the id of the request.
func (tx *Tx) RequestID() string { return tx.call.requestID }

// Param is a parameter of the path, unescaped.
func (tx *Tx) Param(name string) string { return tx.call.params[name] }

// BaseURL is the URL by which the emulator is called, without a slash at its end.
func (tx *Tx) BaseURL() string {
	scheme := "http"
	if tx.call.request.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + tx.call.request.Host
}

// URL is the URL of an operation or endpoint, see [ops.Info.At].
func (tx *Tx) URL(info *ops.Info, values ...string) string { return tx.BaseURL() + info.At(values...) }
