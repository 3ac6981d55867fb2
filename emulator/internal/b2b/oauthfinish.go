package b2b

import (
	"context"
	"net/url"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/hosted"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/shared"
)

// endOAuth leads the browser of a person who has logged in back with a token. An ID token is signed outside of the
// transaction.
func endOAuth(tx *engine.Tx, f *state.OAuthFlow, p *hosted.OAuthPerson) (*engine.Reply, error) {
	sign := hosted.SignIDToken(tx.Tx, f.Provider, p)
	if sign == nil {
		return redirectOAuth(tx, f, p, "")
	}
	var idToken string
	return nil, engine.Outside(
		func(context.Context) (err error) {
			idToken, err = sign()
			return err
		},
		func(tx *engine.Tx) (*engine.Reply, error) { return redirectOAuth(tx, f, p, idToken) })
}

// redirectOAuth leads a browser to where it belongs now: what was configured may have changed since the login began.
func redirectOAuth(tx *engine.Tx, f *state.OAuthFlow, p *hosted.OAuthPerson, idToken string) (*engine.Reply, error) {
	if f.OrganizationID != "" && tx.Organizations.Get(f.OrganizationID) == nil {
		return nil, ops.ErrOrganizationNotFound
	}
	target, err := oauthTarget(tx, f, p)
	if err != nil {
		return nil, err
	}
	t := &state.OAuthToken{
		Token: tx.Token(), OrganizationID: f.OrganizationID, Email: p.Email, Name: p.Name,
		Account: hosted.NewAccount(tx.Tx, f, p), Challenge: f.Challenge, ExpiresAt: tx.Now.Add(flowTokenLifetime),
	}
	t.Account.IDToken = idToken
	tx.OAuthTokens.Put(t)
	tokenType := shared.TokenTypeOAuth
	if f.OrganizationID == "" {
		tokenType = shared.TokenTypeDiscoveryOAuth
	}
	return engine.Redirect(factor.WithToken(target, tokenType, t.Token)), nil
}

// oauthTarget is where a person is sent: active members, and everybody in discovery, to the first of the flow's URLs.
func oauthTarget(tx *engine.Tx, f *state.OAuthFlow, p *hosted.OAuthPerson) (*url.URL, error) {
	if f.OrganizationID == "" {
		return discoveryTarget(tx, &f.LoginRedirectURL)
	}
	m := tx.MemberByEmail(f.OrganizationID, p.Email)
	if r := tx.OAuthAccount(f.OrganizationID, f.Provider, p.Subject); r != nil {
		m = tx.Members.Get(r.MemberID)
	}
	if m != nil && m.Status == organizations.MemberStatusActive {
		return oauthRedirects.login(tx, &f.LoginRedirectURL)
	}
	return oauthRedirects.signup(tx, &f.SignupRedirectURL)
}
