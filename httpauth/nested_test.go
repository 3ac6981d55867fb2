package httpauth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// through sends a request through an outer and an inner guard.
func through(r *http.Request, guards ...func(http.Handler) http.Handler) *httptest.ResponseRecorder {
	var h http.Handler = http.HandlerFunc(whoami)
	for _, guard := range slices.Backward(guards) {
		h = guard(h)
	}
	return serve(h, r)
}

// A guard inside another one asks the API only for what the outer one did not want to know.
func TestNested_asksForWhatIsStricterOnly(t *testing.T) {
	t.Parallel()
	maxAge, remote := httpauth.MaxAge, httpauth.Remote()
	rules := func(r ...httpauth.Rule) []httpauth.Rule { return r }
	for name, tt := range map[string]struct {
		outer, inner []httpauth.Rule
		age          time.Duration
		want         int
	}{
		"without rules, nobody is asked":              {nil, nil, 2 * time.Minute, 0},
		"MaxAge inside that the JWT passes":           {nil, rules(maxAge(time.Hour)), 2 * time.Minute, 0},
		"MaxAge inside that the JWT does not pass":    {nil, rules(maxAge(time.Minute)), 2 * time.Minute, 1},
		"the same MaxAge twice":                       {rules(maxAge(time.Minute)), rules(maxAge(time.Minute)), 2 * time.Minute, 1},
		"a longer MaxAge inside":                      {rules(maxAge(time.Second)), rules(maxAge(time.Minute)), 2 * time.Minute, 1},
		"Remote inside":                               {nil, rules(remote), 0, 1},
		"Remote outside is enough for MaxAge":         {rules(remote), rules(maxAge(time.Second)), 2 * time.Minute, 1},
		"Remote outside is enough for Remote":         {rules(remote), rules(remote), 0, 1},
		"Remote is stricter than MaxAge":              {rules(maxAge(time.Minute)), rules(remote), 2 * time.Minute, 2},
		"Remote is stricter than a refresh":           {nil, rules(remote), 6 * time.Minute, 2},
		"a refresh outside is enough for MaxAge":      {nil, rules(maxAge(time.Minute)), 6 * time.Minute, 1},
		"rules of other topics cost nothing (Factor)": {nil, rules(httpauth.Factor(httpauth.FactorEmail)), 2 * time.Minute, 0},
	} {
		for how, send := range map[string]func(*site, *stytchtest.Visitor) *http.Request{
			"cookies": func(s *site, v *stytchtest.Visitor) *http.Request {
				return request(http.MethodGet, "/", s.cookies(v)...)
			},
			"bearer": func(_ *site, v *stytchtest.Visitor) *http.Request {
				return v.Bearer(request(http.MethodGet, "/"))
			},
		} {
			if how == "bearer" && tt.age > 5*time.Minute {
				continue
			}
			t.Run(name+", by "+how, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				v := s.LogIn("ada@example.com")
				s.Clock().Advance(tt.age)
				w := through(send(s, v), s.guard.Require(tt.outer...), s.guard.Require(tt.inner...))
				assert.Equal(t, http.StatusOK, w.Code)
				assert.Equal(t, asMember(v), w.Body.String())
				assert.Equal(t, tt.want, s.refreshes())
			})
		}
	}
}

// What the inner guard learns is what its handler gets, and cookies are set as by the outer one.
func TestNested_knowsWhatTheAPISaid(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	s.Clock().Advance(2 * time.Minute)
	require.NoError(t, s.AssignRoles(v.MemberID, "auditor"))
	var before, after *httpauth.Principal
	inner := s.guard.Require(httpauth.MaxAge(time.Minute))(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		after = httpauth.Must(r.Context())
	}))
	outer := s.guard.Require()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		before = httpauth.Must(r.Context())
		inner.ServeHTTP(w, r)
		assert.Same(t, before, httpauth.Must(r.Context()), "the outer handler keeps what it had")
	}))
	w := serve(outer, request(http.MethodGet, "/", s.cookies(v)...))
	require.NotNil(t, after)
	assert.False(t, before.HasRole("auditor"))
	assert.True(t, after.HasRole("auditor"))
	assert.True(t, after.CheckedAt.After(before.CheckedAt))
	cookies, _ := kept(w)
	require.Len(t, cookies, 1)
	assert.Equal(t, jwtCookie, cookies[0].Name)
}

func TestNested_refusesWhatTheStricterGuardDoes(t *testing.T) {
	t.Parallel()
	s := newSite(t, withLoginURL)
	v := s.LogIn("ada@example.com")
	machine := s.machineToken("a")
	all := s.guard.Require(httpauth.People(), httpauth.Machines("a"))
	before := len(s.Requests())
	for name, tt := range map[string]struct {
		token        string
		outer, inner func(http.Handler) http.Handler
		want         httpauth.Reason
	}{
		"a kind that only the outer guard admits":     {machine, all, s.guard.Require(), httpauth.ReasonToken},
		"a kind, before any call":                     {v.SessionJWT, all, s.guard.Require(httpauth.Machines("a"), httpauth.Remote()), httpauth.ReasonToken},
		"a scope that the outer guard does not want":  {machine, all, s.guard.Require(httpauth.Machines("b")), httpauth.ReasonScope},
		"an access token that cannot be asked about":  {machine, all, s.guard.Require(httpauth.Machines("a"), httpauth.Remote()), httpauth.ReasonToken},
		"another organization":                        {v.SessionJWT, all, s.guard.Require(httpauth.InOrganizationID(otherOrganization)), httpauth.ReasonOrganization},
		"a factor":                                    {v.SessionJWT, all, s.guard.Require(httpauth.Factor()), httpauth.ReasonStepUp},
		"a rule in Optional":                          {v.SessionJWT, all, s.guard.Optional(httpauth.Factor()), httpauth.ReasonStepUp},
		"a rule in Require inside Optional":           {v.SessionJWT, s.guard.Optional(), s.guard.Require(httpauth.Factor()), httpauth.ReasonStepUp},
		"a rule of the outer guard, whatever follows": {v.SessionJWT, s.guard.Require(httpauth.Factor()), s.guard.Optional(), httpauth.ReasonStepUp},
	} {
		w := through(withBearer(request(http.MethodGet, "/"), tt.token), tt.outer, tt.inner)
		assert.Equal(t, tt.want, errorOf(t, w), name)
	}
	for _, r := range s.Requests()[before:] {
		assert.Contains(t, r.Path, "jwks")
	}
	w := through(request(http.MethodGet, "/"), s.guard.Optional(), s.guard.Require())
	assert.Equal(t, httpauth.ReasonLogin, errorOf(t, w), "nobody passes Require inside Optional")
}

func TestNested_optionalKeepsThePrincipal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	for name, tt := range map[string]struct {
		token        string
		outer, inner func(http.Handler) http.Handler
		want         string
	}{
		"Optional inside Require keeps the principal":  {v.SessionJWT, s.guard.Require(), s.guard.Optional(), asMember(v)},
		"Optional inside Optional keeps the principal": {v.SessionJWT, s.guard.Optional(), s.guard.Optional(), asMember(v)},
		"Require inside Optional keeps the principal":  {v.SessionJWT, s.guard.Optional(), s.guard.Require(), asMember(v)},
		"nobody stays nobody":                          {"", s.guard.Optional(), s.guard.Optional(httpauth.Factor()), "nobody"},
	} {
		r := request(http.MethodGet, "/")
		if tt.token != "" {
			withBearer(r, tt.token)
		}
		w := through(r, tt.outer, tt.inner)
		assert.Equal(t, http.StatusOK, w.Code, name)
		assert.Equal(t, tt.want, w.Body.String(), name)
	}
}

// A session that ends between two guards is refused by the inner one, if that asks.
func TestNested_aRevokedSession(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	s.revoke(t, v)
	w := through(v.Bearer(request(http.MethodGet, "/")), s.guard.Require(), s.guard.Require(httpauth.Remote()))
	assert.Equal(t, httpauth.ReasonToken, errorOf(t, w))
	w = through(request(http.MethodGet, "/", s.cookies(v)...), s.guard.Require(), s.guard.Require(httpauth.Remote()))
	assert.Equal(t, httpauth.ReasonToken, errorOf(t, w))
}

// The principal of another Guard does not count: each verifies by itself.
func TestNested_anotherGuardsPrincipal(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	other := s.newGuard(s.Client(), httpauth.NewB2B)
	ctx := other.WithPrincipal(t.Context(), &httpauth.Principal{Kind: httpauth.KindMember, ID: "member-test-other"})
	r := request(http.MethodGet, "/").WithContext(ctx)
	assert.Equal(t, httpauth.ReasonLogin, errorOf(t, s.get(r)))
	assert.Equal(t, asMember(v), serve(s.guard.Require()(http.HandlerFunc(whoami)), v.Bearer(r)).Body.String())
	r = request(http.MethodGet, "/").WithContext(ctx)
	assert.Equal(t, httpauth.ReasonLogin, errorOf(t, through(r, other.Require(), s.guard.Require())))
	assert.Equal(t, "nobody", through(r, other.Require(), s.guard.Optional()).Body.String(), "nor behind Optional")
	assert.Error(t, s.guard.Recheck(ctx))
}

// One request is one event, but for what the inner guard refuses.
func TestNested_reportsRefusalsAndRefreshesOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	through(v.Bearer(request(http.MethodGet, "/")), s.guard.Require(), s.guard.Require(httpauth.Remote()))
	assert.Equal(t, []httpauth.EventKind{httpauth.EventAdmitted}, kinds(s.takeEvents()))
	through(v.Bearer(request(http.MethodGet, "/")), s.guard.Require(), s.guard.Require(httpauth.Factor()))
	events := s.takeEvents()
	require.Equal(t, []httpauth.EventKind{httpauth.EventAdmitted, httpauth.EventDenied}, kinds(events))
	assert.Equal(t, httpauth.ReasonStepUp, events[1].Reason)
	require.NotNil(t, events[1].Principal)
	assert.Equal(t, v.MemberID, events[1].Principal.ID)
	s.Clock().Advance(2 * time.Minute)
	through(request(http.MethodGet, "/", s.cookies(v)...), s.guard.Require(), s.guard.Require(httpauth.MaxAge(time.Minute)))
	assert.Equal(t, []httpauth.EventKind{httpauth.EventAdmitted, httpauth.EventRefreshed}, kinds(s.takeEvents()))
}

func kinds(events []httpauth.Event) []httpauth.EventKind {
	list := make([]httpauth.EventKind, len(events))
	for i, e := range events {
		list[i] = e.Kind
	}
	return list
}

// A Principal of a test is held to the rules by what it has, and nobody is asked about it.
func TestWithPrincipal_passesRulesByItsFields(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	before := s.refreshes()
	member := &httpauth.Principal{
		Kind: httpauth.KindMember, ID: "member-test-1", SessionID: "session-test-1", OrganizationID: v.OrganizationID,
		OrganizationSlug: "acme", Roles: []string{"stytch_admin"}, Impersonator: "",
	}
	stale := *member
	stale.Stale = true
	machine := &httpauth.Principal{Kind: httpauth.KindMachine, ID: "m2m-client-test-1", Scopes: []string{"a", "read:*"}}
	for name, tt := range map[string]struct {
		p     *httpauth.Principal
		rules []httpauth.Rule
		want  httpauth.Reason
	}{
		"a member passes":                              {member, nil, ""},
		"a member is as fresh as Remote wants":         {member, []httpauth.Rule{httpauth.Remote()}, ""},
		"a member is as fresh as MaxAge wants":         {member, []httpauth.Rule{httpauth.MaxAge(time.Second)}, ""},
		"a Stale one is not fresh":                     {&stale, []httpauth.Rule{httpauth.MaxAge(time.Hour)}, httpauth.ReasonToken},
		"a Stale one passes what wants nothing recent": {&stale, nil, ""},
		"its organization":                             {member, []httpauth.Rule{httpauth.InOrganizationID(v.OrganizationID)}, ""},
		"another organization":                         {member, []httpauth.Rule{httpauth.InOrganizationID(otherOrganization)}, httpauth.ReasonOrganization},
		"its roles permit":                             {member, []httpauth.Rule{httpauth.Permission("stytch.member", "create")}, ""},
		"its roles do not permit":                      {member, []httpauth.Rule{httpauth.Permission("safe", "open")}, httpauth.ReasonPermission},
		"it has no factors":                            {member, []httpauth.Rule{httpauth.FreshWithin(time.Hour)}, httpauth.ReasonStepUp},
		"a member is no machine":                       {member, []httpauth.Rule{httpauth.Machines("a")}, httpauth.ReasonToken},
		"a machine passes by its scopes":               {machine, []httpauth.Rule{httpauth.Machines("a", "read:x")}, ""},
		"a machine lacks a scope":                      {machine, []httpauth.Rule{httpauth.Machines("b")}, httpauth.ReasonScope},
		"a machine is nobody's session":                {machine, nil, httpauth.ReasonToken},
		"nobody is refused":                            {nil, nil, httpauth.ReasonLogin},
		"a kind that is none is refused":               {&httpauth.Principal{ID: "x"}, nil, httpauth.ReasonToken},
	} {
		r := request(http.MethodGet, "/")
		w := s.get(r.WithContext(s.guard.WithPrincipal(r.Context(), tt.p)), tt.rules...)
		assert.Equal(t, tt.want, errorOf(t, w), name)
	}
	assert.Equal(t, before, s.refreshes())
}

// A nil Principal is nobody, whatever credentials the request has.
func TestWithPrincipal_ofNilIsNobody(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ctx := s.guard.WithPrincipal(t.Context(), nil)
	_, ok := httpauth.FromContext(ctx)
	assert.False(t, ok)
	r := s.LogIn("ada@example.com").Bearer(request(http.MethodGet, "/")).WithContext(ctx)
	assert.Equal(t, "nobody", serve(s.guard.Optional()(http.HandlerFunc(whoami)), r).Body.String())
	assert.Equal(t, httpauth.ReasonLogin, errorOf(t, s.get(r)))
	replaced := s.guard.WithPrincipal(s.guard.WithPrincipal(t.Context(), &httpauth.Principal{ID: "x"}), nil)
	_, ok = httpauth.FromContext(replaced)
	assert.False(t, ok, "the last one counts")
}

func TestMust_panicsWithoutAGuard(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p, ok := httpauth.FromContext(t.Context())
	assert.Nil(t, p)
	assert.False(t, ok)
	for name, ctx := range map[string]context.Context{
		"no guard": t.Context(), "nobody": s.guard.WithPrincipal(t.Context(), nil),
	} {
		assert.PanicsWithValue(t,
			"httpauth: Must: no principal in the context: no guard with Require stands before the handler",
			func() { httpauth.Must(ctx) }, name)
	}
	somebody := &httpauth.Principal{Kind: httpauth.KindMember, ID: "member-test-1"}
	assert.Same(t, somebody, httpauth.Must(s.guard.WithPrincipal(t.Context(), somebody)))
}

// A refusal of Allow is one, also where it says that nobody is logged in.
func TestNested_optionalHoldsToAllow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	deny := httpauth.Allow(func(*http.Request, *httpauth.Principal) error {
		return &httpauth.Denial{Reason: httpauth.ReasonLogin}
	})
	for _, guards := range [][]func(http.Handler) http.Handler{
		{s.guard.Optional(deny)}, {s.guard.Require(), s.guard.Optional(deny)}, {s.guard.Optional(), s.guard.Optional(deny)},
	} {
		w := through(request(http.MethodGet, "/", s.cookies(v)...), guards...)
		assert.Equal(t, httpauth.ReasonLogin, errorOf(t, w))
	}
}

// Somebody of a kind that the rules do not admit is refused, however a guard learns of it.
func TestOptional_refusesAnotherKind(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	machines := s.guard.Optional(httpauth.Machines("a"))
	cookies := request(http.MethodGet, "/", s.cookies(v)...)
	assert.Equal(t, httpauth.ReasonToken, errorOf(t, through(cookies, machines)))
	assert.Equal(t, httpauth.ReasonToken, errorOf(t, through(cookies, s.guard.Require(), machines)))
	assert.Equal(t, httpauth.ReasonToken, errorOf(t, through(v.Bearer(request(http.MethodGet, "/")), machines)))
	assert.Empty(t, errorOf(t, through(request(http.MethodGet, "/"), machines)), "nobody")
}
