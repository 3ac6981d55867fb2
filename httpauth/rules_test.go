package httpauth_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestRules_sayWhoMayPass(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	member, token := v.SessionJWT, v.SessionToken
	machine, app := s.machineToken("read:users", "write:*"), s.appToken(v, "read:users", "write:*")
	people, machines, apps := httpauth.People(), httpauth.Machines("read:users"), httpauth.Apps("read:users")
	const refused, lacks = httpauth.ReasonToken, httpauth.ReasonScope
	for name, tt := range map[string]struct {
		token string
		rules []httpauth.Rule
		want  httpauth.Reason
	}{
		"a member passes a guard without rules":             {member, nil, ""},
		"a session token passes a guard without rules":      {token, nil, ""},
		"a machine does not pass a guard without rules":     {machine, nil, refused},
		"an app does not pass a guard without rules":        {app, nil, refused},
		"a member passes People":                            {member, []httpauth.Rule{people}, ""},
		"a machine does not pass People":                    {machine, []httpauth.Rule{people}, refused},
		"an app does not pass People":                       {app, []httpauth.Rule{people}, refused},
		"a machine passes Machines":                         {machine, []httpauth.Rule{machines}, ""},
		"a member does not pass Machines":                   {member, []httpauth.Rule{machines}, refused},
		"a session token does not pass Machines":            {token, []httpauth.Rule{machines}, refused},
		"an app does not pass Machines":                     {app, []httpauth.Rule{machines}, refused},
		"an app passes Apps":                                {app, []httpauth.Rule{apps}, ""},
		"a member does not pass Apps":                       {member, []httpauth.Rule{apps}, refused},
		"a machine does not pass Apps":                      {machine, []httpauth.Rule{apps}, refused},
		"of two kinds, a member passes":                     {member, []httpauth.Rule{machines, people}, ""},
		"of two kinds, a session token passes":              {token, []httpauth.Rule{machines, people}, ""},
		"of two kinds, a machine passes":                    {machine, []httpauth.Rule{people, machines}, ""},
		"of two kinds, an app does not pass":                {app, []httpauth.Rule{people, machines}, refused},
		"of all kinds, a member passes":                     {member, []httpauth.Rule{apps, machines, people}, ""},
		"of all kinds, a machine passes":                    {machine, []httpauth.Rule{people, machines, apps}, ""},
		"of all kinds, an app passes":                       {app, []httpauth.Rule{people, machines, apps}, ""},
		"rules of other topics leave the default of People": {machine, []httpauth.Rule{httpauth.Local()}, refused},
		"a machine lacks a scope":                           {machine, []httpauth.Rule{httpauth.Machines("read:books")}, lacks},
		"a machine lacks one of several scopes":             {machine, []httpauth.Rule{httpauth.Machines("read:users", "read:books")}, lacks},
		"a machine has all of several scopes":               {machine, []httpauth.Rule{httpauth.Machines("read:users", "write:users")}, ""},
		"a machine's wildcard has a scope":                  {machine, []httpauth.Rule{httpauth.Machines("write:books")}, ""},
		"scopes of several rules add up":                    {machine, []httpauth.Rule{machines, httpauth.Machines("read:books")}, lacks},
		"an app lacks a scope":                              {app, []httpauth.Rule{httpauth.Apps("read:books")}, lacks},
		"an app lacks one of several scopes":                {app, []httpauth.Rule{httpauth.Apps("read:users", "read:books")}, lacks},
		"an app's wildcard has a scope":                     {app, []httpauth.Rule{httpauth.Apps("write:books")}, ""},
		"a machine's scopes are not those of Apps":          {machine, []httpauth.Rule{machines, httpauth.Apps("read:books")}, ""},
		"a member needs no scopes":                          {member, []httpauth.Rule{people, httpauth.Machines("read:books")}, ""},
		"a rule's scope has no wildcard":                    {s.machineToken("read:users"), []httpauth.Rule{httpauth.Machines("read:*")}, lacks},
		"a forged machine's token":                          {s.MintAccessToken(stytchtest.AccessToken{Scopes: []string{"read:users"}}, stytchtest.Forged()), []httpauth.Rule{machines}, refused},
		"an expired machine's token":                        {s.MintAccessToken(stytchtest.AccessToken{Scopes: []string{"read:users"}}, stytchtest.Expired()), []httpauth.Rule{machines}, refused},
		"a machine's token of another project":              {s.MintAccessToken(stytchtest.AccessToken{Scopes: []string{"read:users"}}, stytchtest.OtherProject()), []httpauth.Rule{machines}, refused},
		"a user's session is no member's":                   {s.MintSessionJWT(stytchtest.Session{UserID: "user-test-1"}), nil, refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, s.answerOf(t, tt.token, tt.rules...))
		})
	}
}

// Of several rules that do not admit somebody, the first in the order of checks decides, however they are given.
func TestRules_areCheckedInOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com", stytchtest.WithFactor(httpauth.FactorEmail, time.Hour))
	s.Clock().Advance(2 * time.Minute)
	s.fails(authenticate)
	refuses := httpauth.Allow(func(*http.Request, *httpauth.Principal) error {
		return &httpauth.Denial{Reason: "last"}
	})
	all := []httpauth.Rule{
		httpauth.Machines("read:x"), httpauth.MaxAge(time.Minute), httpauth.InOrganizationID(otherOrganization),
		httpauth.Permission("nothing", "read"), httpauth.FreshWithin(time.Minute), refuses,
	}
	for i, want := range []httpauth.Reason{
		httpauth.ReasonToken, httpauth.ReasonUnavailable, httpauth.ReasonOrganization, httpauth.ReasonPermission,
		httpauth.ReasonStepUp, "last",
	} {
		rules := slices.Clone(all[i:])
		assert.Equal(t, want, s.answerOf(t, v.SessionJWT, rules...), i)
		slices.Reverse(rules)
		assert.Equal(t, want, s.answerOf(t, v.SessionJWT, rules...), "%d reversed", i)
	}
}

// Who is of a kind that is not admitted, or lacks a scope, costs no call.
func TestRules_whoIsCheckedBeforeTheAPIIsAsked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	before := len(s.Requests())
	remote := httpauth.Remote()
	assert.Equal(t, httpauth.ReasonToken, s.answerOf(t, v.SessionToken, remote, httpauth.Machines("read:x")))
	s.get(request(http.MethodGet, "/", s.cookies(v)...), remote, httpauth.Apps("read:x"))
	assert.Len(t, s.Requests(), before)
	assert.Equal(t, httpauth.ReasonToken, s.answerOf(t, s.appToken(v, "read:x"), remote, httpauth.Machines("read:x")))
	assert.Zero(t, s.refreshes())
}

func TestRules_allowComesLastAndOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	var asked []string
	ask := func(name string, err error) httpauth.Rule {
		return httpauth.Allow(func(r *http.Request, p *httpauth.Principal) error {
			asked = append(asked, name+" "+r.URL.Path)
			assert.Equal(t, v.MemberID, p.ID)
			return err
		})
	}
	assert.Empty(t, s.answerOf(t, v.SessionJWT, ask("first", nil), ask("second", nil)))
	assert.Equal(t, []string{"first /", "second /"}, asked)
	asked = nil
	assert.Equal(t, httpauth.ReasonPermission, s.answerOf(t, v.SessionJWT, ask("first", errors.New("no")), ask("second", nil)))
	assert.Equal(t, []string{"first /"}, asked)
	asked = nil
	s.answerOf(t, v.SessionJWT, ask("first", nil), httpauth.Factor())
	assert.Empty(t, asked)
}

func TestRules_panicWhereTheyAreMade(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, make := range map[string]func(){
		"Machines without a scope":                   func() { httpauth.Machines("") },
		"Machines with an empty scope among others":  func() { httpauth.Machines("a", "b", "") },
		"Machines with a scope of two":               func() { httpauth.Machines("a b") },
		"Apps without a scope":                       func() { httpauth.Apps("") },
		"Apps with a line break":                     func() { httpauth.Apps("a", "b\n") },
		"MaxAge of zero":                             func() { httpauth.MaxAge(0) },
		"MaxAge below zero":                          func() { httpauth.MaxAge(-time.Second) },
		"InOrganization without a function":          func() { httpauth.InOrganization(nil) },
		"InOrganizationID without an id":             func() { httpauth.InOrganizationID("") },
		"InOrganizationID with a slug":               func() { httpauth.InOrganizationID("acme") },
		"Subdomain with a URL":                       func() { httpauth.Subdomain("https://example.com") },
		"PathValue without a name":                   func() { httpauth.PathValue("") },
		"Subdomain without a parent":                 func() { httpauth.Subdomain("") },
		"Subdomain of a dot":                         func() { httpauth.Subdomain(".") },
		"Permission without a resource":              func() { httpauth.Permission("", "read") },
		"Permission without an action":               func() { httpauth.Permission("document", "") },
		"Factor of an unknown kind":                  func() { httpauth.Factor("retina") },
		"Factor of an empty kind":                    func() { httpauth.Factor(httpauth.FactorTOTP, "") },
		"FreshWithin of zero":                        func() { httpauth.FreshWithin(0) },
		"FreshWithin below zero":                     func() { httpauth.FreshWithin(-1) },
		"FreshWithin of an unknown kind":             func() { httpauth.FreshWithin(time.Minute, "retina") },
		"Allow without a function":                   func() { httpauth.Allow(nil) },
		"Require with a nil Rule":                    func() { s.guard.Require(nil) },
		"Optional with a nil Rule":                   func() { s.guard.Optional(httpauth.Local(), nil) },
		"Require of a nil handler":                   func() { s.guard.Require()(nil) },
		"RequireExcept of a nil handler":             func() { s.guard.RequireExcept()(nil) },
		"Router.Handle with a nil Rule":              func() { s.guard.Router().Handle("/", echo(""), nil) },
		"Router.HandleFunc with a pattern like none": func() { s.guard.Router().HandleFunc("GET", whoami) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Panics(t, make)
		})
	}
}

// Rules are values, and a guard keeps no list of its caller's.
func TestRules_canBeUsedInSeveralGuards(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	machine := s.machineToken("read:a")
	kinds := []httpauth.FactorKind{httpauth.FactorEmail}
	factor, scope := httpauth.Factor(kinds...), httpauth.Machines("read:a")
	kinds[0] = httpauth.FactorTOTP
	assert.Empty(t, s.answerOf(t, s.LogIn("ada@example.com").SessionJWT, factor))
	assert.Equal(t, httpauth.ReasonScope, s.answerOf(t, machine, scope, httpauth.Machines("read:b")))
	assert.Empty(t, s.answerOf(t, machine, scope))
	rules := []httpauth.Rule{scope}
	guarded := s.guard.Require(rules...)(http.HandlerFunc(whoami))
	rules[0] = httpauth.People()
	w := serve(guarded, withBearer(request(http.MethodGet, "/"), machine))
	require.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "machine m2m-client-test-1", w.Body.String())
}
