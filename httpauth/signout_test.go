package httpauth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestSignOut_revokesAndClears(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		jwt, token value
		bearer     value
		later      time.Duration
		endsA      bool
	}{
		"by both cookies":                   {jwt: jwtOfA, token: tokenOfA, endsA: true},
		"by the token":                      {token: tokenOfA, endsA: true},
		"by a good JWT":                     {jwt: jwtOfA, endsA: true},
		"by the token and an expired JWT":   {jwt: jwtOfA, token: tokenOfA, later: 6 * time.Minute, endsA: true},
		"by the token and a forged JWT":     {jwt: forgedJWT, token: tokenOfA, endsA: true},
		"by a JWT as the bearer":            {bearer: jwtOfA, endsA: true},
		"by a token as the bearer":          {bearer: tokenOfA, endsA: true},
		"by the bearer, not by the cookies": {jwt: jwtOfB, token: tokenOfB, bearer: tokenOfA, endsA: true},
		"an expired JWT alone ends nothing": {jwt: jwtOfA, later: 6 * time.Minute},
		"nor does it as the bearer":         {bearer: jwtOfA, later: 6 * time.Minute},
		"nor does a forged one":             {jwt: forgedJWT},
		"nor an access token":               {bearer: jwtOfMachine},
		"nor a malformed token":             {token: malformedToken},
		"nor a request without cookies":     {},
	} {
		for how, request := range requests {
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				p := newPair(t)
				p.Clock().Advance(row.later)
				r := request(http.MethodPost, "/my-logout", p.cookiesOf(row.jwt, row.token)...)
				if row.bearer != nil {
					withBearer(r, row.bearer(p))
				}
				w, err := p.signOut(r)
				require.NoError(t, err)
				set, cleared := kept(w)
				assert.Empty(t, set)
				assert.Equal(t, both, cleared, "always")
				assert.Equal(t, row.endsA, len(p.takeEvents()) == 1, "an event")
				assert.Equal(t, !row.endsA, p.lasts(p.a))
				assert.True(t, p.lasts(p.b))
				if !row.endsA {
					assert.Zero(t, p.calls(revokePath))
				}
			})
		}
	}
}

func TestSignOut_aSessionThatTheAPIDoesNotKnowIsNoError(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for range 2 {
		_, err := p.signOut(form("/my-logout", "", p.cookiesOf(nil, tokenOfA)...))
		require.NoError(t, err)
	}
	_, err := p.signOut(form("/my-logout", "", p.cookiesOf(nil, unknownToken)...))
	require.NoError(t, err)
}

// Whoever gets hold of an old JWT sends it beside a token of their own.
func TestSignOut_aLeakedJWTDoesNotLockItsOwnerOut(t *testing.T) {
	t.Parallel()
	for name, isKnown := range map[string]bool{"the other token is known": true, "it is not": false} {
		for what, end := range map[string]func(*pair, *http.Request) error{
			"SignOut": func(p *pair, r *http.Request) error { return p.guard.SignOut(httptest.NewRecorder(), r) },
			"SignIn": func(p *pair, r *http.Request) error {
				return p.guard.SignIn(httptest.NewRecorder(), r, tokensOf(p.LogIn("cem@example.com")))
			},
		} {
			t.Run(name+"/"+what, func(t *testing.T) {
				t.Parallel()
				p := newPair(t)
				p.expireJWTs()
				if isKnown {
					_, _ = p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookiesOf(nil, tokenOfB)...))
				}
				require.NoError(t, end(p, form("/", "", p.cookiesOf(jwtOfA, tokenOfB)...)))
				assert.False(t, p.lasts(p.b))
				assert.True(t, p.lasts(p.a))
				got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookies(p.a)...))
				assert.Equal(t, answered{200, "A", 1, fresh, nil}, got, "the owner")
			})
		}
	}
}

func TestSignOut_ofTwoValuesNoneIsRevoked(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	w, err := p.signOut(form("/", "", append(p.cookiesOf(nil, tokenOfA), p.cookiesOf(nil, tokenOfB)...)...))
	require.Error(t, err)
	_, cleared := kept(w)
	assert.Equal(t, both, cleared)
	assert.True(t, p.lasts(p.a) && p.lasts(p.b))
}

func TestSignOut_clearsForHostAndDomain(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(c *httpauth.Config) { c.Cookies.Domain = "example.com" })
	w, err := p.signOut(form("/", ""))
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{
		"__Secure-stytch_session /", "__Secure-stytch_session / example.com",
		"__Secure-stytch_session_jwt /", "__Secure-stytch_session_jwt / example.com",
	}, clearedScopes(w))
}

func TestSignOut_dropsWhatAGuardBeforeHasRefreshed(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(c *httpauth.Config) { c.SessionDuration = time.Hour })
	p.expireJWTs()
	w := serve(p.guard.Require()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.NoError(t, p.guard.SignOut(w, r))
	})), form("/", "", p.cookies(p.a)...))
	set, cleared := kept(w)
	assert.Empty(t, set)
	assert.Equal(t, both, cleared)
	assert.False(t, p.lasts(p.a))
}

func TestSignOut_ofTheBrowserSDKRevokesAndKeepsItsCookies(t *testing.T) {
	t.Parallel()
	p := newPair(t, frontend)
	w, err := p.signOut(form("/", "", frontendCookies(p.cookiesOf(jwtOfA, tokenOfA))...))
	require.NoError(t, err)
	assert.Empty(t, w.Header()["Set-Cookie"])
	assert.False(t, p.lasts(p.a))
}

// The call is not canceled with the request.
func TestSignOut_outlastsTheRequest(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.signOut(form("/", "", p.cookies(p.a)...).WithContext(ctx))
	require.NoError(t, err)
	assert.False(t, p.lasts(p.a))
}

// SignIn replaces the cookies, and so it revokes their session, whatever bearer token the request has.
func TestSignIn_besideABearerRevokesTheCookiesSession(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	c := p.LogIn("carol@example.com")
	r := p.b.Bearer(form("/", "", p.cookies(p.a)...))
	require.NoError(t, p.guard.SignIn(httptest.NewRecorder(), r, httpauth.Tokens{
		SessionToken: c.SessionToken, SessionJWT: c.SessionJWT,
	}))
	assert.False(t, p.lasts(p.a))
	assert.True(t, p.lasts(p.b))
}

// The browser SDK's cookies may have several values. Behind a guard, the session that it has found ends; without one,
// the error says that none was revoked.
func TestSignOut_ofSeveralValuesEndsTheSessionThatTheGuardHasFound(t *testing.T) {
	t.Parallel()
	p := newPair(t, frontend)
	old := p.MintSessionJWT(stytchtest.Session{}, stytchtest.Expired())
	cookies := []*http.Cookie{cookie(frontendJWT, old), cookie(frontendJWT, p.a.SessionJWT), cookie(frontendToken, p.a.SessionToken)}
	require.Error(t, p.guard.SignOut(httptest.NewRecorder(), form("/", "", cookies...)))
	assert.True(t, p.lasts(p.a))
	h := p.guard.Require()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.NoError(t, p.guard.SignOut(w, r))
	}))
	assert.Equal(t, http.StatusOK, serve(h, form("/", "", cookies...)).Code)
	assert.False(t, p.lasts(p.a))
}
