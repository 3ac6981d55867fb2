package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// How often the API is asked follows from the rules and from the JWT's age alone.
func TestFreshness_costsCalls(t *testing.T) {
	t.Parallel()
	maxAge, remote, local := httpauth.MaxAge, httpauth.Remote, httpauth.Local
	for name, tt := range map[string]struct {
		rules []httpauth.Rule
		age   time.Duration
		// want are the calls that each of three requests makes.
		want [3]int
	}{
		"a JWT is trusted without a rule":              {nil, 4 * time.Minute, [3]int{0, 0, 0}},
		"a JWT is trusted with Local":                  {[]httpauth.Rule{local()}, 4 * time.Minute, [3]int{0, 0, 0}},
		"a JWT that is new enough for MaxAge":          {[]httpauth.Rule{maxAge(3 * time.Minute)}, 2 * time.Minute, [3]int{0, 0, 0}},
		"a JWT that is too old is asked about once":    {[]httpauth.Rule{maxAge(time.Minute)}, 2 * time.Minute, [3]int{1, 0, 0}},
		"the shortest MaxAge counts":                   {[]httpauth.Rule{maxAge(time.Minute), maxAge(time.Hour)}, 2 * time.Minute, [3]int{1, 0, 0}},
		"the shortest MaxAge counts, in any order":     {[]httpauth.Rule{maxAge(time.Hour), maxAge(time.Minute)}, 2 * time.Minute, [3]int{1, 0, 0}},
		"MaxAge wins over Local":                       {[]httpauth.Rule{maxAge(time.Minute), local()}, 2 * time.Minute, [3]int{1, 0, 0}},
		"Remote asks at every request":                 {[]httpauth.Rule{remote()}, 0, [3]int{1, 1, 1}},
		"Remote wins over Local":                       {[]httpauth.Rule{remote(), local()}, 0, [3]int{1, 1, 1}},
		"Remote wins over MaxAge":                      {[]httpauth.Rule{maxAge(time.Hour), remote()}, 0, [3]int{1, 1, 1}},
		"an expired JWT beside a token is asked about": {nil, 6 * time.Minute, [3]int{1, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			v := s.LogIn("ada@example.com")
			s.Clock().Advance(tt.age)
			for i, want := range tt.want {
				before := s.refreshes()
				w := s.get(request(http.MethodGet, "/", s.cookies(v)...), tt.rules...)
				require.Equal(t, http.StatusOK, w.Code)
				assert.Equal(t, want, s.refreshes()-before, "request %d", i)
			}
		})
	}
}

// An answer that MaxAge is content with serves until it is too old itself.
func TestMaxAge_ofARememberedAnswer(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	rule := httpauth.MaxAge(time.Minute)
	ask := func() int {
		before := s.refreshes()
		require.Empty(t, s.answerOf(t, v.SessionToken, rule))
		return s.refreshes() - before
	}
	assert.Equal(t, 1, ask(), "a token alone is always asked about")
	s.Clock().Advance(59 * time.Second)
	assert.Zero(t, ask())
	s.Clock().Advance(2 * time.Second)
	assert.Equal(t, 1, ask())
}

// MaxAge and Remote notice that a session was revoked elsewhere; a JWT alone does not.
func TestFreshness_noticesARevokedSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	s.revoke(t, v)
	s.Clock().Advance(2 * time.Minute)
	assert.Empty(t, s.answerOf(t, v.SessionJWT))
	assert.Equal(t, httpauth.ReasonToken, s.answerOf(t, v.SessionJWT, httpauth.Remote()))
	assert.Equal(t, httpauth.ReasonToken, s.answerOf(t, v.SessionJWT, httpauth.MaxAge(time.Minute)))
	w := s.get(request(http.MethodGet, "/", s.cookies(v)...), httpauth.Remote())
	assert.Equal(t, httpauth.ReasonToken, errorOf(t, w))
}

// Remote shares no answer: two requests at one time are two calls, and two that share are one.
func TestRemote_sharesNoCall(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rule httpauth.Rule
		want int
	}{
		"Remote":                          {httpauth.Remote(), 2},
		"MaxAge shares the running calls": {httpauth.MaxAge(time.Minute), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				s := newSite(t)
				v := s.LogIn("ada@example.com")
				s.fault(emulator.Fault{Operation: authenticate, Count: allCalls, DelayMS: 1000})
				h := s.guard.Require(tt.rule)(http.HandlerFunc(whoami))
				for _, w := range many(h, 2, func(int) *http.Request {
					return withBearer(request(http.MethodGet, "/"), v.SessionToken)
				}) {
					assert.Equal(t, http.StatusOK, w.Code)
				}
				assert.Equal(t, tt.want, s.refreshes())
			})
		})
	}
}

// Nor does a request without Remote wait for the call of one with it.
func TestRemote_isJoinedByNobody(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		s := newSite(t)
		v := s.LogIn("ada@example.com")
		s.fault(emulator.Fault{Operation: authenticate, Count: allCalls, DelayMS: 100})
		codes := make(chan int, 1)
		go func() {
			r := withBearer(request(http.MethodGet, "/"), v.SessionToken)
			codes <- s.get(r, httpauth.Remote()).Code
		}()
		synctest.Wait() // the call is running
		require.Equal(t, 1, s.refreshes())
		assert.Empty(t, s.answerOf(t, v.SessionToken))
		assert.Equal(t, http.StatusOK, <-codes)
		assert.Equal(t, 2, s.refreshes())
	})
}

// Nothing can be asked about an access token: Remote refuses each, and MaxAge those that were issued too long ago.
func TestFreshness_ofAccessTokens(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	before := len(s.Requests())
	for name, rule := range map[string]httpauth.Rule{"machine": httpauth.Machines("a"), "app": httpauth.Apps("a")} {
		token := s.machineToken("a")
		if name == "app" {
			token = s.appToken(v, "a")
		}
		assert.Equal(t, httpauth.ReasonToken, s.answerOf(t, token, rule, httpauth.Remote()), name)
		assert.Empty(t, s.answerOf(t, token, rule, httpauth.MaxAge(time.Minute)), name)
		s.Clock().Advance(2 * time.Minute)
		assert.Equal(t, httpauth.ReasonToken, s.answerOf(t, token, rule, httpauth.MaxAge(time.Minute)), name)
		assert.Empty(t, s.answerOf(t, token, rule), name)
	}
	for _, r := range s.Requests()[before:] {
		assert.Contains(t, r.Path, "jwks")
	}
}

// Who is Stale passes rules that want nothing recent, and none that do.
func TestStale_passesNoRuleThatWantsMore(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *httpauth.Config) { c.OutageGrace = time.Hour })
	v := s.LogIn("ada@example.com")
	send := func(rules ...httpauth.Rule) *httptest.ResponseRecorder {
		return s.get(request(http.MethodGet, "/", s.cookies(v)...), rules...)
	}
	s.expireJWTs()
	require.Equal(t, http.StatusOK, send().Code)
	s.expireJWTs()
	s.fails(authenticate)
	var p *httpauth.Principal
	keep := httpauth.Allow(func(_ *http.Request, who *httpauth.Principal) error {
		p = who
		return nil
	})
	for name, tt := range map[string]struct {
		rule httpauth.Rule
		want httpauth.Reason
	}{
		"Local":       {httpauth.Local(), ""},
		"Factor":      {httpauth.Factor(httpauth.FactorEmail), ""},
		"FreshWithin": {httpauth.FreshWithin(24 * time.Hour), httpauth.ReasonStepUp},
		"MaxAge":      {httpauth.MaxAge(24 * time.Hour), httpauth.ReasonUnavailable},
		"Remote":      {httpauth.Remote(), httpauth.ReasonUnavailable},
	} {
		p = nil
		assert.Equal(t, tt.want, errorOf(t, send(tt.rule, keep)), name)
		if tt.want == "" {
			require.NotNil(t, p, name)
			assert.True(t, p.Stale, name)
		}
	}
	nested := s.guard.Require()(s.guard.Require(httpauth.MaxAge(24 * time.Hour))(http.HandlerFunc(whoami)))
	w := serve(nested, request(http.MethodGet, "/", s.cookies(v)...))
	assert.Equal(t, httpauth.ReasonUnavailable, errorOf(t, w), "a guard inside asks again")
}

// revoke revokes a visitor's session elsewhere.
func (s *site) revoke(t *testing.T, v *stytchtest.Visitor) {
	t.Helper()
	_, err := s.Client().B2B.Sessions.Revoke(t.Context(), &b2bsessions.RevokeRequest{SessionToken: &v.SessionToken})
	require.NoError(t, err)
}
