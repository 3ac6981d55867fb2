package state

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// OAuthFlow is a login by OAuth that a browser has begun, until an account is chosen.
type OAuthFlow struct {
	// State is the token with which the browser comes to the provider's page.
	State    string `json:"state"`
	Provider string `json:"provider"`
	// OrganizationID is the organization to log in to, empty for discovery.
	OrganizationID string `json:"organization_id,omitzero"`
	// LoginRedirectURL is where members are sent and, in discovery, everybody; SignupRedirectURL is where others are
	// sent.
	LoginRedirectURL  string `json:"login_redirect_url"`
	SignupRedirectURL string `json:"signup_redirect_url,omitzero"`
	Challenge         string `json:"pkce_code_challenge,omitzero"`
	// Scopes are those that are asked for. Offline says that a refresh token is.
	Scopes    []string  `json:"scopes,omitzero"`
	Offline   bool      `json:"offline,omitzero"`
	Used      bool      `json:"used,omitzero"`
	ExpiresAt time.Time `json:"expires_at"`
}

// OAuthToken is the token with which a browser comes from an OAuth provider to the redirect URL.
type OAuthToken struct {
	Token string `json:"token"`
	// OrganizationID is the organization to log in to, empty for discovery.
	OrganizationID string `json:"organization_id,omitzero"`
	// Email and Name are the person's at the provider.
	Email string `json:"email_address"`
	Name  string `json:"name,omitzero"`
	// Account is the account, which has no member and no id yet.
	Account   Registration `json:"account"`
	Challenge string       `json:"pkce_code_challenge,omitzero"`
	Used      bool         `json:"used,omitzero"`
	ExpiresAt time.Time    `json:"expires_at"`
}

type oauthTables struct {
	OAuthFlows  *store.Table[OAuthFlow]
	OAuthTokens *store.Table[OAuthToken]
}

func newOAuthTables(db *store.DB) oauthTables {
	flows := store.NewTable(db, "oauth_flows", func(f *OAuthFlow) string { return f.State })
	tokens := store.NewTable(db, "oauth_tokens", func(t *OAuthToken) string { return t.Token })
	return oauthTables{
		OAuthFlows: flows.Bound(maxLoginBytes, pack), OAuthTokens: tokens.Bound(maxLoginBytes, pack),
	}
}

// OAuthProviders are the OAuth providers that there are.
func OAuthProviders() []string { return oauthProviders }

// IsOAuthProvider reports whether there is an OAuth provider with a name.
func IsOAuthProvider(name string) bool { return slices.Contains(oauthProviders, name) }

func (f *OAuthFlow) prepare(*Tx) error {
	err := cmp.Or(
		checkToken("state", f.State), oneOf("provider", f.Provider, oauthProviders),
		checkURL("login_redirect_url", f.LoginRedirectURL), checkChallenge("pkce_code_challenge", f.Challenge))
	if err != nil || f.OrganizationID == "" {
		return err
	}
	return checkURL("signup_redirect_url", f.SignupRedirectURL)
}

func (t *OAuthToken) prepare(*Tx) error {
	return cmp.Or(
		checkToken("token", t.Token), checkEmail("email_address", t.Email),
		checkChallenge("pkce_code_challenge", t.Challenge), checkAccounts("account", []Registration{t.Account}))
}

// checkOAuthLogins checks that what OAuth logins refer to exists, and that no token is another one's.
func (tx *Tx) checkOAuthLogins(all tokens) error {
	exists := func(organizationID string) error {
		if organizationID == "" {
			return nil
		}
		return refers("organization_id", organizationID, tx.Organizations)
	}
	err := each(tx.OAuthFlows, func(f *OAuthFlow) error {
		return cmp.Or(exists(f.OrganizationID), all.once("state", f.State))
	})
	if err != nil {
		return err
	}
	return each(tx.OAuthTokens, func(t *OAuthToken) error {
		return cmp.Or(exists(t.OrganizationID), all.once("token", t.Token))
	})
}
