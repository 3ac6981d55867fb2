package b2b

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/hosted"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// oauthEndpoints are those for browsers: where a login begins, and where the form of the provider's page is sent.
func oauthEndpoints() []engine.Route {
	var routes []engine.Route
	for info, run := range map[*ops.Info]func(*engine.Tx) (*engine.Reply, error){
		ops.B2BOAuthStart: startOAuth, ops.B2BOAuthDiscoveryStart: startDiscoveryOAuth,
		ops.B2BOAuthAuthorize: authorizeOAuth,
	} {
		endpoint := engine.Endpoint{Info: info, Project: engine.ByPublicToken, Run: run, Failure: hosted.Failure}
		routes = append(routes, endpoint.Route())
	}
	return routes
}

// flowLifetime is how long somebody may take to choose an account. Unverified: the API's.
const flowLifetime = 10 * time.Minute

// maxScopes bounds the scopes that a login asks for besides those that it needs.
const maxScopes = 100

// scopeForm is that of one scope (RFC 6749, section 3.3).
var scopeForm = regexp.MustCompile(`^[!#-\[\]-~]{1,256}$`)

// query are the parameters of a start URL. An empty one is as if absent.
type query struct{ url.Values }

// readQuery reads the query of a request, in which no parameter occurs twice. Unknown ones are ignored, as browsers and
// their libraries add some.
func readQuery(tx *engine.Tx) (query, error) {
	values, err := url.ParseQuery(tx.Request().URL.RawQuery)
	if err != nil || !state.IsUTF8(values) {
		return query{}, ops.ErrBadRequest.Because("The query is malformed.")
	}
	for name, list := range values {
		if len(list) > 1 {
			return query{}, ops.ErrBadRequest.Because("The parameter %.128q occurs twice.", name)
		}
	}
	return query{values}, nil
}

// given is a parameter, nil if it is absent.
func (q query) given(name string) *string {
	if value := q.Get(name); value != "" {
		return &value
	}
	return nil
}

// provider is a parameter for the provider.
func (q query) provider(name string) string { return q.Get("provider_" + name) }

// checkPerson refuses parameters for the provider that are none of the fields which describe a person.
func (q query) checkPerson(fields []hosted.Field) error {
	for parameter := range q.Values {
		name, isForProvider := strings.CutPrefix(parameter, "provider_")
		if isForProvider && !slices.ContainsFunc(fields, func(f hosted.Field) bool { return f.Name == name }) {
			return ops.ErrBadRequest.Because("There is no parameter %.128q.", parameter)
		}
	}
	return nil
}

// customScopes are the scopes that a login asks for besides those that it needs.
func (q query) customScopes() ([]string, error) {
	custom := strings.Fields(q.Get("custom_scopes"))
	isNone := func(scope string) bool { return !scopeForm.MatchString(scope) }
	if len(custom) > maxScopes || slices.ContainsFunc(custom, isNone) {
		return nil, ops.ErrOAuthInvalidScopeRequested
	}
	return custom, nil
}

// startOAuth begins a login to one organization.
func startOAuth(tx *engine.Tx) (*engine.Reply, error) {
	q, err := readQuery(tx)
	if err != nil {
		return nil, err
	}
	f, err := newFlow(tx, q)
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
	loginURL, signupURL := q.given("login_redirect_url"), q.given("signup_redirect_url")
	if _, err := oauthTarget(tx, loginURL, ops.ErrInvalidLoginOAuthURL); err != nil {
		return nil, err
	}
	if _, err := oauthTarget(tx, signupURL, ops.ErrInvalidSignupOAuthURL); err != nil {
		return nil, err
	}
	f.LoginRedirectURL = factor.RedirectURL(tx.Tx, loginURL)
	f.SignupRedirectURL = factor.RedirectURL(tx.Tx, signupURL)
	org, err := login.FindOrganization(tx.Tx, *id)
	if err != nil {
		return nil, err
	}
	f.OrganizationID = org.OrganizationID
	return begin(tx, f, q)
}

// startDiscoveryOAuth begins a login whose organization is chosen afterwards.
func startDiscoveryOAuth(tx *engine.Tx) (*engine.Reply, error) {
	q, err := readQuery(tx)
	if err != nil {
		return nil, err
	}
	f, err := newFlow(tx, q)
	if err != nil {
		return nil, err
	}
	given := q.given("discovery_redirect_url")
	if _, err := oauthTarget(tx, given, ops.ErrInvalidDiscoveryRedirectURL); err != nil {
		return nil, err
	}
	f.LoginRedirectURL = factor.RedirectURL(tx.Tx, given)
	return begin(tx, f, q)
}

// oauthTarget is where a login leads.
func oauthTarget(tx *engine.Tx, given *string, malformed *ops.Error) (*url.URL, error) {
	return factor.Target(tx.Tx, given, malformed, ops.ErrNoMatchForProvidedOAuthURL)
}

// newFlow makes a flow of what both kinds of start URLs have.
func newFlow(tx *engine.Tx, q query) (*state.OAuthFlow, error) {
	f := &state.OAuthFlow{Provider: tx.Param("provider"), ExpiresAt: tx.Now.Add(flowLifetime)}
	if !state.IsOAuthProvider(f.Provider) {
		return nil, ops.ErrInvalidOAuthProvider
	}
	if err := factor.CheckChallenge(q.given("pkce_code_challenge")); err != nil {
		return nil, err
	}
	f.Challenge = q.Get("pkce_code_challenge")
	custom, err := q.customScopes()
	if err != nil {
		return nil, err
	}
	f.Scopes = hosted.Scopes(f.Provider, custom)
	f.Offline = hosted.GivesRefreshToken(f.Provider, f.Scopes, q.provider("access_type"))
	return f, nil
}

// oauthErrorForm is that of an error that a provider may be told to answer with (RFC 6749, section 4.1.2.1).
var oauthErrorForm = regexp.MustCompile(`^[a-z_]{1,64}$`)

// begin shows the provider's page, unless the start URL says who logs in, or that the provider answers with an error.
func begin(tx *engine.Tx, f *state.OAuthFlow, q query) (*engine.Reply, error) {
	if oauthError := q.provider("error"); oauthError != "" {
		if !oauthErrorForm.MatchString(oauthError) {
			return nil, ops.ErrBadRequest.Because("provider_error must match %s.", oauthErrorForm)
		}
		return refuse(tx, f, oauthError, "The provider was told to answer with this error.")
	}
	hint := q.provider("login_hint")
	if hint == "" {
		hint = q.Get("login_hint")
	}
	var problem string
	if hint != "" {
		var p *hosted.OAuthPerson
		if p, problem = hosted.ParseOAuthPerson(f.Provider, hint, q.provider); problem == "" {
			return finish(tx, f, p)
		}
	}
	f.State = tx.Token()
	tx.OAuthFlows.Put(f)
	return chooser(tx, f, hint, q.provider, problem)
}

// maxOffered bounds the addresses that the provider's page offers.
const maxOffered = 20

// chooser is the provider's page, filled in with values. It offers the addresses of the organization's members or, in
// discovery, of those of all organizations: the oldest ones.
func chooser(
	tx *engine.Tx, f *state.OAuthFlow, email string, value func(string) string, problem string,
) (*engine.Reply, error) {
	members := tx.Members.All()
	c := &hosted.Chooser{
		Provider: login.ProviderTypes[f.Provider], RedirectURL: f.LoginRedirectURL, Scopes: f.Scopes, Email: email,
		Fields: hosted.OAuthFields(f.Provider, value), Problem: problem,
		Action: "/v1/b2b/public/oauth/" + f.Provider + "/authorize?" + url.Values{
			"public_token": {state.PublicToken(tx.ProjectID)}, "state": {f.State},
		}.Encode(),
	}
	if f.OrganizationID != "" {
		c.Organization = tx.Organizations.Get(f.OrganizationID).OrganizationName
		members = tx.MembersIn([]string{f.OrganizationID})
	}
	for _, m := range members {
		if len(c.Emails) == maxOffered {
			break
		}
		if !m.IsDeleted() && !slices.Contains(c.Emails, m.EmailAddress) {
			c.Emails = append(c.Emails, m.EmailAddress)
		}
	}
	return c.Page()
}

// authorizeOAuth takes the form of the provider's page.
func authorizeOAuth(tx *engine.Tx) (*engine.Reply, error) {
	q, err := readQuery(tx)
	if err != nil {
		return nil, err
	}
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
	choice, err := hosted.ParseChoice(tx.Body())
	if err != nil {
		return nil, err
	}
	var p *hosted.OAuthPerson
	if !choice.Denied {
		var problem string
		if p, problem = hosted.ParseOAuthPerson(f.Provider, choice.Email, choice.Value); problem != "" {
			return chooser(tx, f, choice.Email, choice.Value, problem)
		}
	}
	used := *f
	used.Used = true
	tx.OAuthFlows.Put(&used)
	if choice.Denied {
		return refuse(tx, f, "access_denied", "The person has denied the login.")
	}
	return finish(tx, f, p)
}
