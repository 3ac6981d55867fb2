package verify_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b"
	b2bidp "github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/b2c"
	b2cidp "github.com/seed75add069/stytch-go/b2c/idp"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestTrees(t *testing.T) {
	t.Parallel()
	key := minttest.NewKey("jwk-test-1")
	api := minttest.NewAPI(key)
	machine := &m2m.AuthenticateTokenRequest{AccessToken: key.Sign(minttest.M2MToken(start))}
	t.Run("the services of each tree share its product's keys, without a client", func(t *testing.T) {
		t.Parallel()
		cfg := &shared.FetchConfig{
			ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"},
			HTTPClient: api.Client(), Now: func() time.Time { return start },
		}
		members, users := b2b.New(cfg), b2c.New(cfg)
		assert.Nil(t, cfg.Verifier, "cfg is not changed")
		for range 2 {
			require.NoError(t, members.Sessions.Ready(t.Context()))
			_, err := members.M2M.AuthenticateToken(t.Context(), machine)
			require.NoError(t, err)
			_, err = members.IDP.IntrospectTokenLocal(t.Context(), &b2bidp.IntrospectTokenLocalRequest{
				Token: key.Sign(minttest.AppToken(start, true)),
			})
			require.NoError(t, err)
		}
		assert.Equal(t, 1, api.Requests("/v1/b2b/sessions/jwks/"))
		assert.Equal(t, 1, api.Requests(""))
		require.NoError(t, users.Sessions.Ready(t.Context()))
		_, err := users.M2M.AuthenticateToken(t.Context(), machine)
		require.NoError(t, err)
		_, err = users.IDP.IntrospectTokenLocal(t.Context(), &b2cidp.IntrospectTokenLocalRequest{
			Token: key.Sign(minttest.AppToken(start, false)),
		})
		require.NoError(t, err)
		assert.Equal(t, 1, api.Requests("/v1/sessions/jwks/"))
		assert.Equal(t, 2, api.Requests(""))
	})
	t.Run("without a FetchConfig, services refuse", func(t *testing.T) {
		t.Parallel()
		members, users := b2b.New(nil), b2c.New(nil)
		_, err := members.M2M.AuthenticateToken(t.Context(), machine)
		for _, err := range []error{err, members.Sessions.Ready(t.Context()), users.Sessions.Ready(t.Context())} {
			assert.Equal(t, "cfg", outermost[*stytcherror.ArgumentError](t, err).Field)
		}
	})
}
