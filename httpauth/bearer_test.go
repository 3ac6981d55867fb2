package httpauth_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func authenticateHeader(w *httptest.ResponseRecorder) string {
	return w.Header().Get("WWW-Authenticate")
}

func TestGuard_bearerExcludesCookies(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]func(*pair) string{
		"an unknown token":      func(p *pair) string { return "Bearer " + unknownToken(p) },
		"a token that is short": func(*pair) string { return "Bearer x" },
		"a forged JWT":          func(p *pair) string { return "Bearer " + forgedJWT(p) },
		"a machine's token":     func(p *pair) string { return "Bearer " + jwtOfMachine(p) },
		"a malformed JWT":       func(*pair) string { return "Bearer a.b.c" },
		"no token at all":       func(*pair) string { return "Bearer" },
		"a token with a space":  func(*pair) string { return "Bearer a b" },
		"a session that has ended": func(p *pair) string {
			require.NoError(p.t, p.guard.SignOut(httptest.NewRecorder(), withBearer(request("POST", "/"), p.b.SessionToken)))
			return "Bearer " + p.b.SessionToken
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			value := line(p)
			want := http.StatusUnauthorized
			if value == "Bearer" || value == "Bearer a b" {
				want = http.StatusBadRequest
			}
			for _, rules := range [][]httpauth.Rule{nil, {httpauth.Remote()}} {
				for _, guard := range []func(http.Handler) http.Handler{p.guard.Require(rules...), p.guard.Optional(rules...)} {
					for _, request := range []func(string, string, ...*http.Cookie) *http.Request{request, navigation} {
						r := withAuthorization(request(http.MethodGet, "/", p.cookies(p.a)...), value)
						w := serve(guard(http.HandlerFunc(whoami)), r)
						assert.Equal(t, want, w.Code)
						assert.Empty(t, w.Result().Cookies(), "no cookie is set or cleared")
						assert.NotContains(t, w.Body.String(), p.a.MemberID)
					}
				}
			}
		})
	}
}

// A JWT is refused by the API only if the API is asked about it.
func TestGuard_bearerWhoseSessionTheAPIDoesNotKnowKeepsCookies(t *testing.T) {
	t.Parallel()
	for name, nested := range map[string]bool{"one guard": false, "a stricter one inside another": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			jwt := p.MintSessionJWT(stytchtest.Session{})
			h := p.guard.Require(httpauth.Remote())(http.HandlerFunc(whoami))
			if nested {
				h = p.guard.Require()(h)
			}
			w := serve(h, withBearer(navigation(http.MethodGet, "/", p.cookies(p.a)...), jwt))
			assert.Equal(t, http.StatusUnauthorized, w.Code)
			assert.Empty(t, w.Result().Cookies())
		})
	}
}

func TestGuard_bearerThatHoldsCountsAlone(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for _, token := range []string{p.b.SessionJWT, p.b.SessionToken} {
		r := withBearer(request(http.MethodGet, "/", p.cookies(p.a)...), token)
		got, _ := p.send(p.guard.Require(), r)
		assert.Equal(t, "B", got.who)
		assert.Empty(t, got.set, "a bearer is not refreshed into cookies")
	}
}

func TestGuard_bearerPassesTheCrossOriginCheck(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	r := p.b.Bearer(request(http.MethodPost, "/", p.cookies(p.a)...))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	got, _ := p.send(p.guard.Require(), r)
	assert.Equal(t, answered{status: 200, who: "B"}, got)
	r = request(http.MethodPost, "/", p.cookies(p.a)...)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	withAuthorization(r, "Basic YTpi")
	got, _ = p.send(p.guard.Require(), r)
	assert.Equal(t, 403, got.status, "another scheme does not")
}

// schemeRows have what Authorization is; %J is the JWT of B. The request has the cookies of A too.
var schemeRows = map[string]struct {
	lines  []string
	status int
	who    string
}{
	"Bearer":                             {[]string{"Bearer %J"}, 200, "B"},
	"in lower case":                      {[]string{"bearer %J"}, 200, "B"},
	"in capitals":                        {[]string{"BEARER %J"}, 200, "B"},
	"several spaces, as RFC 6750 has it": {[]string{"Bearer   %J"}, 200, "B"},
	"spaces around":                      {[]string{" Bearer %J "}, 200, "B"},
	"beside Basic of a proxy":            {[]string{"Basic YTpi", "Bearer %J"}, 200, "B"},

	"Basic alone is ignored":                      {[]string{"Basic YTpi"}, 200, "A"},
	"an empty header is ignored":                  {[]string{""}, 200, "A"},
	"Digest is ignored":                           {[]string{`Digest username="bearer %J"`}, 200, "A"},
	"Bearer2 is another scheme":                   {[]string{"Bearer2 %J"}, 200, "A"},
	"Bearer-x is another scheme":                  {[]string{"Bearer-x %J"}, 200, "A"},
	"Bearer_ is another scheme":                   {[]string{"Bearer_ %J"}, 200, "A"},
	"Bearertoken is another scheme":               {[]string{"Bearer%J"}, 200, "A"},
	"Bear is another scheme":                      {[]string{"Bear %J"}, 200, "A"},
	"a letter that only looks like one of Bearer": {[]string{"Be\u0430rer %J"}, 200, "A"},

	"several Bearer headers":        {[]string{"Bearer %J", "Bearer %J"}, 400, ""},
	"several, one of them empty":    {[]string{"Bearer %J", "Bearer"}, 400, ""},
	"several around another scheme": {[]string{"bearer %J", "Basic YTpi", "BEARER x"}, 400, ""},
	"an empty one":                  {[]string{"Bearer"}, 400, ""},
	"an empty one with spaces":      {[]string{"Bearer   "}, 400, ""},
	"a tab":                         {[]string{"Bearer\t%J"}, 400, ""},
	"a space and a tab":             {[]string{"Bearer \t%J"}, 400, ""},
	"a comma":                       {[]string{"Bearer,%J"}, 400, ""},
	"a colon":                       {[]string{"Bearer:%J"}, 400, ""},
	"an equals sign":                {[]string{"Bearer=%J"}, 400, ""},
	"a quote":                       {[]string{`Bearer"%J"`}, 400, ""},
	"a token in quotes":             {[]string{`Bearer "%J"`}, 400, ""},
	"a token and a word":            {[]string{"Bearer %J x"}, 400, ""},
	"a token and a parameter":       {[]string{"Bearer %J, realm=x"}, 400, ""},
	"two in one line":               {[]string{"Bearer %J,Bearer %J"}, 400, ""},
	"only padding":                  {[]string{"Bearer ==="}, 400, ""},
	"padding inside":                {[]string{"Bearer a=b"}, 400, ""},
	"a percent sign":                {[]string{"Bearer a%20b"}, 400, ""},
	"a NUL":                         {[]string{"Bearer %J\x00"}, 400, ""},
	"a line break":                  {[]string{"Bearer %J\r\nX: y"}, 400, ""},
	"a byte above ASCII":            {[]string{"Bearer \xff%J"}, 400, ""},
	"a letter above ASCII":          {[]string{"Bearer é%J"}, 400, ""},
}

func TestGuard_schemesOfAuthorization(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for name, row := range schemeRows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var lines []string
			for _, line := range row.lines {
				lines = append(lines, strings.ReplaceAll(line, "%J", p.b.SessionJWT))
			}
			w := p.get(withAuthorization(navigation(http.MethodGet, "/", p.cookies(p.a)...), lines...))
			assert.Equal(t, row.status, w.Code)
			assert.Empty(t, w.Result().Cookies())
			if row.status == http.StatusBadRequest {
				assert.Equal(t, `Bearer error="invalid_request"`, authenticateHeader(w))
			}
			for who, id := range map[string]string{"A": p.a.MemberID, "B": p.b.MemberID} {
				assert.Equal(t, who == row.who, strings.Contains(w.Body.String(), id), who)
			}
		})
	}
}

// What a token is, by what makes it.
func opaque(s *site) string         { return s.LogIn("ada@example.com").SessionToken }
func sessionJWT(s *site) string     { return s.LogIn("ada@example.com").SessionJWT }
func tokenOfApp(s *site) string     { return s.MintAccessToken(ofApp) }
func tokenOfMachine(s *site) string { return s.machineToken(ofMachine.Scopes...) }

var (
	ofApp = stytchtest.AccessToken{
		MemberID: "member-test-00000000-0000-4000-8000-000000000001", Scopes: []string{"read:notes", "openid"},
	}
	ofMachine = stytchtest.AccessToken{Scopes: []string{"read:*", "write:ingest"}}
)

// rule names for the rows.
var (
	people   = httpauth.People()
	reads    = httpauth.Machines("read:notes")
	ingests  = httpauth.Machines("write:ingest")
	appReads = httpauth.Apps("read:notes")
)

var kindRows = []struct {
	name   string
	token  func(*site) string
	rules  []httpauth.Rule
	status int
	want   string // the Kind of who is let through, or the Reason
}{
	{"a session JWT where nothing says who", sessionJWT, nil, 200, "member"},
	{"a session token where nothing says who", opaque, nil, 200, "member"},
	{"a session JWT for people and machines", sessionJWT, []httpauth.Rule{people, reads}, 200, "member"},
	{"a session token for people, machines and apps", opaque, []httpauth.Rule{people, reads, appReads}, 200, "member"},
	{"a machine's token for machines", tokenOfMachine, []httpauth.Rule{reads}, 200, "machine"},
	{"a machine's token for people and machines", tokenOfMachine, []httpauth.Rule{people, ingests}, 200, "machine"},
	{"a machine's token for apps and machines", tokenOfMachine, []httpauth.Rule{appReads, reads}, 200, "machine"},
	{"an app's token for apps", tokenOfApp, []httpauth.Rule{appReads}, 200, "app"},
	{"an app's token for all", tokenOfApp, []httpauth.Rule{people, reads, appReads}, 200, "app"},
	{"a machine's token for all", tokenOfMachine, []httpauth.Rule{people, reads, appReads}, 200, "machine"},

	{"a session JWT for machines", sessionJWT, []httpauth.Rule{reads}, 401, "invalid_token"},
	{"a session JWT for apps", sessionJWT, []httpauth.Rule{appReads}, 401, "invalid_token"},
	{"a session token for machines", opaque, []httpauth.Rule{reads}, 401, "invalid_token"},
	{"a session token for apps", opaque, []httpauth.Rule{appReads}, 401, "invalid_token"},
	{"a machine's token where nothing says who", tokenOfMachine, nil, 401, "invalid_token"},
	{"a machine's token for apps", tokenOfMachine, []httpauth.Rule{httpauth.Apps("write:ingest")}, 401, "invalid_token"},
	{"a machine's token for people and apps", tokenOfMachine, []httpauth.Rule{people, httpauth.Apps("write:ingest")}, 401, "invalid_token"},
	{"an app's token where nothing says who", tokenOfApp, nil, 401, "invalid_token"},
	{"an app's token for machines", tokenOfApp, []httpauth.Rule{reads}, 401, "invalid_token"},
	{"a user's session JWT among members", func(s *site) string { return s.userJWT() }, nil, 401, "invalid_token"},
	{"a token for a user among members", func(s *site) string {
		return s.MintAccessToken(stytchtest.AccessToken{UserID: "user-test-1", Scopes: []string{"read:notes"}})
	}, []httpauth.Rule{appReads}, 401, "invalid_token"},
	{"an intermediate session token", func(s *site) string { return s.IntermediateSession("ada@example.com") }, nil, 401, "invalid_token"},

	{"a machine's read:* holds read:x", tokenOfMachine, []httpauth.Rule{httpauth.Machines("read:x", "read:y")}, 200, "machine"},
	{"a machine without one of the scopes", tokenOfMachine, []httpauth.Rule{httpauth.Machines("write:ingest", "write:notes")}, 403, "insufficient_scope"},
	{"a machine's read:* holds no other prefix", tokenOfMachine, []httpauth.Rule{httpauth.Machines("reads:x")}, 403, "insufficient_scope"},
	{"an app's scope is no prefix of another", tokenOfApp, []httpauth.Rule{httpauth.Apps("read:notes:all")}, 403, "insufficient_scope"},
	{"an app without one of the scopes", tokenOfApp, []httpauth.Rule{httpauth.Apps("read:notes", "write:notes")}, 403, "insufficient_scope"},
	{"scopes of two rules are all wanted", tokenOfMachine, []httpauth.Rule{reads, httpauth.Machines("write:notes")}, 403, "insufficient_scope"},
	{"scopes differ in case", tokenOfMachine, []httpauth.Rule{httpauth.Machines("WRITE:ingest")}, 403, "insufficient_scope"},

	{"a machine's token as it was just issued passes MaxAge", tokenOfMachine, []httpauth.Rule{reads, httpauth.MaxAge(time.Minute)}, 200, "machine"},
	{"a machine's token of long ago does not", func(s *site) string {
		return s.MintAccessToken(ofMachine, stytchtest.IssuedAt(s.Clock().Now().Add(-2*time.Minute)))
	}, []httpauth.Rule{reads, httpauth.MaxAge(time.Minute)}, 401, "invalid_token"},
	{"nor any under Remote", tokenOfMachine, []httpauth.Rule{reads, httpauth.Remote()}, 401, "invalid_token"},
}

func TestGuard_kindsOfBearers(t *testing.T) {
	t.Parallel()
	for _, row := range kindRows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			w := s.get(withBearer(request(http.MethodGet, "/"), row.token(s)), row.rules...)
			assert.Equal(t, row.status, w.Code)
			if row.status == http.StatusOK {
				assert.Regexp(t, "^"+row.want+" ", w.Body.String())
				return
			}
			var body struct{ Error string }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
			assert.Equal(t, row.want, body.Error)
			assert.Equal(t, `Bearer error="`+row.want+`"`, authenticateHeader(w))
		})
	}
}

func TestGuard_userBearersOfB2C(t *testing.T) {
	t.Parallel()
	s := newUserSite(t)
	assert.Regexp(t, "^user ", s.get(withBearer(request("GET", "/"), s.userJWT())).Body.String())
	member := s.MintSessionJWT(stytchtest.Session{})
	assert.Equal(t, 401, s.get(withBearer(request("GET", "/"), member)).Code)
	w := s.get(withBearer(request("GET", "/"), s.MintAccessToken(stytchtest.AccessToken{
		UserID: "user-test-1", ClientID: "connected-app-test-1", Scopes: []string{"read:notes"},
	})), appReads)
	assert.Equal(t, "app connected-app-test-1 for user-test-1", w.Body.String())
}

// resign returns a JWT with its claims, and another header and signature.
func resign(jwt, header, signature string) string {
	parts := strings.Split(jwt, ".")
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "." + signature
}

// badTokens are refused whatever the rules admit. No call is made for them.
var badTokens = map[string]func(*site) string{
	"an expired session JWT":   func(s *site) string { return s.MintSessionJWT(stytchtest.Session{}, stytchtest.Expired()) },
	"an expired machine token": func(s *site) string { return s.MintAccessToken(ofMachine, stytchtest.Expired()) },
	"an expired app token":     func(s *site) string { return s.MintAccessToken(ofApp, stytchtest.Expired()) },
	"a forged session JWT":     func(s *site) string { return s.MintSessionJWT(stytchtest.Session{}, stytchtest.Forged()) },
	"a forged machine token":   func(s *site) string { return s.MintAccessToken(ofMachine, stytchtest.Forged()) },
	"a session JWT of another key": func(s *site) string {
		return s.MintSessionJWT(stytchtest.Session{}, stytchtest.OtherKey())
	},
	"a machine token of another key": func(s *site) string { return s.MintAccessToken(ofMachine, stytchtest.OtherKey()) },
	"a session JWT of another project": func(s *site) string {
		return s.MintSessionJWT(stytchtest.Session{}, stytchtest.OtherProject())
	},
	"an app token of another project": func(s *site) string { return s.MintAccessToken(ofApp, stytchtest.OtherProject()) },
	"a session JWT of tomorrow": func(s *site) string {
		return s.MintSessionJWT(stytchtest.Session{}, stytchtest.IssuedAt(s.Clock().Now().Add(24*time.Hour)))
	},
	"a session JWT over 16 KiB": func(s *site) string {
		return s.MintSessionJWT(stytchtest.Session{CustomClaims: map[string]any{"x": strings.Repeat("y", 16<<10)}})
	},
	"a machine token over 16 KiB": func(s *site) string {
		return s.MintAccessToken(stytchtest.AccessToken{
			Scopes: ofMachine.Scopes, CustomClaims: map[string]any{"x": strings.Repeat("y", 16<<10)},
		})
	},
	"alg none":                 func(s *site) string { return resign(sessionJWT(s), `{"alg":"none","typ":"JWT"}`, "") },
	"alg none and a signature": func(s *site) string { return resign(sessionJWT(s), `{"alg":"none","typ":"JWT"}`, "AAAA") },
	"alg HS256":                func(s *site) string { return resign(sessionJWT(s), `{"alg":"HS256","typ":"JWT"}`, "AAAA") },
	"three empty segments":     func(*site) string { return ".." },
	"a JWT without payload":    func(s *site) string { return strings.Split(sessionJWT(s), ".")[0] + ".." },
	"a token of 513 bytes":     func(*site) string { return strings.Repeat("t", 513) },
	"a token of 15 bytes":      func(*site) string { return strings.Repeat("t", 15) },
	"a token with a slash":     func(*site) string { return strings.Repeat("t/", 16) },
	"four segments":            func(s *site) string { return sessionJWT(s) + ".x" },
}

func TestGuard_badBearersAreRefusedWithoutACall(t *testing.T) {
	t.Parallel()
	for name, token := range badTokens {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			line := "Bearer " + token(s)
			for _, rules := range [][]httpauth.Rule{
				nil, {people, reads, appReads}, {people, httpauth.Remote()}, {people, httpauth.MaxAge(time.Second)}, {reads}, {appReads},
			} {
				w := s.get(withAuthorization(request(http.MethodGet, "/"), line), rules...)
				assert.Equal(t, 401, w.Code)
				assert.Equal(t, `Bearer error="invalid_token"`, authenticateHeader(w))
				assert.Zero(t, s.refreshes())
				assert.NotContains(t, w.Body.String(), strings.TrimPrefix(line, "Bearer "))
			}
		})
	}
}

func TestGuard_bearerWithoutKeysIs503(t *testing.T) {
	t.Parallel()
	for name, token := range map[string]func(*site) string{"session": sessionJWT, "machine": tokenOfMachine, "app": tokenOfApp} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			line := "Bearer " + token(s)
			s.fails(keysOperation)
			s.fails(userKeysOperation)
			w := s.get(withAuthorization(request(http.MethodGet, "/"), line), people, reads, appReads)
			assert.Equal(t, 503, w.Code)
		})
	}
}
