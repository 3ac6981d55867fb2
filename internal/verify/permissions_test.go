package verify_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// sessionWithRoles returns the JWT of a session with these roles.
func (f *fixture) sessionWithRoles(roles ...string) string {
	return f.key.Sign(minttest.With(longLived(f.claims(f.now())), map[string]any{
		minttest.SessionClaim: map[string]any{"id": minttest.Session, "roles": roles},
	}))
}

// on returns a check in the session's own organization.
func on(resource, action string) *check {
	return &check{OrganizationID: minttest.Organization, ResourceID: resource, Action: action}
}

// allows asserts that both methods allow the action without asking the API.
func (f *fixture) allows(text string, c *check) {
	f.t.Helper()
	f.withBoth(f.t.Context(), &request{SessionJWT: text, AuthorizationCheck: c}, func(op string, s *session, err error) {
		f.t.Helper()
		require.NoError(f.t, err, op)
		require.Equal(f.t, minttest.Session, s.id)
		require.False(f.t, s.remote)
	})
}

// denies asserts that both methods deny the action with this reason, without asking the API.
func (f *fixture) denies(text string, c *check, reason string) {
	f.t.Helper()
	before := f.api.Requests(f.authenticatePath)
	f.withBoth(f.t.Context(), &request{SessionJWT: text, AuthorizationCheck: c}, func(op string, s *session, err error) {
		f.t.Helper()
		assert.Nil(f.t, s)
		f.isDenial(err, op, c.ResourceID, c.Action, reason)
	})
	require.Equal(f.t, before, f.api.Requests(f.authenticatePath), "the API is not asked")
}

// tenancyMismatch is the Reason of a check in another organization.
const tenancyMismatch = "the session belongs to another organization"

// notAnID is the Reason of a check whose organization is not in the form of an id.
const notAnID = tenancyMismatch + "; a check takes the organization's id, organization-..., not its slug or external id"

// isDenial asserts that err is a PermissionError with this reason, and with the API's code for it.
func (f *fixture) isDenial(err error, op, resource, action, reason string) {
	f.t.Helper()
	code := f.denial
	if reason == tenancyMismatch || reason == notAnID {
		code = stytcherror.CodeSessionAuthorizationTenancyError
	}
	denied := outermost[*stytcherror.PermissionError](f.t, err)
	assert.Equal(f.t, stytcherror.PermissionError{
		Op: op, Code: code, Action: action, Resource: resource, Reason: reason,
	}, *denied)
	require.ErrorIs(f.t, err, code)
	assert.Equal(f.t, "stytch: "+op+": not permitted: "+action+" on "+resource+": "+reason, err.Error())
	assert.Equal(f.t, code == stytcherror.CodeSessionAuthorizationTenancyError, errors.Is(err, stytcherror.ErrTenancyMismatch))
}

func TestAuthorizationCheck_roles(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "a role allows the actions that it lists, and no others", func(f *fixture) {
		text := f.sessionWithRoles("stytch_member", "editor")
		f.allows(text, on("documents", "edit"))
		f.allows(text, on("documents", "read"))
		f.denies(text, on("documents", "shred"), "role editor allows only edit, read")
		f.denies(text, on("documents", "EDIT"), "role editor allows only edit, read")
		f.denies(text, on("documents", "*"), "role editor allows only edit, read")
		f.denies(text, on("stytch.member", "create"), "nothing on this resource is allowed by role editor")
		f.denies(text, on("*", "edit"), "nothing on this resource is allowed by role editor")
		f.denies(text, on("Documents", "edit"), "nothing on this resource is allowed by role editor")
		assert.Equal(f.t, 1, f.api.Requests(minttest.Policy))
	})
	forEachProduct(t, "a wildcard allows all actions on its resource", func(f *fixture) {
		text := f.sessionWithRoles("stytch_admin")
		for _, action := range []string{"create", "delete", "an unknown action", "*"} {
			f.allows(text, on("stytch.member", action))
		}
		f.denies(text, on("stytch.sso", "create"), "nothing on this resource is allowed by role stytch_admin")
	})
	forEachProduct(t, "roles that are not in the policy allow nothing, and deny nothing", func(f *fixture) {
		f.allows(f.sessionWithRoles("removed", "editor"), on("documents", "edit"))
		f.denies(f.sessionWithRoles("removed", "unknown"), on("documents", "edit"), "the policy does not know role removed, unknown")
		f.denies(f.sessionWithRoles("Editor"), on("documents", "edit"), "the policy does not know role Editor")
		f.denies(f.sessionWithRoles(), on("documents", "edit"), "there is no role")
		f.denies(f.key.Sign(minttest.With(f.claims(start), map[string]any{minttest.SessionClaim: map[string]any{"id": minttest.Session}})),
			on("documents", "edit"), "there is no role")
	})
	forEachProduct(t, "an organization's own roles add permissions", func(f *fixture) {
		f.api.Serve(minttest.Organizations+minttest.Organization, `{"request_id":"r","status_code":200,"org_policy":{"roles":[
			{"role_id":"archivist","permissions":[{"resource_id":"documents","actions":["archive"]}]},
			{"role_id":"editor","permissions":[{"resource_id":"documents","actions":["shred"]}]}]}}`)
		if !f.isB2B() { // users have no organization
			f.denies(f.sessionWithRoles("archivist"), on("documents", "archive"), "the policy does not know role archivist")
			assert.Zero(f.t, f.api.Requests(minttest.Organizations))
			return
		}
		f.allows(f.sessionWithRoles("editor"), on("documents", "edit"))
		assert.Zero(f.t, f.api.Requests(minttest.Organizations), "the project's roles allow the action")
		f.allows(f.sessionWithRoles("archivist"), on("documents", "archive"))
		f.allows(f.sessionWithRoles("editor"), on("documents", "shred"))
		f.denies(f.sessionWithRoles("archivist"), on("documents", "edit"), "organization role archivist allows only archive")
		assert.Equal(f.t, 1, f.api.Requests(minttest.Organizations))
		other := "organization-test-22222222-2222-4222-8222-222222222222"
		elsewhere := f.key.Sign(minttest.With(longLived(f.claims(start)), map[string]any{
			minttest.OrganizationClaim: map[string]any{"organization_id": other},
			minttest.SessionClaim:      map[string]any{"id": minttest.Session, "roles": []string{"archivist"}},
		}))
		f.denies(elsewhere, &check{OrganizationID: other, ResourceID: "documents", Action: "archive"},
			"the policy does not know role archivist")
	})
}

func TestAuthorizationCheck_tenancy(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "a check in another organization is denied before a policy is fetched", func(f *fixture) {
		if !f.isB2B() {
			f.allows(f.sessionWithRoles("editor"), on("documents", "edit"))
			assert.Zero(f.t, f.api.Requests(minttest.Organizations))
			return
		}
		for organization, reason := range map[string]string{
			"organization-test-2": tenancyMismatch, minttest.Organization + " ": tenancyMismatch,
			// A slug, an external id, another id, an id that was changed.
			"analytical-engines": notAnID, "tenant:42": notAnID, minttest.Member: notAnID,
			"ORGANIZATION" + minttest.Organization[12:]: notAnID,
		} {
			c := on("documents", "edit")
			c.OrganizationID = organization
			f.denies(f.sessionWithRoles("editor"), c, reason)
		}
		assert.Equal(f.t, 1, f.api.Requests(""), "for the keys")
	})
	forEachProduct(t, "a forged token is refused before a policy is fetched", func(f *fixture) {
		f.accepts(f.sessionJWT(nil))
		forged := minttest.NewKey("jwk-test-attacker").WithKID(f.key.KID).Sign(f.claims(start))
		f.refuses(&request{SessionJWT: forged, AuthorizationCheck: on("documents", "edit")}, unsigned)
		assert.Equal(f.t, 1, f.api.Requests(""))
	})
}

func TestAuthorizationCheck_organizationsWithoutPolicy(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]struct {
		status int
		body   string
	}{
		"it is forbidden":    {http.StatusForbidden, `{"status_code":403,"request_id":"r","error_type":"feature_not_enabled"}`},
		"it is not found":    {http.StatusNotFound, `{"status_code":404,"request_id":"r","error_type":"route_not_found"}`},
		"there is none":      {http.StatusOK, `{"status_code":200,"request_id":"r"}`},
		"it is null":         {http.StatusOK, `{"status_code":200,"request_id":"r","org_policy":null}`},
		"it has no roles":    {http.StatusOK, `{"status_code":200,"request_id":"r","org_policy":{}}`},
		"its roles are null": {http.StatusOK, `{"status_code":200,"request_id":"r","org_policy":{"roles":null}}`},
	} {
		forEachProduct(t, "an organization has no roles of its own when "+name, func(f *fixture) {
			f.api.Handle(minttest.Organizations, minttest.Status(answer.status, answer.body))
			for range 10 {
				f.allows(f.sessionWithRoles("editor"), on("documents", "edit"))
				f.denies(f.sessionWithRoles("editor"), on("documents", "shred"), "role editor allows only edit, read")
			}
			assert.LessOrEqual(f.t, f.api.Requests(minttest.Organizations), 1, "the response is cached")
		})
	}
	forB2B(t, "an organization that cannot be fetched matters only if the project's roles do not allow the action", func(f *fixture) {
		f.api.Handle(minttest.Organizations, minttest.Status(http.StatusInternalServerError, ""))
		f.allows(f.sessionWithRoles("editor"), on("documents", "edit"))
		_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: f.sessionWithRoles("editor"), AuthorizationCheck: on("documents", "shred")})
		failed := outermost[*stytcherror.PolicyError](f.t, err)
		assert.Contains(f.t, failed.Error(), "the organization's roles")
		assert.NotContains(f.t, failed.Error(), minttest.Secret)
		s, err := f.authenticate(f.t.Context(), &request{SessionJWT: f.sessionWithRoles("editor"), AuthorizationCheck: on("documents", "shred")})
		require.NoError(f.t, err)
		assert.True(f.t, s.remote)
	})
}

func TestAuthorizationCheck_cache(t *testing.T) {
	t.Parallel()
	const stricter = `{"request_id":"r","status_code":200,"policy":{"roles":[
		{"role_id":"editor","permissions":[{"resource_id":"documents","actions":["read"]}]}],"scopes":[],"resources":[]}}`
	forEachProduct(t, "a policy is renewed after four minutes, in the background", func(f *fixture) {
		text := f.sessionWithRoles("editor")
		f.allows(text, on("documents", "edit"))
		f.api.Serve(minttest.Policy, stricter)
		f.advance(4*time.Minute - 1)
		f.allows(text, on("documents", "edit"))
		synctest.Wait()
		assert.Equal(f.t, 1, f.api.Requests(minttest.Policy))
		f.advance(1)
		_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text, AuthorizationCheck: on("documents", "edit")})
		require.NoError(f.t, err, "the cached policy is used")
		synctest.Wait()
		f.denies(text, on("documents", "edit"), "role editor allows only read")
		assert.Equal(f.t, 2, f.api.Requests(minttest.Policy))
	})
	forEachProduct(t, "after five minutes, callers wait up to two seconds for the new policy", func(f *fixture) {
		text := f.sessionWithRoles("editor")
		f.allows(text, on("documents", "edit"))
		f.api.Handle(minttest.Policy, func(*http.Request) (int, []byte, error) {
			time.Sleep(2*time.Second - 1)
			return http.StatusOK, []byte(stricter), nil
		})
		f.advance(5 * time.Minute)
		f.denies(text, on("documents", "edit"), "role editor allows only read")
	})
	forEachProduct(t, "PolicyTTL is the age from which a policy is renewed", func(f *fixture) {
		text := f.sessionWithRoles("editor")
		for minute := range 5 {
			f.allows(text, on("documents", "edit"))
			synctest.Wait()
			assert.Equal(f.t, minute+1, f.api.Requests(minttest.Policy))
			f.advance(time.Minute)
		}
	}, func(c *stytch.Config) { c.Verification.PolicyTTL = time.Minute })
	forEachProduct(t, "PolicyMaxStale is the age from which a policy is not used", func(f *fixture) {
		text := f.sessionWithRoles("editor")
		f.allows(text, on("documents", "edit"))
		f.api.Handle(minttest.Policy, failures()["fails"])
		f.advance(10*time.Minute - 1)
		f.allows(text, on("documents", "edit"))
		f.advance(1)
		f.hasNoPolicy(text)
	}, func(c *stytch.Config) { c.Verification.PolicyMaxStale = 10 * time.Minute })
	for name := range failures() {
		forEachProduct(t, "while the endpoint of the policy "+name+", the cached policy is used until it is an hour old", func(f *fixture) {
			text := f.sessionWithRoles("editor")
			f.allows(text, on("documents", "edit"))
			if f.isB2B() {
				f.denies(text, on("documents", "shred"), "role editor allows only edit, read")
			}
			f.api.Handle(minttest.Policy, failures()[name])
			f.api.Handle(minttest.Organizations, failures()[name])
			for range 5 {
				f.advance(10 * time.Minute)
				began := time.Now()
				f.denies(text, on("documents", "shred"), "role editor allows only edit, read")
				assert.LessOrEqual(f.t, time.Since(began), 4*time.Second, "two for the policy, two for the organization's")
				began = time.Now()
				f.allows(text, on("documents", "edit"))
				f.denies(text, on("documents", "shred"), "role editor allows only edit, read")
				assert.Zero(f.t, time.Since(began), "later callers do not wait")
			}
			f.advance(10 * time.Minute)
			f.hasNoPolicy(text)
			f.api.Serve(minttest.Policy, stricter)
			f.api.Serve(minttest.Organizations, `{"request_id":"r","status_code":200,"org_policy":{"roles":[]}}`)
			f.advance(time.Minute)
			f.denies(text, on("documents", "edit"), "role editor allows only read")
		})
	}
	forEachProduct(t, "callers without a policy wait for one fetch, each until its own context ends", func(f *fixture) {
		f.accepts(f.sessionJWT(nil))
		f.api.Handle(minttest.Policy, func(*http.Request) (int, []byte, error) {
			time.Sleep(5 * time.Second)
			return http.StatusOK, []byte(stricter), nil
		})
		text := f.sessionWithRoles("editor")
		var wait sync.WaitGroup
		for range 100 {
			wait.Go(func() { f.allows(text, on("documents", "read")) })
			wait.Go(func() {
				ctx, cancel := context.WithTimeout(f.t.Context(), time.Second)
				defer cancel()
				_, err := f.authenticateLocal(ctx, &request{SessionJWT: text, AuthorizationCheck: on("documents", "read")})
				assert.ErrorIs(f.t, err, context.DeadlineExceeded)
			})
		}
		wait.Wait()
		assert.Equal(f.t, 1, f.api.Requests(minttest.Policy))
	})
	forEachProduct(t, "a response without a policy is not a policy that allows nothing", func(f *fixture) {
		for _, body := range []string{
			`{}`, `{"request_id":"r","status_code":200}`, `{"request_id":"r","status_code":200,"policy":null}`, `<html>`, `[]`,
		} {
			f.api.Serve(minttest.Policy, body)
			f.hasNoPolicy(f.sessionWithRoles("editor"))
			f.advance(time.Minute)
		}
	})
}

// hasNoPolicy asserts that there is no policy to decide by, and that the API is then asked.
func (f *fixture) hasNoPolicy(text string) {
	f.t.Helper()
	req := &request{SessionJWT: text, AuthorizationCheck: on("documents", "edit")}
	_, err := f.authenticateLocal(f.t.Context(), req)
	failed := outermost[*stytcherror.PolicyError](f.t, err)
	assert.Equal(f.t, f.name+".sessions.authenticate_jwt_local", failed.Op)
	assert.Contains(f.t, failed.Error(), "the project's policy")
	before := f.api.Requests(f.authenticatePath)
	s, err := f.authenticate(f.t.Context(), req)
	require.NoError(f.t, err)
	assert.True(f.t, s.remote)
	assert.Equal(f.t, 1, f.api.Requests(f.authenticatePath)-before)
}
