package stytch_test

import (
	"net/http"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestNewClient_refuses(t *testing.T) {
	t.Parallel()
	base := func(url string) stytch.Config {
		return stytch.Config{ProjectID: testID, Secret: secretText, BaseURL: url}
	}
	live := func(url string) stytch.Config {
		return stytch.Config{ProjectID: liveID, Secret: secretText, BaseURL: url}
	}
	with := func(edit func(*stytch.Config)) stytch.Config {
		c := base("")
		edit(&c)
		return c
	}
	for name, tt := range map[string]struct {
		config        stytch.Config
		field, reason string
	}{
		"neither id nor secret":             {stytch.Config{}, "ProjectID", "is required"},
		"no id":                             {stytch.Config{Secret: secretText}, "ProjectID", "is required"},
		"no secret":                         {stytch.Config{ProjectID: testID}, "Secret", "is required"},
		"id and secret swapped":             {stytch.Config{ProjectID: secretText, Secret: testID}, "ProjectID", "swapped"},
		"the id as the secret too":          {stytch.Config{ProjectID: testID, Secret: testID}, "Secret", "swapped"},
		"an id with a colon":                {stytch.Config{ProjectID: "project-test-1:" + secretText, Secret: secretText}, "ProjectID", "holds"},
		"an id with a line break":           {stytch.Config{ProjectID: testID + "\n", Secret: secretText}, "ProjectID", "holds"},
		"a secret with a line break":        {stytch.Config{ProjectID: testID, Secret: secretText + "\n"}, "Secret", "holds"},
		"a secret with a space":             {stytch.Config{ProjectID: testID, Secret: " " + secretText}, "Secret", "holds"},
		"a secret that is not UTF-8":        {stytch.Config{ProjectID: testID, Secret: secretText + "\xff"}, "Secret", "holds"},
		"http to a remote host":             {base("http://test.stytch.com"), "BaseURL", "in the clear"},
		"http to a host that looks local":   {base("http://127.0.0.1.evil.com"), "BaseURL", "in the clear"},
		"http to a name that looks local":   {base("http://localhost.evil.com"), "BaseURL", "in the clear"},
		"http to a name that ends so":       {base("http://evillocalhost"), "BaseURL", "in the clear"},
		"http to a mapped private address":  {base("http://[::ffff:10.0.0.1]"), "BaseURL", "in the clear"},
		"http to a private address":         {base("http://192.168.0.1:8080"), "BaseURL", "in the clear"},
		"http to every address":             {base("http://0.0.0.0:8080"), "BaseURL", "in the clear"},
		"http to a number as a host":        {base("http://2130706433"), "BaseURL", "in the clear"},
		"HTTP in capitals":                  {base("HTTP://test.stytch.com"), "BaseURL", "in the clear"},
		"a live id with a loopback address": {live("http://127.0.0.1:8080"), "BaseURL", "AllowLiveOnLoopback"},
		"a live id with https to loopback":  {live("https://localhost"), "BaseURL", "AllowLiveOnLoopback"},
		"a live id with the test host":      {live("https://TEST.stytch.com"), "BaseURL", "ProjectID a live project"},
		"a test id with the live host":      {base("https://api.stytch.com/"), "BaseURL", "ProjectID a test project"},
		"an address with credentials":       {base("https://user:cAnArY@auth.example"), "BaseURL", "carries credentials"},
		"an address with a user":            {base("https://cAnArY@auth.example"), "BaseURL", "carries credentials"},
		"an address with a query":           {base("https://auth.example/?key=cAnArY"), "BaseURL", "carries a query or a fragment"},
		"an address with an empty query":    {base("https://auth.example/?"), "BaseURL", "carries a query or a fragment"},
		"an address with a fragment":        {base("https://auth.example/#cAnArY"), "BaseURL", "carries a query or a fragment"},
		"an address without a host":         {base("https:///v1"), "BaseURL", "is not an absolute URL"},
		"an address with only a port":       {base("https://:443"), "BaseURL", "is not an absolute URL"},
		"an address with a port too large":  {base("https://auth.example:99999"), "BaseURL", "is not an absolute URL"},
		"an address without a scheme":       {base("auth.example"), "BaseURL", "is not an absolute URL"},
		"a host and port as an address":     {base("localhost:8080"), "BaseURL", "is not an absolute URL"},
		"an address of another scheme":      {base("ftp://auth.example"), "BaseURL", "is neither https nor http"},
		"garbage as an address":             {base("://cAnArY"), "BaseURL", "is not an absolute URL"},
		"an address with a space":           {base("https://auth example"), "BaseURL", "is not an absolute URL"},
		"an address with a control":         {base("https://auth.example/\x00cAnArY"), "BaseURL", "is not an absolute URL"},
		"the same for the fraud API": {
			with(func(c *stytch.Config) { c.FraudBaseURL = "http://cAnArY.example" }), "FraudBaseURL", "in the clear",
		},
		"a middleware that is nil": {
			with(func(c *stytch.Config) { c.Middleware = []func(http.RoundTripper) http.RoundTripper{nil} }),
			"Middleware", "nil function",
		},
		"a middleware that returns nil": {
			with(func(c *stytch.Config) {
				c.Middleware = []func(http.RoundTripper) http.RoundTripper{
					func(next http.RoundTripper) http.RoundTripper { return next },
					func(http.RoundTripper) http.RoundTripper { return nil },
				}
			}),
			"Middleware", "returned no transport",
		},
		"a negative bound of the body": {
			with(func(c *stytch.Config) { c.MaxResponseBytes = -1 }), "MaxResponseBytes", "is negative",
		},
		"a negative number of attempts": {
			with(func(c *stytch.Config) { c.Retry.MaxAttempts = -1 }), "Retry.MaxAttempts", "is negative",
		},
		"a negative delay": {with(func(c *stytch.Config) { c.Retry.MaxDelay = -1 }), "Retry", "negative delay"},
	} {
		t.Run(name+" is refused, by the field's name and without its value", func(t *testing.T) {
			t.Parallel()
			c, err := stytch.NewClient(tt.config)
			require.Nil(t, c)
			e, ok := err.(*stytcherror.ArgumentError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
			assert.Equal(t, "NewClient", e.Op)
			assert.Equal(t, tt.field, e.Field)
			assert.Contains(t, e.Reason, tt.reason)
			canarytest.Hidden(t, err, "cAnArY", secretText)
			canarytest.Hidden(t, tt.config, "cAnArY", secretText)
		})
	}
}

func TestNewClient_accepts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		id, base string
		live     bool
		want     string
	}{
		"a test id and no address":          {testID, "", false, "https://test.stytch.com/v1/b2b/sessions"},
		"a live id and no address":          {liveID, "", false, "https://api.stytch.com/v1/b2b/sessions"},
		"an id with another prefix":         {"project-1", "", false, "https://test.stytch.com/v1/b2b/sessions"},
		"a custom domain":                   {liveID, "https://login.example.com", false, "https://login.example.com/v1/b2b/sessions"},
		"a prefix and a slash":              {testID, "https://proxy.example:8443/stytch/", false, "https://proxy.example:8443/stytch/v1/b2b/sessions"},
		"http to 127.0.0.1":                 {testID, "http://127.0.0.1:8080", false, "http://127.0.0.1:8080/v1/b2b/sessions"},
		"http to another of 127/8":          {testID, "http://127.8.9.1", false, "http://127.8.9.1/v1/b2b/sessions"},
		"http to ::1":                       {testID, "http://[::1]:8080", false, "http://[::1]:8080/v1/b2b/sessions"},
		"http to mapped loopback":           {testID, "http://[::ffff:127.0.0.1]", false, "http://[::ffff:127.0.0.1]/v1/b2b/sessions"},
		"http to localhost":                 {testID, "http://LOCALHOST:8080", false, "http://LOCALHOST:8080/v1/b2b/sessions"},
		"http to a name under localhost":    {testID, "http://stytch.localhost", false, "http://stytch.localhost/v1/b2b/sessions"},
		"a live id on loopback, if allowed": {liveID, "http://127.0.0.1:8080", true, "http://127.0.0.1:8080/v1/b2b/sessions"},
	} {
		t.Run(name+" is accepted", func(t *testing.T) {
			t.Parallel()
			var got string
			c := client(t, func(r *http.Request) (*http.Response, error) {
				r.URL.RawQuery = ""
				got = r.URL.String()
				return respond(r, http.StatusOK, jsonOK), nil
			}, func(c *stytch.Config) { c.ProjectID, c.BaseURL, c.AllowLiveOnLoopback = tt.id, tt.base, tt.live })
			_, err := c.B2B.Sessions.Get(t.Context(), &sessions.GetRequest{OrganizationID: "o", MemberID: "m"})
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
		}, func(c *stytch.Config) { c.BaseURL = "https://login.example.com" })
		_, err := stytch.NewClient(stytch.Config{ProjectID: testID, Secret: secretText})
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, runtime.NumGoroutine(), before)
}

func TestNewClient_copies(t *testing.T) {
	t.Parallel()
	t.Run("later changes of the configuration do not change the client", func(t *testing.T) {
		t.Parallel()
		var users []string
		own := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			user, password, _ := r.BasicAuth()
			users = append(users, user+" "+password+" "+r.URL.Host)
			return respond(r, http.StatusOK, jsonOK), nil
		})}
		transport := own.Transport
		middleware := []func(http.RoundTripper) http.RoundTripper{func(next http.RoundTripper) http.RoundTripper { return next }}
		config := stytch.Config{
			ProjectID: testID, Secret: secretText, HTTPClient: own, Middleware: middleware, Retry: shared.RetryPolicy{MaxAttempts: 1},
		}
		c, err := stytch.NewClient(config)
		require.NoError(t, err)
		assert.NotNil(t, own.Transport)
		assert.Nil(t, own.CheckRedirect, "the caller's http.Client is not changed")
		assert.IsType(t, transport, own.Transport)

		own.Transport, own.Timeout, middleware[0] = nil, time.Nanosecond, nil
		_, err = c.B2B.Sessions.Revoke(t.Context(), nil)
		require.NoError(t, err)
		assert.Equal(t, []string{testID + " " + secretText + " test.stytch.com"}, users)
	})
}

func TestConfigFromEnv(t *testing.T) {
	for _, name := range []string{"STYTCH_PROJECT_ID", "STYTCH_SECRET", "STYTCH_BASE_URL", "STYTCH_FRAUD_BASE_URL"} {
		t.Setenv(name, "")
	}
	assert.Equal(t, stytch.Config{}, stytch.ConfigFromEnv())
	t.Setenv("STYTCH_PROJECT_ID", testID)
	t.Setenv("STYTCH_SECRET", secretText)
	t.Setenv("STYTCH_BASE_URL", "https://auth.example")
	t.Setenv("STYTCH_FRAUD_BASE_URL", "https://fraud.example")
	want := stytch.Config{
		ProjectID: testID, Secret: secretText, BaseURL: "https://auth.example", FraudBaseURL: "https://fraud.example",
	}
	assert.Equal(t, want, stytch.ConfigFromEnv())
}
