package rbac

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// Check decides in the process, by the project's policy and the organization's own roles: see shared.Verification for how
// old these may be. It returns nil for yes and a *stytcherror.PermissionError for no; for another organization than the
// subject's, errors.Is(err, stytcherror.ErrTenancyMismatch) holds too. Where there is no policy to decide by, it is a
// *stytcherror.PolicyError, which must not be taken for either.
func (s *Service) Check(ctx context.Context, req *CheckRequest) error {
	if req == nil {
		req = new(CheckRequest)
	}
	return s.verifier.Allow(ctx, "b2b.rbac.check", (*verify.Subject)(&req.Subject), req.check())
}

// Explain says why [Service.Check] answers as it does.
func (s *Service) Explain(ctx context.Context, req *CheckRequest) (*shared.Explanation, error) {
	if req == nil {
		req = new(CheckRequest)
	}
	return s.verifier.Explain(ctx, "b2b.rbac.explain", (*verify.Subject)(&req.Subject), req.check())
}

func (r *CheckRequest) check() verify.Check {
	return verify.Check{OrganizationID: r.OrganizationID, ResourceID: r.ResourceID, Action: r.Action}
}

// Permissions lists all that a subject may do, by the same policy as [Service.Check], in alphabetical order. "*" among
// actions stands for all of them; those that are allowed by name beside it are listed too.
func (s *Service) Permissions(ctx context.Context, req *PermissionsRequest) ([]PolicyRolePermission, error) {
	if req == nil {
		req = new(PermissionsRequest)
	}
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

// ForgetPolicy makes the next check of this client fetch the policy and the organization's roles, for use after a
// change to them.
func (s *Service) ForgetPolicy() { s.verifier.ForgetPolicy() }

// ForgetOrganization is the same for the roles of one organization.
func (s *Service) ForgetOrganization(organizationID string) {
	s.verifier.ForgetOrganization(organizationID)
}
