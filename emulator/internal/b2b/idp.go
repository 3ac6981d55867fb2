package b2b

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/b2b/idp/oauth"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	b2cidp "github.com/seed75add069/stytch-go/b2c/idp"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func idpRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BIDPOAuthAuthorizeStart, startAuthorization),
		engine.Handle(ops.B2BIDPOAuthAuthorize, authorize),
	}
}

// authorizationCodeLifetime is how long an authorization code works. Unverified: the API's.
const authorizationCodeLifetime = 5 * time.Minute

// startAuthorization tells what an app asks of a member, and changes nothing.
func startAuthorization(
	tx *engine.Tx, req *oauth.AuthorizeStartRequest,
) (*oauth.AuthorizeStartResponse, error) {
	a, err := findAuthorization(tx, req)
	if err != nil {
		return nil, err
	}
	return &oauth.AuthorizeStartResponse{
		MemberID: a.member.MemberID, Member: login.Member(tx.Tx, a.member), Organization: a.org.Organization,
		Client: publicApp(a.app), ConsentRequired: a.needsConsent(tx), ScopeResults: a.results,
	}, nil
}

// authorize answers an app with a code, or with the reason why there is none (RFC 6749, section 4.1.2).
func authorize(tx *engine.Tx, req *oauth.AuthorizeRequest) (*oauth.AuthorizeResponse, error) {
	if err := checkAuthorize(req); err != nil {
		return nil, err
	}
	a, err := findAuthorization(tx, &oauth.AuthorizeStartRequest{
		ClientID: req.ClientID, RedirectURI: req.RedirectURI, ResponseType: req.ResponseType, Scopes: req.Scopes,
		OrganizationID: req.OrganizationID, MemberID: req.MemberID, SessionToken: req.SessionToken,
		SessionJWT: req.SessionJWT, Prompt: req.Prompt,
	})
	if err != nil {
		return nil, err
	}
	if a.app.IsPublic() && !state.Given(req.CodeChallenge) {
		return nil, ops.ErrPKCERequiredForIDPAuthorizationFlow
	}
	scopes := login.Grantable(a.results)
	answer := url.Values{}
	if state.Given(req.State) {
		answer.Set("state", *req.State)
	}
	var code string
	switch {
	case !req.ConsentGranted:
		answer.Set("error", "access_denied")
	case len(scopes) == 0:
		answer.Set("error", "invalid_scope")
	case slices.ContainsFunc(req.Resources, isNoResource):
		answer.Set("error", "invalid_target")
	default:
		code = a.grant(tx, req, scopes)
		answer.Set("code", code)
	}
	return &oauth.AuthorizeResponse{RedirectURI: engine.AddQuery(req.RedirectURI, answer), AuthorizationCode: code}, nil
}

// checkAuthorize checks what only the second step has.
func checkAuthorize(req *oauth.AuthorizeRequest) error {
	if err := factor.CheckChallenge(req.CodeChallenge); err != nil {
		return err
	}
	switch {
	case req.State != nil && len(*req.State) > state.MaxURL:
		return ops.ErrBadRequest.Because("state is longer than %d bytes.", state.MaxURL)
	case req.Nonce != nil && len(*req.Nonce) > state.MaxURL:
		return ops.ErrBadRequest.Because("nonce is longer than %d bytes.", state.MaxURL)
	case len(req.Resources) > state.MaxResources:
		return ops.ErrBadRequest.Because("There are more than %d resources.", state.MaxResources)
	}
	return nil
}

// isNoResource reports whether a text names no resource: an absolute URI without a fragment (RFC 8707, section 2).
func isNoResource(text string) bool {
	u, err := url.Parse(text)
	return err != nil || !u.IsAbs() || strings.Contains(text, "#") || len(text) > state.MaxURL
}

// authorization is what an app asks of a member.
type authorization struct {
	app       *state.ConnectedApp
	org       *state.Organization
	member    *state.Member
	bySession bool
	// proved says that the member has proved the address, by the session if there is one.
	proved  bool
	results []b2cidp.ScopeResult
	prompt  string
}

// prompts are the values of prompt in OpenID Connect Core 1.0, section 3.1.2.1. Only consent makes a difference here:
// who the person is was found out before.
var prompts = []string{b2cidp.PromptConsent, "login", promptNone, "select_account"}

// promptNone asks for no page at all.
const promptNone = "none"

func findAuthorization(tx *engine.Tx, req *oauth.AuthorizeStartRequest) (*authorization, error) {
	a := &authorization{prompt: state.Text(req.Prompt)}
	wishes := strings.Fields(a.prompt)
	isUnknown := func(prompt string) bool { return !slices.Contains(prompts, prompt) }
	switch {
	case req.ResponseType != b2cidp.ResponseTypeCode:
		return nil, ops.ErrBadRequest.Because("response_type must be code.")
	case len(req.Scopes) == 0 || len(req.Scopes) > state.MaxEntries:
		return nil, ops.ErrBadRequest.Because("scopes must have 1 to %d entries.", state.MaxEntries)
	case slices.ContainsFunc(wishes, isUnknown):
		return nil, ops.ErrBadRequest.Because("prompt has another value than %s.", strings.Join(prompts, ", "))
	case len(wishes) > 1 && slices.Contains(wishes, promptNone):
		return nil, ops.ErrBadRequest.Because("The prompt %s cannot be combined with others.", promptNone)
	}
	if err := checkAppID(req.ClientID); err != nil {
		return nil, err
	}
	if a.app = tx.ConnectedApps.Get(req.ClientID); a.app == nil || !a.app.IsActive() {
		return nil, ops.ErrConnectedAppNotFound
	}
	// The whole URI is compared: nothing leads to what the app has not registered.
	if !slices.Contains(a.app.RedirectURLs, req.RedirectURI) {
		return nil, ops.ErrConnectedAppSuppliedRedirectURLNotFoundInClient
	}
	if err := a.findMember(tx, req); err != nil {
		return nil, err
	}
	if !a.org.Admits(a.app) {
		return nil, ops.ErrConnectedAppNotAllowedForOrg
	}
	var err error
	a.results, err = login.Scopes(tx.Tx, a.member, a.app, req.Scopes)
	return a, err
}

// findMember finds the member by exactly one of the ids, the session token and the session JWT.
func (a *authorization) findMember(tx *engine.Tx, req *oauth.AuthorizeStartRequest) error {
	byID := state.Given(req.OrganizationID) || state.Given(req.MemberID)
	a.bySession = state.Given(req.SessionToken) || state.Given(req.SessionJWT)
	switch {
	case byID && a.bySession:
		return ops.ErrTooManySessionArguments.Because("Name the member by ids or by a session, not by both.")
	case a.bySession:
		s, m, err := login.FindSession(tx.Tx, req.SessionToken, req.SessionJWT)
		if err != nil {
			return err
		}
		if factor.IsImpersonation(s.Factors) {
			return ops.ErrSessionNotMutable.Because("A session of an impersonation cannot authorize an app.")
		}
		a.org, a.member = tx.Organizations.Get(s.OrganizationID), m
		a.proved = login.HasProved(s, m)
		return nil
	case !state.Given(req.OrganizationID) || !state.Given(req.MemberID):
		return ops.ErrNoOAuthAuthorizeMemberSelector
	}
	var err error
	if a.org, err = login.FindOrganization(tx.Tx, *req.OrganizationID); err != nil {
		return err
	}
	if a.member, err = login.FindMember(tx.Tx, a.org.OrganizationID, *req.MemberID); err == nil {
		a.proved = a.member.EmailAddressVerified && !a.member.VouchedFor
	}
	return err
}

// needsConsent reports whether the member must be asked: if the app says so, and before the app gets a scope that the
// member has not granted yet. Of those, an app of the project's owner needs consent for offline access only, and not
// even for that where the app's settings say so. Unverified: the rule for scopes that were granted before.
func (a *authorization) needsConsent(tx *engine.Tx) bool {
	if slices.Contains(strings.Fields(a.prompt), b2cidp.PromptConsent) {
		return true
	}
	var granted []string
	if g := tx.Grants.Get(state.GrantKey(a.member.MemberID, a.app.ClientID)); g != nil {
		granted = g.Scopes
	}
	return slices.ContainsFunc(login.Grantable(a.results), func(scope string) bool {
		isFree := a.app.IsFirstParty() &&
			(scope != state.OfflineAccess || a.app.BypassConsentForOfflineAccess)
		return !isFree && !slices.Contains(granted, scope)
	})
}

// grant gives the app access, and returns the code for its tokens.
func (a *authorization) grant(tx *engine.Tx, req *oauth.AuthorizeRequest, scopes []string) string {
	g := state.Grant{
		MemberID: a.member.MemberID, OrganizationID: a.org.OrganizationID, ConnectedAppID: a.app.ClientID,
	}
	if old := tx.Grants.Get(g.Key()); old != nil {
		g = *old
	}
	g.Scopes = slices.Clone(g.Scopes)
	for _, scope := range scopes {
		if !slices.Contains(g.Scopes, scope) && len(g.Scopes) < state.MaxEntries {
			g.Scopes = append(g.Scopes, scope)
		}
	}
	tx.Grants.Put(&g)
	given := &state.Authorization{
		ID: tx.ID("authorization"), MemberID: a.member.MemberID, OrganizationID: a.org.OrganizationID,
		ConnectedAppID: a.app.ClientID, Scopes: scopes, Resources: req.Resources, RedirectURI: req.RedirectURI,
		Challenge: state.Text(req.CodeChallenge), Nonce: state.Text(req.Nonce), BySession: a.bySession,
		CreatedAt: tx.Now,
	}
	if a.proved {
		given.ProvedEmail = state.Lower(a.member.EmailAddress)
	}
	tx.Authorizations.Put(given)
	code := &state.AppToken{
		Token: tx.Token(), Kind: state.AuthorizationCode, AuthorizationID: given.ID,
		ExpiresAt: tx.Now.Add(authorizationCodeLifetime),
	}
	tx.AppTokens.Put(code)
	return code.Token
}

// publicApp is what anybody may know about an app.
func publicApp(app *state.ConnectedApp) connectedapp.ConnectedAppPublic {
	return connectedapp.ConnectedAppPublic{
		ClientID: app.ClientID, ClientName: app.ClientName, ClientDescription: app.ClientDescription,
		ClientType: app.ClientType, LogoURL: app.LogoURL,
	}
}
