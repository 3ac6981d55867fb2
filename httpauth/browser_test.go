package httpauth_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

const (
	ada         = "ada@example.com"
	flowCookie  = "__Host-stytch_flow"
	interCookie = "__Host-stytch_intermediate"
)

// app is a site with a Login, a public page at its root and a guarded one at /notes.
type app struct {
	*site
	login  *httpauth.Login
	router http.Handler
}

// newApp returns an application for members.
func newApp(t *testing.T, config httpauth.LoginConfig, change ...func(*httpauth.Config)) *app {
	t.Helper()
	return appOf(t, newSite(t, change...), config)
}

func appOf(t *testing.T, s *site, config httpauth.LoginConfig) *app {
	t.Helper()
	login, err := s.guard.Login(config)
	require.NoError(t, err)
	router := s.guard.Router()
	router.Public(login.Prefix(), login)
	router.Public("/{$}", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("home"))
	}))
	router.HandleFunc("/notes", whoami)
	router.HandleFunc("/welcome", whoami)
	return &app{site: s, login: login, router: router}
}

// mail returns the link of the newest message to an address, as a path of the application.
func (a *app) mail(to string) string {
	a.t.Helper()
	path, ok := strings.CutPrefix(a.WaitMessage(to).Link, origin)
	require.True(a.t, ok, "the link leads to another site")
	return path
}

// joinable creates an organization that everybody of a domain may join, and returns its id.
func (a *app) joinable(name, domain string) string {
	a.t.Helper()
	created := a.CreateOrganization("owner@"+domain, name, &discoveryorganizations.CreateRequest{
		EmailJITProvisioning: new(organizations.EmailJITProvisioningRestricted), EmailAllowedDomains: []string{domain},
	})
	return created.Organization.OrganizationID
}

// member makes an address a member of an organization, which is created if it does not exist, and returns its id.
func (a *app) member(email, slug string) string {
	a.t.Helper()
	return a.LogIn(email, stytchtest.InOrganization(slug)).OrganizationID
}

func (a *app) browser() *browser {
	return &browser{t: a.t, app: a, jar: map[string]storedCookie{}}
}

// browser is that of one person. It keeps cookies, follows redirects and sends forms, and it runs no scripts.
type browser struct {
	t   *testing.T
	app *app
	jar map[string]storedCookie
	// page is the page that it shows, after redirects.
	page *page
}

type storedCookie struct {
	value string
	until time.Time
}

// page is the answer to a request.
type page struct {
	*httptest.ResponseRecorder
	path string
}

func (p *page) location() string { return p.Header().Get("Location") }

// step returns the answer to a script.
func (p *page) step(t *testing.T) httpauth.Page {
	t.Helper()
	var s httpauth.Page
	require.NoError(t, json.Unmarshal(p.Body.Bytes(), &s), p.Body)
	return s
}

// send sends a request with the cookies of the browser, and keeps those of the answer.
func (b *browser) send(r *http.Request) *page {
	b.t.Helper()
	b.addCookies(r)
	w := serve(b.app.router, r)
	b.keep(w)
	return &page{w, r.URL.RequestURI()}
}

func (b *browser) addCookies(r *http.Request) {
	for name, c := range b.jar {
		if c.until.IsZero() || b.app.Clock().Now().Before(c.until) {
			r.AddCookie(cookie(name, c.value))
		}
	}
}

// keep keeps the cookies of an answer.
func (b *browser) keep(w *httptest.ResponseRecorder) {
	b.t.Helper()
	for _, c := range w.Result().Cookies() {
		if strings.HasPrefix(c.Name, "__Host-") && (!c.Secure || c.Path != "/" || c.Domain != "") {
			b.t.Fatalf("browsers refuse the cookie %s: %v", c.Name, c)
		}
		stored := storedCookie{value: c.Value, until: c.Expires}
		if c.MaxAge > 0 {
			stored.until = b.app.Clock().Now().Add(time.Duration(c.MaxAge) * time.Second)
		}
		b.jar[c.Name] = stored
		if c.MaxAge < 0 {
			delete(b.jar, c.Name)
		}
	}
}

// copy returns another browser with the same cookies, as the requests of a second tab have them.
func (b *browser) copy() *browser {
	second := b.app.browser()
	maps.Copy(second.jar, b.jar)
	return second
}

func (b *browser) has(cookie string) bool { _, ok := b.jar[cookie]; return ok }

func (b *browser) isLoggedIn() bool { return b.has(tokenCookie) || b.has(jwtCookie) }

// get opens a page, and follows no redirect.
func (b *browser) get(path string) *page {
	b.t.Helper()
	return b.send(navigation(http.MethodGet, path))
}

// open opens a page, and follows redirects.
func (b *browser) open(path string) *page {
	b.t.Helper()
	return b.follow(b.get(path))
}

func (b *browser) follow(p *page) *page {
	b.t.Helper()
	for n := 0; p.Code == http.StatusSeeOther; n++ {
		require.Less(b.t, n, 10, "too many redirects")
		to := p.location()
		require.True(b.t, strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//"), "a redirect to %s", to)
		p = b.get(to)
	}
	b.page = p
	return p
}

// post sends a form with fields, as pairs of name and value, and follows no redirect.
func (b *browser) post(path string, fields ...string) *page {
	b.t.Helper()
	return b.send(form(path, encode(fields)))
}

// submit is post, and follows redirects.
func (b *browser) submit(path string, fields ...string) *page {
	b.t.Helper()
	return b.follow(b.post(path, fields...))
}

func encode(fields []string) string {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	return values.Encode()
}

// press sends the form of the page whose button has a text, with its hidden fields and those given. It follows
// redirects.
func (b *browser) press(button string, fields ...string) *page {
	b.t.Helper()
	path, hidden := b.formOf(button)
	return b.submit(path, append(hidden, fields...)...)
}

// formOf returns the action and the hidden fields of the form whose button has a text.
func (b *browser) formOf(button string) (action string, hidden []string) {
	b.t.Helper()
	for _, f := range parse(b.t, b.page.Body.String()).all("form") {
		if strings.TrimSpace(f.first("button").text()) != button {
			continue
		}
		for _, input := range f.all("input") {
			if input.attr("type") == "hidden" {
				hidden = append(hidden, input.attr("name"), input.attr("value"))
			}
		}
		return f.attr("action"), hidden
	}
	b.t.Fatalf("no button %q on the page\n%s", button, b.page.Body)
	return "", nil
}

// fetch sends a request of a script. A body that is not nil is sent as JSON.
func (b *browser) fetch(method, path string, body any) *page {
	b.t.Helper()
	return b.send(script(b.t, method, path, body))
}

func script(t *testing.T, method, path string, body any) *http.Request {
	t.Helper()
	r := request(method, path)
	if body != nil {
		data, err := json.Marshal(body)
		require.NoError(t, err)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

// askForLink asks for a link on the login page, and returns it.
func (b *browser) askForLink(email, next string) string {
	b.t.Helper()
	b.open(b.app.login.URL(next))
	before := len(b.app.Inbox().Messages(email))
	require.Equal(b.t, http.StatusOK, b.press("Send me a link", "email", email).Code)
	require.Len(b.t, b.app.Inbox().Messages(email), before+1)
	return b.app.mail(email)
}

// logIn logs in by a link, as far as that leads.
func (b *browser) logIn(email string) *page {
	b.t.Helper()
	return b.open(b.askForLink(email, "/notes"))
}

// element is an element of a page, or a text.
type element struct {
	name     string
	attrs    map[string]string
	chars    string
	children []*element
}

// parse returns the elements of a page. The pages of this package are XML but for what browsers permit.
func parse(t *testing.T, html string) *element {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	root := &element{}
	open := []*element{root}
	for {
		token, err := d.Token()
		if token == nil {
			require.Len(t, open, 1, "an element is not closed: %v\n%s", err, html)
			return root
		}
		top := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attrs: map[string]string{}}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			top.children = append(top.children, e)
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.children = append(top.children, &element{chars: string(token)})
		}
	}
}

func (e *element) attr(name string) string { return e.attrs[name] }

// all returns the elements below e with a name.
func (e *element) all(name string) (found []*element) {
	for _, c := range e.children {
		if c.name == name {
			found = append(found, c)
		}
		found = append(found, c.all(name)...)
	}
	return found
}

// first returns the first element below e with a name, or an empty one.
func (e *element) first(name string) *element {
	if found := e.all(name); len(found) > 0 {
		return found[0]
	}
	return &element{}
}

func (e *element) text() string {
	text := e.chars
	for _, c := range e.children {
		text += c.text()
	}
	return text
}
