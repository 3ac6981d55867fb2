package state

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// SSOFlow is a login by SSO that a browser has begun, until the identity provider has answered.
type SSOFlow struct {
	State        string `json:"state"`
	ConnectionID string `json:"connection_id"`
	// LoginRedirectURL is where active members are sent, SignupRedirectURL where others are sent.
	LoginRedirectURL  string `json:"login_redirect_url"`
	SignupRedirectURL string `json:"signup_redirect_url"`
	Challenge         string `json:"pkce_code_challenge,omitzero"`
	// Issuer is the identity provider with which the login has begun. Only there does it end.
	Issuer string `json:"issuer,omitzero"`
	// The rest is for a login at an OIDC provider: its token endpoint, what the browser must have in a cookie, the
	// nonce of the ID token, the verifier of PKCE, and where the provider leads.
	TokenURL    string    `json:"token_url,omitzero"`
	Cookie      string    `json:"cookie,omitzero"`
	Nonce       string    `json:"nonce,omitzero"`
	Verifier    string    `json:"code_verifier,omitzero"`
	CallbackURL string    `json:"callback_url,omitzero"`
	Used        bool      `json:"used,omitzero"`
	ExpiresAt   time.Time `json:"expires_at"`
}

// SSOToken is the token with which a browser comes from an identity provider to the redirect URL.
type SSOToken struct {
	Token        string `json:"token"`
	ConnectionID string `json:"connection_id"`
	// Email and Name are the person's at the identity provider.
	Email string `json:"email_address"`
	Name  string `json:"name,omitzero"`
	// Account is the account, which has no member and no id yet.
	Account   Registration `json:"account"`
	Challenge string       `json:"pkce_code_challenge,omitzero"`
	Used      bool         `json:"used,omitzero"`
	ExpiresAt time.Time    `json:"expires_at"`
}

type ssoLoginTables struct {
	SSOFlows  *store.Table[SSOFlow]
	SSOTokens *store.Table[SSOToken]
}

func newSSOLoginTables(db *store.DB) ssoLoginTables {
	flows := store.NewTable(db, "sso_flows", func(f *SSOFlow) string { return f.State })
	tokens := store.NewTable(db, "sso_tokens", func(t *SSOToken) string { return t.Token })
	return ssoLoginTables{SSOFlows: flows.Bound(maxLoginBytes, pack), SSOTokens: tokens.Bound(maxLoginBytes, pack)}
}

// deleteSSOLoginsBy deletes the logins by a connection that nobody has ended.
func (tx *Tx) deleteSSOLoginsBy(connectionID string) {
	tx.SSOFlows.DeleteFunc(func(f *SSOFlow) bool { return f.ConnectionID == connectionID })
	tx.SSOTokens.DeleteFunc(func(t *SSOToken) bool { return t.ConnectionID == connectionID })
}

func (f *SSOFlow) prepare(*Tx) error {
	return cmp.Or(
		checkToken("state", f.State), checkURL("login_redirect_url", f.LoginRedirectURL),
		checkURL("signup_redirect_url", f.SignupRedirectURL), checkChallenge("pkce_code_challenge", f.Challenge),
		f.checkProvider())
}

// checkProvider checks what is for a login at an OIDC provider: all of it is there, or nothing.
func (f *SSOFlow) checkProvider() error {
	for _, field := range []struct{ name, token string }{
		{"cookie", f.Cookie}, {"nonce", f.Nonce}, {"code_verifier", f.Verifier},
	} {
		switch {
		case f.CallbackURL == "" && field.token != "":
			return fmt.Errorf("%s is for a login with a callback_url", field.name)
		case f.CallbackURL != "" && !TokenForm.MatchString(field.token):
			return fmt.Errorf("%s is missing or malformed, and there is a callback_url", field.name)
		}
	}
	if f.CallbackURL == "" {
		return nil
	}
	return checkURL("callback_url", f.CallbackURL)
}

func (t *SSOToken) prepare(*Tx) error {
	err := cmp.Or(
		checkToken("token", t.Token), checkEmail("email_address", t.Email),
		checkChallenge("pkce_code_challenge", t.Challenge))
	switch {
	case err != nil:
		return err
	case t.Account.ID != "" || t.Account.MemberID != "" || !t.Account.IsSSO():
		return errors.New("account has a registration_id or a member_id, or a provider that is not one of SSO")
	case t.Account.ConnectionID != t.ConnectionID:
		return errors.New("account.connection_id is another one than connection_id")
	}
	if err := t.Account.checkAccount(); err != nil {
		return fmt.Errorf("account: %w", err)
	}
	return nil
}

// checkSSOLogins checks that what logins by SSO refer to exists, and that no token is another one's.
func (tx *Tx) checkSSOLogins(all tokens) error {
	err := each(tx.SSOFlows, func(f *SSOFlow) error {
		if err := refers("connection_id", f.ConnectionID, tx.SSOConnections); err != nil {
			return err
		}
		if to := tx.Referred(tx.SSOConnections.Get(f.ConnectionID)); f.CallbackURL != "" && to.OIDC == nil {
			return errors.New("callback_url is for OIDC, and the connection of connection_id is none")
		}
		return all.once("state", f.State)
	})
	if err != nil {
		return err
	}
	return each(tx.SSOTokens, func(t *SSOToken) error {
		if err := refers("connection_id", t.ConnectionID, tx.SSOConnections); err != nil {
			return err
		}
		if t.Account.Provider != tx.SSOProvider(tx.SSOConnections.Get(t.ConnectionID)) {
			return errors.New("account.provider is not that of the connection of connection_id")
		}
		return all.once("token", t.Token)
	})
}
