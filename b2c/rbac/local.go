package rbac

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// Subject is who wants to do something. Make one with [Roles] or [Scope]; the zero Subject may do nothing.
type Subject struct{ subject verify.Subject }

// Roles is the holder of roles, such as the Roles of a session.
func Roles(roleIDs []string) Subject {
	return Subject{verify.Subject{Roles: roleIDs}}
}

// Scope is the holder of an access token with this scope, a list with spaces between its names.
func Scope(scope string) Subject {
	return Subject{verify.Subject{Scope: scope, ByScope: true}}
}

// CheckRequest asks whether Subject may do Action to a resource. All fields are required.
type CheckRequest struct {
	Subject Subject
	// ResourceID is the resource, by its id in the policy. There is no wildcard for resources.
	ResourceID string
	// Action is the action on it. Asking for * passes only if * itself is allowed.
	Action string
}

// Check decides in the process, by the policy that the client fetched at most five minutes ago: see
// shared.Verification. It returns nil for yes and a *stytcherror.PermissionError for no. Where there is no policy to
// decide by, it is a *stytcherror.PolicyError, which must not be taken for either.
func (s *Service) Check(ctx context.Context, req *CheckRequest) error {
	if req == nil {
		req = new(CheckRequest)
	}
	return s.project().Allow(ctx, "b2c.rbac.check", &req.Subject.subject, req.question())
}

// Explain says why [Service.Check] answers as it does.
func (s *Service) Explain(ctx context.Context, req *CheckRequest) (*shared.Explanation, error) {
	if req == nil {
		req = new(CheckRequest)
	}
	return s.project().Explain(ctx, "b2c.rbac.explain", &req.Subject.subject, req.question())
}

func (r *CheckRequest) question() verify.Question {
	return verify.Question{ResourceID: r.ResourceID, Action: r.Action}
}

// PermissionsRequest asks for all that Subject may do.
type PermissionsRequest struct{ Subject Subject }

// Permissions lists all that a subject may do, by the same policy as [Service.Check], in alphabetical order. "*" among
// actions stands for all of them; those that are allowed by name beside it are listed too.
func (s *Service) Permissions(ctx context.Context, req *PermissionsRequest) ([]PolicyRolePermission, error) {
	if req == nil {
		req = new(PermissionsRequest)
	}
	found, err := s.project().Permissions(ctx, "b2c.rbac.permissions", &req.Subject.subject)
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
func (s *Service) ForgetPolicy() { s.project().ForgetPolicy() }

func (s *Service) project() *verify.Project { return verify.For(s.cfg, shared.ProductB2C) }
