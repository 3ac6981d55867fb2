package b2b

import (
	"net/url"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/hosted"
	"github.com/seed75add069/stytch-go/emulator/internal/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// oauthEndpoints are those for browsers: where a login begins, and where the form of the provider's page is sent.
func oauthEndpoints() []engine.Route {
	return []engine.Route{
		browserRoute(ops.B2BOAuthStart, engine.ByPublicToken, startOAuth),
		browserRoute(ops.B2BOAuthDiscoveryStart, engine.ByPublicToken, startDiscoveryOAuth),
		browserRoute(ops.B2BOAuthAuthorize, engine.ByPublicToken, authorizeOAuth),
	}
}

// oauthRedirects are the errors for redirect URLs of logins by OAuth.
var oauthRedirects = redirects{
	ops.ErrInvalidLoginOAuthURL, ops.ErrInvalidSignupOAuthURL, ops.ErrNoMatchForProvidedOAuthURL,
}

// discoveryTarget is where a login leads whose organization is chosen afterwards.
func discoveryTarget(tx *engine.Tx, given *string) (*url.URL, error) {
	return factor.CheckRedirectURL(tx.Tx, given, ops.ErrInvalidDiscoveryRedirectURL, ops.ErrNoMatchForProvidedOAuthURL)
}

// startOAuth begins a login to one organization.
func startOAuth(tx *engine.Tx, q query) (*engine.Reply, error) {
	f, err := newOAuthFlow(tx, q)
	if err != nil {
		return nil, err
	}
	id, slug := q.given("organization_id"), q.given("slug")
	switch {
	case id != nil && slug != nil:
		return nil, ops.ErrTooManyOAuthOrganizationLocators
	case id == nil && slug == nil:
		return nil, ops.ErrMissingOAuthOrganizationLocator
	case id == nil:
		id = slug
	}
	if f.LoginRedirectURL, f.SignupRedirectURL, err = oauthRedirects.read(tx, q); err != nil {
		return nil, err
	}
	org, err := login.FindOrganization(tx.Tx, *id)
	if err != nil {
		return nil, err
	}
	f.OrganizationID = org.OrganizationID
	return beginOAuth(tx, f, q)
}

// startDiscoveryOAuth begins a login whose organization is chosen afterwards.
func startDiscoveryOAuth(tx *engine.Tx, q query) (*engine.Reply, error) {
	f, err := newOAuthFlow(tx, q)
	if err != nil {
		return nil, err
	}
	given := q.given("discovery_redirect_url")
	if _, err := discoveryTarget(tx, given); err != nil {
		return nil, err
	}
	f.LoginRedirectURL = factor.RedirectURL(tx.Tx, given)
	return beginOAuth(tx, f, q)
}

// newOAuthFlow makes a flow of what both kinds of start URLs have.
func newOAuthFlow(tx *engine.Tx, q query) (*state.OAuthFlow, error) {
	f := &state.OAuthFlow{Provider: tx.Param("provider"), ExpiresAt: tx.Now.Add(flowLifetime)}
	if !state.IsOAuthProvider(f.Provider) {
		return nil, ops.ErrInvalidOAuthProvider
	}
	var err error
	if f.Challenge, err = q.challenge(); err != nil {
		return nil, err
	}
	custom, err := q.customScopes()
	if err != nil {
		return nil, err
	}
	f.Scopes = hosted.Scopes(f.Provider, custom)
	f.Offline = hosted.GivesRefreshToken(f.Provider, f.Scopes, q.provider("access_type"))
	return f, nil
}

// beginOAuth shows the provider's page, unless the start URL says who logs in, or that the provider answers with an
// error.
func beginOAuth(tx *engine.Tx, f *state.OAuthFlow, q query) (*engine.Reply, error) {
	if oauthError := q.provider("error"); oauthError != "" {
		if !idp.OAuthErrorForm.MatchString(oauthError) {
			return nil, ops.ErrBadRequest.Because("provider_error must match %s.", idp.OAuthErrorForm)
		}
		const because = "The provider was told to answer with this error."
		return oauthRedirects.refuse(tx, f.LoginRedirectURL, oauthError, because)
	}
	hint := q.provider("login_hint")
	if hint == "" {
		hint = q.Get("login_hint")
	}
	var problem string
	if hint != "" {
		var p *hosted.OAuthPerson
		if p, problem = hosted.ParseOAuthPerson(f.Provider, hint, q.provider); problem == "" {
			return endOAuth(tx, f, p)
		}
	}
	f.State = tx.Token()
	tx.OAuthFlows.Put(f)
	return oauthChooser(tx, f, hint, q.provider, problem)
}

// oauthChooser is the provider's page, filled in with values. It offers the addresses of the oldest members: of the
// organization or, in discovery, of all organizations.
func oauthChooser(
	tx *engine.Tx, f *state.OAuthFlow, email string, value func(string) string, problem string,
) (*engine.Reply, error) {
	members := tx.Members.All()
	c := &hosted.Chooser{
		Provider: login.ProviderTypes[f.Provider], RedirectURL: f.LoginRedirectURL, Scopes: f.Scopes, Email: email,
		Fields: hosted.OAuthFields(f.Provider, value), Problem: problem,
		Action: ops.B2BOAuthAuthorize.At(f.Provider) + "?" + url.Values{
			"public_token": {state.PublicToken(tx.ProjectID)}, "state": {f.State},
		}.Encode(),
	}
	if f.OrganizationID != "" {
		c.Organization = tx.Organizations.Get(f.OrganizationID).OrganizationName
		members = tx.MembersIn([]string{f.OrganizationID})
	}
	c.Emails = offered(members)
	return c.Page()
}

// authorizeOAuth takes the form of the provider's page.
func authorizeOAuth(tx *engine.Tx, q query) (*engine.Reply, error) {
	f := tx.OAuthFlows.Get(q.Get("state"))
	switch {
	case f == nil:
		return nil, ops.ErrOAuthInvalidState
	case f.Provider != tx.Param("provider"):
		return nil, ops.ErrOAuthStateMismatch
	case f.Used:
		return nil, ops.ErrOAuthStateUsed
	case !tx.Now.Before(f.ExpiresAt):
		return nil, ops.ErrExpiredOAuthResponse
	}
	choice, err := readChoice(tx)
	if err != nil {
		return nil, err
	}
	var p *hosted.OAuthPerson
	if !choice.Denied {
		var problem string
		if p, problem = hosted.ParseOAuthPerson(f.Provider, choice.Email, choice.Value); problem != "" {
			return oauthChooser(tx, f, choice.Email, choice.Value, problem)
		}
	}
	used := *f
	used.Used = true
	tx.OAuthFlows.Put(&used)
	if choice.Denied {
		return oauthRedirects.refuseDenied(tx, f.LoginRedirectURL)
	}
	return endOAuth(tx, f, p)
}
