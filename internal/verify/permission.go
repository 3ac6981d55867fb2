package verify

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Subject is who wants to do something: the holder of roles or of an access token.
type Subject struct {
	// OrganizationID is the organization of the session or token; empty for users.
	OrganizationID string
	// Roles are a session's.
	Roles []string
	// Scope is an access token's, with spaces between one and the next. Where it is given, the roles do not count.
	Scope string
}

// Check is what a subject wants to do. OrganizationID is for B2B only; empty means the subject's own.
type Check struct{ OrganizationID, ResourceID, Action string }

// Allow answers with nil, *PermissionError, *ArgumentError for a check that is not complete, or *PolicyError where
// there is no policy to decide by. The organization is compared before anything else is looked at.
func (v *Verifier) Allow(ctx context.Context, op string, s *Subject, c Check) error {
	if err := v.admissible(ctx, op, s, c); err != nil {
		return err
	}
	allowed, err := v.decide(ctx, s, c)
	switch {
	case err != nil:
		return &stytcherror.PolicyError{Op: op, Err: err}
	case allowed:
		return nil
	}
	why, err := v.explain(ctx, s, c)
	if err != nil {
		return &stytcherror.PolicyError{Op: op, Err: err}
	}
	return &stytcherror.PermissionError{
		Op: op, Code: v.denied(), Action: c.Action, Resource: c.ResourceID, Reason: why.String(),
	}
}

// denied is the API's code for what roles or scopes do not allow.
func (v *Verifier) denied() stytcherror.Code {
	if v.product == shared.ProductB2B {
		return stytcherror.CodeSessionAuthorizationError
	}
	return stytcherror.CodeConsumerSessionAuthorizationError
}

// admissible refuses a check that lacks something, and one about another organization.
func (v *Verifier) admissible(ctx context.Context, op string, s *Subject, c Check) error {
	if err := v.complete(ctx, op, c); err != nil {
		return err
	}
	switch {
	case v.product == shared.ProductB2B && s.OrganizationID == "" && c.OrganizationID == "":
		return &stytcherror.ArgumentError{Op: op, Field: "organization_id", Reason: "is required: the subject has none"}
	case c.OrganizationID != "" && c.OrganizationID != s.OrganizationID:
		return &stytcherror.PermissionError{
			Op: op, Code: stytcherror.ErrTenancyMismatch.Code, Action: c.Action, Resource: c.ResourceID,
			Reason: stytcherror.ErrTenancyMismatch.Reason,
		}
	}
	return nil
}

// complete refuses a check that lacks something, whoever it is about.
func (v *Verifier) complete(ctx context.Context, op string, c Check) error {
	if err := v.usable(ctx, op); err != nil {
		return err
	}
	var field string
	switch {
	case c.ResourceID == "":
		field = "resource_id"
	case c.Action == "":
		field = "action"
	default:
		return nil
	}
	return &stytcherror.ArgumentError{Op: op, Field: field, Reason: "is required"}
}

func (v *Verifier) decide(ctx context.Context, s *Subject, c Check) (bool, error) {
	if s.Scope == "" {
		return v.policy.Allows(ctx, s.OrganizationID, s.Roles, c.ResourceID, c.Action)
	}
	policy, err := v.policy.Policy(ctx)
	if err != nil {
		return false, err
	}
	return policy.AllowsScopes(s.Scope, c.ResourceID, c.Action), nil
}

func (v *Verifier) explain(ctx context.Context, s *Subject, c Check) (rbac.Explanation, error) {
	view, err := v.view(ctx, s)
	if err != nil {
		return rbac.Explanation{}, err
	}
	if s.Scope != "" {
		return view.ExplainScopes(s.Scope, c.ResourceID, c.Action), nil
	}
	return view.Explain(s.Roles, c.ResourceID, c.Action), nil
}

// view is the policy for a subject. An organization's own roles have no part in scopes.
func (v *Verifier) view(ctx context.Context, s *Subject) (rbac.View, error) {
	if s.Scope != "" {
		policy, err := v.policy.Policy(ctx)
		return policy.With(nil), err
	}
	return v.policy.For(ctx, s.OrganizationID)
}

// Explain says why a subject may or may not. A check about another organization is a *PermissionError.
func (v *Verifier) Explain(ctx context.Context, op string, s *Subject, c Check) (*shared.Explanation, error) {
	if err := v.admissible(ctx, op, s, c); err != nil {
		return nil, err
	}
	why, err := v.explain(ctx, s, c)
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
func (v *Verifier) Permissions(ctx context.Context, op string, s *Subject) ([]rbac.Permission, error) {
	if err := v.usable(ctx, op); err != nil {
		return nil, err
	}
	view, err := v.view(ctx, s)
	if err != nil {
		return nil, &stytcherror.PolicyError{Op: op, Err: err}
	}
	if s.Scope != "" {
		return view.ScopePermissions(s.Scope), nil
	}
	return view.Permissions(s.Roles), nil
}

// ForgetPolicy drops the policy and those of all organizations, so that the next check fetches them.
func (v *Verifier) ForgetPolicy() {
	if v != nil {
		v.policy.Invalidate()
	}
}

// ForgetOrganization drops the policy of one organization.
func (v *Verifier) ForgetOrganization(id string) {
	if v != nil {
		v.policy.InvalidateOrganization(id)
	}
}
