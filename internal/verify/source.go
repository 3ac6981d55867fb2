package verify

import (
	"context"
	"errors"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// routes are the operations that fetch a product's keys and policies.
type routes struct{ keys, policy, organization transport.Op }

var b2bRoutes = routes{
	keys: transport.Op{
		Name: "b2b.sessions.get_jwks", Method: http.MethodGet,
		Path: "/v1/b2b/sessions/jwks/{project_id}", Class: transport.Read, Decides: true,
	},
	policy: transport.Op{
		Name: "b2b.rbac.policy", Method: http.MethodGet, Path: "/v1/b2b/rbac/policy",
		Class: transport.Read, Decides: true,
	},
	organization: transport.Op{
		Name: "b2b.rbac.organizations.get_org_policy", Method: http.MethodGet,
		Path: "/v1/b2b/rbac/organizations/{organization_id}", Class: transport.Read, Decides: true,
	},
}

var b2cRoutes = routes{
	keys: transport.Op{
		Name: "b2c.sessions.get_jwks", Method: http.MethodGet,
		Path: "/v1/sessions/jwks/{project_id}", Class: transport.Read, Decides: true,
	},
	policy: transport.Op{
		Name: "b2c.rbac.policy", Method: http.MethodGet, Path: "/v1/rbac/policy",
		Class: transport.Read, Decides: true,
	},
}

// source fetches keys and policies from the API.
type source struct {
	cfg    *shared.FetchConfig
	routes *routes
}

type (
	noRequest struct{}

	organizationRequest struct {
		OrganizationID string `json:"organization_id" path:"organization_id"`
	}

	policyResponse struct {
		RequestID  string `json:"request_id"`
		StatusCode int    `json:"status_code"`
		Policy     struct {
			Roles  []rbac.Role  `json:"roles"`
			Scopes []rbac.Scope `json:"scopes"`
		} `json:"policy"`
	}

	organizationResponse struct {
		RequestID  string `json:"request_id"`
		StatusCode int    `json:"status_code"`
		Policy     struct {
			Roles []rbac.Role `json:"roles"`
		} `json:"org_policy"`
	}
)

var (
	_ transport.StrictResponse = (*policyResponse)(nil)
	_ transport.StrictResponse = (*organizationResponse)(nil)
)

// MayBeLenient reports whether no name occurs twice: decoded leniently, two lists of roles would be merged.
func (*policyResponse) MayBeLenient(body []byte) bool { return everyNameIsUnique(body) }

// MayBeLenient is that of a project's policy.
func (*organizationResponse) MayBeLenient(body []byte) bool { return everyNameIsUnique(body) }

func everyNameIsUnique(body []byte) bool {
	return jsontext.Value(body).IsValid(jsontext.AllowInvalidUTF8(true))
}

// once is the option of a fetch that makes one attempt: package refresh says when the next one is made.
func (s source) once() shared.RequestOption {
	retry := s.cfg.Retry
	retry.MaxAttempts = 1
	return shared.WithRetry(retry)
}

// keys returns the key set undecoded: package jwks decodes it.
func (s source) keys(ctx context.Context) ([]byte, error) {
	var raw shared.RawResponse
	_, err := transport.Call[noRequest](
		ctx, s.cfg, &s.routes.keys, &noRequest{}, s.once(), shared.WithRawResponse(&raw))
	return raw.Body, err
}

func (s source) policy(ctx context.Context) (*rbac.Policy, error) {
	resp, err := transport.Call[policyResponse](ctx, s.cfg, &s.routes.policy, &noRequest{}, s.once())
	if err != nil {
		return nil, err
	}
	if resp.Policy.Roles == nil { // which is not a policy that allows nothing
		return nil, errors.New("the response holds no policy with roles")
	}
	return compile(resp.RequestID, resp.StatusCode, resp.Policy.Roles, resp.Policy.Scopes)
}

// compile compiles the policy of a response, unless that lacks something that all of the API's have. A policy that is
// cut down would deny what the cached one allows.
func compile(requestID string, status int, roles []rbac.Role, scopes []rbac.Scope) (*rbac.Policy, error) {
	switch {
	case requestID == "" || status == 0:
		return nil, errors.New("the response has no request_id or no status_code")
	case !rbac.IsComplete(roles, scopes):
		return nil, errors.New("the response holds a policy with an incomplete role or scope")
	}
	return rbac.Compile(roles, scopes), nil
}

// errNoRoles is the error for a response of the API without roles.
var errNoRoles = errors.New("there is no policy of the organization")

// organization returns an organization's own roles.
func (s source) organization(ctx context.Context, id string) (*rbac.Policy, error) {
	resp, err := transport.Call[organizationResponse](
		ctx, s.cfg, &s.routes.organization, &organizationRequest{id}, s.once())
	if err != nil {
		return nil, err
	}
	if resp.Policy.Roles == nil {
		return nil, errNoRoles
	}
	return compile(resp.RequestID, resp.StatusCode, resp.Policy.Roles, nil)
}

// hasNoPolicy reports whether err says that there is no policy of an organization: a response of the API without roles,
// or a 403 or 404 with all that the API's errors have. A gateway's has less. Unverified: that a project without such
// policies gets a 403 or 404.
func hasNoPolicy(err error) bool {
	if errors.Is(err, errNoRoles) {
		return true
	}
	apiErr, ok := errors.AsType[*stytcherror.Error](err)
	if !ok || apiErr.StatusCode != http.StatusForbidden && apiErr.StatusCode != http.StatusNotFound {
		return false
	}
	var body struct {
		RequestID  string `json:"request_id"`
		StatusCode int    `json:"status_code"`
		ErrorType  string `json:"error_type"`
	}
	return json.Unmarshal(apiErr.Body, &body) == nil &&
		body.RequestID != "" && body.ErrorType != "" && body.StatusCode == apiErr.StatusCode
}
