package flows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestSessions_authenticate(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	authenticate := func(req *sessions.AuthenticateRequest) (*sessions.AuthenticateResponse, error) {
		return h.api.B2B.Sessions.Authenticate(t.Context(), req)
	}
	byToken, err := authenticate(&sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	require.NoError(t, err)
	assert.Equal(t, v.SessionToken, byToken.SessionToken)
	assert.Equal(t, v.MemberSession.ExpiresAt, byToken.MemberSession.ExpiresAt, "without a duration it is not extended")
	byJWT, err := authenticate(&sessions.AuthenticateRequest{SessionJWT: &v.SessionJWT, SessionToken: new("")})
	require.NoError(t, err, "an empty token is as if absent")
	assert.Empty(t, byJWT.SessionToken)
	extended, err := authenticate(&sessions.AuthenticateRequest{
		SessionToken: &v.SessionToken, SessionDurationMinutes: new(600), SessionCustomClaims: shared.Object{"plan": "pro"},
		AuthorizationCheck: &sessions.AuthorizationCheck{
			OrganizationID: v.Organization.OrganizationID, ResourceID: "stytch.member", Action: "create",
		},
	})
	require.NoError(t, err)
	assert.Equal(t, shared.Object{"plan": "pro"}, extended.MemberSession.CustomClaims)
	assert.Equal(t, []string{"stytch_admin"}, extended.Verdict.GrantingRoles)

	for code, req := range map[stytcherror.Code]*sessions.AuthenticateRequest{
		stytcherror.CodeNoSessionArguments:            {},
		stytcherror.CodeTooManySessionArguments:       {SessionToken: &v.SessionToken, SessionJWT: &v.SessionJWT},
		stytcherror.CodeInvalidSessionToken:           {SessionToken: new("short")},
		stytcherror.CodeUnableToParseSessionJWT:       {SessionJWT: new(v.SessionJWT + "x")},
		stytcherror.CodeInvalidSessionDurationMinutes: {SessionToken: &v.SessionToken, SessionDurationMinutes: new(4)},
		stytcherror.CodeSessionAuthorizationError: {SessionToken: &v.SessionToken, AuthorizationCheck: &sessions.AuthorizationCheck{
			OrganizationID: v.Organization.OrganizationID, ResourceID: "documents", Action: "read",
		}},
	} {
		_, err := authenticate(req)
		refused(t, err, code)
	}
	h.Clock().Advance(10 * time.Hour)
	_, err = authenticate(&sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	refused(t, err, stytcherror.CodeSessionNotFound)
}

func TestSessions_getAndRevoke(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	get := func(org, member string) ([]sessions.MemberSession, error) {
		resp, err := h.api.B2B.Sessions.Get(t.Context(), &sessions.GetRequest{OrganizationID: org, MemberID: member})
		if err != nil {
			return nil, err
		}
		return resp.MemberSessions, nil
	}
	active, err := get(v.Organization.OrganizationSlug, v.MemberID)
	require.NoError(t, err)
	assert.Len(t, active, 1)
	_, err = get("nobody", v.MemberID)
	refused(t, err, stytcherror.CodeOrganizationNotFound)
	_, err = get(org, "nobody")
	refused(t, err, stytcherror.CodeMemberNotFound)

	revoke := func(req *sessions.RevokeRequest, opts ...shared.RequestOption) error {
		_, err := h.api.B2B.Sessions.Revoke(t.Context(), req, opts...)
		return err
	}
	refused(t, revoke(&sessions.RevokeRequest{}), stytcherror.CodeNoSessionRevokeArguments)
	refused(t, revoke(&sessions.RevokeRequest{MemberID: &v.MemberID, SessionToken: &v.SessionToken}),
		stytcherror.CodeTooManySessionRevokeArguments)
	refused(t, revoke(&sessions.RevokeRequest{MemberSessionID: new("nobody")}), stytcherror.CodeSessionNotFound)
	other := h.create("bob@example.org")
	refused(t, revoke(&sessions.RevokeRequest{MemberID: &v.MemberID}, as(other.SessionToken)),
		stytcherror.CodeSessionAuthorizationTenancyError)
	require.NoError(t, revoke(&sessions.RevokeRequest{SessionJWT: &v.SessionJWT}, as(v.SessionToken)))
	active, err = get(org, v.MemberID)
	require.NoError(t, err)
	assert.Empty(t, active)
}

func TestSessions_exchange(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	from, to := h.create("ada@example.com"), h.create("ada@example.com")
	exchange := func(token, org string) (*sessions.ExchangeResponse, error) {
		return h.api.B2B.Sessions.Exchange(t.Context(), &sessions.ExchangeRequest{SessionToken: &token, OrganizationID: org})
	}
	resp, err := exchange(from.SessionToken, to.Organization.OrganizationID)
	require.NoError(t, err)
	assert.Equal(t, to.MemberID, resp.MemberID)
	_, err = exchange("short", to.Organization.OrganizationID)
	refused(t, err, stytcherror.CodeInvalidSessionToken)
	_, err = exchange(from.SessionToken, "nobody")
	refused(t, err, stytcherror.CodeOrganizationNotFound)
	_, err = exchange(from.SessionToken, h.create("bob@example.org").Organization.OrganizationID)
	refused(t, err, stytcherror.CodeMemberNotFound)
}

func TestSessions_getJWKS(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	keys, err := h.api.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: h.ID()})
	require.NoError(t, err)
	require.Len(t, keys.Keys, 1)
	assert.Empty(t, keys.Keys[0].X5TS256)
	same, err := h.api.B2C.Sessions.GetJWKS(t.Context(), &b2csessions.GetJWKSRequest{ProjectID: h.ID()})
	require.NoError(t, err)
	assert.Equal(t, keys.Keys, same.Keys)
	_, err = h.api.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: "project-test-x"})
	refused(t, err, stytcherror.CodeProjectNotFound)
	_, err = h.api.B2C.Sessions.GetJWKS(t.Context(), &b2csessions.GetJWKSRequest{ProjectID: "project-test-x"})
	refused(t, err, stytcherror.CodeProjectNotFound)
	for _, stranger := range h.strangers() {
		_, err = stranger.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: h.ID()})
		require.Error(t, err)
		_, err = stranger.B2C.Sessions.GetJWKS(t.Context(), &b2csessions.GetJWKSRequest{ProjectID: h.ID()})
		require.Error(t, err)
	}
}

func TestRBAC_policies(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	policy, err := h.api.B2B.RBAC.Policy(t.Context(), &rbac.PolicyRequest{})
	require.NoError(t, err)
	assert.Len(t, policy.Policy.Roles, 2)
	for _, resource := range policy.Policy.Resources {
		assert.NotEmpty(t, resource.Actions)
		assert.NotContains(t, resource.Actions, "*", "actions are named one by one")
		for _, op := range ops.All {
			for _, p := range op.Permissions {
				if p.Resource == resource.ResourceID {
					assert.Contains(t, resource.Actions, p.Action, "%s needs it", op.ID)
				}
			}
		}
	}
	own, err := h.api.B2B.RBAC.Organizations.GetOrgPolicy(t.Context(),
		&rbacorganizations.GetOrgPolicyRequest{OrganizationID: v.Organization.OrganizationID})
	require.NoError(t, err)
	assert.Empty(t, own.OrgPolicy.Roles)
	_, err = h.api.B2B.RBAC.Organizations.GetOrgPolicy(t.Context(),
		&rbacorganizations.GetOrgPolicyRequest{OrganizationID: "nobody"})
	refused(t, err, stytcherror.CodeOrganizationNotFound)
	for code, stranger := range h.strangers() {
		_, err = stranger.B2B.RBAC.Policy(t.Context(), &rbac.PolicyRequest{})
		refused(t, err, code)
		_, err = stranger.B2B.RBAC.Organizations.GetOrgPolicy(t.Context(),
			&rbacorganizations.GetOrgPolicyRequest{OrganizationID: v.Organization.OrganizationID})
		refused(t, err, code)
	}
}

func TestRateLimits_applyWhereSwitchedOn(t *testing.T) {
	t.Parallel()
	h := newHarness(t, still(time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)))
	send := func(to string) error {
		_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(),
			&magiclinksemaildiscovery.SendRequest{EmailAddress: to}, shared.WithRetry(shared.RetryPolicy{MaxAttempts: 1}))
		return err
	}
	require.NoError(t, send("ada@example.com"))
	require.NoError(t, send("ada@example.com"), "they are off by default")
	require.NoError(t, h.SetSettings(emulator.Settings{RateLimits: true}))
	err := send("Ada@example.com")
	refused(t, err, stytcherror.CodeTooManyRequests)
	failure, ok := errors.AsType[*stytcherror.Error](err)
	require.True(t, ok)
	assert.Equal(t, time.Second, failure.RetryAfter)
	assert.Len(t, h.Inbox().Messages("ada@example.com"), 2, "nothing was sent")
	require.NoError(t, send("bob@example.com"), "another address")
	h.Clock().Advance(time.Second)
	require.NoError(t, send("ada@example.com"))
}
