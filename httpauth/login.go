package httpauth

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/users"
)

// Method is a way to log in.
type Method string

// The methods. Only MethodEmailLink works: [Guard.Login] refuses the others with an ArgumentError.
const (
	MethodEmailLink Method = "email_link" // the default
	MethodEmailCode Method = "email_code"
	MethodPassword  Method = "password"
	MethodSSO       Method = "sso"
)

// OAuth is the method of a provider, as in OAuth("google"). [Guard.Login] refuses it so far.
func OAuth(provider string) Method { return Method("oauth_" + provider) }

// LoginConfig holds the settings of a [Login]. The zero values of its fields are their defaults.
type LoginConfig struct {
	// Name is the application's, for pages and their titles. The default is the host of Config.Origin.
	Name string
	// Prefix is the path below which the routes are. It begins and ends with a slash, and has no doubled one, no
	// escape and no brace; the default is "/auth/".
	Prefix string
	// Home is where a login and a logout lead without a way back. The default is "/".
	Home string
	// Methods are those to choose from. The default is MethodEmailLink.
	Methods []Method
	// PublicToken is the project's, for OAuth and SSO. It is not used so far.
	PublicToken string
	// NoNewOrganizations refuses to create organizations, with 403. It is for B2B; the default lets everybody create
	// one.
	NoNewOrganizations bool
	// SameBrowser accepts links only in the browser that asked for them (PKCE, RFC 7636). Without it, a link that is
	// opened elsewhere asks before it logs in.
	SameBrowser bool
	// OnLogin is called once for each login and each switch of the organization, before cookies are set. An error
	// refuses it with 403 and revokes the session; a *[Denial] is answered as it stands.
	OnLogin func(*http.Request, *Arrival) error
	// Templates replace pages by their [Page].Name: login, sent, confirm, organizations, error. The data is a *[Page].
	// Pages that it does not have stay as they are.
	Templates *template.Template
}

// Arrival is somebody who has just logged in.
type Arrival struct {
	// Principal is who has logged in.
	Principal *Principal
	// Member and Organization are for B2B, User for B2C. They may be changed.
	Member       *organizations.Member
	Organization *organizations.Organization
	User         *users.User
	// TokenType is the stytch_token_type of the link, as in "discovery", or "switch" for another organization.
	TokenType string
	// StepUp is set if a factor was added to a session. It is always false so far.
	StepUp bool
}

// A Login is a handler with the pages and routes of a login. It serves browsers without scripts, and scripts by JSON.
// Mount it below its [Login.Prefix], and not behind a guard.
type Login struct {
	guard  *Guard
	config LoginConfig
	pages  *template.Template
	once   *once
	mux    *http.ServeMux
}

// Login returns a handler for logins, and makes it the guard's Config.LoginURL, unless that is set. Call it before the
// guard serves. Config.Origin must be set, and Prefix+"callback" on it be a redirect URL of the project, for
// logins of discovery in B2B, for logins and signups in B2C. The error is a *stytcherror.ArgumentError that names the
// field.
func (g *Guard) Login(config LoginConfig) (*Login, error) {
	config.Methods = append([]Method(nil), config.Methods...)
	if err := g.checkLogin(&config); err != nil {
		return nil, err
	}
	l := &Login{guard: g, config: config, pages: pages, once: newOnce(g.config.Now)}
	if config.Templates != nil {
		l.pages = config.Templates
	}
	l.mux = http.NewServeMux()
	for route, h := range l.routes() {
		method, name, _ := strings.Cut(route, " ")
		l.mux.Handle(method+" "+config.Prefix+name, h)
	}
	if g.config.LoginURL == "" {
		g.setLoginURL(config.Prefix + "login")
	}
	return l, nil
}

func (g *Guard) checkLogin(config *LoginConfig) error {
	const op = "Login"
	u, err := url.Parse(g.config.Origin)
	switch {
	case g.config.Cookies.Frontend:
		return argumentError(op, "Cookies.Frontend", "is set: the browser SDK logs in")
	case g.config.Origin == "" || err != nil:
		return argumentError(op, "Origin", "is required: links lead there")
	}
	if g.config.Cookies.SameSite == http.SameSiteStrictMode {
		return argumentError(op, "Cookies.SameSite",
			"is Strict: such cookies are not sent when a link in a mail is opened")
	}
	for _, name := range []string{g.config.Cookies.Session, g.config.Cookies.JWT} {
		if name == g.flowName() || name == g.intermediateName() {
			return argumentError(op, "Cookies", "has the name "+name+", which a Login uses between its steps")
		}
	}
	if config.Name == "" {
		config.Name = u.Host
	}
	if config.Prefix == "" {
		config.Prefix = "/auth/"
	}
	if config.Home == "" {
		config.Home = "/"
	}
	if config.Prefix != ReturnPath(config.Prefix) || !strings.HasSuffix(config.Prefix, "/") ||
		strings.ContainsAny(config.Prefix, "?#{}%") || strings.Contains(config.Prefix, "//") {
		return argumentError(op, "Prefix", "is not a path that begins and ends with a slash")
	}
	if config.Home != ReturnPath(config.Home) {
		return argumentError(op, "Home", "is not a path of the application")
	}
	if len(config.Methods) == 0 {
		config.Methods = []Method{MethodEmailLink}
	}
	if config.Templates != nil && !slices.ContainsFunc(steps, func(s string) bool { return has(config.Templates, s) }) {
		return argumentError(op, "Templates", "has none of the pages: their names are "+strings.Join(steps, ", "))
	}
	for _, m := range config.Methods {
		if m != MethodEmailLink {
			return argumentError(op, "Methods", "has one that is not implemented: only MethodEmailLink is")
		}
	}
	return nil
}

// routes are those below the prefix, by method and name.
func (l *Login) routes() map[string]http.HandlerFunc {
	routes := map[string]http.HandlerFunc{
		"GET login":     l.showLogin,
		"POST login":    l.start,
		"POST start":    l.start,
		"GET callback":  l.showCallback,
		"POST callback": l.postCallback,
		"POST logout":   l.logout,
		"GET session":   l.guard.Require()(http.HandlerFunc(l.showSession)).ServeHTTP,
		"GET mfa":       l.notImplemented,
		"POST mfa":      l.notImplemented,
		"POST password": l.notImplemented,
	}
	if l.calls() != nil {
		routes["GET organizations"] = l.showOrganizations
		routes["POST organizations"] = l.postOrganization
		routes["POST switch"] = l.switchOrganization
	}
	return routes
}

// addTo adds the routes to the mux of a Router, for a host, or for all if that is empty.
func (l *Login) addTo(mux *http.ServeMux, host string) {
	for route := range l.routes() {
		method, name, _ := strings.Cut(route, " ")
		mux.Handle(method+" "+host+l.config.Prefix+name, l)
	}
}

// calls returns the calls for organizations, or nil in B2C.
func (l *Login) calls() organizationCalls {
	calls, _ := l.guard.product.login.(organizationCalls)
	return calls
}

// Prefix returns the path below which the routes are, for a pattern of http.ServeMux.
func (l *Login) Prefix() string { return l.config.Prefix }

// URL returns the path of the login page, with a path to return to: see [ReturnPath].
func (l *Login) URL(next string) string {
	return l.config.Prefix + "login?" + url.Values{"next": {ReturnPath(next)}}.Encode()
}

// ServeHTTP serves the routes below the prefix.
func (l *Login) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setUncached(w.Header())
	setPageHeaders(w.Header())
	if err := l.guard.checkOrigin(r); err != nil {
		l.guard.reject(w, r, l.guard.deny(ReasonOrigin, err))
		return
	}
	l.mux.ServeHTTP(w, r)
}

func (l *Login) notImplemented(w http.ResponseWriter, r *http.Request) {
	l.fail(w, r, failNotImplemented)
}

// reject reports a denial and answers it.
func (g *Guard) reject(w http.ResponseWriter, r *http.Request, d *Denial) {
	g.reportDenied(r, &outcome{denial: d})
	g.refuse(w, r, d)
}
