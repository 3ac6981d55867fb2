package rbac

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// Check decides in the process, by the project's policy: see shared.Verification for how old it may be. It returns nil
// for yes and a *stytcherror.PermissionError for no. Where there is no policy to decide by, it is a
// *stytcherror.PolicyError, which must not be taken for either.
func (s *Service) Check(ctx context.Context, req *CheckRequest) error {
	if req == nil {
		req = new(CheckRequest)
	}
	return s.verifier.Allow(ctx, "b2c.rbac.check", &verify.Subject{Roles: req.Subject.Roles, Scope: req.Subject.Scope}, req.check())
}

// Explain says why [Service.Check] answers as it does.
func (s *Service) Explain(ctx context.Context, req *CheckRequest) (*shared.Explanation, error) {
	if req == nil {
		req = new(CheckRequest)
	}
	return s.verifier.Explain(ctx, "b2c.rbac.explain", &verify.Subject{Roles: req.Subject.Roles, Scope: req.Subject.Scope}, req.check())
}

func (r *CheckRequest) check() verify.Check {
	return verify.Check{ResourceID: r.ResourceID, Action: r.Action}
}

// Permissions lists all that a subject may do, by the same policy as [Service.Check], in alphabetical order. "*" among
// actions stands for all of them; those that are allowed by name beside it are listed too.
func (s *Service) Permissions(ctx context.Context, req *PermissionsRequest) ([]PolicyRolePermission, error) {
	if req == nil {
		req = new(PermissionsRequest)
	}
	found, err := s.verifier.Permissions(ctx, "b2c.rbac.permissions", &verify.Subject{Roles: req.Subject.Roles, Scope: req.Subject.Scope})
	if err != nil {
		return nil, err
	}
	list := make([]PolicyRolePermission, len(found))
	for i, p := range found {
		list[i] = PolicyRolePermission{ResourceID: p.Resource, Actions: p.Actions}
	}
	return list, nil
}

// ForgetPolicy makes the next check of this client fetch the policy, for use after a change to it.
func (s *Service) ForgetPolicy() { s.verifier.ForgetPolicy() }
