package samlshield_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/samlshield"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestNewClient_refuses(t *testing.T) {
	t.Parallel()
	public := func(token string) samlshield.Config { return samlshield.Config{PublicToken: token} }
	base := func(url string) samlshield.Config { return samlshield.Config{PublicToken: token, BaseURL: url} }
	live := func(url string) samlshield.Config { return samlshield.Config{PublicToken: liveToken, BaseURL: url} }
	plain := func(token string) samlshield.Config {
		return samlshield.Config{PublicToken: token, BaseURL: "http://shield:4100", AllowPlainHTTP: true}
	}
	with := func(edit func(*samlshield.Config)) samlshield.Config {
		c := public(token)
		edit(&c)
		return c
	}
	for name, tt := range map[string]struct {
		config        samlshield.Config
		field, reason string
	}{
		"no token":                        {samlshield.Config{}, "PublicToken", "is required"},
		"a project's secret":              {public("secret-test-cAnArY"), "PublicToken", "is a secret"},
		"a project id":                    {public("project-test-cAnArY"), "PublicToken", "is a project id"},
		"a token with a line break":       {public(token + "\r\nX: y"), "PublicToken", "holds spaces"},
		"a token with a space":            {public(" " + token), "PublicToken", "holds spaces"},
		"a token that is not UTF-8":       {public(token + "\xff"), "PublicToken", "holds spaces"},
		"http to a remote host":           {base("http://api.samlshield.com"), "BaseURL", "in the clear"},
		"http to a host that looks local": {base("http://127.0.0.1.cAnArY.example"), "BaseURL", "in the clear"},
		"a token in quotes":               {public(`"` + token + `"`), "PublicToken", "quotation mark"},
		"a token in single quotes":        {public("'" + token + "'"), "PublicToken", "quotation mark"},
		"a token after a byte order mark": {public("\ufeff" + token), "PublicToken", "printable ASCII"},
		"a token with a no-break space":   {public(token + "\u00a0"), "PublicToken", "printable ASCII"},
		"a token with a zero-width space": {public("public-token\u200b-live-1"), "PublicToken", "printable ASCII"},
		"a live token in upper case":      {public("PUBLIC-TOKEN-LIVE-1"), "PublicToken", "lower case"},
		"a secret in upper case":          {public("SECRET-LIVE-cAnArY"), "PublicToken", "is a secret"},
		"http to localhost with a dot":    {base("http://localhost."), "BaseURL", "AllowPlainHTTP"},
		"http to a name under localhost":  {base("http://x.localhost"), "BaseURL", "AllowPlainHTTP"},
		"http to a container":             {base("http://shield:4100"), "BaseURL", "AllowPlainHTTP"},
		"a live token's http to a container, allowed": {
			samlshield.Config{PublicToken: liveToken, BaseURL: "http://shield:4100", AllowPlainHTTP: true}, "BaseURL", "for a test project",
		},
		"a live token and loopback":        {live("http://127.0.0.1:8080"), "BaseURL", "AllowLiveOnLoopback"},
		"a live token and local https":     {live("https://localhost"), "BaseURL", "AllowLiveOnLoopback"},
		"an address with credentials":      {base("https://user:cAnArY@auth.example"), "BaseURL", "carries credentials"},
		"an address with a query":          {base("https://auth.example/?key=cAnArY"), "BaseURL", "carries a query"},
		"an address with a fragment":       {base("https://auth.example/#cAnArY"), "BaseURL", "carries a query"},
		"an address without a scheme":      {base("auth.example"), "BaseURL", "is not an absolute URL"},
		"an address of another scheme":     {base("ftp://auth.example"), "BaseURL", "is neither https nor http"},
		"an address with a port too large": {base("https://auth.example:99999"), "BaseURL", "is not an absolute URL"},
		"a placeholder":                    {public("${SAMLSHIELD_TOKEN}"), "PublicToken", "is a placeholder"},
		"a template":                       {public("{{ .Token }}"), "PublicToken", "is a placeholder"},
		"a placeholder of the docs":        {public("public-token-live-..."), "PublicToken", "is a placeholder"},
		"a token before a comma":           {public(token + ","), "PublicToken", `ends with ","`},
		"a token before an escaped break":  {public(token + `\n`), "PublicToken", "backslash"},
		"a token as a line of an env file": {public("SAMLSHIELD_TOKEN=" + token), "PublicToken", "NAME=value"},
		"a token after its scheme":         {public("Bearer%20" + token), "PublicToken", "percent"},
		"a live token after other text":    {plain("Bearer:" + liveToken), "PublicToken", "other text before public-token-live-"},
		"a live token in escaped quotes":   {plain(`\"` + liveToken + `\"`), "PublicToken", "quotation mark"},
		"a live token with underscores":    {plain("public_token_live_1"), "PublicToken", "is of the live environment"},
		"an organization's id":             {public("organization-test-1"), "PublicToken", "the id of an organization"},
		"a workspace's key":                {public("workspace-key-prod-cAnArY"), "PublicToken", "workspace"},
		"the auth API's address":           {base("https://api.stytch.com"), "BaseURL", "is the address of the auth API, not of SAML Shield"},
		"the fraud API's address":          {base("https://telemetry.stytch.com"), "BaseURL", "is the address of the fraud API"},
		"its own address with /v1":         {base("https://api.samlshield.com/v1"), "BaseURL", "/v1"},
		"its own address with a path":      {base("https://api.samlshield.com/v1/saml/validate"), "BaseURL", "/v1"},
		"another address with /v1":         {base("https://shield.example/v1/"), "BaseURL", "has the path /v1"},
		"a negative bound of the body": {
			with(func(c *samlshield.Config) { c.MaxResponseBytes = -1 }), "MaxResponseBytes", "is negative",
		},
		"a negative number of attempts": {
			with(func(c *samlshield.Config) { c.Retry.MaxAttempts = -1 }), "Retry.MaxAttempts", "is negative",
		},
		"a negative delay": {with(func(c *samlshield.Config) { c.Retry.MinDelay = -1 }), "Retry", "negative delay"},
		"a middleware that is nil": {
			with(func(c *samlshield.Config) { c.Middleware = []func(http.RoundTripper) http.RoundTripper{nil} }),
			"Middleware", "nil function",
		},
		"a middleware that returns nil": {
			with(func(c *samlshield.Config) {
				c.Middleware = []func(http.RoundTripper) http.RoundTripper{func(http.RoundTripper) http.RoundTripper { return nil }}
			}),
			"Middleware", "returned no transport",
		},
	} {
		t.Run(name+" is refused, by the field's name and without its value", func(t *testing.T) {
			t.Parallel()
			c, err := samlshield.NewClient(tt.config)
			require.Nil(t, c)
			e, ok := err.(*stytcherror.ArgumentError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
			assert.Equal(t, "samlshield.NewClient", e.Op)
			assert.Equal(t, tt.field, e.Field)
			assert.Contains(t, e.Reason, tt.reason)
			canarytest.Hidden(t, err, "cAnArY")
		})
	}
}

func TestNewClient_accepts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		token, base string
		allow       bool
		want        string
	}{
		"an address in upper case":       {token, "HTTPS://Shield.Example:443/", false, "https://shield.example/v1/saml/validate"},
		"http to LOCALHOST":              {token, "http://LOCALHOST:8080", false, "http://localhost:8080/v1/saml/validate"},
		"http to a container":            {token, "http://Shield:4100", true, "http://shield:4100/v1/saml/validate"},
		"no address":                     {token, "", false, "https://api.samlshield.com/v1/saml/validate"},
		"a live token":                   {liveToken, "", false, "https://api.samlshield.com/v1/saml/validate"},
		"a token with another prefix":    {"cAnArY", "", false, "https://api.samlshield.com/v1/saml/validate"},
		"an address with a prefix":       {token, "https://proxy.example:8443/shield/", false, "https://proxy.example:8443/shield/v1/saml/validate"},
		"http on loopback":               {token, "http://[::1]:8080", false, "http://[::1]:8080/v1/saml/validate"},
		"a live token there, if allowed": {liveToken, "http://localhost", true, "http://localhost/v1/saml/validate"},
	} {
		t.Run(name+" is accepted", func(t *testing.T) {
			t.Parallel()
			var got string
			c := client(t, func(r *http.Request) (*http.Response, error) {
				got = r.URL.String()
				assert.Equal(t, "Bearer "+tt.token, r.Header.Get("Authorization"))
				return respond(r, http.StatusOK, jsonOK), nil
			}, func(c *samlshield.Config) {
				c.PublicToken, c.BaseURL, c.AllowLiveOnLoopback = tt.token, tt.base, tt.allow
				c.AllowPlainHTTP = tt.allow
			})
			_, err := c.SAML.Validate(t.Context(), request)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
		})
	}
}

//nolint:paralleltest // it counts goroutines
func TestNewClient_startsNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 100 {
		client(t, func(r *http.Request) (*http.Response, error) {
			t.Error("NewClient used the network:", r.URL)
			return respond(r, http.StatusOK, jsonOK), nil
		})
		_, err := samlshield.NewClient(samlshield.Config{PublicToken: token})
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	t.Run("no middleware sees the token", func(t *testing.T) {
		t.Parallel()
		seen := 0
		c := client(t, answering(http.StatusOK, jsonOK), func(c *samlshield.Config) {
			c.Middleware = []func(http.RoundTripper) http.RoundTripper{func(next http.RoundTripper) http.RoundTripper {
				return roundTrip(func(r *http.Request) (*http.Response, error) {
					seen++
					assert.Empty(t, r.Header.Get("Authorization"))
					resp, err := next.RoundTrip(r)
					assert.Empty(t, resp.Request.Header.Get("Authorization"))
					return resp, err
				})
			}}
		})
		_, err := c.SAML.Validate(t.Context(), request)
		require.NoError(t, err)
		assert.Equal(t, 1, seen)
	})
}

func TestRedaction(t *testing.T) {
	t.Parallel()
	config := samlshield.Config{PublicToken: token, BaseURL: "https://shield.example"}
	c, err := samlshield.NewClient(config)
	require.NoError(t, err)
	for name, v := range map[string]any{
		"Config": config, "*Config": &config, "Client": c, "Client by value": *c, "Service": c.SAML,
		"request": *request, "*request": request,
	} {
		t.Run("no way to print a "+name+" shows a secret", func(t *testing.T) {
			t.Parallel()
			canarytest.Hidden(t, v, token, assertion, "cAnArY")
		})
	}
	t.Run("each says which service it is for", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "samlshield.Config(PublicToken: [redacted], BaseURL: https://shield.example)", fmt.Sprint(config))
		assert.Equal(t, "samlshield.Client(https://shield.example)", fmt.Sprint(c))
		assert.Equal(t, "samlshield.Client(nil)", fmt.Sprint((*samlshield.Client)(nil)))
		assert.Equal(t, `ValidateRequest{"SAMLResponse":"[redacted]"}`, fmt.Sprint(request))
	})
	t.Run("the JSON of a request contains its secret", func(t *testing.T) {
		t.Parallel()
		raw, err := json.Marshal(request)
		require.NoError(t, err)
		assert.JSONEq(t, `{"SAMLResponse": "`+assertion+`"}`, string(raw))
	})
	for result, status := range map[string]int{"a success": http.StatusOK, "an error": http.StatusBadRequest} {
		t.Run("the client's own log of "+result+" shows no secret", func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			c := client(t, answering(status, `{"request_id": "r", "error_message": "`+assertion+`"}`), func(c *samlshield.Config) {
				c.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			})
			_, err := c.SAML.Validate(t.Context(), request)
			assert.Equal(t, status >= 400, err != nil)
			assert.Contains(t, log.String(), "samlshield.saml.validate")
			assert.Contains(t, log.String(), "[redacted]")
			canarytest.Hidden(t, log.String(), token, assertion, "cAnArY")
		})
	}
}
