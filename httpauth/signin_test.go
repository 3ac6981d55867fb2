package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// lasts reports whether the API still knows a session.
func (p *pair) lasts(v *stytchtest.Visitor) bool {
	p.t.Helper()
	_, err := p.Client().B2B.Sessions.Authenticate(p.t.Context(), &sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	if err != nil {
		require.ErrorIs(p.t, err, stytcherror.CodeSessionNotFound)
	}
	return err == nil
}

func (p *pair) signIn(r *http.Request, t httpauth.Tokens) (*httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	return w, p.guard.SignIn(w, r, t)
}

func (p *pair) signOut(r *http.Request) (*httptest.ResponseRecorder, error) {
	w := httptest.NewRecorder()
	return w, p.guard.SignOut(w, r)
}

func TestSignIn_setsTheCookies(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	w, err := p.signIn(form("/my-login", ""), tokensOf(p.a))
	require.NoError(t, err)
	set, cleared := kept(w)
	assert.Equal(t, both, names(set))
	assert.Empty(t, cleared)
	for _, c := range set {
		assert.Equal(t, p.a.ExpiresAt.Truncate(time.Second).UTC(), c.Expires.UTC())
	}
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", cookiesSet(w)...))
	assert.Equal(t, answered{status: 200, who: "A"}, got)
	events := p.takeEvents()
	assert.Equal(t, httpauth.EventLogin, events[0].Kind)
	assert.Equal(t, p.a.MemberID, events[0].Principal.ID)
}

func TestSignIn_withoutExpiresAtTheCookiesEndWithTheSession(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	w, err := p.signIn(form("/my-login", ""), httpauth.Tokens{SessionToken: p.a.SessionToken, SessionJWT: p.a.SessionJWT})
	require.NoError(t, err)
	for _, c := range w.Result().Cookies() {
		assert.WithinDuration(t, p.a.ExpiresAt, c.Expires, time.Second)
	}
}

func TestSignIn_revokesTheSessionBefore(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		jwt, token value
		later      time.Duration
	}{
		"by both cookies":                      {jwtOfB, tokenOfB, 0},
		"by the token alone":                   {nil, tokenOfB, 0},
		"by a good JWT alone":                  {jwtOfB, nil, 0},
		"by the token, if the JWT has expired": {jwtOfB, tokenOfB, 6 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			p.Clock().Advance(row.later)
			p.a = p.LogIn("ada@example.com")
			w, err := p.signIn(form("/my-login", "", p.cookiesOf(row.jwt, row.token)...), tokensOf(p.a))
			require.NoError(t, err)
			assert.False(t, p.lasts(p.b), "the session before")
			assert.True(t, p.lasts(p.a), "the new one")
			got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", cookiesSet(w)...))
			assert.Equal(t, answered{status: 200, who: "A"}, got)
		})
	}
}

func TestSignIn_ofTheSameSessionRevokesNothing(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ jwt, token value }{
		"both cookies": {jwtOfA, tokenOfA}, "the token": {nil, tokenOfA}, "the JWT": {jwtOfA, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			_, err := p.signIn(form("/my-login", "", p.cookiesOf(row.jwt, row.token)...), tokensOf(p.a))
			require.NoError(t, err)
			assert.True(t, p.lasts(p.a))
			got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookies(p.a)...))
			assert.Equal(t, 200, got.status)
		})
	}
}

func TestSignIn_aFailedRevocationIsReportedOnly(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.fails(revoke)
	_, err := p.signIn(form("/my-login", "", p.cookies(p.b)...), tokensOf(p.a))
	require.NoError(t, err)
	events := p.takeEvents()
	require.Len(t, events, 2)
	assert.Equal(t, httpauth.EventLogout, events[0].Kind)
	require.Error(t, events[0].Err)
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookies(p.b)...))
	assert.Equal(t, 401, got.status, "this process refuses the session before")
}

// badSignIns are tokens that are refused. The request has the cookies of B.
var badSignIns = map[string]struct {
	token, jwt value
	later      bool
	field      string
}{
	"nothing":                               {empty, empty, false, "SessionToken"},
	"no token":                              {empty, jwtOfA, false, "SessionToken"},
	"no JWT":                                {tokenOfA, empty, false, "SessionJWT"},
	"a malformed token":                     {malformedToken, jwtOfA, false, "SessionToken"},
	"a token that ends its header":          {func(p *pair) string { return p.a.SessionToken + "\r\nX: y" }, jwtOfA, false, "SessionToken"},
	"a token that adds an attribute":        {func(p *pair) string { return p.a.SessionToken + "; Domain=com" }, jwtOfA, false, "SessionToken"},
	"a JWT as the token":                    {jwtOfA, jwtOfA, false, "SessionToken"},
	"the token as the JWT":                  {tokenOfA, tokenOfA, false, "SessionJWT"},
	"a malformed JWT":                       {tokenOfA, func(*pair) string { return "a.b.c" }, false, "SessionJWT"},
	"a JWT that ends its header":            {tokenOfA, func(p *pair) string { return p.a.SessionJWT + "\r\nX: y" }, false, "SessionJWT"},
	"a forged JWT":                          {tokenOfA, forgedJWT, false, "SessionJWT"},
	"a JWT of another project":              {tokenOfA, foreignJWT, false, "SessionJWT"},
	"a JWT of a user":                       {tokenOfA, jwtOfUser, false, "SessionJWT"},
	"an access token":                       {tokenOfA, jwtOfMachine, false, "SessionJWT"},
	"an expired JWT and a token of another": {tokenOfB, jwtOfA, true, "SessionJWT"},
}

func TestSignIn_refusesTokensThatAreNotOfASession(t *testing.T) {
	t.Parallel()
	for name, row := range badSignIns {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			tokens := httpauth.Tokens{SessionToken: row.token(p), SessionJWT: row.jwt(p)}
			if row.later {
				p.expireJWTs()
			}
			w, err := p.signIn(form("/my-login", "", p.cookies(p.b)...), tokens)
			var refused *stytcherror.ArgumentError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, row.field, refused.Field)
			assert.Empty(t, w.Header()["Set-Cookie"])
			assert.True(t, p.lasts(p.b), "the session before stays")
			assert.Empty(t, p.takeEvents())
			for _, secret := range []string{tokens.SessionToken, tokens.SessionJWT} {
				if secret != "" {
					assert.NotContains(t, err.Error(), secret)
				}
			}
		})
	}
}

func TestSignIn_refusesATokenThatIsKnownToBeOfAnotherSession(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", p.cookiesOf(nil, tokenOfB)...))
	require.Equal(t, "B", got.who)
	w, err := p.signIn(form("/my-login", ""), httpauth.Tokens{SessionToken: p.b.SessionToken, SessionJWT: p.a.SessionJWT})
	require.ErrorAs(t, err, new(*stytcherror.ArgumentError))
	assert.Empty(t, w.Header()["Set-Cookie"])
}

func TestSignIn_aSessionThatEndedHereIsRefused(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	_, err := p.signOut(form("/", "", p.cookies(p.a)...))
	require.NoError(t, err)
	w, err := p.signIn(form("/my-login", ""), tokensOf(p.a))
	require.ErrorAs(t, err, new(*stytcherror.ArgumentError))
	assert.Empty(t, w.Header()["Set-Cookie"])
}

func TestSignIn_expiredByOurClockAsksTheAPI(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.expireJWTs()
	w, err := p.signIn(form("/my-login", ""), tokensOf(p.a))
	require.NoError(t, err)
	assert.Equal(t, 1, p.refreshes())
	got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", cookiesSet(w)...))
	assert.Equal(t, "A", got.who)
}

func TestSignIn_expiredAndNoAnswerIsTheAPIsError(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]*stytcherror.Error{
		"down": {Code: "service_unavailable", StatusCode: 503}, "the session is unknown": {Code: stytcherror.CodeSessionNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			p.expireJWTs()
			p.RespondError(authenticate, err)
			w, got := p.signIn(form("/my-login", "", p.cookies(p.b)...), tokensOf(p.a))
			require.ErrorIs(t, got, err.Code)
			assert.Empty(t, w.Header()["Set-Cookie"])
		})
	}
}

func TestSignIn_replacesWhatAGuardBeforeHasRefreshed(t *testing.T) {
	t.Parallel()
	for name, duration := range map[string]time.Duration{"the JWT": 0, "both": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, func(c *httpauth.Config) { c.SessionDuration = duration })
			p.expireJWTs()
			a := p.LogIn("ada@example.com")
			w := serve(p.guard.Require()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.SetCookie(w, cookie("theme", "dark"))
				assert.NotEmpty(t, w.Header()["Set-Cookie"])
				assert.NoError(t, p.guard.SignIn(w, r, tokensOf(a)))
			})), form("/my-login", "", p.cookies(p.b)...))
			set, cleared := kept(w)
			assert.ElementsMatch(t, append([]string{"theme"}, both...), names(set), "each once")
			assert.Empty(t, cleared)
			got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", cookiesSet(w)...))
			assert.Equal(t, answered{status: 200, who: "A"}, got)
			assert.False(t, p.lasts(p.b))
		})
	}
}

// large returns somebody's login whose JWT is too large for a cookie.
func (p *pair) large(email string) *stytchtest.Visitor {
	p.t.Helper()
	v := p.LogIn(email, stytchtest.WithClaims(map[string]any{"teams": strings.Repeat("t", 3000)}))
	require.Greater(p.t, len(v.SessionJWT), 3800)
	return v
}

func TestSignIn_aJWTTooLargeForACookieIsNotSet(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	a := p.large("ada@example.com")
	w, err := p.signIn(form("/my-login", "", p.cookies(p.b)...), tokensOf(a))
	require.NoError(t, err)
	set, cleared := kept(w)
	assert.Equal(t, []string{tokenCookie}, names(set))
	assert.Equal(t, fresh, cleared, "that of the session before")
	for range 3 {
		got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", cookiesSet(w)...))
		assert.Equal(t, "A", got.who)
		assert.Empty(t, got.set)
	}
	assert.LessOrEqual(t, p.refreshes(), 1, "what the API said is remembered")
}

func TestGuard_aRefreshedJWTTooLargeForACookie(t *testing.T) {
	t.Parallel()
	for name, duration := range map[string]time.Duration{"not extended": 0, "extended": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, func(c *httpauth.Config) { c.SessionDuration = duration })
			a := p.large("ada@example.com")
			small := p.MintSessionJWT(stytchtest.Session{MemberID: a.MemberID}, stytchtest.Forged())
			got, _ := p.send(p.guard.Require(), request(http.MethodGet, "/", cookie(tokenCookie, a.SessionToken), cookie(jwtCookie, small)))
			assert.Equal(t, "A", got.who)
			assert.NotContains(t, got.set, jwtCookie)
			assert.Equal(t, fresh, got.cleared, "an older one does not remain")
		})
	}
}

func TestSignIn_ofTheBrowserSDKIsRefused(t *testing.T) {
	t.Parallel()
	p := newPair(t, frontend)
	w, err := p.signIn(form("/my-login", ""), tokensOf(p.a))
	require.ErrorAs(t, err, new(*stytcherror.ArgumentError))
	assert.Empty(t, w.Header()["Set-Cookie"])
	assert.Empty(t, p.guard.Cookies(tokensOf(p.a)))
	_, err = p.guard.Login(httpauth.LoginConfig{})
	require.ErrorAs(t, err, new(*stytcherror.ArgumentError))
}

func TestSignIn_withoutKeysIsAnErrorAndSetsNothing(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.fails(keysOperation)
	w, err := p.signIn(form("/my-login", ""), tokensOf(p.a))
	require.ErrorIs(t, err, stytcherror.ErrKeysUnavailable)
	assert.Empty(t, w.Header()["Set-Cookie"])
}
