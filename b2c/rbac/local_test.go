package rbac_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/rbac"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func service(api *minttest.API) *rbac.Service {
	return rbac.New(&shared.FetchConfig{
		ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"}, HTTPClient: api.Client(),
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	api := minttest.NewAPI()
	s := service(api)
	who, app := rbac.Subject{Roles: []string{"stytch_user", "editor"}}, rbac.Subject{Scope: "openid read:reports"}
	for _, req := range []*rbac.CheckRequest{
		{Subject: who, ResourceID: "documents", Action: "edit"},
		{Subject: app, ResourceID: "reports", Action: "read"},
	} {
		require.NoError(t, s.Check(t.Context(), req))
		why, err := s.Explain(t.Context(), req)
		require.NoError(t, err)
		assert.True(t, why.Allowed)
		require.Len(t, why.Granting, 1)
	}
	for want, req := range map[string]*rbac.CheckRequest{
		"role editor allows only edit, read":                        {Subject: who, ResourceID: "documents", Action: "delete"},
		"nothing on this resource is allowed by role editor":        {Subject: who, ResourceID: "reports", Action: "read"},
		"the policy does not know scope openid":                     {Subject: rbac.Subject{Scope: "openid"}, ResourceID: "reports", Action: "read"},
		"nothing on this resource is allowed by scope read:reports": {Subject: app, ResourceID: "documents", Action: "edit"},
		"there is no role": {ResourceID: "documents", Action: "edit"},
	} {
		var denied *stytcherror.PermissionError
		require.ErrorAs(t, s.Check(t.Context(), req), &denied)
		assert.Equal(t, want, denied.Reason)
		assert.Equal(t, stytcherror.CodeConsumerSessionAuthorizationError, denied.Code)
		why, err := s.Explain(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, want, why.Reason)
		assert.False(t, why.Allowed)
	}
	assert.Equal(t, 1, api.Requests(minttest.Policy))
	assert.Equal(t, 1, api.Requests(""), "users belong to no organization")
}

func TestCheck_refusesAnIncompleteQuestion(t *testing.T) {
	t.Parallel()
	api := minttest.NewAPI()
	var refused *stytcherror.ArgumentError
	require.ErrorAs(t, service(api).Check(t.Context(), nil), &refused)
	assert.Equal(t, "resource_id", refused.Field)
	require.ErrorAs(t, service(api).Check(t.Context(), &rbac.CheckRequest{ResourceID: "documents"}), &refused)
	assert.Equal(t, "action", refused.Field)
	assert.Zero(t, api.Requests(""))
}

func TestCheck_withoutAPolicyIsNeitherYesNorNo(t *testing.T) {
	t.Parallel()
	api := minttest.NewAPI()
	api.Handle(minttest.Policy, func(*http.Request) (int, []byte, error) {
		return http.StatusUnauthorized, []byte(`{"status_code":401,"error_type":"unauthorized_credentials"}`), nil
	})
	err := service(api).Check(t.Context(), &rbac.CheckRequest{ResourceID: "documents", Action: "edit"})
	var undecided *stytcherror.PolicyError
	require.ErrorAs(t, err, &undecided)
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	s := service(minttest.NewAPI())
	got, err := s.Permissions(t.Context(), &rbac.PermissionsRequest{Subject: rbac.Subject{Roles: []string{"editor", "stytch_admin"}}})
	require.NoError(t, err)
	assert.Equal(t, []rbac.PolicyRolePermission{
		{ResourceID: "documents", Actions: []string{"edit", "read"}}, {ResourceID: "stytch.member", Actions: []string{"*"}},
	}, got)
}

func TestForgetPolicy_fetchesAnew(t *testing.T) {
	t.Parallel()
	api := minttest.NewAPI()
	s := service(api)
	for range 3 {
		_, err := s.Permissions(t.Context(), nil)
		require.NoError(t, err)
	}
	assert.Equal(t, 1, api.Requests(minttest.Policy))
	s.ForgetPolicy()
	_, err := s.Permissions(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 2, api.Requests(minttest.Policy))
}
