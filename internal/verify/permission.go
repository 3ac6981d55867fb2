package verify

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Subject is who wants to do something: the holder of roles or, with Scope, of an access token.
type Subject struct {
	// OrganizationID is the organization of the session or token; empty for users.
	OrganizationID string
	// Roles are a session's.
	Roles []string
	// Scope is an access token's, with spaces between one and the next. ByScope says that it counts, not the roles.
	Scope   string
	ByScope bool
}

// Question is what a subject wants to do. OrganizationID is for B2B only.
type Question struct{ OrganizationID, ResourceID, Action string }

// Allow answers with nil, *PermissionError, *ArgumentError for a question that is not complete, or *PolicyError where
// there is no policy to decide by. The organization is compared before anything else is looked at.
func (p *Project) Allow(ctx context.Context, op string, s *Subject, q Question) error {
	if err := p.ask(ctx, op, s, q); err != nil {
		return err
	}
	allowed, err := p.decide(ctx, s, q)
	switch {
	case err != nil:
		return &stytcherror.PolicyError{Op: op, Err: err}
	case allowed:
		return nil
	}
	why, err := p.explain(ctx, s, q)
	if err != nil {
		return &stytcherror.PolicyError{Op: op, Err: err}
	}
	return &stytcherror.PermissionError{
		Op: op, Code: p.denied(), Action: q.Action, Resource: q.ResourceID, Reason: why.String(),
	}
}

// denied is the API's code for what roles or scopes do not allow.
func (p *Project) denied() stytcherror.Code {
	if p.product == shared.ProductB2B {
		return stytcherror.CodeSessionAuthorizationError
	}
	return stytcherror.CodeConsumerSessionAuthorizationError
}

// ask refuses a question that cannot be put, and one about another organization.
func (p *Project) ask(ctx context.Context, op string, s *Subject, q Question) error {
	if err := p.Complete(ctx, op, q); err != nil {
		return err
	}
	if p.product == shared.ProductB2B && s.OrganizationID != q.OrganizationID {
		return &stytcherror.PermissionError{
			Op: op, Code: stytcherror.ErrTenancyMismatch.Code, Action: q.Action, Resource: q.ResourceID,
			Reason: stytcherror.ErrTenancyMismatch.Reason,
		}
	}
	return nil
}

// Complete refuses a question that lacks something, whoever asks it.
func (p *Project) Complete(ctx context.Context, op string, q Question) error {
	if err := p.usable(ctx, op); err != nil {
		return err
	}
	var field string
	switch {
	case p.product == shared.ProductB2B && q.OrganizationID == "":
		field = "organization_id"
	case q.ResourceID == "":
		field = "resource_id"
	case q.Action == "":
		field = "action"
	default:
		return nil
	}
	return &stytcherror.ArgumentError{Op: op, Field: field, Reason: "is required"}
}

func (p *Project) decide(ctx context.Context, s *Subject, q Question) (bool, error) {
	if !s.ByScope {
		return p.policy.Allows(ctx, s.OrganizationID, s.Roles, q.ResourceID, q.Action)
	}
	policy, err := p.policy.Policy(ctx)
	if err != nil {
		return false, err
	}
	return policy.AllowsScopes(s.Scope, q.ResourceID, q.Action), nil
}

func (p *Project) explain(ctx context.Context, s *Subject, q Question) (rbac.Explanation, error) {
	view, err := p.view(ctx, s)
	if err != nil {
		return rbac.Explanation{}, err
	}
	if s.ByScope {
		return view.ExplainScopes(s.Scope, q.ResourceID, q.Action), nil
	}
	return view.Explain(s.Roles, q.ResourceID, q.Action), nil
}

// view is the policy for a subject. An organization's own roles have no part in scopes.
func (p *Project) view(ctx context.Context, s *Subject) (rbac.View, error) {
	if s.ByScope {
		policy, err := p.policy.Policy(ctx)
		return policy.With(nil), err
	}
	return p.policy.For(ctx, s.OrganizationID)
}

// Explain says why a subject may or may not. A question about another organization is a *PermissionError.
func (p *Project) Explain(ctx context.Context, op string, s *Subject, q Question) (*shared.Explanation, error) {
	if err := p.ask(ctx, op, s, q); err != nil {
		return nil, err
	}
	why, err := p.explain(ctx, s, q)
	if err != nil {
		return nil, &stytcherror.PolicyError{Op: op, Err: err}
	}
	return &shared.Explanation{
		ResourceID: why.Resource, Action: why.Action, Allowed: why.Allowed, Missing: string(why.Lacks),
		Granting: grants(why.Granting), Near: grants(why.Near), Known: why.Known, Unknown: why.Unknown,
		Reason: why.String(),
	}, nil
}

func grants(list []rbac.Source) []shared.Grant {
	made := make([]shared.Grant, len(list))
	for i, s := range list {
		made[i] = shared.Grant(s)
	}
	return made
}

// Permissions lists all that a subject may do.
func (p *Project) Permissions(ctx context.Context, op string, s *Subject) ([]rbac.Permission, error) {
	if err := p.usable(ctx, op); err != nil {
		return nil, err
	}
	view, err := p.view(ctx, s)
	if err != nil {
		return nil, &stytcherror.PolicyError{Op: op, Err: err}
	}
	if s.ByScope {
		return view.ScopePermissions(s.Scope), nil
	}
	return view.Permissions(s.Roles), nil
}

// ForgetPolicy drops the policy and those of all organizations, so that the next check fetches them.
func (p *Project) ForgetPolicy() {
	if p.policy != nil {
		p.policy.Invalidate()
	}
}

// ForgetOrganization drops the policy of one organization.
func (p *Project) ForgetOrganization(id string) {
	if p.policy != nil {
		p.policy.InvalidateOrganization(id)
	}
}
