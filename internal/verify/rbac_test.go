package verify_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// in returns a check of package rbac, of a subject in its own organization.
func in(s subject, resource, action string) *checkRequest {
	s.OrganizationID = minttest.Organization
	return &checkRequest{Subject: s, OrganizationID: minttest.Organization, ResourceID: resource, Action: action}
}

var (
	editor = subject{Roles: []string{"stytch_member", "editor"}}
	app    = subject{Scope: "openid read:reports"}
)

func TestCheck(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "a role or a scope allows its actions", func(f *fixture) {
		for _, req := range []*checkRequest{in(editor, "documents", "edit"), in(app, "reports", "read")} {
			require.NoError(f.t, f.check(f.t.Context(), req))
			why, err := f.explain(f.t.Context(), req)
			require.NoError(f.t, err)
			assert.True(f.t, why.Allowed)
			assert.Len(f.t, why.Granting, 1)
			assert.Empty(f.t, why.Missing)
		}
		assert.Equal(f.t, 1, f.api.Requests(minttest.Policy))
	})
	forEachProduct(t, "other actions are denied, with a reason", func(f *fixture) {
		for _, tt := range []struct {
			req    *checkRequest
			reason string
		}{
			{in(editor, "documents", "delete"), "role editor allows only edit, read"},
			{in(editor, "documents", "*"), "role editor allows only edit, read"},
			{in(editor, "reports", "read"), "nothing on this resource is allowed by role editor"},
			{in(editor, "Documents", "edit"), "nothing on this resource is allowed by role editor"},
			{in(editor, "*", "edit"), "nothing on this resource is allowed by role editor"},
			{in(subject{}, "documents", "edit"), "there is no role"},
			{in(app, "reports", "write"), "scope read:reports allows only read"},
			{in(app, "documents", "edit"), "nothing on this resource is allowed by scope read:reports"},
			{in(subject{Scope: "editor"}, "documents", "edit"), "the policy does not know scope editor"},
			{in(subject{Roles: []string{"read:reports"}}, "reports", "read"), "the policy does not know role read:reports"},
		} {
			why, err := f.explain(f.t.Context(), tt.req)
			require.NoError(f.t, err)
			assert.False(f.t, why.Allowed)
			assert.Equal(f.t, tt.reason, why.Reason)
			assert.NotEmpty(f.t, why.Missing)
			err = f.check(f.t.Context(), tt.req)
			f.isDenial(err, f.name+".rbac.check", tt.req.ResourceID, tt.req.Action, tt.reason)
		}
	})
	forEachProduct(t, "an incomplete check is refused before anything is sent", func(f *fixture) {
		for field, req := range map[string]*checkRequest{
			"resource_id": in(editor, "", "edit"), "action": in(editor, "documents", ""),
		} {
			isArgumentError(f.t, f.check(f.t.Context(), req), f.name+".rbac.check", field)
			_, err := f.explain(f.t.Context(), req)
			isArgumentError(f.t, err, f.name+".rbac.explain", field)
		}
		isArgumentError(f.t, f.check(f.t.Context(), nil), f.name+".rbac.check", "resource_id")
		_, err := f.explain(f.t.Context(), nil)
		isArgumentError(f.t, err, f.name+".rbac.explain", "resource_id")
		var none context.Context
		isArgumentError(f.t, f.check(none, in(editor, "documents", "edit")), f.name+".rbac.check", "ctx")
		assert.Zero(f.t, f.api.Requests(""))
	})
	forEachProduct(t, "without a policy, a check is neither allowed nor denied, and no permissions are listed", func(f *fixture) {
		for _, answer := range []minttest.Handler{
			minttest.Status(http.StatusForbidden, `{"status_code":403,"error_type":"unauthorized_action"}`),
			minttest.Status(http.StatusOK, `{"status_code":200,"request_id":"r"}`),
			minttest.Status(http.StatusOK, `{"status_code":200,"request_id":"r","policy":null}`),
			minttest.Status(http.StatusOK, `<html>`),
			minttest.Status(http.StatusOK, `{"status_code":200,"request_id":"r","policy":{"roles":"all"}}`),
			minttest.Status(http.StatusOK, `{"status_code":200,"request_id":"r","policy":[]}`),
			minttest.Status(http.StatusOK, `{"status_code":200,"request_id":"r","policy":{"roles":[]},"policy":{}}`),
			minttest.Status(http.StatusOK, `{"status_code":200,"request_id":"r","policy":{"roles":[
				{"role_id":"editor","permissions":[{"resource_id":"documents","actions":["read"],"actions":["edit"]}]}]}}`),
		} {
			f.api.Handle(minttest.Policy, answer)
			f.forgetPolicy()
			err := f.check(f.t.Context(), in(editor, "documents", "edit"))
			assert.Equal(f.t, f.name+".rbac.check", outermost[*stytcherror.PolicyError](f.t, err).Op)
			_, err = f.explain(f.t.Context(), in(editor, "documents", "edit"))
			assert.Equal(f.t, f.name+".rbac.explain", outermost[*stytcherror.PolicyError](f.t, err).Op)
			for _, s := range []subject{editor, app} {
				_, err = f.permissions(f.t.Context(), &s)
				assert.Equal(f.t, f.name+".rbac.permissions", outermost[*stytcherror.PolicyError](f.t, err).Op)
			}
		}
	}, noRetry)
	forEachProduct(t, "callers may change the error without which there is no policy", func(f *fixture) {
		const body = `{"status_code":503,"request_id":"r","error_type":"x","error_details":{"a":1}}`
		f.api.Handle(minttest.Policy, func(*http.Request) (int, []byte, error) {
			time.Sleep(time.Second)
			return http.StatusServiceUnavailable, []byte(body), nil
		})
		text := f.sessionJWT(nil)
		var wait sync.WaitGroup
		for _, call := range []func() error{
			func() error { return f.check(f.t.Context(), in(editor, "documents", "edit")) },
			func() error { _, err := f.explain(f.t.Context(), in(editor, "documents", "edit")); return err },
			func() error { _, err := f.permissions(f.t.Context(), &editor); return err },
			func() error { _, err := f.permissions(f.t.Context(), &app); return err },
			func() error {
				req := &request{SessionJWT: text, AuthorizationCheck: on("documents", "edit")}
				_, err := f.authenticateLocal(f.t.Context(), req)
				return err
			},
		} {
			wait.Go(func() {
				for range 3 { // the first waits for the fetch, the others follow it
					e, ok := errors.AsType[*stytcherror.Error](call())
					if assert.True(f.t, ok) && assert.Equal(f.t, stytcherror.Code("x"), e.Code) && assert.Equal(f.t, body, string(e.Body)) {
						e.Code, e.Body[0], e.Details[0] = "changed", 'x', 'x'
					}
				}
			})
		}
		wait.Wait()
		assert.Equal(f.t, 1, f.api.Requests(minttest.Policy))
	}, noRetry)
	forB2B(t, "callers may change the error without which there are no roles of an organization", func(f *fixture) {
		c := in(subject{OrganizationID: minttest.Organization, Roles: []string{"local"}}, "documents", "stamp")
		for _, status := range []int{http.StatusServiceUnavailable, http.StatusNotFound} {
			f.api.Serve(minttest.Organizations, ownRoles)
			require.NoError(f.t, f.check(f.t.Context(), c))
			f.advance(time.Hour - 100*time.Millisecond)
			f.api.Handle(minttest.Organizations, minttest.Status(status, refusal(status, "x")))
			require.NoError(f.t, f.check(f.t.Context(), c), "the cached ones")
			f.advance(200 * time.Millisecond) // they are too old now, and this is the pause after the failure
			var wait sync.WaitGroup
			for range 8 {
				wait.Go(func() {
					err := f.check(f.t.Context(), c)
					assert.IsType(f.t, new(stytcherror.PolicyError), err)
					if e, ok := errors.AsType[*stytcherror.Error](err); ok {
						assert.Equal(f.t, stytcherror.Code("x"), e.Code)
						e.Code = "changed"
					}
				})
			}
			wait.Wait()
			f.client.B2B.RBAC.ForgetPolicy()
		}
	}, noRetry)
	forEachProduct(t, "a policy with half of an emoji is a policy", func(f *fixture) {
		f.api.Handle(minttest.Policy, minttest.Status(http.StatusOK, `{"status_code":200,"request_id":"r","policy":{"roles":[
			{"role_id":"editor","description":"\ud83d","permissions":[{"resource_id":"documents","actions":["edit"]}]}]}}`))
		require.NoError(f.t, f.check(f.t.Context(), in(editor, "documents", "edit")))
		require.Error(f.t, f.check(f.t.Context(), in(editor, "documents", "delete")))
	})
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "the permissions of roles or scopes are listed in alphabetical order", func(f *fixture) {
		for _, tt := range []struct {
			subject *subject
			want    []permission
		}{
			{&subject{Roles: []string{"stytch_admin", "unknown", "editor"}}, []permission{
				{ResourceID: "documents", Actions: []string{"edit", "read"}}, {ResourceID: "stytch.member", Actions: []string{"*"}},
			}},
			{&subject{Scope: "read:reports"}, []permission{{ResourceID: "reports", Actions: []string{"read"}}}},
			{nil, nil},
		} {
			list, err := f.permissions(f.t.Context(), tt.subject)
			require.NoError(f.t, err)
			assert.ElementsMatch(f.t, tt.want, list)
			assert.Len(f.t, list, len(tt.want))
		}
	})
}

func TestForgetPolicy(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "the next check fetches the policy", func(f *fixture) {
		for range 3 {
			_, err := f.permissions(f.t.Context(), nil)
			require.NoError(f.t, err)
		}
		assert.Equal(f.t, 1, f.api.Requests(minttest.Policy))
		f.forgetPolicy()
		_, err := f.permissions(f.t.Context(), nil)
		require.NoError(f.t, err)
		assert.Equal(f.t, 2, f.api.Requests(minttest.Policy))
	})
}

func TestServices_zero(t *testing.T) {
	t.Parallel()
	for _, p := range products() {
		t.Run("services that New did not make refuse every call/"+p.name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			_, err := p.zero.authenticateLocal(ctx, &request{SessionJWT: minttest.NewKey("jwk-test-1").Sign(p.claims(start))})
			isArgumentError(t, err, p.name+".sessions.authenticate_jwt_local", "cfg")
			_, err = p.zero.authenticate(ctx, &request{SessionJWT: "a"})
			isArgumentError(t, err, p.name+".sessions.authenticate_jwt", "cfg")
			isArgumentError(t, p.zero.ready(ctx), p.name+".sessions.ready", "cfg")
			_, err = p.zero.introspectLocal(ctx, &localRequest{Token: "a"})
			isArgumentError(t, err, p.name+".idp.introspect_token_local", "cfg")
			_, err = p.zero.introspectNetwork(ctx, introspectionRequest())
			isArgumentError(t, err, p.name+".idp.introspect_token_network", "cfg")
			isArgumentError(t, p.zero.check(ctx, in(editor, "documents", "edit")), p.name+".rbac.check", "cfg")
			p.zero.forget("session-1")
			p.zero.forgetAll()
			p.zero.forgetPolicy()
		})
	}
}
