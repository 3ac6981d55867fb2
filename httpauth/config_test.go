package httpauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// constructors are the functions that take a Config.
var constructors = map[string]func(*stytch.Client, httpauth.Config) (*httpauth.Guard, error){
	"NewB2B": httpauth.NewB2B, "NewB2C": httpauth.NewB2C,
}

// refusesArgument checks that an error names the function and its field, and not the value.
func refusesArgument(t *testing.T, err error, op, field string) {
	t.Helper()
	var refused *stytcherror.ArgumentError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "httpauth."+op, refused.Op)
	assert.Equal(t, field, refused.Field)
	assert.NotEmpty(t, refused.Reason)
}

func TestConfig_errorsNameTheField(t *testing.T) {
	t.Parallel()
	s := stytchtest.New(t)
	type config = httpauth.Config
	type cookies = httpauth.Cookies
	local, remote := "http://localhost:8080", origin
	for name, tt := range map[string]struct {
		config config
		field  string
	}{
		"an Origin without a scheme":              {config{Origin: "app.example.com"}, "Origin"},
		"an Origin of another scheme":             {config{Origin: "ftp://app.example.com"}, "Origin"},
		"an Origin that is null":                  {config{Origin: "null"}, "Origin"},
		"an Origin that is a pattern":             {config{Origin: "https://*.example.com/*"}, "Origin"},
		"an Origin with a path":                   {config{Origin: remote + "/app"}, "Origin"},
		"an Origin with a slash at its end":       {config{Origin: remote + "/"}, "Origin"},
		"an Origin with a query":                  {config{Origin: remote + "?x"}, "Origin"},
		"an Origin with a fragment":               {config{Origin: remote + "#x"}, "Origin"},
		"an Origin with a user":                   {config{Origin: "https://ada@app.example.com"}, "Origin"},
		"an Origin with a port that is none":      {config{Origin: remote + ":99999"}, "Origin"},
		"an Origin with a space":                  {config{Origin: remote + " "}, "Origin"},
		"an Origin by http":                       {config{Origin: "http://app.example.com"}, "Origin"},
		"an Origin by http in a private network":  {config{Origin: "http://192.168.1.1"}, "Origin"},
		"an Origin by http of a name like local":  {config{Origin: "http://localhost.example.com"}, "Origin"},
		"an Origin by http of a name with local":  {config{Origin: "http://notlocalhost"}, "Origin"},
		"a trusted origin with a path":            {config{TrustedOrigins: []string{remote, remote + "/x"}}, "TrustedOrigins[1]"},
		"a trusted origin that is empty":          {config{TrustedOrigins: []string{""}}, "TrustedOrigins[0]"},
		"a trusted origin that is null":           {config{TrustedOrigins: []string{"null"}}, "TrustedOrigins[0]"},
		"a trusted origin that is a pattern":      {config{TrustedOrigins: []string{"*"}}, "TrustedOrigins[0]"},
		"a trusted origin by http":                {config{TrustedOrigins: []string{"http://example.com"}}, "TrustedOrigins[0]"},
		"a session of less than five minutes":     {config{SessionDuration: 4 * time.Minute}, "SessionDuration"},
		"a session of more than 366 days":         {config{SessionDuration: 367 * 24 * time.Hour}, "SessionDuration"},
		"a session of less than nothing":          {config{SessionDuration: -time.Hour}, "SessionDuration"},
		"a session of minutes and a half":         {config{SessionDuration: 5*time.Minute + 30*time.Second}, "SessionDuration"},
		"a grace of less than nothing":            {config{OutageGrace: -1}, "OutageGrace"},
		"a grace of more than an hour":            {config{OutageGrace: time.Hour + 1}, "OutageGrace"},
		"a timeout of less than nothing":          {config{RemoteTimeout: -1}, "RemoteTimeout"},
		"fewer calls than none":                   {config{MaxRemote: -1}, "MaxRemote"},
		"more calls than there can be":            {config{MaxRemote: 1 << 21}, "MaxRemote"},
		"a LoginURL that is relative":             {config{LoginURL: "login"}, "LoginURL"},
		"a LoginURL that leads elsewhere":         {config{LoginURL: "//example.net/login"}, "LoginURL"},
		"a LoginURL with a backslash":             {config{LoginURL: `/\example.net`}, "LoginURL"},
		"a LoginURL with dots":                    {config{LoginURL: "/a/../login"}, "LoginURL"},
		"a LoginURL by http":                      {config{LoginURL: "http://example.com/login"}, "LoginURL"},
		"a LoginURL of a script":                  {config{LoginURL: "javascript:alert(1)"}, "LoginURL"},
		"a LoginURL without a host":               {config{LoginURL: "https:///login"}, "LoginURL"},
		"a LoginURL with a user":                  {config{LoginURL: "https://ada@example.com/login"}, "LoginURL"},
		"a LoginURL with a fragment":              {config{LoginURL: "/login#x"}, "LoginURL"},
		"a LoginURL with a line break":            {config{LoginURL: "/login\r\nX: y"}, "LoginURL"},
		"a name of a cookie with a space":         {config{Cookies: cookies{Session: "a b"}}, "Cookies.Session"},
		"a name of a cookie with a semicolon":     {config{Cookies: cookies{JWT: "a;b"}}, "Cookies.JWT"},
		"both cookies of one name":                {config{Cookies: cookies{Session: "a", JWT: "a"}}, "Cookies.JWT"},
		"__Host- by http":                         {config{Origin: local, Cookies: cookies{Session: "__Host-s"}}, "Cookies.Session"},
		"__Host- in lower case by http":           {config{Origin: local, Cookies: cookies{JWT: "__host-j"}}, "Cookies.JWT"},
		"__Secure- by http":                       {config{Origin: local, Cookies: cookies{JWT: "__Secure-j"}}, "Cookies.JWT"},
		"__Host- beside a Domain":                 {config{Cookies: cookies{Session: "__Host-s", Domain: "example.com"}}, "Cookies.Session"},
		"a Domain that is none":                   {config{Cookies: cookies{Domain: "exa mple.com"}}, "Cookies.Domain"},
		"a Domain of one label":                   {config{Cookies: cookies{Domain: "com"}}, "Cookies.Domain"},
		"a Domain with a scheme":                  {config{Cookies: cookies{Domain: "https://example.com"}}, "Cookies.Domain"},
		"a Domain for cookies of the browser SDK": {config{Cookies: cookies{Frontend: true, Domain: "example.com"}}, "Cookies.Domain"},
		"__Secure- by http for the token":         {config{Origin: local, Cookies: cookies{Session: "__Secure-s"}}, "Cookies.Session"},
		"__Secure- in any case by http":           {config{Origin: local, Cookies: cookies{JWT: "__sEcUrE-j"}}, "Cookies.JWT"},
		"__Http- by http":                         {config{Origin: local, Cookies: cookies{JWT: "__Http-j"}}, "Cookies.JWT"},
		"__Host- in any case beside a Domain":     {config{Cookies: cookies{JWT: "__hOsT-j", Domain: "example.com"}}, "Cookies.JWT"},
		"__Host-Http- beside a Domain":            {config{Cookies: cookies{JWT: "__Host-Http-j", Domain: "example.com"}}, "Cookies.JWT"},
		"the default name of the other cookie":    {config{Origin: local, Cookies: cookies{Session: "stytch_session_jwt"}}, "Cookies.JWT"},
		"a name of a cookie with a line break":    {config{Cookies: cookies{Session: "a\r\nX: y"}}, "Cookies.Session"},
		"a name of a cookie with an equals sign":  {config{Cookies: cookies{JWT: "a=b"}}, "Cookies.JWT"},
		"a Domain with a port":                    {config{Cookies: cookies{Domain: "example.com:443"}}, "Cookies.Domain"},
		"a Domain with an attribute":              {config{Cookies: cookies{Domain: "example.com; Path=/x"}}, "Cookies.Domain"},
		"a Domain that the Origin is not of":      {config{Origin: origin, Cookies: cookies{Domain: "example.org"}}, "Cookies.Domain"},
		"a Domain below the Origin":               {config{Origin: origin, Cookies: cookies{Domain: "x.app.example.com"}}, "Cookies.Domain"},
		"a Domain that only ends like the Origin": {config{Origin: origin, Cookies: cookies{Domain: "ple.com"}}, "Cookies.Domain"},
		"SameSite None by http":                   {config{Origin: local, Cookies: cookies{SameSite: http.SameSiteNoneMode}}, "Cookies.SameSite"},
		"a SameSite that is none":                 {config{Cookies: cookies{SameSite: 9}}, "Cookies.SameSite"},
	} {
		for op, of := range constructors {
			t.Run(name+" for "+op, func(t *testing.T) {
				t.Parallel()
				g, err := of(s.Client(), tt.config)
				assert.Nil(t, g)
				refusesArgument(t, err, op, tt.field)
			})
		}
	}
	for op, of := range constructors {
		_, err := of(nil, httpauth.Config{})
		refusesArgument(t, err, op, "client")
	}
}

func TestConfig_takesWhatIsAllowed(t *testing.T) {
	t.Parallel()
	s := stytchtest.New(t)
	type config = httpauth.Config
	type cookies = httpauth.Cookies
	for name, c := range map[string]config{
		"nothing":                           {},
		"https":                             {Origin: origin},
		"another port":                      {Origin: origin + ":8443"},
		"http on localhost":                 {Origin: "http://localhost:8080"},
		"http below localhost":              {Origin: "http://acme.localhost"},
		"http on an address of loopback":    {Origin: "http://127.0.0.1:8080"},
		"http on the address of IPv6":       {Origin: "http://[::1]:8080"},
		"five minutes":                      {SessionDuration: 5 * time.Minute},
		"366 days":                          {SessionDuration: 366 * 24 * time.Hour},
		"an hour of grace":                  {OutageGrace: time.Hour},
		"a path as LoginURL":                {LoginURL: "/login?from=app"},
		"a URL as LoginURL":                 {LoginURL: "https://login.example.com/?a=b"},
		"a local URL as LoginURL":           {LoginURL: "http://localhost:3000/login"},
		"other names":                       {Cookies: cookies{Session: "s", JWT: "__Secure-j"}},
		"a Domain":                          {Cookies: cookies{Domain: "example.com"}},
		"a Domain with a dot before it":     {Cookies: cookies{Domain: ".example.com"}},
		"SameSite None":                     {Cookies: cookies{SameSite: http.SameSiteNoneMode}},
		"SameSite Strict by http":           {Origin: "http://localhost", Cookies: cookies{SameSite: http.SameSiteStrictMode}},
		"the browser SDK":                   {Cookies: cookies{Frontend: true}},
		"the browser SDK with other names":  {Cookies: cookies{Frontend: true, Session: "s", JWT: "j"}},
		"a trusted origin on localhost":     {TrustedOrigins: []string{"http://localhost:3000"}},
		"a trusted origin that is ours too": {Origin: origin, TrustedOrigins: []string{origin, origin}},
	} {
		for op, of := range constructors {
			g, err := of(s.Client(), c)
			require.NoError(t, err, "%s for %s", name, op)
			assert.NotNil(t, g)
		}
	}
	assert.Empty(t, s.Requests(), "nothing is sent before a request needs it")
}

// The clock is the client's, or the one that is given.
func TestConfig_clockIsTheClientsUnlessSet(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com", stytchtest.WithFactor(httpauth.FactorEmail, time.Minute))
	rule := httpauth.FreshWithin(2 * time.Minute)
	assert.Empty(t, s.answerOf(t, v.SessionJWT, rule))
	late := s.newGuard(s.Client(), httpauth.NewB2B, func(c *httpauth.Config) {
		c.Now = func() time.Time { return s.Clock().Now().Add(2 * time.Minute) }
	})
	_, err := late.Check(t.Context(), v.SessionJWT, rule)
	assert.Equal(t, httpauth.ReasonStepUp, reasonOf(t, err))
	s.Clock().Advance(2 * time.Minute)
	assert.Equal(t, httpauth.ReasonStepUp, s.answerOf(t, v.SessionJWT, rule))
}

// Where LoginURL is set, Login keeps it; where it is empty, browsers get a page until there is a Login.
func TestConfig_loginURLComesBeforeThatOfALogin(t *testing.T) {
	t.Parallel()
	none, set := newSite(t), newSite(t, func(c *httpauth.Config) { c.LoginURL = "https://login.example.com/?a=b" })
	location := func(s *site, path string) string {
		return s.get(navigation(http.MethodGet, path)).Header().Get("Location")
	}
	w := none.get(navigation(http.MethodGet, "/notes"))
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.Contains(t, w.Header().Get("Content-Type"), "text/html")
	assert.Equal(t, "https://login.example.com/?a=b&next=%2Fnotes", location(set, "/notes"))
	for _, s := range []*site{none, set} {
		_, err := s.guard.Login(httpauth.LoginConfig{Prefix: "/in/"})
		require.NoError(t, err)
	}
	assert.Equal(t, "/in/login?next=%2Fnotes", location(none, "/notes"))
	assert.True(t, strings.HasPrefix(location(set, "/notes"), "https://login.example.com/"))
	assert.Empty(t, location(none, "/in/login"), "a login page that is guarded by mistake does not lead to itself")
}
