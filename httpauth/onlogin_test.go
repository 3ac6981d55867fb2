package httpauth_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
)

var errRefused = errors.New("not on the list")

func TestLoginConfig_OnLogin_isCalledOnceForEachLogin(t *testing.T) {
	t.Parallel()
	var arrivals []*httpauth.Arrival
	a, b, second := inBoth(t, httpauth.LoginConfig{OnLogin: func(r *http.Request, arrival *httpauth.Arrival) error {
		_, err := r.Cookie(tokenCookie)
		assert.Equal(t, len(arrivals) == 1, err == nil, "a switch has the cookies of the session before")
		arrivals = append(arrivals, arrival)
		return nil
	}})
	b.submit("/auth/switch", "organization_id", second)
	b.get("/notes")
	a.expireJWTs()
	b.get("/notes")
	b.submit("/auth/logout")
	b.logIn(ada)
	b.press("Create organization", "organization_name", "Third")

	require.Len(t, arrivals, 3)
	for i, want := range []struct{ tokenType, slug string }{{"discovery", "first"}, {"switch", "second"}, {"discovery", "third"}} {
		got := arrivals[i]
		assert.Equal(t, want.tokenType, got.TokenType)
		assert.Equal(t, want.slug, got.Organization.OrganizationSlug)
		assert.Equal(t, want.slug, got.Principal.OrganizationSlug)
		assert.Equal(t, got.Principal.ID, got.Member.MemberID)
		assert.Equal(t, ada, got.Member.EmailAddress)
		assert.Nil(t, got.User)
		assert.False(t, got.StepUp)
		assert.Equal(t, httpauth.KindMember, got.Principal.Kind)
		assert.NotEmpty(t, got.Principal.Authorization().SessionToken, "the SDK can be called in the member's name")
	}
}

func TestLoginConfig_OnLogin_isCalledBeforeTheCookiesAreSet(t *testing.T) {
	t.Parallel()
	var a *app
	a = newApp(t, httpauth.LoginConfig{OnLogin: func(*http.Request, *httpauth.Arrival) error {
		for _, e := range a.takeEvents() {
			assert.NotEqual(t, httpauth.EventLogin, e.Kind)
		}
		return errRefused
	}})
	a.LogIn(ada)
	b := a.browser()
	p := b.get(b.askForLink(ada, "/notes"))
	cookies, _ := kept(p.ResponseRecorder)
	for _, c := range cookies {
		assert.NotContains(t, []string{tokenCookie, jwtCookie}, c.Name)
	}
}

func TestLoginConfig_OnLogin_refuses(t *testing.T) {
	t.Parallel()
	var none *httpauth.Denial
	for name, test := range map[string]struct {
		err    error
		status int
	}{
		"with 403 for an error":                       {errRefused, 403},
		"with a Denial's own status":                  {&httpauth.Denial{Reason: httpauth.ReasonOrganization, Status: 410, Err: errRefused}, 410},
		"with the status of a Denial's reason":        {&httpauth.Denial{Reason: httpauth.ReasonUnavailable}, 503},
		"with the status of a Denial that is wrapped": {fmt.Errorf("refused: %w", &httpauth.Denial{Status: 451}), 451},
		"with 403 for a Denial that is nil":           {none, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, httpauth.LoginConfig{OnLogin: func(*http.Request, *httpauth.Arrival) error { return test.err }})
			a.LogIn(ada)
			b := a.browser()
			p := b.logIn(ada)
			assert.Equal(t, test.status, p.Code)
			assert.NotContains(t, p.Body.String(), "not on the list", "the cause is for logs")
			assert.False(t, b.isLoggedIn())
			assert.False(t, b.has(interCookie), "its token is of no use any more")
			assert.Equal(t, 1, a.calls(revokePath), "the session is revoked")
			assert.Equal(t, http.StatusSeeOther, b.get("/notes").Code)
			for _, e := range a.takeEvents() {
				assert.NotEqual(t, httpauth.EventLogin, e.Kind)
			}
		})
	}
}

func TestLoginConfig_OnLogin_tellsTheCauseToOnEvent(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{OnLogin: func(*http.Request, *httpauth.Arrival) error { return errRefused }})
	a.LogIn(ada)
	b := a.browser()
	link := b.askForLink(ada, "/notes")
	a.takeEvents()
	b.get(link)
	events := a.takeEvents()
	require.Len(t, events, 1)
	assert.Equal(t, httpauth.EventDenied, events[0].Kind)
	assert.Equal(t, httpauth.ReasonPermission, events[0].Reason)
	assert.ErrorIs(t, events[0].Err, errRefused)
}

func TestLoginConfig_OnLogin_reportsASessionThatItCannotRevoke(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{OnLogin: func(*http.Request, *httpauth.Arrival) error { return errRefused }})
	v := a.LogIn(ada)
	b := a.browser()
	link := b.askForLink(ada, "/notes")
	a.takeEvents()
	a.fails(revoke)
	assert.Equal(t, http.StatusForbidden, b.get(link).Code)
	events := a.takeEvents()
	require.Equal(t, []httpauth.EventKind{httpauth.EventLogout, httpauth.EventDenied}, kinds(events))
	assert.Equal(t, v.MemberID, events[0].Principal.ID)
	assert.Error(t, events[0].Err)
}

func TestLoginConfig_OnLogin_keepsTheSessionBeforeIfItRefuses(t *testing.T) {
	t.Parallel()
	var refuse bool
	_, b, second := inBoth(t, httpauth.LoginConfig{OnLogin: func(*http.Request, *httpauth.Arrival) error {
		if refuse {
			return errRefused
		}
		return nil
	}})
	refuse = true
	assert.Equal(t, http.StatusForbidden, b.post("/auth/switch", "organization_id", second).Code)
	assert.Equal(t, "first", b.session().Slug)
}

func TestLoginConfig_OnLogin_revokesIfItPanics(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{OnLogin: func(*http.Request, *httpauth.Arrival) error { panic("broken") }})
	a.LogIn(ada)
	b := a.browser()
	link := b.askForLink(ada, "/notes")
	assert.PanicsWithValue(t, "broken", func() { b.get(link) })
	assert.Equal(t, 1, a.calls(revokePath))
	assert.False(t, b.isLoggedIn())
}

func TestLogin_reportsLogins(t *testing.T) {
	t.Parallel()
	a, b, second := inBoth(t, httpauth.LoginConfig{})
	a.takeEvents()
	b.post("/auth/switch", "organization_id", second)
	b.post("/auth/logout")
	var kinds []httpauth.EventKind
	for _, e := range a.takeEvents() {
		kinds = append(kinds, e.Kind)
		require.NotNil(t, e.Principal, e.Kind)
		assert.NoError(t, e.Err)
	}
	assert.Equal(t, []httpauth.EventKind{
		httpauth.EventLogout, httpauth.EventLogin, httpauth.EventLogout,
	}, kinds, "the session before ends, the new one begins and ends")
}
