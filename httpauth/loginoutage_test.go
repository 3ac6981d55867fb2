package httpauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestCallback_worksAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"of the API":                            {Status: 503},
		"of a gateway":                          {Status: 502, Body: "<h1>Bad gateway</h1>"},
		"of the network":                        {Disconnect: true},
		"that is a refused secret":              {Status: 401, ErrorType: string(stytcherror.CodeUnauthorizedCredentials)},
		"that is the page of a hotel's network": {Status: 200, Body: "<h1>Welcome to the hotel</h1>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, httpauth.LoginConfig{})
			a.LogIn(ada)
			b := a.browser()
			link := b.askForLink(ada, "/notes")
			fault.Operation, fault.Count = spendLink, allCalls
			a.fault(fault)
			p := b.open(link)
			assert.Equal(t, http.StatusServiceUnavailable, p.Code)
			assert.NotEmpty(t, p.Header().Get("Retry-After"))
			assert.True(t, b.has(flowCookie))
			a.ClearFaults()
			assert.Equal(t, "/notes", b.open(link).path)
		})
	}
}

func TestCallback_goesOnAfterAnOutageThatFollowsTheLink(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.member(ada, "engines")
	b := a.browser()
	link := b.askForLink(ada, "/notes")
	a.fails(exchangeIntermediate)
	p := b.open(link)
	assert.Equal(t, "/auth/organizations", p.path)
	a.ClearFaults()
	assert.Equal(t, "/notes", b.press("engines").path)
}

func TestLogin_passesRateLimitsOn(t *testing.T) {
	t.Parallel()
	for operation, run := range map[string]func(a *app, b *browser) *page{
		sendLink: func(_ *app, b *browser) *page {
			return b.post("/auth/start", "email", ada)
		},
		spendLink: func(a *app, b *browser) *page {
			return b.get(callback("discovery", a.MagicLink(ada)))
		},
		createOrganization: func(_ *app, b *browser) *page {
			return b.post("/auth/organizations", "organization_name", "New")
		},
		listOrganizations: func(_ *app, b *browser) *page { return b.get("/auth/organizations") },
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, httpauth.LoginConfig{})
			b := a.browser()
			b.jar[interCookie] = storedCookie{value: a.IntermediateSession(ada)}
			b.post("/auth/start", "email", ada)
			a.RespondError(operation, &stytcherror.Error{Code: stytcherror.CodeTooManyRequests, RetryAfter: 25 * time.Second})
			p := run(a, b)
			assert.Equal(t, http.StatusTooManyRequests, p.Code)
			assert.Equal(t, "25", p.Header().Get("Retry-After"))
			a.ClearFaults()
			assert.Less(t, run(a, b).Code, 400, "it works afterwards")
		})
	}
}

func TestCallback_forgetsAChoiceThatHasTakenTooLong(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	b := a.browser()
	b.logIn(ada)
	value := b.jar[interCookie].value
	a.Clock().Advance(10*time.Minute + time.Second)
	assert.Equal(t, http.StatusSeeOther, b.get("/auth/organizations").Code, "its cookie has expired")

	for name, p := range map[string]func(*browser) *page{
		"the page": func(b *browser) *page { return b.get("/auth/organizations") },
		"the form": func(b *browser) *page { return b.post("/auth/organizations", "organization_name", "New") },
	} {
		b := a.browser()
		b.jar[interCookie] = storedCookie{value: value}
		p := p(b)
		assert.Equal(t, http.StatusBadRequest, p.Code, name)
		assert.Contains(t, p.Body.String(), "Begin again", name)
		assert.False(t, b.has(interCookie), "%s forgets it", name)
	}
	assert.Equal(t, http.StatusBadRequest, a.browser().post("/auth/organizations", "organization_name", "New").Code)
}

// An address that the API refuses is entered again, and the way back is kept.
func TestLogin_addressThatTheAPIRefuses(t *testing.T) {
	t.Parallel()
	for _, code := range []stytcherror.Code{stytcherror.CodeInvalidEmail, stytcherror.CodeInvalidEmailDomain} {
		a := newApp(t, httpauth.LoginConfig{})
		a.refuseAddress(code)
		p := a.browser().fetch(http.MethodPost, "/auth/start", map[string]string{"email": ada, "next": "/notes"})
		assert.Equal(t, http.StatusBadRequest, p.Code)
		assert.Contains(t, p.Body.String(), `"step":"login"`)
		assert.Contains(t, p.Body.String(), `"next":"/notes"`)
		assert.Contains(t, p.Body.String(), `"error":"invalid_email"`)
	}
}

func TestLogin_whatTheEmulatorLacksIsNotImplemented(t *testing.T) {
	t.Parallel()
	a := newUserApp(t, httpauth.LoginConfig{})
	p := a.browser().fetch(http.MethodPost, "/auth/start", map[string]string{"email": ada})
	assert.Equal(t, http.StatusNotImplemented, p.Code)
	assert.Contains(t, p.Body.String(), `"error":"not_implemented"`)
}
