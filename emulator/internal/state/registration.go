package state

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
	"github.com/seed75add069/stytch-go/shared"
)

// Registration is a member's account at a provider, with the tokens that the provider issued at the last login.
type Registration struct {
	ID       string `json:"registration_id"`
	MemberID string `json:"member_id"`
	// Provider is one of the Provider constants. ConnectionID is the SSO connection, empty for OAuth.
	Provider     string `json:"provider"`
	ConnectionID string `json:"connection_id,omitzero"`
	// Issuer is the identity provider of an account of SSO, see [SSOConnection.Issuer]: a subject is one's own only
	// there.
	Issuer string `json:"issuer,omitzero"`
	// Subject is the provider's id for the person. TenantIDs are the workspaces that came with the login.
	Subject   string   `json:"provider_subject"`
	TenantIDs []string `json:"provider_tenant_ids,omitzero"`
	// EmailUnverified says that the provider has not verified the address of the account.
	EmailUnverified bool `json:"email_unverified,omitzero"`
	// FormerEmail says that the member had another address when the account became the member's.
	FormerEmail bool `json:"former_email,omitzero"`

	IDToken              string    `json:"id_token,omitzero"`
	AccessToken          string    `json:"access_token,omitzero"`
	AccessTokenExpiresAt time.Time `json:"access_token_expires_at,omitzero"`
	RefreshToken         string    `json:"refresh_token,omitzero"`
	Scopes               []string  `json:"scopes,omitzero"`
	// BotAccessToken is Slack's token for the app's bot.
	BotAccessToken string   `json:"bot_access_token,omitzero"`
	BotScopes      []string `json:"bot_scopes,omitzero"`

	ProfilePictureURL string `json:"profile_picture_url,omitzero"`
	Locale            string `json:"locale,omitzero"`
	// Attributes are what an SSO connection says of the person.
	Attributes shared.Object `json:"sso_attributes,omitzero"`
	// Groups are the person's groups at the identity provider of an SSO connection.
	Groups []string `json:"sso_groups,omitzero"`
}

// The providers of accounts: those of OAuth, and the protocols of SSO connections.
const (
	ProviderGoogle    = "google"
	ProviderMicrosoft = "microsoft"
	ProviderSlack     = "slack"
	ProviderHubSpot   = "hubspot"
	ProviderGitHub    = "github"
	ProviderOIDC      = "oidc"
	ProviderSAML      = "saml"
)

var (
	oauthProviders = []string{ProviderGoogle, ProviderMicrosoft, ProviderSlack, ProviderHubSpot, ProviderGitHub}
	ssoProviders   = []string{ProviderOIDC, ProviderSAML}
)

// IsSSO reports whether the account is one of an SSO connection.
func (r *Registration) IsSSO() bool { return slices.Contains(ssoProviders, r.Provider) }

// ProvesEmail reports whether a login with the account proves its address: those of Google and Microsoft do, unless the
// provider says that it has not verified the address.
func (r *Registration) ProvesEmail() bool {
	return !r.EmailUnverified && (r.Provider == ProviderGoogle || r.Provider == ProviderMicrosoft)
}

type registrationTables struct {
	Registrations   *store.Table[Registration]
	registrationsOf *store.Index[Registration] // by member
	registrationsBy *store.Index[Registration] // by SSO connection
	ssoAccounts     *store.Index[Registration] // by SSO connection, issuer and subject
	accounts        *store.Index[Registration] // of OAuth, by provider and subject
}

func newRegistrationTables(db *store.DB) registrationTables {
	t := store.NewTable(db, "registrations", func(r *Registration) string { return r.ID })
	return registrationTables{
		Registrations:   t,
		registrationsOf: t.Index("member", func(r *Registration) string { return r.MemberID }),
		registrationsBy: t.Index("connection", func(r *Registration) string { return r.ConnectionID }),
		ssoAccounts: t.Unique("connection_id, issuer and provider_subject", func(r *Registration) string {
			if !r.IsSSO() {
				return ""
			}
			return ssoAccountKey(r)
		}),
		accounts: t.Index("account", func(r *Registration) string {
			if r.IsSSO() {
				return ""
			}
			return accountKey(r.Provider, r.Subject)
		}),
	}
}

// RegistrationsOf returns the accounts of a member, oldest first.
func (tx *Tx) RegistrationsOf(memberID string) []*Registration {
	return tx.registrationsOf.Rows(memberID)
}

func ssoAccountKey(r *Registration) string { return r.ConnectionID + " " + r.Issuer + " " + r.Subject }

// SSOAccount returns the registration of the account of an SSO connection that a login was with, nil if no member has
// it. Another issuer's account with the same subject is somebody else's (OpenID Connect Core 1.0, section 5.7).
func (tx *Tx) SSOAccount(account *Registration) *Registration {
	r := tx.ssoAccounts.First(ssoAccountKey(account))
	if r == nil || tx.Members.Get(r.MemberID).IsDeleted() {
		return nil
	}
	return r
}

// maxAccounts bounds the accounts that a member has at one SSO connection.
const maxAccounts = 20

// PutSSOAccount makes an account of an SSO connection a member's. It is no other member's then. Of too many accounts of
// the member at the connection, the oldest are removed.
func (tx *Tx) PutSSOAccount(r *Registration) {
	if old := tx.ssoAccounts.First(ssoAccountKey(r)); old != nil && old.ID != r.ID {
		tx.Registrations.Delete(old.ID)
	}
	tx.Registrations.Put(r)
	accounts := tx.accountsAt(r)
	for _, old := range accounts[:max(0, len(accounts)-maxAccounts)] {
		tx.Registrations.Delete(old.ID)
	}
}

// accountsAt are the accounts that the member of one of an SSO connection has there, oldest first.
func (tx *Tx) accountsAt(r *Registration) []*Registration {
	return slices.DeleteFunc(slices.Clone(tx.RegistrationsOf(r.MemberID)), func(other *Registration) bool {
		return other.ConnectionID != r.ConnectionID
	})
}

func accountKey(provider, subject string) string { return provider + " " + subject }

// OAuthAccount returns the registration of an account at an OAuth provider with a member of an organization, nil if
// there is none.
func (tx *Tx) OAuthAccount(organizationID, provider, subject string) *Registration {
	for _, r := range tx.accounts.All(accountKey(provider, subject)) {
		if m := tx.Members.Get(r.MemberID); m.OrganizationID == organizationID && !m.IsDeleted() {
			return r
		}
	}
	return nil
}

func (r *Registration) prepare(*Tx) error {
	return cmp.Or(checkName("registration_id", r.ID), r.checkAccount())
}

// checkAccount checks what a registration says of the account.
func (r *Registration) checkAccount() error {
	switch {
	case r.IsSSO() == (r.ConnectionID == ""):
		return errors.New("connection_id is missing, or the provider is not one of SSO")
	case r.Subject == "" || len(r.Subject) > MaxFactorText:
		return errors.New("provider_subject is empty or too long")
	}
	return oneOf("provider", r.Provider, slices.Concat(oauthProviders, ssoProviders))
}

// checkAccounts checks a field of accounts of OAuth logins.
func checkAccounts(field string, accounts []Registration) error {
	for _, a := range accounts {
		if err := a.checkPending(); err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
	}
	return nil
}

// checkPending checks an account of an OAuth login that has no member yet.
func (r *Registration) checkPending() error {
	if r.ID != "" || r.MemberID != "" || r.IsSSO() {
		return errors.New("one has a registration_id or a member_id, or a provider that is not one of OAuth")
	}
	return r.checkAccount()
}

// setIssuers sets the issuer of accounts that have none, in a snapshot that was written by hand, to the connection's.
func (tx *Tx) setIssuers() error {
	for number, r := range tx.Registrations.Rows() {
		c := tx.SSOConnections.Get(r.ConnectionID)
		if c == nil || r.Issuer != "" || tx.Referred(c).Issuer() == "" {
			continue
		}
		r = new(*r)
		r.Issuer = tx.Referred(c).Issuer()
		if tx.ssoAccounts.First(ssoAccountKey(r)) != nil {
			return inRow(fmt.Sprintf("state.registrations[%d]", number),
				errors.New("another row has the connection_id and provider_subject"))
		}
		tx.Registrations.Put(r)
	}
	return nil
}

// checkRegistrations checks that there are the members, and that an account of SSO is one of a connection of the
// member's organization: it logs in to that.
func (tx *Tx) checkRegistrations() error {
	return each(tx.Registrations, func(r *Registration) error {
		if err := refers("member_id", r.MemberID, tx.Members); err != nil || !r.IsSSO() {
			return err
		}
		c := tx.FindSSOConnection(tx.Members.Get(r.MemberID).OrganizationID, r.ConnectionID)
		switch {
		case c == nil:
			return errors.New("connection_id names no connection of the organization of member_id")
		case r.Provider != tx.SSOProvider(c):
			return errors.New("provider is not that of the connection of connection_id")
		case len(tx.accountsAt(r)) > maxAccounts:
			return fmt.Errorf("member_id has more than %d accounts of connection_id", maxAccounts)
		}
		return nil
	})
}
