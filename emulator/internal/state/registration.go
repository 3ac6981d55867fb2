package state

import (
	"errors"
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

type registrationTables struct {
	Registrations   *store.Table[Registration]
	registrationsOf *store.Index[Registration] // by member
	registrationsBy *store.Index[Registration] // by SSO connection
	ssoAccounts     *store.Index[Registration] // by SSO connection and subject
	accounts        *store.Index[Registration] // of OAuth, by provider and subject
}

func newRegistrationTables(db *store.DB) registrationTables {
	t := store.NewTable(db, "registrations", func(r *Registration) string { return r.ID })
	return registrationTables{
		Registrations:   t,
		registrationsOf: t.Index("member", func(r *Registration) string { return r.MemberID }),
		registrationsBy: t.Index("connection", func(r *Registration) string { return r.ConnectionID }),
		ssoAccounts: t.Index("SSO account", func(r *Registration) string {
			if !r.IsSSO() {
				return ""
			}
			return ssoAccountKey(r.ConnectionID, r.Subject)
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

func ssoAccountKey(connectionID, subject string) string { return connectionID + " " + subject }

// SSOAccount returns the registration of an account of an SSO connection, nil if no member has it.
func (tx *Tx) SSOAccount(connectionID, subject string) *Registration {
	for _, r := range tx.ssoAccounts.All(ssoAccountKey(connectionID, subject)) {
		if !tx.Members.Get(r.MemberID).IsDeleted() {
			return r
		}
	}
	return nil
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
	if !IsName(r.ID) {
		return errors.New("registration_id is empty or too long")
	}
	return r.checkAccount()
}

// checkAccount checks what a registration says of the account.
func (r *Registration) checkAccount() error {
	switch {
	case !r.IsSSO() && !slices.Contains(oauthProviders, r.Provider):
		return errors.New("the provider is unknown")
	case r.IsSSO() == (r.ConnectionID == ""):
		return errors.New("it is for SSO without a connection, or has one and is not")
	case r.Subject == "" || len(r.Subject) > MaxEmail:
		return errors.New("provider_subject is empty or too long")
	}
	return nil
}

func (tx *Tx) checkRegistrations() error {
	for _, r := range tx.Registrations.All() {
		if tx.Members.Get(r.MemberID) == nil {
			return errors.New("a registration has no such member")
		}
	}
	return nil
}
