package verify_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	introspectPath = "/oauth2/introspect"
	appSecret      = "cAnArY+sEcReT/0123456789abcdef="
)

// noRetry makes a client send each request once.
func noRetry(c *stytch.Config) { c.Retry = shared.RetryPolicy{MaxAttempts: 1} }

func (f *fixture) localOp() string { return f.name + ".idp.introspect_token_local" }

func (f *fixture) networkOp() string { return f.name + ".idp.introspect_token_network" }

// accessToken returns a Connected App's access token that is issued now, with other claims.
func (f *fixture) accessToken(others map[string]any) string {
	return f.key.Sign(minttest.With(minttest.AppToken(f.now(), f.isB2B()), others))
}

// tokenClaims returns the claims of an access token that is issued at the start.
func (f *fixture) tokenClaims() *tokenClaims {
	claims := &tokenClaims{
		Subject: f.subject, Scope: "openid read:reports", Audience: []string{minttest.Project}, Issuer: minttest.Issuer,
		ExpiresAt: start.Add(time.Hour), IssuedAt: start, NotBefore: start, TokenType: "access_token",
		ClientID: minttest.App, CustomClaims: map[string]any{"plan": "pro"},
	}
	if f.isB2B() {
		claims.Organization.OrganizationID, claims.Organization.Slug = minttest.Organization, "analytical-engines"
	}
	return claims
}

// introspection returns the API's response about that token.
func (f *fixture) introspection() string {
	organization := ""
	if f.isB2B() {
		organization = `"https://stytch.com/organization":
			{"organization_id": "` + minttest.Organization + `", "slug": "analytical-engines"},`
	}
	return fmt.Sprintf(`{"active": true, "token_type": "access_token", "sub": %q, "aud": [%q], "client_id": %q,
		"scope": "openid read:reports", "iss": %q, "exp": %d, "iat": %d, "nbf": %[6]d, "jti": "token-1", "plan": "pro",
		"https://stytch.com/new": 1, %s "request_id": "request-id-1", "status_code": 200}`, f.subject, minttest.Project,
		minttest.App, minttest.Issuer, start.Add(time.Hour).Unix(), start.Unix(), organization)
}

// introspectionRequest returns a request about that token.
func introspectionRequest() *networkRequest {
	return &networkRequest{Token: "cAnArY-token", ClientID: minttest.App, ClientSecret: new(appSecret)}
}

// withBothIntrospections introspects the token locally and by the API, and then with the operation and its results.
func (f *fixture) withBothIntrospections(c *check, then func(op string, claims *tokenClaims, err error)) {
	f.api.Serve(introspectPath, f.introspection())
	claims, err := f.introspectLocal(f.t.Context(), &localRequest{Token: f.accessToken(nil), AuthorizationCheck: c})
	then(f.localOp(), claims, err)
	req := introspectionRequest()
	req.AuthorizationCheck = c
	claims, err = f.introspectNetwork(f.t.Context(), req)
	then(f.networkOp(), claims, err)
}

func TestIntrospect_authorization(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "a scope allows its actions, and no others", func(f *fixture) {
		f.withBothIntrospections(on("reports", "read"), func(_ string, claims *tokenClaims, err error) {
			require.NoError(f.t, err)
			assert.Equal(f.t, f.tokenClaims(), claims)
		})
		for c, reason := range map[*check]string{
			on("reports", "write"):  "scope read:reports allows only read",
			on("documents", "edit"): "nothing on this resource is allowed by scope read:reports", // the role editor may
		} {
			f.withBothIntrospections(c, func(op string, claims *tokenClaims, err error) {
				assert.Nil(f.t, claims)
				f.isDenial(err, op, c.ResourceID, c.Action, reason)
			})
		}
		assert.Equal(f.t, 1, f.api.Requests(minttest.Policy))
		assert.Zero(f.t, f.api.Requests(minttest.Organizations), "an organization's roles do not count for scopes")
	})
	forB2B(t, "a check in another organization is denied before a policy is fetched", func(f *fixture) {
		for organization, reason := range map[string]string{
			"organization-test-2": tenancyMismatch, "analytical-engines": notAnID,
		} {
			c := &check{OrganizationID: organization, ResourceID: "reports", Action: "read"}
			f.withBothIntrospections(c, func(op string, claims *tokenClaims, err error) {
				assert.Nil(f.t, claims)
				f.isDenial(err, op, c.ResourceID, c.Action, reason)
			})
		}
		assert.Zero(f.t, f.api.Requests(minttest.Policy))
	})
	forB2B(t, "a check without an organization is in the token's own", func(f *fixture) {
		c := &check{ResourceID: "reports", Action: "read"}
		f.withBothIntrospections(c, func(_ string, _ *tokenClaims, err error) { require.NoError(f.t, err) })
		c.Action = "write"
		f.withBothIntrospections(c, func(_ string, _ *tokenClaims, err error) {
			assert.IsType(f.t, new(stytcherror.PermissionError), err)
		})
	})
	forEachProduct(t, "without a policy, a check is neither allowed nor denied", func(f *fixture) {
		f.api.Handle(minttest.Policy, minttest.Status(http.StatusInternalServerError, ""))
		f.withBothIntrospections(on("reports", "read"), func(op string, claims *tokenClaims, err error) {
			assert.Nil(f.t, claims)
			assert.Equal(f.t, op, outermost[*stytcherror.PolicyError](f.t, err).Op)
		})
	}, noRetry)
	forEachProduct(t, "an incomplete check is refused before anything is sent", func(f *fixture) {
		for field, c := range map[string]*check{"resource_id": on("", "read"), "action": on("reports", "")} {
			f.withBothIntrospections(c, func(op string, claims *tokenClaims, err error) {
				assert.Nil(f.t, claims)
				isArgumentError(f.t, err, op, field)
			})
		}
		assert.Zero(f.t, f.api.Requests(""))
	})
}

func TestIntrospect_refusesArguments(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "an incomplete request is refused before anything is sent", func(f *fixture) {
		var none context.Context
		for _, tt := range []struct {
			op, field string
			call      func() (*tokenClaims, error)
		}{
			{f.localOp(), "token", func() (*tokenClaims, error) { return f.introspectLocal(f.t.Context(), nil) }},
			{f.networkOp(), "token", func() (*tokenClaims, error) { return f.introspectNetwork(f.t.Context(), nil) }},
			{f.localOp(), "ctx", func() (*tokenClaims, error) { return f.introspectLocal(none, nil) }},
			{f.networkOp(), "ctx", func() (*tokenClaims, error) { return f.introspectNetwork(none, nil) }},
			{f.networkOp(), "client_id", func() (*tokenClaims, error) {
				return f.introspectNetwork(f.t.Context(), &networkRequest{Token: "t"})
			}},
		} {
			claims, err := tt.call()
			assert.Nil(f.t, claims)
			isArgumentError(f.t, err, tt.op, tt.field)
		}
		assert.Zero(f.t, f.api.Requests(""))
	})
}

func TestIntrospectTokenNetwork_log(t *testing.T) {
	t.Parallel()
	for _, p := range products() {
		t.Run("the client's log shows no secret of a request/"+p.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			f := newFixture(t, p, func(c *stytch.Config) {
				c.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			})
			f.api.Serve(introspectPath, f.introspection())
			_, err := f.introspectNetwork(t.Context(), introspectionRequest())
			require.NoError(t, err)
			assert.Contains(t, log.String(), f.networkOp())
			canarytest.Hidden(t, log.String(), "cAnArY")
		})
	}
}
