package httpauth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestCheck_verifiesBearers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	machine := s.machineToken("a")
	rules := func(r ...httpauth.Rule) []httpauth.Rule { return r }
	for name, tt := range map[string]struct {
		bearer string
		rules  []httpauth.Rule
		want   httpauth.Reason
		status int
	}{
		"a JWT":                                  {v.SessionJWT, nil, "", 0},
		"a JWT after Bearer":                     {"Bearer " + v.SessionJWT, nil, "", 0},
		"a JWT after bearer, in any case":        {"bEARER " + v.SessionJWT, nil, "", 0},
		"a JWT after Bearer and spaces":          {"Bearer   " + v.SessionJWT, nil, "", 0},
		"a session token":                        {v.SessionToken, nil, "", 0},
		"a session token after Bearer":           {"Bearer " + v.SessionToken, nil, "", 0},
		"a machine's token":                      {machine, rules(httpauth.Machines("a")), "", 0},
		"a member in the organization":           {v.SessionJWT, rules(httpauth.InOrganizationID(v.OrganizationID)), "", 0},
		"nothing":                                {"", nil, httpauth.ReasonLogin, 401},
		"Bearer alone":                           {"Bearer", nil, httpauth.ReasonRequest, 400},
		"Bearer and a space":                     {"Bearer ", nil, httpauth.ReasonRequest, 400},
		"two tokens":                             {"Bearer " + v.SessionJWT + " " + v.SessionJWT, nil, httpauth.ReasonRequest, 400},
		"two tokens without Bearer":              {v.SessionJWT + " " + v.SessionJWT, nil, httpauth.ReasonRequest, 400},
		"another scheme":                         {"Basic YTpi", nil, httpauth.ReasonRequest, 400},
		"bytes that no token has":                {"tökentökentökentöken", nil, httpauth.ReasonRequest, 400},
		"a tab after Bearer":                     {"Bearer\t" + v.SessionJWT, nil, httpauth.ReasonRequest, 400},
		"a token that nobody has":                {"nobody-nobody-nobody-nobody", nil, httpauth.ReasonToken, 401},
		"a token that is too short":              {"short", nil, httpauth.ReasonToken, 401},
		"a JWT that is none":                     {"a.b.c", nil, httpauth.ReasonToken, 401},
		"a forged JWT":                           {s.MintSessionJWT(stytchtest.Session{}, stytchtest.Forged()), nil, httpauth.ReasonToken, 401},
		"a JWT of another key":                   {s.MintSessionJWT(stytchtest.Session{}, stytchtest.OtherKey()), nil, httpauth.ReasonToken, 401},
		"a JWT of another project":               {s.MintSessionJWT(stytchtest.Session{}, stytchtest.OtherProject()), nil, httpauth.ReasonToken, 401},
		"an expired JWT":                         {s.MintSessionJWT(stytchtest.Session{}, stytchtest.Expired()), nil, httpauth.ReasonToken, 401},
		"a kind that is not admitted":            {machine, nil, httpauth.ReasonToken, 401},
		"a scope that lacks":                     {machine, rules(httpauth.Machines("b")), httpauth.ReasonScope, 403},
		"another organization":                   {v.SessionJWT, rules(httpauth.InOrganizationID(otherOrganization)), httpauth.ReasonOrganization, 403},
		"a permission that nobody has":           {v.SessionJWT, rules(httpauth.Permission("safe", "open")), httpauth.ReasonPermission, 403},
		"a factor that lacks":                    {v.SessionJWT, rules(httpauth.Factor()), httpauth.ReasonStepUp, 401},
		"a session that Remote does not find":    {s.MintSessionJWT(stytchtest.Session{}), rules(httpauth.Remote()), httpauth.ReasonToken, 401},
		"a session that MaxAge need not ask for": {s.MintSessionJWT(stytchtest.Session{}), rules(httpauth.MaxAge(time.Minute)), "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := s.guard.Check(t.Context(), tt.bearer, tt.rules...)
			if tt.want == "" {
				require.NoError(t, err)
				require.NotNil(t, p)
				return
			}
			assert.Nil(t, p)
			var d *httpauth.Denial
			require.ErrorAs(t, err, &d)
			assert.Equal(t, tt.want, d.Reason)
			assert.Equal(t, tt.status, d.Status)
			assert.Empty(t, d.LoginURL)
		})
	}
}

func TestCheck_refusesWhatNeedsARequest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	var none context.Context
	_, err := s.guard.Check(none, v.SessionJWT)
	refusesArgument(t, err, "Check", "ctx")
	for _, rule := range []httpauth.Rule{
		httpauth.InOrganization(httpauth.PathValue("org")),
		httpauth.Allow(func(*http.Request, *httpauth.Principal) error { return nil }),
	} {
		_, err = s.guard.Check(t.Context(), v.SessionJWT, rule)
		refusesArgument(t, err, "Check", "rules")
	}
	assert.Empty(t, s.takeEvents(), "a mistake of the program is no event")
}

func TestCheck_saysWhyAndReportsIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	_, err := s.guard.Check(t.Context(), v.SessionJWT)
	require.NoError(t, err)
	_, err = s.guard.Check(t.Context(), s.MintSessionJWT(stytchtest.Session{}, stytchtest.Expired()))
	require.ErrorContains(t, err, "expired")
	_, err = s.guard.Check(t.Context(), v.SessionJWT, httpauth.Factor())
	require.Error(t, err)
	_, err = s.guard.Check(t.Context(), "nobody-nobody-nobody-nobody")
	require.ErrorIs(t, err, stytcherror.CodeInvalidSessionToken)
	events := s.takeEvents()
	require.Len(t, events, 4)
	assert.Equal(t, httpauth.EventAdmitted, events[0].Kind)
	assert.Equal(t, v.MemberID, events[0].Principal.ID)
	assert.Equal(t, httpauth.ReasonToken, events[1].Reason)
	assert.Nil(t, events[1].Principal)
	assert.Equal(t, httpauth.ReasonStepUp, events[2].Reason)
	assert.Equal(t, v.MemberID, events[2].Principal.ID)
	assert.Equal(t, httpauth.ReasonToken, events[3].Reason)
	assert.Positive(t, events[3].Remote)
}

func TestCheck_withoutTheAPI(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.guard.Check(ended, v.SessionToken)
	assert.Equal(t, httpauth.ReasonUnavailable, reasonOf(t, err))
	require.ErrorIs(t, err, context.Canceled)
	s.fails(authenticate)
	_, err = s.guard.Check(t.Context(), v.SessionJWT, httpauth.Remote())
	var d *httpauth.Denial
	require.ErrorAs(t, err, &d)
	assert.Equal(t, httpauth.ReasonUnavailable, d.Reason)
	assert.Equal(t, http.StatusServiceUnavailable, d.Status)
	assert.Equal(t, time.Second, d.RetryAfter)
	_, err = s.guard.Check(t.Context(), v.SessionJWT)
	assert.NoError(t, err, "a JWT needs no call")
}

// stream returns the context of a request that a guard let through.
func (s *site) stream(t *testing.T, r *http.Request, rules ...httpauth.Rule) context.Context {
	t.Helper()
	var ctx context.Context
	h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { ctx = r.Context() })
	w := serve(s.guard.Require(rules...)(h), r)
	require.NotNil(t, ctx, w.Code)
	return ctx
}

// A stream costs a call a minute for a session, however many streams it has and however often they ask.
func TestRecheck_asksOnceAMinute(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]func(*site, *stytchtest.Visitor) *http.Request{
		"cookies": func(s *site, v *stytchtest.Visitor) *http.Request {
			return request(http.MethodGet, "/", s.cookies(v)...)
		},
		"a JWT": func(_ *site, v *stytchtest.Visitor) *http.Request { return v.Bearer(request(http.MethodGet, "/")) },
		"a session token": func(_ *site, v *stytchtest.Visitor) *http.Request {
			return withBearer(request(http.MethodGet, "/"), v.SessionToken)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			v := s.LogIn("ada@example.com")
			first, second := s.stream(t, ask(s, v)), s.stream(t, ask(s, v))
			before := s.refreshes()
			for range 3 {
				require.NoError(t, s.guard.Recheck(first))
			}
			assert.Equal(t, before, s.refreshes(), "it has just been checked")
			for minute := 1; minute <= 3; minute++ {
				s.Clock().Advance(61 * time.Second)
				for range 3 {
					require.NoError(t, s.guard.Recheck(first))
					require.NoError(t, s.guard.Recheck(second))
				}
				assert.Equal(t, before+minute, s.refreshes())
			}
		})
	}
}

func TestRecheck_noticesTheEnd(t *testing.T) {
	t.Parallel()
	minute := 61 * time.Second
	for name, tt := range map[string]struct {
		by   string // cookies, jwt, token, machine, test
		then func(*testing.T, *site, *stytchtest.Visitor, context.Context)
		want httpauth.Reason
	}{
		"a session that lasts": {"cookies", func(_ *testing.T, s *site, _ *stytchtest.Visitor, _ context.Context) {
			s.Clock().Advance(10 * time.Minute)
		}, ""},
		"a revoked session, a minute later": {"cookies", func(t *testing.T, s *site, v *stytchtest.Visitor, _ context.Context) {
			s.revoke(t, v)
			s.Clock().Advance(minute)
		}, httpauth.ReasonToken},
		"a revoked session of a JWT": {"jwt", func(t *testing.T, s *site, v *stytchtest.Visitor, _ context.Context) {
			s.revoke(t, v)
			s.Clock().Advance(minute)
		}, httpauth.ReasonToken},
		"a revoked session, in the same minute": {"cookies", func(t *testing.T, s *site, v *stytchtest.Visitor, _ context.Context) {
			s.revoke(t, v)
		}, ""},
		"a revoked session that is to be forgotten": {"cookies", func(t *testing.T, s *site, v *stytchtest.Visitor, ctx context.Context) {
			s.revoke(t, v)
			s.guard.Forget(httpauth.Must(ctx).SessionID)
		}, httpauth.ReasonToken},
		"another session that is to be forgotten": {"cookies", func(t *testing.T, s *site, v *stytchtest.Visitor, _ context.Context) {
			s.revoke(t, v)
			s.guard.Forget("member-session-test-other")
		}, ""},
		"a logout here": {"cookies", func(t *testing.T, s *site, v *stytchtest.Visitor, _ context.Context) {
			require.NoError(t, s.guard.SignOut(httptest.NewRecorder(), request(http.MethodPost, "/", s.cookies(v)...)))
		}, httpauth.ReasonToken},
		"a logout here, of a stream by a token": {"token", func(t *testing.T, s *site, v *stytchtest.Visitor, _ context.Context) {
			require.NoError(t, s.guard.SignOut(httptest.NewRecorder(), request(http.MethodPost, "/", s.cookies(v)...)))
		}, httpauth.ReasonToken},
		"a session's end": {"cookies", func(_ *testing.T, s *site, _ *stytchtest.Visitor, _ context.Context) {
			s.Clock().Advance(61 * time.Minute)
		}, httpauth.ReasonToken},
		"an outage": {"cookies", func(t *testing.T, s *site, _ *stytchtest.Visitor, _ context.Context) {
			s.fails(authenticate)
			s.Clock().Advance(minute)
		}, httpauth.ReasonUnavailable},
		"a JWT that has expired since, of a session that lasts": {"jwt", func(_ *testing.T, s *site, _ *stytchtest.Visitor, _ context.Context) {
			s.expireJWTs()
		}, ""},
		"a token, which outlives its JWT": {"token", func(_ *testing.T, s *site, _ *stytchtest.Visitor, _ context.Context) {
			s.expireJWTs()
		}, ""},
		"an access token that lasts": {"machine", func(_ *testing.T, s *site, _ *stytchtest.Visitor, _ context.Context) {
			s.Clock().Advance(59 * time.Minute)
		}, ""},
		"an access token's end": {"machine", func(_ *testing.T, s *site, _ *stytchtest.Visitor, _ context.Context) {
			s.Clock().Advance(61 * time.Minute)
		}, httpauth.ReasonToken},
		"a Principal of a test": {"test", func(_ *testing.T, s *site, _ *stytchtest.Visitor, _ context.Context) {
			s.Clock().Advance(time.Minute)
		}, ""},
		"a Principal of a test that has ended": {"test", func(_ *testing.T, s *site, _ *stytchtest.Visitor, _ context.Context) {
			s.Clock().Advance(61 * time.Minute)
		}, httpauth.ReasonToken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			v := s.LogIn("ada@example.com")
			var ctx context.Context
			switch tt.by {
			case "cookies":
				ctx = s.stream(t, request(http.MethodGet, "/", s.cookies(v)...))
			case "jwt":
				ctx = s.stream(t, v.Bearer(request(http.MethodGet, "/")))
			case "token":
				ctx = s.stream(t, withBearer(request(http.MethodGet, "/"), v.SessionToken))
			case "machine":
				ctx = s.stream(t, withBearer(request(http.MethodGet, "/"), s.machineToken("a")), httpauth.Machines("a"))
			case "test":
				ctx = s.guard.WithPrincipal(t.Context(), &httpauth.Principal{
					Kind: httpauth.KindMember, ID: v.MemberID, SessionID: "x", ExpiresAt: v.ExpiresAt,
				})
			}
			tt.then(t, s, v, ctx)
			before := s.refreshes()
			assert.Equal(t, tt.want, reasonOf(t, s.guard.Recheck(ctx)))
			if tt.by == "machine" || tt.by == "test" {
				assert.Equal(t, before, s.refreshes(), "nobody is asked")
			}
		})
	}
}

func TestRecheck_refusesForeignContexts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var none context.Context
	refusesArgument(t, s.guard.Recheck(none), "Recheck", "ctx")
	refusesArgument(t, s.guard.Recheck(t.Context()), "Recheck", "ctx")
	refusesArgument(t, s.guard.Recheck(s.guard.WithPrincipal(t.Context(), nil)), "Recheck", "ctx")
	other := s.newGuard(s.Client(), httpauth.NewB2B)
	ctx := s.stream(t, s.LogIn("ada@example.com").Bearer(request(http.MethodGet, "/")))
	refusesArgument(t, other.Recheck(ctx), "Recheck", "ctx")
}

// A stream whose client has left ends without a call.
func TestRecheck_ofAnEndedContext(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := s.stream(t, withBearer(request(http.MethodGet, "/"), s.LogIn("ada@example.com").SessionToken))
	left := errors.New("the client has left")
	ended, cancel := context.WithCancelCause(ctx)
	cancel(left)
	before := s.refreshes()
	err := s.guard.Recheck(ended)
	assert.Equal(t, httpauth.ReasonUnavailable, reasonOf(t, err), "though the session has just been checked")
	require.ErrorIs(t, err, left)
	assert.Equal(t, before, s.refreshes())
}

// Forget drops answers and refusals, so that the API is asked again.
func TestForget_asksAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	p := s.principalOf(t, v.SessionToken)
	before := s.refreshes()
	assert.Same(t, p, s.principalOf(t, v.SessionToken), "an answer is remembered")
	s.guard.Forget("member-session-test-other")
	s.guard.Forget("")
	assert.Equal(t, before, s.refreshes())
	require.NoError(t, s.AssignRoles(v.MemberID, "auditor"))
	s.guard.Forget(p.SessionID)
	again := s.principalOf(t, v.SessionToken)
	assert.Equal(t, before+1, s.refreshes())
	assert.True(t, again.HasRole("auditor"))
	assert.False(t, p.HasRole("auditor"), "who has it keeps what it was")
	s.guard.Forget(p.SessionID)
	assert.NotNil(t, s.principalOf(t, v.SessionJWT), "a JWT is good until it expires")
	assert.Equal(t, before+1, s.refreshes())
}

func TestReady_fetchesTheKeysOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	keys := func() int { return s.calls("/v1/b2b/sessions/jwks/" + s.ID()) }
	s.fault(emulator.Fault{Count: allCalls, Status: http.StatusBadGateway})
	require.Error(t, s.newGuard(s.NewClient(stytch.Config{}), httpauth.NewB2B).Ready(t.Context()))
	s.ClearFaults()
	before := keys()
	require.NoError(t, s.guard.Ready(t.Context()))
	require.NoError(t, s.guard.Ready(t.Context()))
	assert.Equal(t, before+1, keys())
	_, err := s.guard.Check(t.Context(), s.LogIn("ada@example.com").SessionJWT)
	require.NoError(t, err)
	assert.Equal(t, before+1, keys())
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.newGuard(s.NewClient(stytch.Config{}), httpauth.NewB2B).Ready(ended), context.Canceled)
}
