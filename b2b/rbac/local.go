package rbac

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// Check checks a permission locally, by the project's policy and the organization's own roles: see shared.Verification
// for how old these may be. It returns nil if the action is allowed, and a *stytcherror.PermissionError if it is
// denied; for another organization than the subject's, that is stytcherror.ErrTenancyMismatch too. Without a policy to
// decide by, the error is a *stytcherror.PolicyError: the action is then neither allowed nor denied.
func (s *Service) Check(ctx context.Context, req *CheckRequest) error {
	req = verify.OrEmpty(req)
	return s.verifier.Allow(ctx, "b2b.rbac.check", (*verify.Subject)(&req.Subject), req.check())
}

// Explain explains what [Service.Check] returns.
func (s *Service) Explain(ctx context.Context, req *CheckRequest) (*shared.Explanation, error) {
	req = verify.OrEmpty(req)
	return s.verifier.Explain(ctx, "b2b.rbac.explain", (*verify.Subject)(&req.Subject), req.check())
}

func (r *CheckRequest) check() *verify.Check {
	return &verify.Check{OrganizationID: r.OrganizationID, ResourceID: r.ResourceID, Action: r.Action}
}

// Permissions returns all permissions of a subject, by the same policy as [Service.Check], in alphabetical order. The
// action "*" stands for all actions; those that are listed beside it are returned too.
func (s *Service) Permissions(ctx context.Context, req *PermissionsRequest) ([]PolicyRolePermission, error) {
	req = verify.OrEmpty(req)
	found, err := s.verifier.Permissions(ctx, "b2b.rbac.permissions", (*verify.Subject)(&req.Subject))
	if err != nil {
		return nil, err
	}
	list := make([]PolicyRolePermission, len(found))
	for i, p := range found {
		list[i] = PolicyRolePermission{ResourceID: p.Resource, Actions: p.Actions}
	}
	return list, nil
}

// ForgetPolicy drops the policy and the roles of all organizations from this client's cache. Call it after they have
// changed: the next check fetches them.
func (s *Service) ForgetPolicy() { s.verifier.ForgetPolicy() }

// ForgetOrganization drops the roles of one organization from this client's cache.
func (s *Service) ForgetOrganization(organizationID string) {
	s.verifier.ForgetOrganization(organizationID)
}
