package state

import (
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
	// The rest is for a login at an OIDC provider: its token endpoint, what the browser must have in a cookie, the nonce
	// of the ID token, the verifier of PKCE, and where the provider leads.
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

type ssoTables struct {
	SSOFlows  *store.Table[SSOFlow]
	SSOTokens *store.Table[SSOToken]

	ssoFlowsDue, ssoTokensDue due
}

func newSSOTables(db *store.DB) ssoTables {
	return ssoTables{
		SSOFlows:  store.NewTable(db, "sso_flows", func(f *SSOFlow) string { return f.State }),
		SSOTokens: store.NewTable(db, "sso_tokens", func(t *SSOToken) string { return t.Token }),
	}
}

// deleteLoginsBy deletes the logins by a connection that nobody has ended.
func (tx *Tx) deleteLoginsBy(connectionID string) {
	tx.SSOFlows.DeleteFunc(func(f *SSOFlow) bool { return f.ConnectionID == connectionID })
	tx.SSOTokens.DeleteFunc(func(t *SSOToken) bool { return t.ConnectionID == connectionID })
}

func (f *SSOFlow) prepare(*Tx) error {
	for _, field := range []struct{ name, url string }{
		{"login_redirect_url", f.LoginRedirectURL}, {"signup_redirect_url", f.SignupRedirectURL},
	} {
		if _, err := RedirectURL(field.url); err != nil {
			return fmt.Errorf("%s is %w", field.name, err)
		}
	}
	switch {
	case !TokenForm.MatchString(f.State):
		return errors.New("the state is malformed")
	case f.Challenge != "" && !ChallengeForm.MatchString(f.Challenge):
		return errors.New("the challenge is malformed")
	}
	return f.checkProvider()
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
	if _, err := RedirectURL(f.CallbackURL); err != nil {
		return fmt.Errorf("callback_url is %w", err)
	}
	return nil
}

func (t *SSOToken) prepare(*Tx) error {
	_, err := Email(t.Email)
	switch {
	case !TokenForm.MatchString(t.Token):
		return errors.New("the token is malformed")
	case err != nil:
		return err
	case t.Challenge != "" && !ChallengeForm.MatchString(t.Challenge):
		return errors.New("the challenge is malformed")
	case t.Account.ID != "" || t.Account.MemberID != "" || !t.Account.IsSSO():
		return errors.New("the account has a registration_id or a member_id, or is not one of SSO")
	case t.Account.ConnectionID != t.ConnectionID:
		return errors.New("the account is one of another connection")
	}
	return t.Account.checkAccount()
}

// checkSSOLogins checks that what logins by SSO refer to exists, and that no token is another one's.
func (tx *Tx) checkSSOLogins(once func(kind, token string) error) error {
	for _, f := range tx.SSOFlows.All() {
		c := tx.Connections.Get(f.ConnectionID)
		if c == nil {
			return fmt.Errorf("an SSO flow: there is no connection %q", f.ConnectionID)
		}
		if to := tx.Referred(c); f.CallbackURL != "" && (to == nil || to.OIDC == nil) {
			return fmt.Errorf("an SSO flow: callback_url is for OIDC, and connection %q is none", f.ConnectionID)
		}
		if err := once("an SSO flow", f.State); err != nil {
			return err
		}
	}
	for _, t := range tx.SSOTokens.All() {
		if tx.Connections.Get(t.ConnectionID) == nil {
			return fmt.Errorf("an SSO token: there is no connection %q", t.ConnectionID)
		}
		if err := once("an SSO token", t.Token); err != nil {
			return err
		}
	}
	return nil
}
