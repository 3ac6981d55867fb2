package verify

import (
	"context"
	"errors"
	"net/http"

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
		Path: "/v1/b2b/sessions/jwks/{project_id}", Class: transport.Read,
	},
	policy: transport.Op{
		Name: "b2b.rbac.policy", Method: http.MethodGet, Path: "/v1/b2b/rbac/policy", Class: transport.Read,
	},
	organization: transport.Op{
		Name: "b2b.rbac.organizations.get_org_policy", Method: http.MethodGet,
		Path: "/v1/b2b/rbac/organizations/{organization_id}", Class: transport.Read,
	},
}

var b2cRoutes = routes{
	keys: transport.Op{
		Name: "b2c.sessions.get_jwks", Method: http.MethodGet,
		Path: "/v1/sessions/jwks/{project_id}", Class: transport.Read,
	},
	policy: transport.Op{
		Name: "b2c.rbac.policy", Method: http.MethodGet, Path: "/v1/rbac/policy", Class: transport.Read,
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

	policyAnswer struct {
		Policy *struct {
			Roles  []rbac.Role  `json:"roles"`
			Scopes []rbac.Scope `json:"scopes"`
		} `json:"policy"`
	}

	organizationAnswer struct {
		Policy struct {
			Roles []rbac.Role `json:"roles"`
		} `json:"org_policy"`
	}
)

// keys returns the key set undecoded: package jwks decodes it.
func (s source) keys(ctx context.Context) ([]byte, error) {
	var raw shared.RawResponse
	_, err := transport.Call[noRequest](ctx, s.cfg, &s.routes.keys, &noRequest{}, shared.WithRawResponse(&raw))
	return raw.Body, err
}

func (s source) policy(ctx context.Context) (*rbac.Policy, error) {
	resp, err := transport.Call[policyAnswer](ctx, s.cfg, &s.routes.policy, &noRequest{})
	if err != nil {
		return nil, err
	}
	if resp.Policy == nil { // which is not a policy that allows nothing
		return nil, errors.New("the response holds no policy")
	}
	return rbac.Compile(resp.Policy.Roles, resp.Policy.Scopes), nil
}

// organization returns an organization's own roles: none if it has no policy. Unverified: that the API then answers
// with 403 or 404. Such a status counts only with an error code and a request id: a gateway's does not.
func (s source) organization(ctx context.Context, id string) (*rbac.Policy, error) {
	resp, err := transport.Call[organizationAnswer](ctx, s.cfg, &s.routes.organization, &organizationRequest{id})
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok && apiErr.Code != "" && apiErr.RequestID != "" {
		if apiErr.StatusCode == http.StatusForbidden || apiErr.StatusCode == http.StatusNotFound {
			return rbac.Compile(nil, nil), nil
		}
	}
	if err != nil {
		return nil, err
	}
	return rbac.Compile(resp.Policy.Roles, nil), nil
}
