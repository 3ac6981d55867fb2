package b2b

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/hosted"
	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// ssoEndpoints are those for browsers: where a login begins, where an OIDC provider leads, and where the form of the
// built-in provider is sent.
func ssoEndpoints() []engine.Route {
	byConnection := engine.ByRow(ops.ErrSSOConnectionNotFound, errSeveralLogins, fitsLogin)
	return []engine.Route{
		browserRoute(ops.SSOStart, engine.ByPublicToken, startSSO),
		browserRoute(ops.SSOCallback, byConnection, endOIDC),
		browserRoute(ops.SSOAuthorize, byConnection, authorizeSSO),
	}
}

// ssoRedirects are the errors for redirect URLs of logins by SSO.
var ssoRedirects = redirects{
	ops.ErrInvalidLoginSSOURL, ops.ErrInvalidSignupSSOURL, ops.ErrNoMatchForProvidedSSOURL,
}

var errSeveralLogins = ops.ErrOIDCInvalidCallbackRequest.Because(
	"Several projects, which were restored from one snapshot, have a login with this state.")

// fitsLogin tells by its state which project a login has begun in.
func fitsLogin(tx *state.Tx, r *http.Request, params map[string]string) engine.Fit {
	switch {
	case tx.SSOConnections.Get(params["connection_id"]) == nil:
		return engine.FitsNot
	case tx.SSOFlows.Get(r.URL.Query().Get("state")) == nil:
		return engine.FitsPath
	}
	return engine.FitsAll
}

// startSSO begins a login by a connection: at its provider, if that is there, or else at the built-in one.
func startSSO(tx *engine.Tx, q query) (*engine.Reply, error) {
	challenge, err := q.challenge()
	if err != nil {
		return nil, err
	}
	if err := q.checkPerson(hosted.SSOFields(q.provider)); err != nil {
		return nil, err
	}
	custom, err := q.customScopes()
	if err != nil {
		return nil, err
	}
	loginURL, signupURL, err := ssoRedirects.read(tx, q)
	if err != nil {
		return nil, err
	}
	c, err := startedConnection(tx, q)
	if err != nil {
		return nil, err
	}
	f := &state.SSOFlow{
		State: tx.Token(), ConnectionID: c.ID(), Challenge: challenge,
		LoginRedirectURL: loginURL, SignupRedirectURL: signupURL, ExpiresAt: tx.Now.Add(flowLifetime),
	}
	to := tx.Referred(c)
	f.Issuer = to.Issuer()
	if to.IsReal {
		if !mayAsk(tx, to.OIDC) {
			return nil, errRemote
		}
		return startOIDC(tx, to.OIDC, f, custom, q.Get("login_hint"))
	}
	var problem string
	if hint := q.Get("login_hint"); hint != "" {
		var p *idp.Person
		if p, problem = hosted.ParseSSOPerson(hint, q.provider, to.AttributeMapping()); problem == "" {
			return endPlayed(tx, f, p)
		}
	}
	tx.SSOFlows.Put(f)
	return ssoChooser(tx, c, f, q.Get("login_hint"), q.provider, problem)
}

// startedConnection is the connection that a start URL names, or the default one of the organization that it names.
func startedConnection(tx *engine.Tx, q query) (*state.SSOConnection, error) {
	id, organization, slug := q.given("connection_id"), q.given("organization_id"), q.given("slug")
	n := 0
	for _, locator := range []*string{id, organization, slug} {
		if locator != nil {
			n++
		}
	}
	switch {
	case n == 0:
		return nil, ops.ErrMissingSSOConnectionLocator
	case n > 1:
		return nil, ops.ErrTooManySSOConnectionLocators
	case organization == nil:
		organization = slug
	}
	if id == nil {
		org, err := login.FindOrganization(tx.Tx, *organization)
		if err != nil {
			return nil, err
		}
		switch active := org.SSOActiveConnections; {
		case org.SSODefaultConnectionID != "":
			id = &org.SSODefaultConnectionID
		case len(active) == 0:
			return nil, ops.ErrNoSSOConnectionExistsForOrganization
		case len(active) > 1:
			return nil, ops.ErrSSOMultipleConnectionsFound
		default:
			id = &active[0].ConnectionID
		}
	}
	c := tx.SSOConnections.Get(*id)
	if c == nil {
		return nil, ops.ErrSSOConnectionNotFound
	}
	if !tx.IsUsableSSO(c) {
		return nil, ops.ErrRequiresActiveSSOConnection
	}
	return c, nil
}

// cookiePrefix begins the name of the cookie by which a browser is known that has begun a login at an OIDC provider.
const cookiePrefix = "stytch_sso_"

// flowCookie is the cookie of a login. Its name differs between logins, of which a browser may begin several.
func flowCookie(c *sso.OIDCConnection, f *state.SSOFlow) *http.Cookie {
	return &http.Cookie{
		Name: cookiePrefix + f.State, Value: f.Cookie, Path: ops.SSOCallback.At(c.ConnectionID),
		MaxAge: int(flowLifetime.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// startOIDC leads a browser to an OIDC provider, with scopes besides those of the connection. The hint may be empty.
func startOIDC(
	tx *engine.Tx, c *sso.OIDCConnection, f *state.SSOFlow, custom []string, hint string,
) (*engine.Reply, error) {
	asked := []string{"openid"}
	for _, scope := range slices.Concat(strings.Fields(c.CustomScopes), custom) {
		if !slices.Contains(asked, scope) {
			asked = append(asked, scope)
		}
	}
	f.Cookie, f.Nonce, f.Verifier = tx.Token(), tx.Token(), tx.Token()
	f.TokenURL, f.CallbackURL = c.TokenURL, tx.URL(ops.SSOCallback, c.ConnectionID)
	address, err := loginAt(c, f).URL(asked, hint)
	if err != nil {
		return nil, err
	}
	tx.SSOFlows.Put(f)
	reply := engine.Redirect(address)
	reply.Header.Set("Set-Cookie", flowCookie(c, f).String())
	return reply, nil
}

// loginAt is the login of a flow at an OIDC provider.
func loginAt(c *sso.OIDCConnection, f *state.SSOFlow) *idp.Login {
	return &idp.Login{
		Connection: c, CallbackURL: f.CallbackURL, State: f.State, Nonce: f.Nonce, Verifier: f.Verifier,
	}
}

// ssoChooser is the page of the built-in provider, filled in with values. It offers the addresses of the organization's
// oldest members.
func ssoChooser(
	tx *engine.Tx, c *state.SSOConnection, f *state.SSOFlow, email string, value func(string) string, problem string,
) (*engine.Reply, error) {
	s := c.Summary()
	page := &hosted.Chooser{
		Provider: s.DisplayName, Organization: tx.Organizations.Get(s.OrganizationID).OrganizationName,
		RedirectURL: f.LoginRedirectURL, Email: email, Emails: offered(tx.MembersIn([]string{s.OrganizationID})),
		Fields: hosted.SSOFields(value), Problem: problem,
		Action: ops.SSOAuthorize.At(s.ConnectionID) + "?" + url.Values{"state": {f.State}}.Encode(),
	}
	if page.Provider == "" {
		page.Provider = s.ConnectionID
	}
	return page.Page()
}
