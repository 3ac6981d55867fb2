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

// holding is the JWT of a session with these roles.
func (w *world) holding(roles ...string) string {
	return w.key.Sign(minttest.With(lasting(w.claims(w.now())), map[string]any{
		minttest.SessionClaim: map[string]any{"id": minttest.Session, "roles": roles},
	}))
}

// on is a question about the session's own organization.
func on(resource, action string) *question {
	return &question{OrganizationID: minttest.Organization, ResourceID: resource, Action: action}
}

// may asserts that both methods allow it, without asking the API for its opinion.
func (w *world) may(text string, q *question) {
	w.t.Helper()
	w.both(w.t.Context(), &call{SessionJWT: text, AuthorizationCheck: q}, func(op string, o *outcome, err error) {
		w.t.Helper()
		require.NoError(w.t, err, op)
		require.Equal(w.t, minttest.Session, o.id)
		require.False(w.t, o.remote)
	})
}

// mayNot asserts that both methods deny it for good, and say why.
func (w *world) mayNot(text string, q *question, reason string) {
	w.t.Helper()
	before := w.api.Requests(w.remote)
	w.both(w.t.Context(), &call{SessionJWT: text, AuthorizationCheck: q}, func(op string, o *outcome, err error) {
		w.t.Helper()
		assert.Nil(w.t, o)
		denied, ok := errors.AsType[*stytcherror.PermissionError](err)
		require.True(w.t, ok, "%T: %v", err, err)
		assert.Equal(w.t, stytcherror.PermissionError{
			Op: op, Code: w.denied(reason), Action: q.Action, Resource: q.ResourceID, Reason: reason,
		}, *denied)
		require.ErrorIs(w.t, err, w.denied(reason))
		assert.Equal(w.t, "stytch: "+op+": not permitted: "+q.Action+" on "+q.ResourceID+": "+reason, err.Error())
		assert.Equal(w.t, reason == stytcherror.ErrTenancyMismatch.Reason, errors.Is(err, stytcherror.ErrTenancyMismatch))
	})
	require.Equal(w.t, before, w.api.Requests(w.remote), "a denial is final")
}

// denied is the API's code for a denial.
func (w *world) denied(reason string) stytcherror.Code {
	switch {
	case reason == stytcherror.ErrTenancyMismatch.Reason:
		return stytcherror.CodeSessionAuthorizationTenancyError
	case w.name == "b2c":
		return stytcherror.CodeConsumerSessionAuthorizationError
	}
	return stytcherror.CodeSessionAuthorizationError
}

func TestAuthorizationCheck_roles(t *testing.T) {
	t.Parallel()
	promise(t, "a role allows the actions that it lists, and no others", func(w *world) {
		text := w.holding("stytch_member", "editor")
		w.may(text, on("documents", "edit"))
		w.may(text, on("documents", "read"))
		w.mayNot(text, on("documents", "shred"), "role editor allows only edit, read")
		w.mayNot(text, on("documents", "EDIT"), "role editor allows only edit, read")
		w.mayNot(text, on("documents", "*"), "role editor allows only edit, read")
		w.mayNot(text, on("stytch.member", "create"), "nothing on this resource is allowed by role editor")
		w.mayNot(text, on("*", "edit"), "nothing on this resource is allowed by role editor")
		w.mayNot(text, on("Documents", "edit"), "nothing on this resource is allowed by role editor")
		assert.Equal(w.t, 1, w.api.Requests(minttest.Policy))
	})
	promise(t, "a wildcard stands for all actions on its resource", func(w *world) {
		text := w.holding("stytch_admin")
		for _, action := range []string{"create", "delete", "whatever comes", "*"} {
			w.may(text, on("stytch.member", action))
		}
		w.mayNot(text, on("stytch.sso", "create"), "nothing on this resource is allowed by role stytch_admin")
	})
	promise(t, "roles that the policy does not know allow nothing, and take nothing away", func(w *world) {
		w.may(w.holding("of yesterday", "editor"), on("documents", "edit"))
		w.mayNot(w.holding("of yesterday", "tyrant"), on("documents", "edit"), "the policy does not know role of yesterday, tyrant")
		w.mayNot(w.holding("Editor"), on("documents", "edit"), "the policy does not know role Editor")
		w.mayNot(w.holding(), on("documents", "edit"), "there is no role")
		w.mayNot(w.key.Sign(minttest.With(w.claims(dawn), map[string]any{minttest.SessionClaim: map[string]any{"id": minttest.Session}})),
			on("documents", "edit"), "there is no role")
	})
	promise(t, "what an organization's own roles allow is added", func(w *world) {
		w.api.Serve(minttest.Organizations+minttest.Organization, `{"request_id":"r","status_code":200,"org_policy":{"roles":[
			{"role_id":"archivist","permissions":[{"resource_id":"documents","actions":["archive"]}]},
			{"role_id":"editor","permissions":[{"resource_id":"documents","actions":["shred"]}]}]}}`)
		if w.name == "b2c" { // users have no organization, and nobody is asked about one
			w.mayNot(w.holding("archivist"), on("documents", "archive"), "the policy does not know role archivist")
			assert.Zero(w.t, w.api.Requests(minttest.Organizations))
			return
		}
		w.may(w.holding("editor"), on("documents", "edit"))
		assert.Zero(w.t, w.api.Requests(minttest.Organizations), "the project's roles suffice")
		w.may(w.holding("archivist"), on("documents", "archive"))
		w.may(w.holding("editor"), on("documents", "shred"))
		w.mayNot(w.holding("archivist"), on("documents", "edit"), "organization role archivist allows only archive")
		assert.Equal(w.t, 1, w.api.Requests(minttest.Organizations))
		other := "organization-test-22222222-2222-4222-8222-222222222222"
		elsewhere := w.key.Sign(minttest.With(lasting(w.claims(dawn)), map[string]any{
			minttest.OrganizationClaim: map[string]any{"organization_id": other},
			minttest.SessionClaim:      map[string]any{"id": minttest.Session, "roles": []string{"archivist"}},
		}))
		w.mayNot(elsewhere, &question{OrganizationID: other, ResourceID: "documents", Action: "archive"},
			"the policy does not know role archivist")
	})
}

func TestAuthorizationCheck_tenancy(t *testing.T) {
	t.Parallel()
	promise(t, "another organization is refused before any policy is fetched", func(w *world) {
		if w.name == "b2c" {
			w.may(w.holding("editor"), on("documents", "edit"))
			assert.Zero(w.t, w.api.Requests(minttest.Organizations))
			return
		}
		for _, organization := range []string{
			"organization-test-2", "analytical-engines", minttest.Organization + " ", "ORGANIZATION" + minttest.Organization[12:],
		} {
			q := on("documents", "edit")
			q.OrganizationID = organization
			w.mayNot(w.holding("editor"), q, stytcherror.ErrTenancyMismatch.Reason)
		}
		assert.Equal(w.t, 1, w.api.Requests(""), "the keys")
	})
	promise(t, "a bad token is refused before anything is asked about its holder", func(w *world) {
		w.verifies(w.session(nil))
		forged := minttest.NewKey("jwk-test-enemy").WithKID(w.key.KID).Sign(w.claims(dawn))
		w.refuses(&call{SessionJWT: forged, AuthorizationCheck: editing()}, unsigned)
		assert.Equal(w.t, 1, w.api.Requests(""))
	})
}

func TestAuthorizationCheck_organizationsWithoutPolicy(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]struct {
		status int
		body   string
	}{
		"it is forbidden":      {http.StatusForbidden, `{"status_code":403,"request_id":"r","error_type":"feature_not_enabled"}`},
		"it is not found":      {http.StatusNotFound, `{"status_code":404,"request_id":"r","error_type":"route_not_found"}`},
		"there is none":        {http.StatusOK, `{"status_code":200,"request_id":"r"}`},
		"it is null":           {http.StatusOK, `{"status_code":200,"request_id":"r","org_policy":null}`},
		"it has no roles":      {http.StatusOK, `{"status_code":200,"request_id":"r","org_policy":{}}`},
		"its roles are a null": {http.StatusOK, `{"status_code":200,"request_id":"r","org_policy":{"roles":null}}`},
	} {
		promise(t, "an organization has no roles of its own when "+name, func(w *world) {
			w.api.Handle(minttest.Organizations, func(*http.Request) (int, []byte, error) { return answer.status, []byte(answer.body), nil })
			for range 10 {
				w.may(w.holding("editor"), on("documents", "edit"))
				w.mayNot(w.holding("editor"), on("documents", "shred"), "role editor allows only edit, read")
			}
			assert.LessOrEqual(w.t, w.api.Requests(minttest.Organizations), 1, "and that is remembered")
		})
	}
	for name, page := range map[string]string{
		"in HTML": "<html>forbidden</html>", "with nothing": "", "in JSON of its own": `{"error":"forbidden"}`,
		"without an error type": `{"request_id":"r","status_code":403}`, "without a request id": `{"error_type":"forbidden"}`,
	} {
		promise(t, "a gateway's 403 or 404 says nothing about an organization's roles: one that answers "+name, func(w *world) {
			if w.name == "b2c" {
				return
			}
			w.api.Serve(minttest.Organizations, ownRoles)
			w.may(w.holding("local"), on("documents", "stamp"))
			for _, status := range []int{http.StatusForbidden, http.StatusNotFound} {
				w.api.Handle(minttest.Organizations, func(*http.Request) (int, []byte, error) { return status, []byte(page), nil })
				w.advance(20 * time.Minute)
				w.may(w.holding("local"), on("documents", "stamp"))
			}
			w.advance(time.Hour)
			_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: w.holding("local"), AuthorizationCheck: on("documents", "stamp")})
			_, ok := errors.AsType[*stytcherror.PolicyError](err)
			require.True(w.t, ok, "%T: %v", err, err)
		})
	}
	promise(t, "a policy that cannot be had is no denial, unless the project's roles suffice", func(w *world) {
		if w.name == "b2c" {
			return
		}
		w.api.Handle(minttest.Organizations, func(*http.Request) (int, []byte, error) { return http.StatusInternalServerError, nil, nil })
		w.may(w.holding("editor"), on("documents", "edit"))
		_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: w.holding("editor"), AuthorizationCheck: on("documents", "shred")})
		failed, ok := errors.AsType[*stytcherror.PolicyError](err)
		require.True(w.t, ok, "%T: %v", err, err)
		assert.Contains(w.t, failed.Error(), "the organization's roles")
		assert.NotContains(w.t, failed.Error(), minttest.Secret)
		o, err := w.ask(w.t.Context(), w.client, &call{SessionJWT: w.holding("editor"), AuthorizationCheck: on("documents", "shred")})
		require.NoError(w.t, err)
		assert.True(w.t, o.remote)
	})
}

func TestAuthorizationCheck_cache(t *testing.T) {
	t.Parallel()
	const stricter = `{"request_id":"r","status_code":200,"policy":{"roles":[
		{"role_id":"editor","permissions":[{"resource_id":"documents","actions":["read"]}]}],"scopes":[],"resources":[]}}`
	promise(t, "a policy is fetched anew after four minutes, once, behind whoever comes next", func(w *world) {
		text := w.holding("editor")
		w.may(text, on("documents", "edit"))
		w.api.Serve(minttest.Policy, stricter)
		w.advance(4*time.Minute - 1)
		w.may(text, on("documents", "edit"))
		synctest.Wait()
		assert.Equal(w.t, 1, w.api.Requests(minttest.Policy))
		w.advance(1)
		_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: text, AuthorizationCheck: on("documents", "edit")})
		require.NoError(w.t, err, "nobody waits for the new one")
		synctest.Wait()
		w.mayNot(text, on("documents", "edit"), "role editor allows only read")
		assert.Equal(w.t, 2, w.api.Requests(minttest.Policy))
	})
	promise(t, "after five minutes, nobody is served the old one who can have the new one within two seconds", func(w *world) {
		text := w.holding("editor")
		w.may(text, on("documents", "edit"))
		w.api.Handle(minttest.Policy, func(*http.Request) (int, []byte, error) {
			time.Sleep(2*time.Second - 1)
			return http.StatusOK, []byte(stricter), nil
		})
		w.advance(5 * time.Minute)
		w.mayNot(text, on("documents", "edit"), "role editor allows only read")
	})
	promise(t, "PolicyTTL says for how long", func(w *world) {
		text := w.holding("editor")
		for minute := range 5 {
			w.may(text, on("documents", "edit"))
			synctest.Wait()
			assert.Equal(w.t, minute+1, w.api.Requests(minttest.Policy))
			w.advance(time.Minute)
		}
	}, func(c *stytch.Config) { c.Verification.PolicyTTL = time.Minute })
	for name := range troubles() {
		promise(t, "while the endpoint of the policy "+name+", the old one serves for an hour more", func(w *world) {
			text := w.holding("editor")
			w.may(text, on("documents", "edit"))
			if w.name == "b2b" {
				w.mayNot(text, on("documents", "shred"), "role editor allows only edit, read")
			}
			w.api.Handle(minttest.Policy, troubles()[name])
			w.api.Handle(minttest.Organizations, troubles()[name])
			for range 6 {
				w.advance(10 * time.Minute)
				began := time.Now()
				w.mayNot(text, on("documents", "shred"), "role editor allows only edit, read")
				assert.LessOrEqual(w.t, time.Since(began), 4*time.Second, "two for the policy, two for the organization's")
				began = time.Now()
				w.may(text, on("documents", "edit"))
				w.mayNot(text, on("documents", "shred"), "role editor allows only edit, read")
				assert.Zero(w.t, time.Since(began), "nobody else waits")
			}
			w.advance(5 * time.Minute)
			w.undecided(text)
			w.api.Serve(minttest.Policy, stricter)
			w.api.Serve(minttest.Organizations, `{"request_id":"r","status_code":200,"org_policy":{"roles":[]}}`)
			w.advance(time.Minute)
			w.mayNot(text, on("documents", "edit"), "role editor allows only read")
		})
	}
	promise(t, "callers of a policy that is not there yet wait for one fetch, each as long as it likes to", func(w *world) {
		w.verifies(w.session(nil))
		w.api.Handle(minttest.Policy, func(*http.Request) (int, []byte, error) {
			time.Sleep(5 * time.Second)
			return http.StatusOK, []byte(stricter), nil
		})
		text := w.holding("editor")
		var callers sync.WaitGroup
		for range 100 {
			callers.Go(func() { w.may(text, on("documents", "read")) })
			callers.Go(func() {
				ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
				defer cancel()
				_, err := w.local(ctx, w.client, &call{SessionJWT: text, AuthorizationCheck: on("documents", "read")})
				assert.ErrorIs(w.t, err, context.DeadlineExceeded)
			})
		}
		callers.Wait()
		assert.Equal(w.t, 1, w.api.Requests(minttest.Policy))
	})
	promise(t, "an answer that is no policy is not taken for one that allows nothing", func(w *world) {
		for _, body := range []string{
			`{}`, `{"request_id":"r","status_code":200}`, `{"request_id":"r","status_code":200,"policy":null}`, `<html>`, `[]`,
		} {
			w.api.Serve(minttest.Policy, body)
			w.undecided(w.holding("editor"))
			w.advance(time.Minute)
		}
	})
}

// undecided asserts that there is no policy to decide by, and that the API is asked then.
func (w *world) undecided(text string) {
	w.t.Helper()
	req := &call{SessionJWT: text, AuthorizationCheck: on("documents", "edit")}
	_, err := w.local(w.t.Context(), w.client, req)
	failed, ok := errors.AsType[*stytcherror.PolicyError](err)
	require.True(w.t, ok, "%T: %v", err, err)
	assert.Equal(w.t, w.name+".sessions.authenticate_jwt_local", failed.Op)
	assert.Contains(w.t, failed.Error(), "the project's policy")
	before := w.api.Requests(w.remote)
	o, err := w.ask(w.t.Context(), w.client, req)
	require.NoError(w.t, err)
	assert.True(w.t, o.remote)
	assert.Equal(w.t, 1, w.api.Requests(w.remote)-before)
}
