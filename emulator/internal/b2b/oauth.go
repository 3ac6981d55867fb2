package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/oauth"
	oauthdiscovery "github.com/seed75add069/stytch-go/b2b/oauth/discovery"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func oauthRoutes() []engine.Route {
	return append(oauthEndpoints(),
		engine.Handle(ops.B2BOAuthAuthenticate, authenticateOAuth),
		engine.Handle(ops.B2BOAuthDiscoveryAuthenticate, authenticateDiscoveryOAuth),
	)
}

// authenticateOAuth logs in the member to whom an account at a provider belongs.
func authenticateOAuth(tx *engine.Tx, req *oauth.AuthenticateRequest) (*oauth.AuthenticateResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale, SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		IntermediateSessionToken: req.IntermediateSessionToken,
	})
	if err != nil {
		return nil, err
	}
	t, err := factor.RedeemOAuth(tx.Tx, req.OAuthToken, req.PKCECodeVerifier, false)
	if err != nil {
		return nil, err
	}
	m, err := login.ProvisionAccount(tx.Tx, tx.Organizations.Get(t.OrganizationID), &t.Account, t.Email)
	if err != nil {
		return nil, err
	}
	var emailID string
	if t.Account.ProvesEmail() && state.Lower(t.Email) == state.Lower(m.EmailAddress) {
		emailID = m.EmailID
	}
	if err := l.ProveAccount(tx.Tx, m, t.Account, factor.OAuth(tx.Tx, &t.Account, emailID)); err != nil {
		return nil, err
	}
	resp, err := login.Complete(tx.Tx, l)
	if err != nil {
		return nil, err
	}
	out := loggedIn[oauth.AuthenticateResponse](tx, resp)
	out.ProviderType, out.ProviderSubject = login.ProviderTypes[t.Account.Provider], t.Account.Subject
	out.ProviderValues = &oauth.ProviderValues{
		AccessToken: t.Account.AccessToken, RefreshToken: t.Account.RefreshToken,
		ExpiresAt: t.Account.AccessTokenExpiresAt, Scopes: t.Account.Scopes, IDToken: t.Account.IDToken,
	}
	return out, nil
}

// authenticateDiscoveryOAuth returns an intermediate session, and the organizations that it can be exchanged for.
// Duration and claims of a session have no effect.
func authenticateDiscoveryOAuth(
	tx *engine.Tx, req *oauthdiscovery.AuthenticateRequest,
) (*oauthdiscovery.AuthenticateResponse, error) {
	if err := factor.CheckVerifier(req.PKCECodeVerifier); err != nil {
		return nil, err
	}
	t, err := factor.RedeemOAuth(tx.Tx, req.DiscoveryOAuthToken, req.PKCECodeVerifier, true)
	if err != nil {
		return nil, err
	}
	if t.Account.EmailUnverified {
		return nil, ops.ErrOAuthUnverifiedEmail
	}
	var emailID string
	if t.Account.ProvesEmail() {
		emailID = tx.ID("email")
	}
	factors, err := carried(tx, req, t.Email)
	if err != nil {
		return nil, err
	}
	factors = factor.Merge(factors, factor.OAuth(tx.Tx, &t.Account, emailID))
	ist := *login.NewIntermediate(tx.Tx, t.Email, "", factors)
	ist.Tenants, ist.Accounts = login.Tenants(&t.Account), []state.Registration{t.Account}
	tx.Intermediates.Put(&ist)
	resp := &oauthdiscovery.AuthenticateResponse{
		IntermediateSessionToken: ist.Token, IntermediateSessionTokenExpiresAt: ist.ExpiresAt, EmailAddress: ist.Email,
		DiscoveredOrganizations: login.Discover(tx.Tx, &ist), ProviderType: login.ProviderTypes[t.Account.Provider],
		ProviderTenantIDs: t.Account.TenantIDs, FullName: t.Name,
	}
	if len(t.Account.TenantIDs) == 1 {
		resp.ProviderTenantID = t.Account.TenantIDs[0]
	}
	return resp, nil
}

// carried are the factors of the session that a request names, if any, which are valid in every organization. A session
// of somebody with another address is ignored.
func carried(tx *engine.Tx, req *oauthdiscovery.AuthenticateRequest, email string) ([]login.Factor, error) {
	if !state.Given(req.SessionToken) && !state.Given(req.SessionJWT) {
		return nil, nil
	}
	s, m, err := login.FindSession(tx.Tx, req.SessionToken, req.SessionJWT)
	if err != nil || state.Lower(m.EmailAddress) != state.Lower(email) || !login.HasProved(s, m) {
		return nil, err
	}
	return factor.Portable(tx.Tx, factor.Current(m, s.Factors)), nil
}
