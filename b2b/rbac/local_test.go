package rbac_test

import (
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

// withRoles returns an API whose organizations have a role of their own, "signer", which allows to "sign" "contracts".
func withRoles() *minttest.API {
	api := minttest.NewAPI()
	api.Serve(minttest.Organizations, `{"request_id":"r","status_code":200,"org_policy":{"roles":[
		{"role_id":"signer","permissions":[{"resource_id":"contracts","actions":["sign"]}]}]}}`)
	return api
}

func TestCheck_organizationRoles(t *testing.T) {
	t.Parallel()
	s := service(withRoles())
	for name, tt := range map[string]struct {
		subject          rbac.Subject
		resource, action string
		reason           string // empty if allowed
	}{
		"a role of the project":      {rbac.Subject{Roles: []string{"editor", "signer"}}, "documents", "edit", ""},
		"a role of the organization": {rbac.Subject{Roles: []string{"editor", "signer"}}, "contracts", "sign", ""},
		"another resource": {
			rbac.Subject{Roles: []string{"editor", "signer"}}, "safe", "open",
			"nothing on this resource is allowed by role editor, signer",
		},
		"another action":                  {rbac.Subject{Roles: []string{"signer"}}, "contracts", "read", "organization role signer allows only sign"},
		"an organization's role as scope": {rbac.Subject{Scope: "signer"}, "contracts", "sign", "the policy does not know scope signer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.subject.OrganizationID = minttest.Organization
			req := &rbac.CheckRequest{
				Subject: tt.subject, OrganizationID: minttest.Organization, ResourceID: tt.resource, Action: tt.action,
			}
			why, err := s.Explain(t.Context(), req)
			require.NoError(t, err)
			assert.Equal(t, tt.reason == "", why.Allowed)
			err = s.Check(t.Context(), req)
			if tt.reason == "" {
				require.NoError(t, err)
				return
			}
			var denied *stytcherror.PermissionError
			require.ErrorAs(t, err, &denied)
			assert.Equal(t, tt.reason, denied.Reason)
		})
	}
}

func TestCheck_anotherOrganization(t *testing.T) {
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
	assert.Zero(t, api.Requests(""), "no policy is fetched")
}

func TestCheck_withoutAnOrganization(t *testing.T) {
	t.Parallel()
	s := service(withRoles())
	signer := rbac.Subject{OrganizationID: minttest.Organization, Roles: []string{"signer"}}
	req := &rbac.CheckRequest{Subject: signer, ResourceID: "contracts", Action: "sign"}
	require.NoError(t, s.Check(t.Context(), req), "it is the subject's own")
	req.Subject.OrganizationID = ""
	var refused *stytcherror.ArgumentError
	require.ErrorAs(t, s.Check(t.Context(), req), &refused)
	assert.Equal(t, "organization_id", refused.Field)
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	list, err := service(withRoles()).Permissions(t.Context(), &rbac.PermissionsRequest{
		Subject: rbac.Subject{OrganizationID: minttest.Organization, Roles: []string{"signer", "editor"}},
	})
	require.NoError(t, err)
	assert.Equal(t, []rbac.PolicyRolePermission{
		{ResourceID: "contracts", Actions: []string{"sign"}}, {ResourceID: "documents", Actions: []string{"edit", "read"}},
	}, list)
}

func TestForgetOrganization(t *testing.T) {
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
