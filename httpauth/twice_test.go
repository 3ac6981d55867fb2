package httpauth_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// sentForm is what a browser sends to log in.
type sentForm struct {
	// operation is the call that it leads to, and path that call's.
	operation, path string
	// browser is ready to send it.
	browser *browser
	request func() *http.Request
	// late is the status of the answer if it was sent before, more than ten seconds ago.
	late int
}

func (f *sentForm) send(b *browser) *page { return b.send(f.request()) }

var sentForms = map[string]func(*app) *sentForm{
	"a link": func(a *app) *sentForm {
		a.member(ada, "first")
		b := a.browser()
		link := b.askForLink(ada, "/notes")
		return &sentForm{
			spendLink, spendLinkPath,
			b, func() *http.Request { return navigation(http.MethodGet, link) }, 400,
		}
	},
	"the form that asks before a login": func(a *app) *sentForm {
		a.member(ada, "first")
		a.browser().askForLink(ada, "/")
		b := a.browser()
		b.open(a.mail(ada))
		path, fields := b.formOf("Log in")
		return &sentForm{
			spendLink, spendLinkPath,
			b, func() *http.Request { return form(path, encode(fields)) }, 400,
		}
	},
	"the choice of an organization": func(a *app) *sentForm {
		a.member(ada, "first")
		a.member(ada, "second")
		b := a.browser()
		b.logIn(ada)
		path, fields := b.formOf("second")
		return &sentForm{
			exchangeIntermediate, exchangeIntermediatePath,
			b, func() *http.Request { return form(path, encode(fields)) }, 400,
		}
	},
	"a new organization": func(a *app) *sentForm {
		b := a.browser()
		b.logIn(ada)
		path, fields := b.formOf("Create organization")
		fields = append(fields, "organization_name", "New")
		return &sentForm{
			createOrganization, createOrganizationPath,
			b, func() *http.Request { return form(path, encode(fields)) }, 400,
		}
	},
	"a switch": func(a *app) *sentForm {
		v := a.LogIn(ada, stytchtest.InOrganization("first"))
		a.member(ada, "second")
		b := a.browser()
		for _, c := range a.cookies(v) {
			b.jar[c.Name] = storedCookie{value: c.Value}
		}
		b.open("/auth/organizations")
		path, fields := b.formOf("second")
		return &sentForm{
			exchange, exchangePath,
			b, func() *http.Request { return form(path, encode(fields)) }, 303,
		}
	},
}

// forEachForm tests each form in a bubble of its own, in which time passes only while all wait.
func forEachForm(
	t *testing.T, config httpauth.LoginConfig, test func(t *testing.T, a *app, f *sentForm), change ...func(*httpauth.Config),
) {
	t.Helper()
	for name, prepare := range sentForms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				a := newApp(t, config, change...)
				test(t, a, prepare(a))
			})
		})
	}
}

// slowly delays the answers to the form by a second.
func (f *sentForm) slowly(a *app) {
	a.t.Helper()
	a.fault(emulator.Fault{Operation: f.operation, Count: allCalls, DelayMS: 1000})
}

// together does things at one time: each waits for something before the next begins.
func together(things ...func()) {
	var wg sync.WaitGroup
	for _, do := range things {
		wg.Go(do)
		synctest.Wait()
	}
	wg.Wait()
}

// sessionIn returns the session's cookies of an answer.
func sessionIn(p *page) map[string]string {
	found := map[string]string{}
	cookies, _ := kept(p.ResponseRecorder)
	for _, c := range cookies {
		if c.Name == tokenCookie || c.Name == jwtCookie {
			found[c.Name] = c.Value
		}
	}
	return found
}

func TestTwice_aFormThatIsSentAgainGoesOn(t *testing.T) {
	t.Parallel()
	forEachForm(t, httpauth.LoginConfig{}, func(t *testing.T, a *app, f *sentForm) {
		calls := a.calls(f.path)
		first := f.send(f.browser.copy())
		a.Clock().Advance(9 * time.Second)
		again := f.browser.copy()
		second := f.send(again)
		require.Len(t, sessionIn(first), 2)
		assert.Equal(t, sessionIn(first), sessionIn(second))
		assert.Equal(t, first.location(), second.location())
		assert.Equal(t, http.StatusSeeOther, second.Code)
		assert.Equal(t, calls+1, a.calls(f.path))
		assert.Equal(t, http.StatusOK, again.get("/notes").Code, "the session lasts")
	})
}

func TestTwice_formsThatAreSentTogetherGetOneSession(t *testing.T) {
	t.Parallel()
	forEachForm(t, httpauth.LoginConfig{}, func(t *testing.T, a *app, f *sentForm) {
		f.slowly(a)
		calls := a.calls(f.path)
		answers := make([]*page, 3)
		var sends []func()
		for i := range answers {
			b := f.browser.copy()
			sends = append(sends, func() { answers[i] = f.send(b) })
		}
		together(sends...)
		for _, p := range answers {
			assert.Equal(t, http.StatusSeeOther, p.Code)
			require.Len(t, sessionIn(p), 2)
			assert.Equal(t, sessionIn(answers[0]), sessionIn(p))
		}
		assert.Equal(t, calls+1, a.calls(f.path))
	})
}

func TestTwice_OnLoginIsCalledOnce(t *testing.T) {
	t.Parallel()
	for name, prepare := range sentForms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T) {
				logins := 0 // the forms of one browser run it in one goroutine
				a := newApp(t, httpauth.LoginConfig{OnLogin: func(*http.Request, *httpauth.Arrival) error {
					logins++
					return nil
				}})
				f := prepare(a)
				f.slowly(a)
				first, second := f.browser.copy(), f.browser.copy()
				together(func() { f.send(first) }, func() { f.send(second) })
				f.send(f.browser.copy())
				assert.Equal(t, 1, logins)
				logged := 0
				for _, e := range a.takeEvents() {
					if e.Kind == httpauth.EventLogin {
						logged++
					}
				}
				assert.Equal(t, 1, logged)
			})
		})
	}
}

func TestTwice_aFormIsForgottenAfterTenSeconds(t *testing.T) {
	t.Parallel()
	forEachForm(t, httpauth.LoginConfig{}, func(t *testing.T, a *app, f *sentForm) {
		require.Len(t, sessionIn(f.send(f.browser.copy())), 2)
		a.Clock().Advance(11 * time.Second)
		p := f.send(f.browser.copy())
		assert.Equal(t, f.late, p.Code)
		assert.Empty(t, sessionIn(p))
	})
}

func TestTwice_anotherBrowserGetsNothing(t *testing.T) {
	t.Parallel()
	forEachForm(t, httpauth.LoginConfig{}, func(t *testing.T, a *app, f *sentForm) {
		require.Len(t, sessionIn(f.send(f.browser.copy())), 2)
		assert.Empty(t, sessionIn(f.send(a.browser())), "without cookies")
		own := a.browser()
		own.askForLink(ada, "/")
		assert.Empty(t, sessionIn(f.send(own)), "with a login of its own")
		assert.False(t, own.isLoggedIn())
	})
}

func TestTwice_aFormOfALogoutSinceGetsNothing(t *testing.T) {
	t.Parallel()
	forEachForm(t, httpauth.LoginConfig{}, func(t *testing.T, _ *app, f *sentForm) {
		b := f.browser.copy()
		f.send(b)
		b.post("/auth/logout")
		assert.Empty(t, sessionIn(f.send(f.browser.copy())))
	})
}

func TestTwice_errorsAreNotRemembered(t *testing.T) {
	t.Parallel()
	forEachForm(t, httpauth.LoginConfig{}, func(t *testing.T, a *app, f *sentForm) {
		a.fails(f.operation)
		p := f.send(f.browser.copy())
		assert.Equal(t, http.StatusServiceUnavailable, p.Code)
		a.ClearFaults()
		assert.Len(t, sessionIn(f.send(f.browser.copy())), 2)
	})
}

func TestTwice_aClientThatGoesAwayLosesNothing(t *testing.T) {
	t.Parallel()
	forEachForm(t, httpauth.LoginConfig{}, func(t *testing.T, a *app, f *sentForm) {
		f.slowly(a)
		calls := a.calls(f.path)
		ctx, leave := context.WithCancel(t.Context())
		left, stays, waits := f.browser.copy(), f.browser.copy(), f.browser.copy()
		var p *page
		var late time.Duration
		together(
			func() { left.send(f.request().WithContext(ctx)) },
			func() {
				start := time.Now()
				waits.send(f.request().WithContext(ctx))
				late = time.Since(start)
			},
			func() { leave() },
			func() { p = f.send(stays) },
		)
		require.Len(t, sessionIn(p), 2)
		assert.Equal(t, calls+1, a.calls(f.path))
		assert.Zero(t, late, "who waits for another request is not held")
		assert.Equal(t, http.StatusOK, stays.get("/notes").Code)
	})
}

func TestTwice_aPanicOfOnLoginLetsNobodyWait(t *testing.T) {
	t.Parallel()
	broken := httpauth.LoginConfig{OnLogin: func(*http.Request, *httpauth.Arrival) error { panic("broken") }}
	forEachForm(t, broken, func(t *testing.T, a *app, f *sentForm) {
		f.slowly(a)
		var answers []*page
		var panics int
		var mu sync.Mutex
		send := func(b *browser) func() {
			return func() {
				defer func() {
					mu.Lock()
					defer mu.Unlock()
					if recover() != nil {
						panics++
					}
				}()
				p := f.send(b)
				mu.Lock()
				defer mu.Unlock()
				answers = append(answers, p)
			}
		}
		together(send(f.browser.copy()), send(f.browser.copy()))
		assert.Equal(t, 1, panics, "it is called once")
		require.Len(t, answers, 1)
		assert.Contains(t, []int{http.StatusServiceUnavailable, http.StatusBadRequest}, answers[0].Code)
		assert.Empty(t, sessionIn(answers[0]))
		assert.NotZero(t, a.calls(revokePath))
	})
}

func TestTwice_tooManyLoginsAtOneTimeAreTemporarilyRefused(t *testing.T) {
	t.Parallel()
	forEachForm(t, httpauth.LoginConfig{}, func(t *testing.T, a *app, f *sentForm) {
		other := a.browser()
		link := other.askForLink("bob@example.org", "/notes")
		f.slowly(a)
		var p *page
		together(func() { f.send(f.browser) }, func() { p = other.get(link) })
		assert.Equal(t, http.StatusServiceUnavailable, p.Code)
		assert.Equal(t, "1", p.Header().Get("Retry-After"))
		assert.True(t, f.browser.isLoggedIn())
		a.ClearFaults()
		assert.Equal(t, "/auth/organizations", other.open(link).path, "the link still works")
	}, func(c *httpauth.Config) { c.MaxRemote = 4 })
}

func TestTwice_anotherFormOfTheSameBrowserIsNotTheSame(t *testing.T) {
	t.Parallel()
	t.Run("another link", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, httpauth.LoginConfig{})
		a.LogIn(ada)
		b := a.browser()
		first, second := b.askForLink(ada, "/notes"), b.askForLink(ada, "/notes")
		spent := a.spends()
		one, two := sessionIn(b.copy().get(first)), sessionIn(b.copy().get(second))
		require.Len(t, two, 2)
		assert.NotEqual(t, one[tokenCookie], two[tokenCookie])
		assert.Equal(t, spent+2, a.spends())
	})
	for name, fields := range map[string][2][]string{
		"another organization":     {{"organization_id", "second"}, {"organization_id", "first"}},
		"an organization's name":   {{"organization_name", "New"}, {"organization_name", "Other"}},
		"an organization's slug":   {{"organization_name", "New"}, {"organization_name", "New", "organization_slug", "other"}},
		"a name in place of an id": {{"organization_id", "second"}, {"organization_name", "second"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, httpauth.LoginConfig{})
			a.member(ada, "first")
			a.member(ada, "second")
			b := a.browser()
			b.logIn(ada)
			second := b.copy()
			require.Len(t, sessionIn(b.post("/auth/organizations", fields[0]...)), 2)
			p := second.post("/auth/organizations", fields[1]...)
			assert.Equal(t, http.StatusBadRequest, p.Code, "the login is used up")
			assert.Empty(t, sessionIn(p))
		})
	}
	t.Run("a switch to another organization", func(t *testing.T) {
		t.Parallel()
		a, b, _ := inBoth(t, httpauth.LoginConfig{})
		a.member(ada, "third")
		before := b.copy()
		require.Len(t, sessionIn(b.post("/auth/switch", "organization_id", "second")), 2)
		p := before.post("/auth/switch", "organization_id", "third")
		assert.Equal(t, "/auth/login?next=%2F", p.location(), "its session has ended")
		assert.Empty(t, sessionIn(p))
	})
}

// Two links that a form has asked for twice are of one login, so that each works in this browser.
func TestTwice_aFormThatAsksForALink(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{SameBrowser: true})
	a.LogIn(ada)
	b := a.browser()
	b.get("/auth/login")
	second := b.copy()
	first := b.askForLink(ada, "/notes")
	second.askForLink(ada, "/notes")
	assert.Equal(t, http.StatusSeeOther, second.get(first).Code)
}
