package sweep_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	b2boauth "github.com/seed75add069/stytch-go/b2b/oauth"
	oauthdiscovery "github.com/seed75add069/stytch-go/b2b/oauth/discovery"
	"github.com/seed75add069/stytch-go/b2b/sso"
	b2coauth "github.com/seed75add069/stytch-go/b2c/oauth"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestStartURL(t *testing.T) {
	t.Parallel()
	c := client(t, nil, func(c *stytch.Config) { c.BaseURL = "https://login.example/base" })
	assert.Equal(t, "https://login.example/base", c.BaseURL())
	const token = "public-token-test-1"
	for name, tt := range map[string]struct {
		build func() (string, error)
		want  string
	}{
		"consumer OAuth": {func() (string, error) {
			return c.B2C.OAuth.StartURL(&b2coauth.StartURLRequest{
				Provider: b2coauth.ProviderGoogle, PublicToken: token, LoginRedirectURL: new("https://app.example/cb?a=b&c=d"),
				CustomScopes: []string{"drive", "calendar.read"}, ProviderParameters: map[string]string{"prompt": "select account"},
			})
		}, "/v1/public/oauth/google/start?custom_scopes=drive+calendar.read" +
			"&login_redirect_url=https%3A%2F%2Fapp.example%2Fcb%3Fa%3Db%26c%3Dd&provider_prompt=select+account&public_token=" + token},
		"B2B OAuth": {func() (string, error) {
			return c.B2B.OAuth.StartURL(&b2boauth.StartURLRequest{
				Provider: b2boauth.ProviderGitHub, PublicToken: token, Slug: new("acme"), PKCECodeChallenge: new("challenge"),
			})
		}, "/v1/b2b/public/oauth/github/start?pkce_code_challenge=challenge&public_token=" + token + "&slug=acme"},
		"B2B discovery": {func() (string, error) {
			return c.B2B.OAuth.Discovery.StartURL(&oauthdiscovery.StartURLRequest{
				Provider: b2boauth.ProviderMicrosoft, PublicToken: token,
			})
		}, "/v1/b2b/public/oauth/microsoft/discovery/start?public_token=" + token},
		"SSO": {func() (string, error) {
			return c.B2B.SSO.StartURL(&sso.StartURLRequest{
				PublicToken: token, ConnectionID: shared.NonZero("saml-connection-1"), CustomScopes: []string{},
			})
		}, "/v1/public/sso/start?connection_id=saml-connection-1&public_token=" + token},
		"a provider that would leave its place": {func() (string, error) {
			return c.B2C.OAuth.StartURL(&b2coauth.StartURLRequest{Provider: "a/b?c", PublicToken: token})
		}, "/v1/public/oauth/a%2Fb%3Fc/start?public_token=" + token},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.build()
			require.NoError(t, err)
			assert.Equal(t, "https://login.example/base"+tt.want, got)
		})
	}
	for field, build := range map[string]func() (string, error){
		"provider":     func() (string, error) { return c.B2B.OAuth.StartURL(nil) },
		"public_token": func() (string, error) { return c.B2B.SSO.StartURL(new(sso.StartURLRequest)) },
		"cfg":          func() (string, error) { return new(sso.Service).StartURL(&sso.StartURLRequest{PublicToken: token}) },
		"slug": func() (string, error) {
			return c.B2B.SSO.StartURL(&sso.StartURLRequest{PublicToken: token, Slug: new("\xff")})
		},
		"provider_prompt": func() (string, error) {
			return c.B2C.OAuth.StartURL(&b2coauth.StartURLRequest{
				Provider: "google", PublicToken: token, ProviderParameters: map[string]string{"prompt": "\xff"},
			})
		},
	} {
		t.Run("without a good "+field+" there is none", func(t *testing.T) {
			t.Parallel()
			got, err := build()
			assert.Empty(t, got)
			e, ok := errors.AsType[*stytcherror.ArgumentError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, field, e.Field)
		})
	}
}
