package verify

import (
	"context"
	"strings"

	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Subject is the holder of roles or of an access token.
type Subject struct {
	// OrganizationID is the organization of the session or token; empty for users.
	OrganizationID string
	// Roles are a session's.
	Roles []string
	// Scope is an access token's scopes, separated by spaces. If it is not empty, Roles are ignored.
	Scope string
}

// Check is an action on a resource that a subject must be allowed to perform. OrganizationID is for B2B only; empty
// means the subject's own.
type Check struct{ OrganizationID, ResourceID, Action string }

// UserCheck is a Check in B2C, where there are no organizations.
type UserCheck struct{ ResourceID, Action string }

// Check returns the Check that c stands for, or nil for nil.
func (c *UserCheck) Check() *Check {
	if c == nil {
		return nil
	}
	return &Check{ResourceID: c.ResourceID, Action: c.Action}
}

// Allow returns nil if the policy allows c, a *PermissionError if it does not, an *ArgumentError if c lacks a field,
// and a *PolicyError if there is no policy. Organizations are compared before a policy is fetched.
func (v *Verifier) Allow(ctx context.Context, op string, s *Subject, c *Check) error {
	return verifierOf(v).allow(ctx, op, s, c)
}

func (v *verifier) allow(ctx context.Context, op string, s *Subject, c *Check) error {
	if err := v.validateFor(ctx, op, s, c); err != nil {
		return err
	}
	reason, allowed, err := v.evaluate(ctx, s, c)
	switch {
	case err != nil:
		return &stytcherror.PolicyError{Op: op, Err: err}
	case allowed:
		return nil
	}
	return v.denial(op, c, reason)
}

func (v *verifier) denial(op string, c *Check, reason string) error {
	code := stytcherror.CodeConsumerSessionAuthorizationError
	if v.product == shared.ProductB2B {
		code = stytcherror.CodeSessionAuthorizationError
	}
	return &stytcherror.PermissionError{Op: op, Code: code, Action: c.Action, Resource: c.ResourceID, Reason: reason}
}

// tenancyError returns the error for a check in another organization than the subject's.
func tenancyError(op string, c *Check) error {
	reason := "the session belongs to another organization"
	if !strings.HasPrefix(c.OrganizationID, "organization-") {
		reason += "; a check takes the organization's id, organization-..., not its slug or external id"
	}
	return &stytcherror.PermissionError{
		Op: op, Code: stytcherror.ErrTenancyMismatch, Action: c.Action, Resource: c.ResourceID, Reason: reason,
	}
}

// validateFor refuses a check that lacks a field, and one for another organization than the subject's.
func (v *verifier) validateFor(ctx context.Context, op string, s *Subject, c *Check) error {
	if err := v.validate(ctx, op, c); err != nil {
		return err
	}
	switch {
	case v.product == shared.ProductB2B && s.OrganizationID == "" && c.OrganizationID == "":
		return refuse(op, "organization_id", "is required: the subject has none")
	case c.OrganizationID != "" && c.OrganizationID != s.OrganizationID:
		return tenancyError(op, c)
	}
	return nil
}

// validate refuses a nil context and a nil Verifier, with the errors of package transport, and a check that lacks a
// resource or an action.
func (v *verifier) validate(ctx context.Context, op string, c *Check) error {
	switch {
	case ctx == nil:
		return refuse(op, "ctx", "is nil")
	case v == nil:
		return refuse(op, "cfg", "is nil: make services with New")
	case c == nil:
		return nil
	case c.ResourceID == "":
		return refuse(op, "resource_id", "is required")
	case c.Action == "":
		return refuse(op, "action", "is required")
	}
	return nil
}

func refuse(op, field, reason string) error {
	return &stytcherror.ArgumentError{Op: op, Field: field, Reason: reason}
}

// evaluate reports whether the policy allows c, and if it does not, why.
func (v *verifier) evaluate(ctx context.Context, s *Subject, c *Check) (reason string, allowed bool, err error) {
	if s.Scope == "" {
		view, allowed, err := v.policy.Check(ctx, s.OrganizationID, s.Roles, c.ResourceID, c.Action)
		if allowed || err != nil {
			return "", allowed, err
		}
		return view.Denial(s.Roles, c.ResourceID), false, nil
	}
	policy, err := v.policy.Policy(ctx)
	if err != nil || policy.AllowsScopes(s.Scope, c.ResourceID, c.Action) {
		return "", err == nil, err
	}
	return policy.With(nil).DenialScopes(s.Scope, c.ResourceID), false, nil
}

func (v *verifier) explain(ctx context.Context, s *Subject, c *Check) (shared.Explanation, error) {
	view, err := v.view(ctx, s)
	if err != nil {
		return shared.Explanation{}, err
	}
	if s.Scope != "" {
		return view.ExplainScopes(s.Scope, c.ResourceID, c.Action), nil
	}
	return view.Explain(s.Roles, c.ResourceID, c.Action), nil
}

// view returns the policy that applies to a subject: for scopes, without the organization's own roles.
func (v *verifier) view(ctx context.Context, s *Subject) (rbac.View, error) {
	if s.Scope != "" {
		policy, err := v.policy.Policy(ctx)
		return policy.With(nil), err
	}
	return v.policy.For(ctx, s.OrganizationID)
}

// Explain explains what Allow returns. A check for another organization is a *PermissionError.
func (v *Verifier) Explain(ctx context.Context, op string, s *Subject, c *Check) (*shared.Explanation, error) {
	own := verifierOf(v)
	if err := own.validateFor(ctx, op, s, c); err != nil {
		return nil, err
	}
	why, err := own.explain(ctx, s, c)
	if err != nil {
		return nil, &stytcherror.PolicyError{Op: op, Err: err}
	}
	return &why, nil
}

// Permissions returns all permissions of a subject.
func (v *Verifier) Permissions(ctx context.Context, op string, s *Subject) ([]rbac.Permission, error) {
	own := verifierOf(v)
	if err := own.validate(ctx, op, nil); err != nil {
		return nil, err
	}
	view, err := own.view(ctx, s)
	if err != nil {
		return nil, &stytcherror.PolicyError{Op: op, Err: err}
	}
	if s.Scope != "" {
		return view.ScopePermissions(s.Scope), nil
	}
	return view.Permissions(s.Roles), nil
}

// ForgetPolicy drops the project's policy and those of all organizations. The next check fetches them.
func (v *Verifier) ForgetPolicy() {
	if v != nil {
		verifierOf(v).policy.Invalidate()
	}
}

// ForgetOrganization drops the policy of one organization. The next check fetches it.
func (v *Verifier) ForgetOrganization(id string) {
	if v != nil {
		verifierOf(v).policy.InvalidateOrganization(id)
	}
}
