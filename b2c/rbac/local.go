package rbac

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// Check checks a permission locally, by the project's policy: see shared.Verification for how old that may be. It
// returns nil if the action is allowed, and a *stytcherror.PermissionError if it is denied. Without a policy to decide
// by, the error is a *stytcherror.PolicyError: the action is then neither allowed nor denied.
func (s *Service) Check(ctx context.Context, req *CheckRequest) error {
	req = verify.OrEmpty(req)
	return s.verifier.Allow(ctx, "b2c.rbac.check", req.Subject.verify(), req.check())
}

// Explain explains what [Service.Check] returns.
func (s *Service) Explain(ctx context.Context, req *CheckRequest) (*shared.Explanation, error) {
	req = verify.OrEmpty(req)
	return s.verifier.Explain(ctx, "b2c.rbac.explain", req.Subject.verify(), req.check())
}

func (r *CheckRequest) check() *verify.Check {
	return &verify.Check{ResourceID: r.ResourceID, Action: r.Action}
}

func (v *Subject) verify() *verify.Subject { return &verify.Subject{Roles: v.Roles, Scope: v.Scope} }

// Permissions returns all permissions of a subject, by the same policy as [Service.Check], in alphabetical order. The
// action "*" stands for all actions; those that are listed beside it are returned too.
func (s *Service) Permissions(ctx context.Context, req *PermissionsRequest) ([]PolicyRolePermission, error) {
	req = verify.OrEmpty(req)
	found, err := s.verifier.Permissions(ctx, "b2c.rbac.permissions", req.Subject.verify())
	if err != nil {
		return nil, err
	}
	list := make([]PolicyRolePermission, len(found))
	for i, p := range found {
		list[i] = PolicyRolePermission{ResourceID: p.Resource, Actions: p.Actions}
	}
	return list, nil
}

// ForgetPolicy drops the policy from this client's cache. Call it after the policy has changed: the next check fetches
// it.
func (s *Service) ForgetPolicy() { s.verifier.ForgetPolicy() }
