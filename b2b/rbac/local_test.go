package rbac_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func service(api *minttest.API) *rbac.Service {
	return rbac.New(&shared.FetchConfig{
		ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"}, HTTPClient: api.Client(),
	})
}

// withRoles is an API whose organizations have a role of their own: "signer" may "sign" "contracts".
func withRoles() *minttest.API {
	api := minttest.NewAPI()
	api.Serve(minttest.Organizations, `{"request_id":"r","status_code":200,"org_policy":{"roles":[
		{"role_id":"signer","permissions":[{"resource_id":"contracts","actions":["sign"]}]}]}}`)
	return api
}

func TestCheck(t *testing.T) {
	t.Parallel()
	who := rbac.Subject{OrganizationID: minttest.Organization, Roles: []string{"stytch_member", "editor", "signer"}}
	app := rbac.Subject{OrganizationID: minttest.Organization, Scope: "openid read:reports"}
	for name, tt := range map[string]struct {
		who              rbac.Subject
		resource, action string
		reason           string // empty: allowed
	}{
		"a role of the project":            {who, "documents", "edit", ""},
		"a role of the organization":       {who, "contracts", "sign", ""},
		"an action that no role has":       {who, "documents", "delete", "role editor allows only edit, read"},
		"a resource that no role has":      {who, "safe", "open", "nothing on this resource is allowed by role editor, signer"},
		"nobody's roles":                   {rbac.Subject{OrganizationID: minttest.Organization, Roles: nil}, "documents", "edit", "there is no role"},
		"a scope":                          {app, "reports", "read", ""},
		"a scope for another action":       {app, "reports", "write", "scope read:reports allows only read"},
		"an organization's role by scope":  {rbac.Subject{OrganizationID: minttest.Organization, Scope: "signer"}, "contracts", "sign", "the policy does not know scope signer"},
		"a role of the project by scope":   {rbac.Subject{OrganizationID: minttest.Organization, Scope: "editor"}, "documents", "edit", "the policy does not know scope editor"},
		"a scope's name among the roles":   {rbac.Subject{OrganizationID: minttest.Organization, Roles: []string{"read:reports"}}, "reports", "read", "the policy does not know role read:reports"},
		"a wildcard that is asked for":     {who, "documents", "*", "role editor allows only edit, read"},
		"a resource in another case":       {who, "Documents", "edit", "nothing on this resource is allowed by role editor, signer"},
		"a resource with a wildcard in it": {who, "*", "edit", "nothing on this resource is allowed by role editor, signer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := service(withRoles())
			req := &rbac.CheckRequest{
				Subject: tt.who, OrganizationID: minttest.Organization, ResourceID: tt.resource, Action: tt.action,
			}
			why, err := s.Explain(t.Context(), req)
			require.NoError(t, err)
			assert.Equal(t, tt.reason == "", why.Allowed)
			err = s.Check(t.Context(), req)
			if tt.reason == "" {
				require.NoError(t, err)
				assert.NotEmpty(t, why.Granting)
				assert.Empty(t, why.Missing)
				return
			}
			var denied *stytcherror.PermissionError
			require.ErrorAs(t, err, &denied)
			assert.Equal(t, stytcherror.PermissionError{
				Op: "b2b.rbac.check", Code: stytcherror.CodeSessionAuthorizationError,
				Resource: tt.resource, Action: tt.action, Reason: tt.reason,
			}, *denied)
			assert.Equal(t, tt.reason, why.Reason)
			assert.NotEmpty(t, why.Missing)
			assert.NotErrorIs(t, err, stytcherror.ErrTenancyMismatch)
		})
	}
}

func TestCheck_comparesTheOrganizationBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	api := minttest.NewAPI()
	s := service(api)
	for _, own := range []string{"organization-test-2", "analytical-engines", ""} {
		req := &rbac.CheckRequest{
			Subject: rbac.Subject{OrganizationID: own, Roles: []string{"editor"}}, OrganizationID: minttest.Organization, ResourceID: "documents", Action: "edit",
		}
		require.ErrorIs(t, s.Check(t.Context(), req), stytcherror.ErrTenancyMismatch)
		require.ErrorIs(t, s.Check(t.Context(), req), stytcherror.CodeSessionAuthorizationTenancyError)
		_, err := s.Explain(t.Context(), req)
		require.ErrorIs(t, err, stytcherror.ErrTenancyMismatch)
	}
	assert.Zero(t, api.Requests(""))
}

func TestCheck_refusesAnIncompleteQuestion(t *testing.T) {
	t.Parallel()
	api := minttest.NewAPI()
	s := service(api)
	full := rbac.CheckRequest{OrganizationID: minttest.Organization, ResourceID: "documents", Action: "edit"}
	for field, drop := range map[string]func(*rbac.CheckRequest){
		"organization_id": func(r *rbac.CheckRequest) { r.OrganizationID = "" },
		"resource_id":     func(r *rbac.CheckRequest) { r.ResourceID = "" },
		"action":          func(r *rbac.CheckRequest) { r.Action = "" },
	} {
		req := full
		drop(&req)
		var refused *stytcherror.ArgumentError
		require.ErrorAs(t, s.Check(t.Context(), &req), &refused)
		assert.Equal(t, field, refused.Field)
		_, err := s.Explain(t.Context(), &req)
		require.ErrorAs(t, err, &refused)
	}
	var refused *stytcherror.ArgumentError
	require.ErrorAs(t, s.Check(t.Context(), nil), &refused)
	require.ErrorAs(t, s.Check(nil, &full), &refused) //nolint:staticcheck // a caller's mistake
	assert.Equal(t, "ctx", refused.Field)
	assert.Zero(t, api.Requests(""))
}

func TestCheck_withoutAPolicyIsNeitherYesNorNo(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]struct {
		status int
		body   string
	}{
		"an outage":               {http.StatusForbidden, `{"status_code":403,"error_type":"unauthorized_action"}`},
		"an answer without one":   {http.StatusOK, `{"status_code":200,"request_id":"r"}`},
		"a policy that is null":   {http.StatusOK, `{"status_code":200,"request_id":"r","policy":null}`},
		"a page":                  {http.StatusOK, `<html>`},
		"roles of another shape":  {http.StatusOK, `{"status_code":200,"request_id":"r","policy":{"roles":"all"}}`},
		"a name that comes twice": {http.StatusOK, `{"status_code":200,"request_id":"r","policy":{},"policy":{}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := minttest.NewAPI()
			api.Handle(minttest.Policy, func(*http.Request) (int, []byte, error) { return answer.status, []byte(answer.body), nil })
			err := service(api).Check(t.Context(), &rbac.CheckRequest{
				Subject:        rbac.Subject{OrganizationID: minttest.Organization, Roles: []string{"editor"}},
				OrganizationID: minttest.Organization, ResourceID: "documents", Action: "edit",
			})
			var undecided *stytcherror.PolicyError
			require.ErrorAs(t, err, &undecided)
			assert.Equal(t, "b2b.rbac.check", undecided.Op)
			_, denied := errors.AsType[*stytcherror.PermissionError](err)
			assert.False(t, denied)
		})
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	api := withRoles()
	s := service(api)
	got, err := s.Permissions(t.Context(), &rbac.PermissionsRequest{
		Subject: rbac.Subject{OrganizationID: minttest.Organization, Roles: []string{"signer", "ghost", "editor"}},
	})
	require.NoError(t, err)
	assert.Equal(t, []rbac.PolicyRolePermission{
		{ResourceID: "contracts", Actions: []string{"sign"}}, {ResourceID: "documents", Actions: []string{"edit", "read"}},
	}, got)
	got, err = s.Permissions(t.Context(), &rbac.PermissionsRequest{Subject: rbac.Subject{OrganizationID: minttest.Organization, Scope: "read:reports"}})
	require.NoError(t, err)
	assert.Equal(t, []rbac.PolicyRolePermission{{ResourceID: "reports", Actions: []string{"read"}}}, got)
	got, err = s.Permissions(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, got, "nobody may do nothing")
}

func TestForgetPolicy_fetchesAnew(t *testing.T) {
	t.Parallel()
	api := withRoles()
	s := service(api)
	list := func() {
		_, err := s.Permissions(t.Context(), &rbac.PermissionsRequest{Subject: rbac.Subject{OrganizationID: minttest.Organization, Roles: []string{"editor"}}})
		require.NoError(t, err)
	}
	list()
	list()
	assert.Equal(t, 1, api.Requests(minttest.Policy))
	s.ForgetOrganization(minttest.Organization)
	list()
	assert.Equal(t, 1, api.Requests(minttest.Policy))
	assert.Equal(t, 2, api.Requests(minttest.Organizations))
	s.ForgetPolicy()
	list()
	assert.Equal(t, 2, api.Requests(minttest.Policy))
	assert.Equal(t, 3, api.Requests(minttest.Organizations))
}

func BenchmarkCheck(b *testing.B) {
	s := service(withRoles())
	for name, action := range map[string]string{"allowed": "edit", "denied": "delete"} {
		req := &rbac.CheckRequest{
			Subject:        rbac.Subject{OrganizationID: minttest.Organization, Roles: []string{"stytch_member", "stytch_admin", "editor"}},
			OrganizationID: minttest.Organization, ResourceID: "documents", Action: action,
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Check(context.Background(), req); (err == nil) != (action == "edit") {
					b.Fatal(err)
				}
			}
		})
	}
}
