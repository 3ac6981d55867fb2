package idp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// either is one of the two ways to introspect the same token.
type either struct {
	op  string
	ask func(context.Context, *idp.Service, *sessions.AuthorizationCheck) (*idp.IntrospectTokenClaims, error)
}

var ways = []either{
	{local, func(ctx context.Context, s *idp.Service, c *sessions.AuthorizationCheck) (*idp.IntrospectTokenClaims, error) {
		return s.IntrospectTokenLocal(ctx, &idp.IntrospectTokenLocalRequest{Token: app(nil), AuthorizationCheck: c})
	}},
	{network, func(ctx context.Context, s *idp.Service, c *sessions.AuthorizationCheck) (*idp.IntrospectTokenClaims, error) {
		req := networkRequest()
		req.AuthorizationCheck = c
		return s.IntrospectTokenNetwork(ctx, req)
	}},
}

func TestIntrospect_authorization(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		for name, tt := range map[string]struct {
			check  *sessions.AuthorizationCheck
			denied bool
			policy int
		}{
			"what a scope allows is allowed":            {check(minttest.Organization, "reports", "read"), false, 1},
			"another action is not":                     {check(minttest.Organization, "reports", "write"), true, 1},
			"what only roles allow is not":              {check(minttest.Organization, "documents", "edit"), true, 1},
			"another organization's is refused at once": {check("organization-test-2", "reports", "read"), true, 0},
			"its slug is no id":                         {check("analytical-engines", "reports", "read"), true, 0},
		} {
			t.Run(way.op+": "+name, func(t *testing.T) {
				t.Parallel()
				api := minttest.NewAPI(key)
				api.Serve(introspect, answer)
				got, err := way.ask(t.Context(), client(t, api).B2B.IDP.Service, tt.check)
				assert.Equal(t, tt.policy, api.Requests(minttest.Policy))
				assert.Zero(t, api.Requests(minttest.Organizations), "an organization's own roles have no part in scopes")
				if !tt.denied {
					require.NoError(t, err)
					assert.Equal(t, &want, got)
					return
				}
				require.Nil(t, got)
				e, ok := err.(*stytcherror.PermissionError) //nolint:errorlint // the outermost error is meant
				require.True(t, ok, "%T: %v", err, err)
				assert.Equal(t, way.op, e.Op)
				assert.Equal(t, tt.policy == 0, errors.Is(err, stytcherror.ErrTenancyMismatch))
				assert.Equal(t, tt.policy != 0, errors.Is(err, stytcherror.CodeSessionAuthorizationError))
			})
		}
		t.Run(way.op+": without a policy nothing is decided", func(t *testing.T) {
			t.Parallel()
			api := minttest.NewAPI(key)
			api.Serve(introspect, answer)
			api.Handle(minttest.Policy, func(*http.Request) (int, []byte, error) { return 500, nil, nil })
			_, err := way.ask(t.Context(), client(t, api).B2B.IDP.Service, check(minttest.Organization, "reports", "read"))
			e, ok := err.(*stytcherror.PolicyError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
			assert.Equal(t, way.op, e.Op)
		})
		t.Run(way.op+": a check without organization_id is about the token's own", func(t *testing.T) {
			t.Parallel()
			api := minttest.NewAPI(key)
			api.Serve(introspect, answer)
			_, err := way.ask(t.Context(), client(t, api).B2B.IDP.Service, check("", "reports", "read"))
			require.NoError(t, err)
			_, err = way.ask(t.Context(), client(t, api).B2B.IDP.Service, check("", "reports", "write"))
			_, denied := errors.AsType[*stytcherror.PermissionError](err)
			assert.True(t, denied, "%v", err)
		})
		for field, incomplete := range map[string]*sessions.AuthorizationCheck{
			"resource_id": check("o", "", "read"), "action": check("o", "reports", ""),
		} {
			t.Run(way.op+": a check without "+field+" is refused before any work", func(t *testing.T) {
				t.Parallel()
				api := minttest.NewAPI(key)
				_, err := way.ask(t.Context(), client(t, api).B2B.IDP.Service, incomplete)
				e, ok := err.(*stytcherror.ArgumentError) //nolint:errorlint // the outermost error is meant
				require.True(t, ok, "%T: %v", err, err)
				assert.Equal(t, []string{way.op, field}, []string{e.Op, e.Field})
				assert.Zero(t, api.Requests(""))
			})
		}
	}
}

func TestIntrospect_arguments(t *testing.T) {
	t.Parallel()
	var none context.Context
	s := client(t, minttest.NewAPI(key)).B2B.IDP
	for _, tt := range []struct {
		name, field string
		call        func() (*idp.IntrospectTokenClaims, error)
	}{
		{"no request", "token", func() (*idp.IntrospectTokenClaims, error) { return s.IntrospectTokenLocal(t.Context(), nil) }},
		{"no request to send", "token", func() (*idp.IntrospectTokenClaims, error) { return s.IntrospectTokenNetwork(t.Context(), nil) }},
		{"a nil context", "ctx", func() (*idp.IntrospectTokenClaims, error) { return s.IntrospectTokenLocal(none, nil) }},
		{"a nil context to send under", "ctx", func() (*idp.IntrospectTokenClaims, error) { return s.IntrospectTokenNetwork(none, nil) }},
		{"no client", "client_id", func() (*idp.IntrospectTokenClaims, error) {
			return s.IntrospectTokenNetwork(t.Context(), &idp.IntrospectTokenNetworkRequest{Token: "t"})
		}},
		{"a service that New did not make", "cfg", func() (*idp.IntrospectTokenClaims, error) {
			return new(idp.Service).IntrospectTokenNetwork(t.Context(), networkRequest())
		}},
	} {
		t.Run(tt.name+" is refused", func(t *testing.T) {
			t.Parallel()
			got, err := tt.call()
			require.Nil(t, got)
			e, ok := errors.AsType[*stytcherror.ArgumentError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.field, e.Field)
		})
	}
}

func TestRedaction(t *testing.T) {
	t.Parallel()
	check := check("o", "reports", "read")
	toSend := networkRequest()
	toSend.AuthorizationCheck = check
	toLook := &idp.IntrospectTokenLocalRequest{Token: "cAnArY-token", MaxTokenAge: new(time.Minute), AuthorizationCheck: check}
	for name, v := range map[string]any{"a pointer to one to send": toSend, "one to send": *toSend, "a pointer to one": toLook, "one": *toLook} {
		t.Run("a request shows no secret: "+name, func(t *testing.T) {
			t.Parallel()
			canarytest.Hidden(t, v, "cAnArY")
			assert.Contains(t, fmt.Sprint(v), `"reports"`, "but all the rest")
		})
	}
	assert.Contains(t, fmt.Sprint(toLook), `"1m0s"`)
	t.Run("the client's own log shows none", func(t *testing.T) {
		t.Parallel()
		var log bytes.Buffer
		api := minttest.NewAPI(key)
		api.Serve(introspect, answer)
		c := client(t, api, func(c *stytch.Config) {
			c.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		_, err := c.B2B.IDP.IntrospectTokenNetwork(t.Context(), networkRequest())
		require.NoError(t, err)
		assert.Contains(t, log.String(), network)
		canarytest.Hidden(t, log.String(), "cAnArY")
	})
}
