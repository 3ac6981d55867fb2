package httpauth_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func newUserApp(t *testing.T, config httpauth.LoginConfig, change ...func(*httpauth.Config)) *app {
	t.Helper()
	return appOf(t, newUserSite(t, change...), config)
}

// userLogin sets the responses to a login by link: that of asking for it, and that of following it.
func (a *app) userLogin(email, sessionID, token string) {
	a.t.Helper()
	a.Respond(userSendLink, `{"user_id":"`+userID+`","email_id":"email-test-1","user_created":false}`)
	expires := a.Clock().Now().Add(time.Hour)
	jwt := a.MintSessionJWT(stytchtest.Session{ID: sessionID, UserID: userID, ExpiresAt: expires})
	session, err := json.Marshal(map[string]any{
		"session_id": sessionID, "user_id": userID, "expires_at": expires, "started_at": a.Clock().Now(),
		"last_accessed_at": a.Clock().Now(), "roles": []string{"stytch_user"},
	})
	require.NoError(a.t, err)
	a.Respond(userSpendLink, fmt.Sprintf(`{
		"user_id": %q, "method_id": "email-test-1", "method_type": "magic_link", "session_token": %q, "session_jwt": %q,
		"user": {"user_id": %q, "status": "active", "emails": [
			{"email_id": "email-test-0", "email": "old@example.com", "verified": true},
			{"email_id": "email-test-1", "email": %q, "verified": true}]},
		"session": %s, "reset_sessions": false}`, userID, token, jwt, userID, email, session))
}

func TestUserLogin_logsInOrCreates(t *testing.T) {
	t.Parallel()
	var arrivals []*httpauth.Arrival
	a := newUserApp(t, httpauth.LoginConfig{OnLogin: func(_ *http.Request, arrival *httpauth.Arrival) error {
		arrivals = append(arrivals, arrival)
		return nil
	}})
	a.userLogin(ada, "session-test-1", "session-token-of-the-first-login")
	b := a.browser()
	b.open("/notes?page=2")
	p := b.press("Send me a link", "email", ada)
	assert.Contains(t, p.Body.String(), "Check your mail")
	var sent map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.bodyOf(userSendLinkPath)), &sent))
	assert.Equal(t, map[string]any{
		"email": ada, "login_magic_link_url": origin + "/auth/callback", "signup_magic_link_url": origin + "/auth/callback",
	}, sent)

	p = b.open(callback("magic_links", someToken))
	assert.Equal(t, "/notes?page=2", p.path)
	assert.Equal(t, "user "+userID, p.Body.String())
	assert.Equal(t, "session-token-of-the-first-login", b.jar[tokenCookie].value)
	assert.JSONEq(t, `{"token": "`+someToken+`", "session_duration_minutes": 60}`, a.bodyOf(userSpendLinkPath), "an hour, without SessionDuration")
	assert.False(t, b.has(flowCookie))

	require.Len(t, arrivals, 1)
	assert.Equal(t, "magic_links", arrivals[0].TokenType)
	assert.Equal(t, userID, arrivals[0].User.UserID)
	assert.Equal(t, userID, arrivals[0].Principal.ID)
	assert.Nil(t, arrivals[0].Member)
	assert.Nil(t, arrivals[0].Organization)

	var session map[string]any
	decode(t, b.fetch(http.MethodGet, "/auth/session", nil), &session)
	assert.Equal(t, "user", session["kind"])
	assert.Equal(t, userID, session["id"])
	assert.NotContains(t, session, "organization_id")
}

func TestUserLogin_lastsAsLongAsSessionDuration(t *testing.T) {
	t.Parallel()
	a := newUserApp(t, httpauth.LoginConfig{}, func(c *httpauth.Config) { c.SessionDuration = 24 * time.Hour })
	a.userLogin(ada, "session-test-1", someToken)
	b := a.browser()
	b.submit("/auth/start", "email", ada)
	b.open(callback("magic_links", someToken))
	assert.JSONEq(t, `{"token": "`+someToken+`", "session_duration_minutes": 1440}`, a.bodyOf(userSpendLinkPath))
}

func TestUserLogin_acceptsTheLinkOfAMailAboutPasswords(t *testing.T) {
	t.Parallel()
	a := newUserApp(t, httpauth.LoginConfig{})
	a.userLogin(ada, "session-test-1", someToken)
	b := a.browser()
	b.open(callback("login", someToken))
	require.Zero(t, a.calls(userSpendLinkPath), "this browser has not asked for it")
	b.press("Log in")
	assert.True(t, b.isLoggedIn())
}

func TestUserLogin_bindsLinksToTheBrowser(t *testing.T) {
	t.Parallel()
	a := newUserApp(t, httpauth.LoginConfig{SameBrowser: true})
	a.userLogin(ada, "session-test-1", someToken)
	b := a.browser()
	b.submit("/auth/start", "email", ada)
	assert.Contains(t, a.bodyOf(userSendLinkPath), `"code_challenge":"`)
	assert.Equal(t, http.StatusBadRequest, a.browser().get(callback("magic_links", someToken)).Code)
	assert.Zero(t, a.calls(userSpendLinkPath))
	b.open(callback("magic_links", someToken))
	assert.Contains(t, a.bodyOf(userSpendLinkPath), `"code_verifier":"`)
	assert.True(t, b.isLoggedIn())

	a.RespondError(userSpendLink, &stytcherror.Error{Code: stytcherror.CodePKCEMismatch})
	b = a.browser()
	a.userLogin(ada, "session-test-1", someToken)
	b.submit("/auth/start", "email", ada)
	assert.Equal(t, http.StatusBadRequest, b.open(callback("magic_links", someToken)).Code, "a link of another browser")
	assert.False(t, b.isLoggedIn())
}

func TestUserLogin_revokesTheSessionOfAnotherAddress(t *testing.T) {
	t.Parallel()
	for name, email := range map[string]string{
		"of somebody else":                          "eve@example.org",
		"of an address that the answer has not got": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newUserApp(t, httpauth.LoginConfig{})
			a.userLogin(email, "session-test-1", "session-token-of-somebody-else")
			a.Respond(userRevoke, `{}`)
			b := a.browser()
			b.submit("/auth/start", "email", ada)
			p := b.open(callback("magic_links", someToken))
			assert.Equal(t, http.StatusBadRequest, p.Code)
			assert.Contains(t, p.Body.String(), "another e-mail address")
			assert.False(t, b.isLoggedIn())
			assert.JSONEq(t, `{"session_token": "session-token-of-somebody-else"}`, a.bodyOf(userRevokePath))
		})
	}
}

func TestUserLogin_revokesTheSessionBefore(t *testing.T) {
	t.Parallel()
	a := newUserApp(t, httpauth.LoginConfig{})
	b := a.browser()
	for _, token := range []string{"session-token-of-the-first-login", "session-token-of-the-second-login"} {
		a.userLogin(ada, "session-test-of-"+token, token)
		b.submit("/auth/start", "email", ada)
		a.Respond(userRevoke, `{}`)
		b.open(callback("magic_links", someToken))
		assert.Equal(t, token, b.jar[tokenCookie].value)
	}
	assert.Equal(t, 1, a.calls(userRevokePath))
	assert.Contains(t, a.bodyOf(userRevokePath), `"session_jwt"`, "that of the first login")
}

func TestUserLogin_logsOut(t *testing.T) {
	t.Parallel()
	a := newUserApp(t, httpauth.LoginConfig{})
	a.userLogin(ada, "session-test-1", "session-token-of-the-first-login")
	b := a.browser()
	b.submit("/auth/start", "email", ada)
	b.open(callback("magic_links", someToken))
	before := b.copy()
	a.Respond(userRevoke, `{}`)
	assert.Equal(t, "/", b.submit("/auth/logout").path)
	assert.False(t, b.isLoggedIn())
	assert.Equal(t, http.StatusSeeOther, before.get("/notes").Code)
}

func TestUserLogin_hasNoOrganizations(t *testing.T) {
	t.Parallel()
	a := newUserApp(t, httpauth.LoginConfig{})
	for name, r := range map[string]*http.Request{
		"the page":   navigation(http.MethodGet, "/auth/organizations"),
		"the choice": form("/auth/organizations", "organization_id=x"),
		"the switch": form("/auth/switch", "organization_id=x"),
	} {
		assert.Equal(t, http.StatusNotFound, serve(a.login, r).Code, name)
	}
}

func TestUserLogin_refusesALink(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(*app)
		status  int
	}{
		"that is unknown": {func(a *app) {
			a.RespondError(userSpendLink, &stytcherror.Error{Code: stytcherror.CodeMagicLinkNotFound})
		}, 400},
		"that was used": {func(a *app) {
			a.RespondError(userSpendLink, &stytcherror.Error{Code: stytcherror.CodeUnableToAuthMagicLink})
		}, 400},
		"while the API asks to wait": {func(a *app) {
			a.RespondError(userSpendLink, &stytcherror.Error{Code: stytcherror.CodeTooManyRequests})
		}, 429},
		"while the API fails": {func(a *app) { a.fails(userSpendLink) }, 503},
		"whose answer has no session": {func(a *app) {
			a.Respond(userSpendLink, `{"user_id": "`+userID+`", "method_id": "email-test-1", "user": {"user_id": "`+userID+`"}}`)
		}, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newUserApp(t, httpauth.LoginConfig{})
			test.prepare(a)
			b := a.browser()
			b.open(callback("magic_links", someToken))
			assert.Equal(t, test.status, b.press("Log in").Code)
			assert.False(t, b.isLoggedIn())
		})
	}
}

func TestUserLogin_answersAlikeForAddressesThatTheProjectRefuses(t *testing.T) {
	t.Parallel()
	for _, code := range refusalsOfAnAddress {
		a := newUserApp(t, httpauth.LoginConfig{})
		a.Respond(userSendLink, `{"user_id":"`+userID+`","email_id":"email-test-1","user_created":true}`)
		accepted := a.browser().submit("/auth/start", "email", ada)
		a.RespondError(userSendLink, &stytcherror.Error{Code: code})
		refused := a.browser().submit("/auth/start", "email", ada)
		assert.Equal(t, accepted.Code, refused.Code, code)
		assert.Equal(t, accepted.Body.String(), refused.Body.String(), code)
	}
}
