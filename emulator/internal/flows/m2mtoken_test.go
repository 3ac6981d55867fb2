package flows_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// token gets a token for an M2M client, and returns the error alone.
func (h *harness) token(id, secret string, scopes ...string) error {
	h.t.Helper()
	_, err := h.api.B2C.M2M.Token(h.t.Context(), &m2m.TokenRequest{ClientID: id, ClientSecret: secret, Scopes: scopes})
	return err
}

// answer is a response to a call without the SDK.
type answer struct {
	status int
	header http.Header
	body   map[string]any
}

// post makes a call without the SDK. An empty header is not sent.
func (h *harness) post(path, contentType, body, authorization string) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, "http://emulator.example"+path, strings.NewReader(body))
	require.NoError(h.t, err)
	for name, value := range map[string]string{"Content-Type": contentType, "Authorization": authorization} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	resp, err := h.Transport().RoundTrip(req)
	require.NoError(h.t, err)
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header}
	require.NoError(h.t, json.NewDecoder(resp.Body).Decode(&a.body))
	return a
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

const formType = "application/x-www-form-urlencoded"

// tokenPath is the token endpoint of the project.
func (h *harness) tokenPath() string { return "/v1/public/" + h.ID() + "/oauth2/token" }

// postForm posts a form, of names and values in turn, to the token endpoint.
func (h *harness) postForm(authorization string, pairs ...string) answer {
	h.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return h.post(h.tokenPath(), formType, form.Encode(), authorization)
}

func TestM2MToken_isAccepted(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(nil)
	for _, scopes := range [][]string{nil, {"write:books"}} {
		resp, err := h.api.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Scopes: scopes})
		require.NoError(t, err)
		assert.Equal(t, "bearer", resp.TokenType)
		assert.Equal(t, 3600, resp.ExpiresIn)
		assert.NotEmpty(t, resp.RequestID)
		token, err := h.api.B2C.M2M.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{
			AccessToken: resp.AccessToken, RequiredScopes: []string{"write:books"},
		})
		require.NoError(t, err)
		if scopes == nil {
			scopes = c.Scopes
		}
		assert.Equal(t, &m2m.AuthenticateTokenResponse{
			ClientID: c.ClientID, Scopes: scopes, IssuedAt: token.IssuedAt, ExpiresAt: token.IssuedAt.Add(time.Hour),
		}, token)
		assert.WithinDuration(t, h.Clock().Now(), token.IssuedAt, 10*time.Second)
	}
	resp, err := h.api.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	require.NoError(t, err)
	_, err = h.api.B2B.M2M.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{
		AccessToken: resp.AccessToken, RequiredScopes: []string{"delete:books"},
	})
	require.Error(t, err)
	_, err = h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionJWT: &resp.AccessToken})
	require.ErrorIs(t, err, stytcherror.CodeJWTInvalidClaims)
	h.Clock().Advance(time.Hour)
	_, err = h.api.B2B.M2M.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: resp.AccessToken})
	require.ErrorIs(t, err, stytcherror.ErrTokenExpired)
}

func TestM2MToken_hasTheClaimsOfMintedTokens(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(nil)
	resp, err := h.api.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	require.NoError(t, err)
	parse := func(text string) (header map[string]any, claims jwt.MapClaims) {
		token, _, err := jwt.NewParser().ParseUnverified(text, jwt.MapClaims{})
		require.NoError(t, err)
		return token.Header, token.Claims.(jwt.MapClaims)
	}
	header, claims := parse(resp.AccessToken)
	issuedAt, err := claims.GetIssuedAt()
	require.NoError(t, err)
	mintedHeader, minted := parse(h.MintAccessToken(stytchtest.AccessToken{ClientID: c.ClientID, Scopes: c.Scopes},
		stytchtest.IssuedAt(issuedAt.Time)))
	assert.Equal(t, mintedHeader, header)
	assert.Equal(t, minted, claims)
	assert.Equal(t, "read:users write:books", claims["scope"])
}

func TestM2MToken_sourceRenewsTheToken(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(nil)
	source := h.api.B2B.M2M.TokenSource(&m2m.TokenRequest{ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	first, err := source.Token(t.Context())
	require.NoError(t, err)
	again, err := source.Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, first, again)
	h.Clock().Advance(time.Hour)
	renewed, err := source.Token(t.Context())
	require.NoError(t, err)
	assert.NotEqual(t, first.AccessToken, renewed.AccessToken)

	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := h.api.B2B.M2M.AuthenticateToken(r.Context(), &m2m.AuthenticateTokenRequest{
			AccessToken: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "),
		})
		assert.NoError(t, err)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer service.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, service.URL, http.NoBody)
	require.NoError(t, err)
	resp, err := source.Transport(service.Client().Transport).RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusNoContent, resp.StatusCode)
}

func TestM2MToken_hasEachScopeOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(func(r *clients.CreateRequest) { r.Scopes = []string{"read:users", "write:books", "read:users"} })
	for _, asked := range []string{"", "read:users write:books read:users", strings.Repeat("read:users write:books ", 20_000)} {
		token := h.postForm(basic(c.ClientID, c.ClientSecret), "grant_type", "client_credentials", "scope", asked)
		require.Equal(t, 200, token.status, token.body)
		claims := jwt.MapClaims{}
		_, _, err := jwt.NewParser().ParseUnverified(token.body["access_token"].(string), claims)
		require.NoError(t, err)
		assert.Equal(t, "read:users write:books", claims["scope"])
	}
}

func TestM2MToken_manyUnknownScopesAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(nil)
	var asked strings.Builder
	for i := range 150_000 {
		fmt.Fprintf(&asked, "%x ", i)
	}
	started := time.Now()
	token := h.postForm(basic(c.ClientID, c.ClientSecret), "grant_type", "client_credentials", "scope", asked.String())
	assert.Equal(t, "invalid_scope", token.body["error"])
	assert.Less(t, time.Since(started), 5*time.Second)
}

func TestM2MToken_ofAClientWithoutScopesHasNone(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(func(r *clients.CreateRequest) { r.Scopes = []string{} })
	resp, err := h.api.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	require.NoError(t, err)
	token, err := h.api.B2B.M2M.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: resp.AccessToken})
	require.NoError(t, err)
	assert.Empty(t, token.Scopes)
	require.ErrorIs(t, h.token(c.ClientID, c.ClientSecret, "read:users"), stytcherror.CodeInvalidScope)
}

func TestM2MToken_isRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c, other := h.machine(nil), h.machine(nil)
	for name, row := range map[string]struct {
		err  error
		code stytcherror.Code
	}{
		"an unknown client": {h.token("nobody", c.ClientSecret), stytcherror.CodeInvalidClient},
		"a wrong secret":    {h.token(c.ClientID, c.ClientSecret+"x"), stytcherror.CodeInvalidClient},
		"another's secret":  {h.token(c.ClientID, other.ClientSecret), stytcherror.CodeInvalidClient},
		"a scope of nobody": {h.token(c.ClientID, c.ClientSecret, "read:users", "delete:books"), stytcherror.CodeInvalidScope},
		"a part of a scope": {h.token(c.ClientID, c.ClientSecret, "read"), stytcherror.CodeInvalidScope},
	} {
		require.ErrorIs(t, row.err, row.code, name)
	}
	assert.Equal(t, answerOf(t, h.token("nobody", "wrong")), answerOf(t, h.token(c.ClientID, "wrong")),
		"nobody learns which clients there are")
}

// answerOf is a refusal without what differs between calls.
func answerOf(t *testing.T, err error) stytcherror.Error {
	t.Helper()
	var e *stytcherror.Error
	require.ErrorAs(t, err, &e)
	return stytcherror.Error{StatusCode: e.StatusCode, Code: e.Code, Message: e.Message, URL: e.URL}
}

func TestM2MToken_ofAnInactiveOrDeletedClientIsRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(nil)
	resp, err := h.api.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	require.NoError(t, err)
	status := func(s m2m.M2MClientStatus) {
		_, err := h.api.B2B.M2M.Clients.Update(t.Context(), &clients.UpdateRequest{ClientID: c.ClientID, Status: &s})
		require.NoError(t, err)
	}
	valid := func() {
		t.Helper()
		_, err = h.api.B2B.M2M.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: resp.AccessToken})
		require.NoError(t, err)
	}
	status(m2m.M2MClientStatusInactive)
	require.ErrorIs(t, h.token(c.ClientID, c.ClientSecret), stytcherror.CodeInvalidClient)
	valid()
	status(m2m.M2MClientStatusActive)
	require.NoError(t, h.token(c.ClientID, c.ClientSecret))
	_, err = h.api.B2B.M2M.Clients.Delete(t.Context(), &clients.DeleteRequest{ClientID: c.ClientID})
	require.NoError(t, err)
	require.ErrorIs(t, h.token(c.ClientID, c.ClientSecret), stytcherror.CodeInvalidClient)
	valid()
}

func TestM2MToken_credentialsAreInTheFormOrBasic(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(func(r *clients.CreateRequest) { r.ClientID, r.ClientSecret = new("a|b"), new("100% +:secret") })
	escaped := basic(url.QueryEscape(c.ClientID), url.QueryEscape(c.ClientSecret))
	const grant, credentials = "grant_type", "client_credentials"
	id, secret, project := c.ClientID, c.ClientSecret, basic(h.ID(), h.Secret())
	for name, row := range map[string]struct {
		answer answer
		status int
		err    string
		basic  bool
	}{
		"in the form":           {h.postForm("", grant, credentials, "client_id", id, "client_secret", secret), 200, "", false},
		"Basic":                 {h.postForm(escaped, grant, credentials), 200, "", false},
		"Basic, and the id":     {h.postForm(escaped, grant, credentials, "client_id", id, "client_secret", ""), 200, "", false},
		"with the project's":    {h.postForm(project, grant, credentials, "client_id", id, "client_secret", secret), 200, "", false},
		"none":                  {h.postForm("", grant, credentials), 401, "invalid_client", false},
		"an id":                 {h.postForm("", grant, credentials, "client_id", id), 401, "invalid_client", false},
		"a secret":              {h.postForm("", grant, credentials, "client_secret", secret), 401, "invalid_client", false},
		"a wrong one":           {h.postForm("", grant, credentials, "client_id", id, "client_secret", "x"), 401, "invalid_client", false},
		"the project's":         {h.postForm(project, grant, credentials), 401, "invalid_client", true},
		"Basic, wrong":          {h.postForm(basic("a%7Cb", "x"), grant, credentials), 401, "invalid_client", true},
		"Basic, unknown":        {h.postForm(basic("nobody", "x"), grant, credentials), 401, "invalid_client", true},
		"Basic, not escaped":    {h.postForm(basic(id, secret), grant, credentials), 401, "invalid_client", true},
		"Bearer":                {h.postForm("Bearer x", grant, credentials), 401, "invalid_client", true},
		"Basic, and a secret":   {h.postForm(escaped, grant, credentials, "client_id", id, "client_secret", secret), 400, "invalid_request", false},
		"Basic, and another id": {h.postForm(escaped, grant, credentials, "client_id", "nobody"), 400, "invalid_request", false},
		"empty ones":            {h.postForm(basic("", ""), grant, credentials), 401, "invalid_client", true},
	} {
		assert.Equal(t, row.status, row.answer.status, "%s: %v", name, row.answer.body)
		assert.Equal(t, "no-store", row.answer.header.Get("Cache-Control"), name)
		assert.Equal(t, row.basic, row.answer.header.Get("WWW-Authenticate") != "", name)
		if row.err != "" {
			assert.Equal(t, row.err, row.answer.body["error"], name)
		}
	}
	wrong := h.postForm(basic(h.ID(), "x"), grant, credentials, "client_id", id, "client_secret", secret)
	assert.Equal(t, "unauthorized_credentials", wrong.body["error_type"])
}

func TestM2MToken_requestIsAFormOrJSON(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.machine(func(r *clients.CreateRequest) { r.ClientID, r.ClientSecret = new("a"), new("example-secret") })
	form := "grant_type=client_credentials&client_id=a&client_secret=example-secret"
	object := `{"grant_type": "client_credentials", "client_id": "a", "client_secret": "example-secret", "scope": null}`
	path := h.tokenPath()
	for name, row := range map[string]struct {
		answer answer
		status int
		err    string
	}{
		"a form":                     {h.post(path, formType+"; charset=utf-8", form, ""), 200, ""},
		"a form with more":           {h.post(path, formType, form+"&audience=x&scope=", ""), 200, ""},
		"a scope of spaces":          {h.post(path, formType, form+"&scope=++", ""), 200, ""},
		"a scope twice in the list":  {h.post(path, formType, form+"&scope=read:users++read:users", ""), 200, ""},
		"JSON":                       {h.post(path, "application/json", object, ""), 200, ""},
		"a scope with a tab":         {h.post(path, formType, form+"&scope=read:users%09write:books", ""), 400, "invalid_scope"},
		"no media type":              {h.post(path, "", form, ""), 400, "invalid_request"},
		"another media type":         {h.post(path, "text/plain", form, ""), 400, "invalid_request"},
		"parameters in the query":    {h.post(path+"?"+form, formType, "", ""), 400, "invalid_request"},
		"a form that does not parse": {h.post(path, formType, form+"&scope=%", ""), 400, "invalid_request"},
		"a parameter twice":          {h.post(path, formType, form+"&client_id=a", ""), 400, "invalid_request"},
		"an unknown one twice":       {h.post(path, formType, form+"&x=1&x=2", ""), 400, "invalid_request"},
		"JSON with a name twice":     {h.post(path, "application/json", `{"scope": "a", "scope": "a"}`, ""), 400, "invalid_request"},
		"JSON with a list":           {h.post(path, "application/json", `{"scope": ["a"]}`, ""), 400, "invalid_request"},
		"no JSON":                    {h.post(path, "application/json", form, ""), 400, "invalid_request"},
		"JSON null":                  {h.post(path, "application/json", "null", ""), 400, "invalid_request"},
		"no grant type":              {h.post(path, formType, "client_id=a&client_secret=example-secret", ""), 400, "invalid_request"},
		"another grant type":         {h.post(path, formType, "grant_type=password", ""), 400, "unsupported_grant_type"},
	} {
		assert.Equal(t, row.status, row.answer.status, "%s: %v", name, row.answer.body)
		assert.InEpsilon(t, row.status, row.answer.body["status_code"], 0, name)
		assert.Regexp(t, `^request-id-test-`, row.answer.body["request_id"], name)
		assert.Equal(t, "no-store", row.answer.header.Get("Cache-Control"), name)
		if row.err != "" {
			assert.Equal(t, row.err, row.answer.body["error"], name)
			assert.NotEmpty(t, row.answer.body["error_description"], name)
			assert.Regexp(t, `^https://stytch\.com/docs/api/errors/[0-9]{3}#`+row.err+`$`, row.answer.body["error_uri"], name)
			assert.NotContains(t, row.answer.body, "error_type", name)
		}
	}
	unknown := h.post("/v1/public/project-test-x/oauth2/token", formType, form, "")
	assert.Equal(t, 404, unknown.status)
	assert.Equal(t, "project_not_found", unknown.body["error_type"], "that is no error of OAuth2")
}

func TestM2MToken_faultsHaveTheFormOfOAuth(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.machine(nil)
	h.RespondError("m2m.token", &stytcherror.Error{Code: stytcherror.CodeInvalidClient})
	require.ErrorIs(t, h.token(c.ClientID, c.ClientSecret), stytcherror.CodeInvalidClient)
	h.ClearFaults()
	require.NoError(t, h.AddFaults(emulator.Fault{Operation: "m2m.token", Status: 401, ErrorType: "invalid_client"}))
	assert.Equal(t, "invalid_client", h.postForm("").body["error"])
	require.NoError(t, h.AddFaults(emulator.Fault{Operation: "m2m.token", Status: 503, ErrorType: "internal_server_error", RetryAfter: 7}))
	got := h.postForm("")
	assert.Equal(t, 503, got.status)
	assert.Equal(t, "internal_server_error", got.body["error"])
	assert.NotContains(t, got.body, "error_type")
	assert.Equal(t, "7", got.header.Get("Retry-After"))
	assert.Equal(t, "no-store", got.header.Get("Cache-Control"))
	for code, status := range map[string]int{"invalid_client": 401, "idp_auth_code_not_found": 400, "too_many_requests": 429} {
		require.NoError(t, h.AddFaults(emulator.Fault{Operation: "m2m.token", ErrorType: code}))
		got = h.postForm("")
		assert.Equal(t, status, got.status, code)
		assert.EqualValues(t, status, got.body["status_code"], code)
	}
	require.NoError(t, h.token(c.ClientID, c.ClientSecret))
}
