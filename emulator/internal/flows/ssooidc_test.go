package flows_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestOIDC_loginAtAProviderThatIsThere(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.realOIDC(org, p)
	back := h.toProvider(s, p, "connection_id", c, "login_hint", "bob@example.com", "custom_scopes", "groups email")
	assert.Equal(t, h.URL()+"/v1/b2b/sso/callback/"+c, p.asked.Get("redirect_uri"))
	assert.Equal(t, []string{"code", "client:1", "openid email profile groups", "bob@example.com", "S256"}, []string{
		p.asked.Get("response_type"), p.asked.Get("client_id"), p.asked.Get("scope"), p.asked.Get("login_hint"),
		p.asked.Get("code_challenge_method"),
	})
	v := s.do(back.String(), nil)
	assert.Equal(t, "/signup", v.to.Path, v.body)
	assert.Equal(t, "client%3A1:a+secret", p.client)
	assert.Equal(t, []string{"authorization_code", "code " + p.asked.Get("nonce"), p.asked.Get("redirect_uri")},
		[]string{p.redeemed.Get("grant_type"), p.redeemed.Get("code"), p.redeemed.Get("redirect_uri")})
	sum := sha256.Sum256([]byte(p.redeemed.Get("code_verifier")))
	assert.Equal(t, p.asked.Get("code_challenge"), base64.RawURLEncoding.EncodeToString(sum[:]))
	got, err := h.authenticateSSO(v.token(t, "sso"))
	require.NoError(t, err)
	assert.Equal(t, []string{"bob@example.com", "Bob"}, []string{got.Member.EmailAddress, got.Member.Name})
	assert.Equal(t, map[string]any{
		"sub": "u/1", "email": "bob@example.com", "name": "Bob", "groups": []any{"Ops"}, "title": "Dr.",
	}, map[string]any(got.Member.SSORegistrations[0].SSOAttributes))
	assert.Equal(t, "u/1", got.MemberSession.AuthenticationFactors[0].OIDCSSOFactor.ExternalID)
	assert.Contains(t, s.do(back.String(), nil).body, "oidc_invalid_callback_request", "the state is used")

	ask := func() (*members.OIDCProvidersResponse, error) {
		return h.api.B2B.Organizations.Members.OIDCProviders(t.Context(), &members.OIDCProvidersRequest{
			OrganizationID: org, MemberID: got.MemberID, IncludeRefreshToken: new(true),
		})
	}
	tokens, err := ask()
	require.NoError(t, err)
	require.Len(t, tokens.Registrations, 1)
	r := tokens.Registrations[0]
	assert.Equal(t, []any{c, "at-0", "rt", 3600, []string{"openid", "email"}},
		[]any{r.ConnectionID, r.AccessToken, r.RefreshToken, r.AccessTokenExpiresIn, r.Scopes})
	assert.Len(t, strings.Split(r.IDToken, "."), 3)
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	again := h.toProvider(s, p, "slug", h.getOrg(org).OrganizationSlug)
	data, err = h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	assert.Equal(t, "/login", s.do(again.String(), nil).to.Path, "a snapshot keeps the flow")
}

func TestOIDC_attributeMappingSaysWhichClaimsCount(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org, other := h.create("ada@example.com").Organization.OrganizationID, h.organization(nil).OrganizationID
	theirs := h.realOIDC(other, p)
	_, err := h.updateOIDC(other, theirs, func(r *oidc.UpdateConnectionRequest) {
		r.AttributeMapping = map[string]any{"email": "upn", "first_name": "vorname", "last_name": "nachname", "full_name": "none", "groups": "roles"}
	})
	require.NoError(t, err)
	c, err := h.external(org, other, theirs, nil)
	require.NoError(t, err)
	p.info = object{"upn": "Bob@Corp.example", "vorname": "Bob", "nachname": "B", "roles": "Admins"}
	back := h.toProvider(s, p, "connection_id", c.ConnectionID)
	assert.Contains(t, back.Path, theirs, "the provider knows the callback of the other organization's connection")
	v := s.do(back.String(), nil)
	got, err := h.authenticateSSO(v.token(t, "sso"))
	require.NoError(t, err)
	assert.Equal(t, []string{org, "bob@corp.example", "Bob B"}, []string{got.OrganizationID, got.Member.EmailAddress, got.Member.Name})
	assert.Equal(t, c.ConnectionID, got.MemberSession.AuthenticationFactors[0].OIDCSSOFactor.ProviderID)
}

// The error of a token endpoint is what a developer has to know. What else stands in its response is not repeated.
func TestOIDC_tokenErrorIsNamed(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	c := h.realOIDC(h.create("ada@example.com").Organization.OrganizationID, p)
	for body, want := range map[string]string{
		`{"error": "invalid_grant", "error_description": "a secret"}`: "status 400, and the error invalid_grant.",
		`{"error": "a secret"}`:                                     "status 400.",
		`{"error": "` + strings.Repeat("x", 65) + `"}`:              "status 400.",
		`{"error": 1}`:                                              "status 400.",
		`{"error": "x", "x": "` + strings.Repeat("x", 2<<20) + `"}`: "status 400.",
		"x": "status 400.",
	} {
		p.answers["/token"] = func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, body)
		}
		v := s.do(h.toProvider(s, p, "connection_id", c).String(), nil)
		assert.Contains(t, v.body, "The token endpoint gives no tokens: the server answers with "+want)
		assert.NotContains(t, v.body, "a secret")
	}
}

func TestOIDC_hostileProviderLogsNobodyIn(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	c := h.realOIDC(h.create("ada@example.com").Organization.OrganizationID, p)
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	claim := func(name string, value any) func() { return func() { p.claims = object{name: value} } }
	info := func(name string, value any) func() { return func() { p.info = object{name: value} } }
	answer := func(path string, handler http.HandlerFunc) func() { return func() { p.answers[path] = handler } }
	sign := func(method jwt.SigningMethod, key any, kid string) func() {
		return func() { p.sign = func(claims jwt.MapClaims) string { return signed(method, key, kid, claims) } }
	}
	large := serves(`{"x": "` + strings.Repeat("x", 2<<20) + `"}`)
	away := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:1/", http.StatusFound)
	}
	const badToken, badInfo, badCode = stytcherror.CodeOIDCInvalidIDToken, stytcherror.CodeOIDCInvalidUserinfo, stytcherror.CodeOIDCAuthCodeError
	for name, row := range map[string]struct {
		hostile func()
		code    stytcherror.Code
	}{
		"another nonce":       {claim("nonce", "x"), badToken},
		"no nonce":            {claim("nonce", nil), badToken},
		"another audience":    {claim("aud", "client-2"), badToken},
		"several audiences":   {claim("aud", []string{"client:1", "client-2"}), badToken},
		"another party":       {claim("azp", "client-2"), badToken},
		"another issuer":      {claim("iss", "https://evil.example"), badToken},
		"expired":             {claim("exp", time.Now().Add(-time.Hour).Unix()), badToken},
		"endless":             {claim("exp", nil), badToken},
		"issued later":        {claim("iat", time.Now().Add(time.Hour).Unix()), badToken},
		"no subject":          {claim("sub", ""), badToken},
		"long subject":        {claim("sub", strings.Repeat("x", 255)), badToken},
		"subject of a number": {claim("sub", 5), badToken},
		"alg none":            {sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "k"), badToken},
		"client's secret":     {sign(jwt.SigningMethodHS256, []byte("a secret"), "k"), badToken},
		"key as a secret":     {sign(jwt.SigningMethodHS256, p.key.N.Bytes(), "k"), badToken},
		"another key":         {sign(jwt.SigningMethodRS256, stranger, "k"), badToken},
		"another kid":         {sign(jwt.SigningMethodRS256, p.key, "other"), badToken},
		"garbage for a token": {func() { p.sign = func(jwt.MapClaims) string { return "a.b.c" } }, badToken},
		"keys are garbage":    {answer("/keys", serves("<html>")), badToken},
		"keys are many":       {answer("/keys", serves(`{"keys": [`+strings.Repeat(`{},`, 200)+`{}]}`)), badToken},
		"keys are large":      {answer("/keys", large), badToken},
		"keys lead away":      {answer("/keys", away), badToken},
		"token is garbage":    {answer("/token", serves("<html>")), badCode},
		"token is empty":      {answer("/token", serves("{}")), badCode},
		"token is large":      {answer("/token", large), badCode},
		"token is long":       {answer("/token", serves(`{"access_token": "`+strings.Repeat("x", 40_000)+`"}`)), badCode},
		"token leads away":    {answer("/token", away), badCode},
		"scope is long":       {answer("/token", serves(`{"access_token": "x", "token_type": "Bearer", "scope": "`+strings.Repeat("x", 5000)+`"}`)), badCode},
		"token is refused":    {answer("/token", http.NotFound), badCode},
		"userinfo is a list":  {answer("/me", serves("[]")), badInfo},
		"userinfo is large":   {answer("/me", large), badInfo},
		"userinfo is deep":    {answer("/me", serves(`{"x": `+strings.Repeat("[", 500)+strings.Repeat("]", 500)+`}`)), badInfo},
		"userinfo leads away": {answer("/me", away), badInfo},
		"long name":           {info("name", strings.Repeat("x", 129)), badInfo},
		"many groups":         {info("groups", make([]string, 2000)), ""},
		"long group":          {info("groups", []string{strings.Repeat("x", 5000)}), badInfo},
		"another subject":     {info("sub", "u/2"), stytcherror.CodeOIDCResponseSubjectMismatch},
		"no address":          {info("email", nil), stytcherror.CodeOIDCResponseEmailMissing},
		"address of a number": {info("email", 5), stytcherror.CodeOIDCResponseEmailMissing},
		"malformed address":   {info("email", "bob"), stytcherror.CodeInvalidEmail},
		"unverified address":  {info("email_verified", false), stytcherror.CodeOIDCResponseUnverifiedEmail},
	} {
		p.mu.Lock()
		p.reset()
		row.hostile()
		p.mu.Unlock()
		v := s.do(h.toProvider(s, p, "connection_id", c).String(), nil)
		if row.code == "" { // empty groups are none
			assert.NotNil(t, v.to, name)
			continue
		}
		assert.Nil(t, v.to, name)
		assert.Contains(t, v.body, string(row.code), name)
	}
	p.mu.Lock()
	p.reset()
	p.mu.Unlock()
	assert.NotNil(t, s.do(h.toProvider(s, p, "connection_id", c).String(), nil).to)
}

func TestOIDC_slowProviderIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	h, s := newHarness(t), newSurfer(t)
	p := newProvider(t)
	c := h.realOIDC(h.create("ada@example.com").Organization.OrganizationID, p)
	back := h.toProvider(s, p, "connection_id", c)
	done := make(chan struct{})
	defer close(done)
	p.mu.Lock()
	p.answers["/token"] = func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-done:
		case <-r.Context().Done():
		}
	}
	p.mu.Unlock()
	begun := time.Now()
	answered := make(chan page)
	go func() { answered <- s.do(back.String(), nil) }()
	_, err := h.connections(h.getOrg(h.create("eve@example.org").Organization.OrganizationID).OrganizationID)
	require.NoError(t, err, "other calls go on meanwhile")
	assert.Less(t, time.Since(begun), 3*time.Second)
	assert.Contains(t, (<-answered).body, "oidc_auth_code_error")
	assert.Less(t, time.Since(begun), 15*time.Second)
}

func TestOIDC_callbackIsForTheBrowserThatHasBegun(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c, other := h.realOIDC(org, p), h.realOIDC(org, p)
	back := h.toProvider(s, p, "connection_id", c).String()
	second := h.toProvider(s, p, "connection_id", c).String()
	assert.Contains(t, newSurfer(t).do(back, nil).body, "missing_oidc_csrf_cookie", "a stolen URL logs nobody in")
	thief := newSurfer(t)
	u, err := url.Parse(back)
	require.NoError(t, err)
	thief.client.Jar.SetCookies(u, []*http.Cookie{{Name: "stytch_sso_" + u.Query().Get("state"), Value: "x", Path: "/"}})
	assert.Contains(t, thief.do(back, nil).body, "oidc_csrf_cookie_mismatch")
	with := func(changes map[string]string) string {
		query := maps.Clone(u.Query())
		for name, value := range changes {
			query.Set(name, value)
		}
		return h.URL() + u.Path + "?" + query.Encode()
	}
	for address, code := range map[string]string{
		with(map[string]string{"state": ""}):                   "missing_oidc_state_param",
		with(map[string]string{"state": "x"}):                  "oidc_invalid_callback_request",
		with(map[string]string{"code": ""}):                    "oidc_invalid_callback_request",
		with(map[string]string{"iss": "https://evil.example"}): "oidc_invalid_callback_request",
		strings.Replace(back, c, other, 1):                     "oidc_invalid_callback_request",
		strings.Replace(back, c, "none", 1):                    "sso_connection_not_found",
		back + "&code=2":                                       "bad_request",
	} {
		v := s.do(address, nil)
		assert.Nil(t, v.to, address)
		assert.Contains(t, v.body, code, address)
	}
	assert.Contains(t, s.do(back, url.Values{"email": {"bob@example.com"}}).body, "oidc_invalid_callback_request",
		"the built-in provider does not answer for another one")
	assert.NotNil(t, s.do(second, nil).to, "a browser may begin several logins")
	assert.NotNil(t, s.do(back, nil).to)

	denied := h.toProvider(s, p, "connection_id", c)
	denied.RawQuery = url.Values{"state": {denied.Query().Get("state")}, "error": {"access_denied"}, "error_description": {"No <b>"}}.Encode()
	v := s.do(denied.String(), nil)
	require.NotNil(t, v.to)
	assert.Equal(t, []string{"app.example", "access_denied", "No <b>"},
		[]string{v.to.Host, v.to.Query().Get("error"), v.to.Query().Get("error_description")})

	late, unregistered := h.toProvider(s, p, "connection_id", c), h.toProvider(s, p, "connection_id", c)
	gone := h.toProvider(s, p, "connection_id", other)
	require.NoError(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{"https://other.example"}}))
	assert.Contains(t, s.do(unregistered.String(), nil).body, "no_match_for_provided_sso_url")
	require.NoError(t, h.SetSettings(emulator.Settings{}))
	require.NoError(t, h.deleteConnection(org, other))
	assert.Contains(t, s.do(gone.String(), nil).body, "sso_connection_not_found")
	h.Clock().Advance(10 * time.Minute)
	assert.Contains(t, s.do(late.String(), nil).body, "expired_oidc_response")
	assert.Contains(t, s.do(h.startSSO("connection_id", c, "custom_scopes", `"`), nil).body, "oauth_invalid_scope_requested")
}

func TestOIDC_codeIsRedeemedOnceByParallelCallbacks(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	c := h.realOIDC(h.create("ada@example.com").Organization.OrganizationID, p)
	back := h.toProvider(s, p, "connection_id", c).String()
	var wait sync.WaitGroup
	var mu sync.Mutex
	led := 0
	for range 20 {
		wait.Go(func() {
			if v := s.do(back, nil); v.to != nil {
				mu.Lock()
				defer mu.Unlock()
				led++
			}
		})
	}
	wait.Wait()
	assert.Equal(t, 1, led)
}
