package rbac_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/minttest"
)

// withPolicy returns a service that has fetched a policy of n roles, and those of an organization.
func withPolicy(tb testing.TB, n int) *rbac.Service {
	tb.Helper()
	policy := rbac.Policy{Roles: make([]rbac.PolicyRole, n)}
	for i := range policy.Roles {
		policy.Roles[i] = rbac.PolicyRole{RoleID: "role-" + strconv.Itoa(i), Permissions: []rbac.PolicyRolePermission{
			{ResourceID: "documents", Actions: []string{"create", "read", "update", "share"}},
			{ResourceID: "resource-" + strconv.Itoa(i%50), Actions: []string{"read"}},
		}}
	}
	policy.Roles[n-1].Permissions[0].Actions = []string{"approve"}
	body, err := json.Marshal(map[string]any{
		"request_id": "r", "status_code": 200,
		"policy": map[string]any{"roles": policy.Roles, "resources": []string{}, "scopes": []string{}},
	})
	require.NoError(tb, err)
	api := withRoles()
	api.Serve(minttest.Policy, string(body))
	s := service(api)
	_, err = s.Permissions(tb.Context(), &rbac.PermissionsRequest{
		Subject: rbac.Subject{OrganizationID: minttest.Organization, Roles: []string{"role-0"}},
	})
	require.NoError(tb, err)
	return s
}

// checkCase is a check of a subject with some of n roles.
type checkCase struct {
	name      string
	request   rbac.CheckRequest
	allowed   bool
	maxAllocs float64
}

func checksOf(n int) []checkCase {
	last := "role-" + strconv.Itoa(n-1)
	check := func(resource, action string, roles ...string) rbac.CheckRequest {
		return rbac.CheckRequest{
			Subject:        rbac.Subject{OrganizationID: minttest.Organization, Roles: roles},
			OrganizationID: minttest.Organization, ResourceID: resource, Action: action,
		}
	}
	tenancy := check("documents", "approve", last)
	tenancy.OrganizationID = "organization-test-2"
	return []checkCase{
		{"allowed", check("documents", "approve", "role-0", "role-1", last), true, 0},
		{"allowed-organization", check("contracts", "sign", "role-0", "signer"), true, 0},
		{"denied-action-1", check("documents", "delete", "role-0"), false, 2},
		{"denied-action", check("documents", "delete", "role-0", "role-1", last), false, 2},
		{"denied-action-5", check("documents", "delete", "role-0", "role-1", "role-2", "role-3", last), false, 2},
		{"denied-action-organization", check("contracts", "read", "role-0", "role-1", "signer"), false, 2},
		{"denied-resource", check("safe", "open", "role-0", "role-1", last), false, 2},
		{"denied-role", check("documents", "read", "nobody", "guest"), false, 2},
		{"denied-tenancy", tenancy, false, 1},
	}
}

// A check that is allowed allocates nothing, and one that is denied its error and the error's reason.
//
//nolint:paralleltest // it counts allocations
func TestCheck_allocations(t *testing.T) {
	s := withPolicy(t, 100)
	for _, c := range checksOf(100) {
		var err error
		allocs := benchtest.Allocs(func() { err = s.Check(t.Context(), &c.request) })
		assert.Equal(t, c.allowed, err == nil, c.name)
		assert.LessOrEqual(t, allocs, c.maxAllocs, c.name)
	}
}

// BenchmarkCheck has targets, for all sizes of the policy: 110 ns and no allocation where the action is allowed by the
// project's roles, 400 ns and 4 allocations where it is denied.
func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000} {
		s := withPolicy(b, n)
		for _, c := range checksOf(n) {
			b.Run("roles="+strconv.Itoa(n)+"/"+c.name, func(b *testing.B) {
				b.ReportAllocs()
				ctx := b.Context()
				for b.Loop() {
					if err := s.Check(ctx, &c.request); (err == nil) != c.allowed {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkCheck_flat compares checks of a subject with three roles by a policy of 10 000 roles with those by one of 10.
// The target is 1.1.
func BenchmarkCheck_flat(b *testing.B) {
	variant := func(n int, c checkCase) benchtest.Variant {
		s, ctx := withPolicy(b, n), b.Context()
		return benchtest.Variant{Name: strconv.Itoa(n) + "-roles", Do: func() {
			if err := s.Check(ctx, &c.request); (err == nil) != c.allowed {
				b.Fatal(err)
			}
		}}
	}
	for name, check := range map[string]string{"allowed": "allowed", "denied": "denied-action"} {
		of := func(n int) checkCase {
			all := checksOf(n)
			return all[slices.IndexFunc(all, func(c checkCase) bool { return c.name == check })]
		}
		b.Run(name, func(b *testing.B) { benchtest.Run(b, variant(10_000, of(10_000)), variant(10, of(10))) })
	}
}
