// Package scim is the SCIM 2.0 server that an identity provider calls to manage the members of an organization: users,
// who become members, and groups, which give them roles (RFC 7643 and RFC 7644).
//
// The name that matters is [Routes]. A resource is a JSON object while a request is handled; what is stored of it is in
// the types of the API.
package scim

import (
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Routes are the endpoints of the server.
func Routes() []engine.Route {
	routes := []engine.Route{
		route(ops.SCIMUsersCreate, createUser),
		route(ops.SCIMUsersList, listUsers),
		route(ops.SCIMUsersSearch, searchUsers),
		route(ops.SCIMUsersGet, getUser),
		route(ops.SCIMUsersReplace, userChange.replace),
		route(ops.SCIMUsersPatch, userChange.patch),
		route(ops.SCIMUsersDelete, deleteUser),
		route(ops.SCIMGroupsCreate, createGroup),
		route(ops.SCIMGroupsList, listGroups),
		route(ops.SCIMGroupsSearch, searchGroups),
		route(ops.SCIMGroupsGet, getGroup),
		route(ops.SCIMGroupsReplace, groupChange.replace),
		route(ops.SCIMGroupsPatch, groupChange.patch),
		route(ops.SCIMGroupsDelete, deleteGroup),
		route(ops.SCIMConfig, getConfig),
		route(ops.SCIMResourceTypes, listResourceTypes),
		route(ops.SCIMResourceType, getResourceType),
		route(ops.SCIMSchemas, listSchemas),
		route(ops.SCIMSchema, getSchema),
		route(ops.SCIMBulk, notImplemented),
		route(ops.SCIMSearch, notImplemented),
		other(),
	}
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} { // RFC 7644, section 3.11
		me := *ops.SCIMMe
		me.Method = method
		routes = append(routes, route(&me, notImplemented))
	}
	return routes
}

// request is a request of an identity provider, in a transaction.
type request struct {
	*engine.Tx
	connection *state.SCIMConnection
}

// route binds a handler to an endpoint, which takes a bearer token of the connection in its path.
func route(info *ops.Info, run func(*request) (*engine.Reply, error)) engine.Route {
	return endpoint(info, errUnauthorized, run)
}

// other is the endpoint of other methods and paths. Below what is no connection there may be operations of the API.
func other() engine.Route {
	return endpoint(ops.SCIMOther, engine.ErrNoRoute, func(r *request) (*engine.Reply, error) {
		if methods := r.Methods(); len(methods) > 0 {
			return notAllowed(methods)
		}
		return nil, errNoEndpoint
	})
}

func endpoint(info *ops.Info, unknown error, run func(*request) (*engine.Reply, error)) engine.Route {
	return engine.Endpoint{
		Info:    info,
		Head:    true,
		Project: engine.ByRow(unknown, errSeveral, fitOf),
		Run: func(tx *engine.Tx) (*engine.Reply, error) {
			r, err := authenticate(tx)
			if err != nil {
				return nil, err
			}
			if err := r.checkMediaType(); err != nil && info != ops.SCIMOther {
				return nil, err
			}
			return run(r)
		},
		Failure: failed,
	}.Route()
}

// authenticate checks the bearer token of a request.
func authenticate(tx *engine.Tx) (*request, error) {
	r := &request{tx, tx.SCIMConnections.Get(tx.Param("connection_id"))}
	if r.connection == nil || !r.connection.HasToken(engine.BearerToken(tx.Header())) {
		return nil, errUnauthorized
	}
	return r, nil
}

// checkMediaType refuses a body that says it is no JSON in UTF-8 (RFC 7644, sections 3.1 and 3.8), or that it is
// compressed (RFC 9110, section 8.4). One that says nothing is taken.
func (r *request) checkMediaType() error {
	header := r.Header().Get("Content-Type")
	switch coding := r.Header().Get("Content-Encoding"); {
	case len(r.Body()) == 0:
		return nil
	case coding != "" && !strings.EqualFold(coding, "identity"):
		return errCoding
	case header == "":
		return nil
	}
	kind, parameters, err := mime.ParseMediaType(header)
	charset, given := parameters["charset"]
	isJSON := err == nil && (kind == contentType || kind == "application/json")
	if !isJSON || given && !strings.EqualFold(charset, "utf-8") {
		return errMediaType
	}
	return nil
}

// fitOf tells by its connection and bearer token which project a request is for.
func fitOf(tx *state.Tx, r *http.Request, params map[string]string) engine.Fit {
	switch c := tx.SCIMConnections.Get(params["connection_id"]); {
	case c == nil:
		return engine.FitsNot
	case !c.HasToken(engine.BearerToken(r.Header)):
		return engine.FitsPath
	}
	return engine.FitsAll
}

func notImplemented(*request) (*engine.Reply, error) {
	return nil, errNotImplemented
}

// contentType is the media type of SCIM (RFC 7644, section 8.1).
const contentType = "application/scim+json"

// reply is a response with a body of SCIM.
func reply(status int, body object) (*engine.Reply, error) {
	data, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		return nil, err
	}
	header := http.Header{"Content-Type": {contentType}}
	return &engine.Reply{Status: status, Header: header, Body: data}, nil
}

// base is the URL of the connection.
func (r *request) base() base {
	return base(r.URL(ops.SCIMOther, r.connection.ConnectionID))
}

// url is the URL of what is at a path below the connection's.
func (r *request) url(path string) string { return r.base().baseURL() + path }

// resource answers with the resource of a source, which it makes outside of the transaction.
func (r *request) resource(status int, t *resourceType, s source) (*engine.Reply, error) {
	query, err := parseURLQuery(r.Request().URL.RawQuery)
	if err != nil {
		return nil, err
	}
	projection := newProjection(t, splitList(query["attributes"]), splitList(query["excludedAttributes"]))
	isRead, out := r.isRead(), &engine.Reply{}
	r.Later(func() error {
		doc := t.make(s, parts{related: projection.has(t.related), version: true})
		meta, _ := doc["meta"].(object)
		version := asText(meta["version"])
		if isRead && matches(r.Header().Values("If-None-Match"), version) {
			*out = engine.Reply{Status: http.StatusNotModified, Header: http.Header{"Content-Type": nil}}
			out.Header.Set("ETag", version)
			return nil
		}
		full, err := reply(status, projection.of(t, doc))
		if err != nil {
			return err
		}
		*out = *full
		out.Header.Set("ETag", version)
		out.Header.Set("Location", asText(meta["location"]))
		return nil
	})
	return out, nil
}

func (r *request) isRead() bool {
	return r.Request().Method == http.MethodGet || r.Request().Method == http.MethodHead
}

// checkVersion refuses a request for another version of a resource than the one that there is.
func (r *request) checkVersion(s source) error {
	tags := r.Header().Values("If-Match")
	if len(tags) > 0 && !matches(tags, version(s, s.own())) {
		return errPrecondition
	}
	return nil
}

// matches reports whether a version is one of a list of entity tags (RFC 9110, section 13.1). Weak and strong ones are
// alike.
func matches(headers []string, version string) bool {
	for tag := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(version, "W/") {
			return true
		}
	}
	return false
}

// noContent is the response to a deletion.
func noContent() *engine.Reply {
	return &engine.Reply{Status: http.StatusNoContent, Header: http.Header{"Content-Type": nil}}
}
