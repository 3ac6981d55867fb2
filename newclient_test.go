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
	"github.com/seed75add069/stytch-go/shared"
)

func TestNewClient_refuses(t *testing.T) {
	t.Parallel()
	base := func(url string) stytch.Config {
		return stytch.Config{ProjectID: testID, Secret: secretText, BaseURL: url}
	}
	live := func(url string) stytch.Config {
		return stytch.Config{ProjectID: liveID, Secret: liveSecret, BaseURL: url}
	}
	fraud := func(url string) stytch.Config {
		return stytch.Config{ProjectID: testID, Secret: secretText, FraudBaseURL: url}
	}
	plain := func(c stytch.Config) stytch.Config {
		c.AllowPlainHTTP = true
		return c
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
		"id and secret swapped":             {stytch.Config{ProjectID: secretText, Secret: testID}, "ProjectID", "is a secret, not a project id"},
		"the id as the secret too":          {stytch.Config{ProjectID: testID, Secret: testID}, "Secret", "is a project id, not a secret"},
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
		"an address with its scheme twice":  {base("https://https://auth.example"), "BaseURL", "scheme twice"},
		"an address after another scheme":   {fraud("https://http://auth.example"), "FraudBaseURL", "scheme twice"},
		"an address that is a dot":          {base("https://."), "BaseURL", "is not an absolute URL"},
		"an address with an empty label":    {base("https://auth..example"), "BaseURL", "is not an absolute URL"},
		"an address after a dot":            {base("https://.auth.example"), "BaseURL", "is not an absolute URL"},
		"an address with a quotation mark":  {base(`https://a"b.example`), "BaseURL", "is not an absolute URL"},
		"an address with port 0":            {base("https://auth.example:0"), "BaseURL", "is not an absolute URL"},
		"an address with a variable":        {base("https://auth.example/${PATH}"), "BaseURL", "placeholder"},
		"an address with braces":            {base("https://auth.example/{project}"), "BaseURL", "placeholder"},
		"an address with angle brackets":    {base("https://auth.example/<path>"), "BaseURL", "placeholder"},
		"a live id with every address":      {live("https://0.0.0.0:8443"), "BaseURL", "AllowLiveOnLoopback"},
		"a live id with every address of 6": {live("https://[::]:8443"), "BaseURL", "AllowLiveOnLoopback"},
		"an address of another scheme":      {base("ftp://auth.example"), "BaseURL", "is neither https nor http"},
		"garbage as an address":             {base("://cAnArY"), "BaseURL", "is not an absolute URL"},
		"an address with a space":           {base("https://auth example"), "BaseURL", "holds spaces"},
		"an address with a control":         {base("https://auth.example/\x00cAnArY"), "BaseURL", "holds spaces"},
		"an address with a BOM":             {base("\ufeffhttps://auth.example"), "BaseURL", "printable ASCII"},
		"an address with a zero-width joiner, escaped": {
			base("https://auth.ex%E2%80%8Dample"), "BaseURL", "is not an absolute URL",
		},
		"an address in quotes":                {base(`"https://auth.example"`), "BaseURL", "quotation mark"},
		"an address that is a pair of quotes": {base(`""`), "BaseURL", "quotation mark"},
		"an address of full-width letters":    {base("http://ｌｏｃａｌｈｏｓｔ"), "BaseURL", "printable ASCII"},
		"an address with a long s":            {base("http://localhoſt"), "BaseURL", "printable ASCII"},
		"http to localhost with a dot":        {base("http://localhost."), "BaseURL", "AllowPlainHTTP"},
		"http to a name under localhost":      {base("http://x.localhost:8080"), "BaseURL", "AllowPlainHTTP"},
		"http to a name under LOCALHOST":      {base("http://a.b.LOCALHOST"), "BaseURL", "AllowPlainHTTP"},
		"http to ip6-localhost":               {base("http://ip6-localhost"), "BaseURL", "AllowPlainHTTP"},
		"http to localhost.localdomain":       {base("http://localhost.localdomain"), "BaseURL", "AllowPlainHTTP"},
		"http to 127.0.0.1 with a dot":        {base("http://127.0.0.1."), "BaseURL", "AllowPlainHTTP"},
		"http to 127.1":                       {base("http://127.1"), "BaseURL", "AllowPlainHTTP"},
		"http to 0x7f.0.0.1":                  {base("http://0x7f.0.0.1"), "BaseURL", "AllowPlainHTTP"},
		"http to 0177.0.0.1":                  {base("http://0177.0.0.1"), "BaseURL", "AllowPlainHTTP"},
		"http to ::1 with a zone":             {base("http://[::1%25lo]"), "BaseURL", "AllowPlainHTTP"},
		"http to a container":                 {base("http://emulator:4100"), "BaseURL", "AllowPlainHTTP"},
		"a live project's http to a container, allowed": {
			plain(live("http://emulator:4100")), "BaseURL", "for a test project",
		},
		"a live project's http to loopback, allowed": {
			plain(live("http://127.0.0.1:4100")), "BaseURL", "AllowLiveOnLoopback",
		},
		"a live id with the test host, its port and a dot": {live("https://TEST.stytch.com.:443"), "BaseURL", "a live project"},
		"a test id with the live host and its port":        {base("https://api.stytch.com:0443"), "BaseURL", "a test project"},

		"both addresses swapped": {
			with(func(c *stytch.Config) {
				c.BaseURL, c.FraudBaseURL = "https://telemetry.stytch.com", "https://test.stytch.com"
			}), "BaseURL", "is the address of the fraud API, not of the auth API",
		},
		"the fraud API's address":               {base("https://TELEMETRY.stytch.com.:443/"), "BaseURL", "the fraud API"},
		"a live project's, the fraud API's":     {live("https://telemetry.stytch.com"), "BaseURL", "the fraud API"},
		"the website's address":                 {base("https://stytch.com/dashboard"), "BaseURL", "website"},
		"the address of SAML Shield":            {base("https://api.samlshield.com"), "BaseURL", "SAML Shield"},
		"the management API's address":          {base("https://management.stytch.com"), "BaseURL", "the management API"},
		"the auth API's address for fraud":      {fraud("https://test.stytch.com"), "FraudBaseURL", "is the address of the auth API"},
		"the live auth API's address for fraud": {fraud("https://api.stytch.com"), "FraudBaseURL", "is the address of the auth API"},
		"the fraud API's own address with /v1":  {fraud("https://telemetry.stytch.com/v1"), "FraudBaseURL", "/v1"},
		"an address with /v1":                   {base("https://test.stytch.com/v1"), "BaseURL", "the SDK adds /v1"},
		"an address with /v1/b2b/":              {base("https://test.stytch.com/v1/b2b/"), "BaseURL", "the SDK adds /v1"},
		"an address with a whole path":          {base("https://test.stytch.com/v1/sessions/authenticate"), "BaseURL", "the SDK adds /v1"},
		"a custom domain with /v1":              {live("https://login.example.com/v1"), "BaseURL", "has the path /v1"},
		"a custom domain with /V1/":             {live("https://login.example.com/V1/"), "BaseURL", "has the path /v1"},
		"a prefix with /v1":                     {base("https://proxy.example/stytch/v1"), "BaseURL", "has the path /v1"},
		"a prefix with /v1/b2b/sessions":        {base("https://proxy.example/stytch/v1/b2b/sessions"), "BaseURL", "has the path /v1"},
		"the emulator with /v1":                 {base("http://127.0.0.1:4100/v1"), "BaseURL", "has the path /v1"},
		"a custom domain for fraud with /v1":    {fraud("https://fraud.example.com/v1/"), "FraudBaseURL", "has the path /v1"},
		"an address before a comma":             {base("https://login.example.com,"), "BaseURL", `ends with ","`},
		"an address before a semicolon":         {base("https://login.example.com/;"), "BaseURL", `ends with ";"`},
		"an address in a host's place":          {base("https://$STYTCH_HOST"), "BaseURL", "is not an absolute URL"},
		"an address as a line":                  {base("STYTCH_BASE_URL=https://login.example.com"), "BaseURL", "is not an absolute URL"},
		"a host as a line":                      {base("https://HOST=login.example.com"), "BaseURL", "is not an absolute URL"},
		"an address that is a placeholder":      {base("${STYTCH_BASE_URL}"), "BaseURL", "is not an absolute URL"},
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
			refused(t, tt.config, tt.field, tt.reason)
		})
	}
}

func TestNewClient_accepts(t *testing.T) {
	t.Parallel()
	test := func(base string) stytch.Config {
		return stytch.Config{ProjectID: testID, Secret: secretText, BaseURL: base}
	}
	live := func(base string) stytch.Config {
		return stytch.Config{ProjectID: liveID, Secret: liveSecret, BaseURL: base}
	}
	with := func(c stytch.Config, edit func(*stytch.Config)) stytch.Config {
		edit(&c)
		return c
	}
	plain := func(c *stytch.Config) { c.AllowPlainHTTP = true }
	for name, tt := range map[string]struct {
		config stytch.Config
		want   string
	}{
		"a test id and no address":                     {test(""), "https://test.stytch.com"},
		"a live id and no address":                     {live(""), "https://api.stytch.com"},
		"an id with another prefix":                    {with(test(""), func(c *stytch.Config) { c.ProjectID = "project-1" }), "https://test.stytch.com"},
		"a secret without a prefix":                    {with(live(""), func(c *stytch.Config) { c.Secret = "cAnArY" }), "https://api.stytch.com"},
		"a custom domain":                              {live("https://login.example.com"), "https://login.example.com"},
		"a domain in upper case":                       {live("HTTPS://Login.Example.COM"), "https://login.example.com"},
		"a domain with its port":                       {live("https://login.example.com:443/"), "https://login.example.com"},
		"a domain with 0443":                           {live("https://login.example.com:0443"), "https://login.example.com"},
		"a domain with an empty port":                  {live("https://login.example.com:"), "https://login.example.com"},
		"a domain with a dot":                          {live("https://login.example.com."), "https://login.example.com"},
		"a domain with port 80":                        {live("https://login.example.com:80"), "https://login.example.com:80"},
		"a prefix and a slash":                         {test("https://proxy.example:8443/Stytch/"), "https://proxy.example:8443/Stytch"},
		"http to 127.0.0.1":                            {test("http://127.0.0.1:8080"), "http://127.0.0.1:8080"},
		"http to another of 127/8":                     {test("http://127.8.9.1:80"), "http://127.8.9.1"},
		"http to ::1":                                  {test("http://[::1]:8080"), "http://[::1]:8080"},
		"http to ::1 without a port":                   {test("http://[::1]:80"), "http://[::1]"},
		"http to mapped loopback":                      {test("http://[::FFFF:127.0.0.1]"), "http://[::ffff:127.0.0.1]"},
		"http to LOCALHOST":                            {test("http://LOCALHOST:8080"), "http://localhost:8080"},
		"http to LocalHost":                            {test("HTTP://LocalHost"), "http://localhost"},
		"http to a container":                          {with(test("http://emulator:4100"), plain), "http://emulator:4100"},
		"http to a container in capitals":              {with(test("http://Emulator:4100/"), plain), "http://emulator:4100"},
		"http to a private address":                    {with(test("http://10.0.0.7"), plain), "http://10.0.0.7"},
		"https of a live project that has the setting": {with(live(""), plain), "https://api.stytch.com"},
		"a live id on loopback, if allowed": {
			with(live("http://127.0.0.1:8080"), func(c *stytch.Config) { c.AllowLiveOnLoopback = true }), "http://127.0.0.1:8080",
		},
	} {
		t.Run(name+" is accepted", func(t *testing.T) {
			t.Parallel()
			var got string
			c := client(t, func(r *http.Request) (*http.Response, error) {
				got = r.URL.Scheme + "://" + r.Host + r.URL.Path
				assert.Equal(t, r.Host, r.URL.Host)
				return respond(r, http.StatusOK, jsonOK), nil
			}, func(c *stytch.Config) {
				own := c.HTTPClient
				*c = tt.config
				c.HTTPClient = own
			})
			assert.Equal(t, tt.want, c.BaseURL())
			_, err := c.B2B.Sessions.Get(t.Context(), &sessions.GetRequest{OrganizationID: "o", MemberID: "m"})
			require.NoError(t, err)
			assert.Equal(t, tt.want+"/v1/b2b/sessions", got)
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
	for _, name := range []string{
		"STYTCH_PROJECT_ID", "STYTCH_SECRET", "STYTCH_BASE_URL", "STYTCH_FRAUD_BASE_URL", "STYTCH_ALLOW_PLAIN_HTTP",
	} {
		t.Setenv(name, "")
	}
	assert.Equal(t, stytch.Config{}, stytch.ConfigFromEnv())
	t.Setenv("STYTCH_PROJECT_ID", testID)
	t.Setenv("STYTCH_SECRET", secretText)
	t.Setenv("STYTCH_BASE_URL", "https://auth.example")
	t.Setenv("STYTCH_FRAUD_BASE_URL", "https://fraud.example")
	t.Setenv("STYTCH_ALLOW_PLAIN_HTTP", "true")
	want := stytch.Config{
		ProjectID: testID, Secret: secretText, BaseURL: "https://auth.example", FraudBaseURL: "https://fraud.example",
		AllowPlainHTTP: true,
	}
	assert.Equal(t, want, stytch.ConfigFromEnv())
	for _, on := range []string{"1", "t", "T", "true", "TRUE", "True"} {
		t.Setenv("STYTCH_ALLOW_PLAIN_HTTP", on)
		assert.True(t, stytch.ConfigFromEnv().AllowPlainHTTP, on)
	}
	for _, off := range []string{"false", "0", "yes", "on", "y", "tRUE", "", "2", `"true"`, " true"} {
		t.Setenv("STYTCH_ALLOW_PLAIN_HTTP", off)
		assert.False(t, stytch.ConfigFromEnv().AllowPlainHTTP, off)
	}
}
