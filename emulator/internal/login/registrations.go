package login

import (
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// ProviderTypes are the names of OAuth providers in responses, by provider. Unverified: their spelling.
var ProviderTypes = map[string]string{
	state.ProviderGoogle: "Google", state.ProviderMicrosoft: "Microsoft", state.ProviderSlack: "Slack",
	state.ProviderHubSpot: "HubSpot", state.ProviderGitHub: "GitHub",
}

// registrations are the accounts of a member as the API returns them.
func registrations(
	tx *state.Tx, m *state.Member,
) (oauth []organizations.OAuthRegistration, sso []organizations.SSORegistration) {
	for _, r := range tx.RegistrationsOf(m.MemberID) {
		if r.IsSSO() {
			sso = append(sso, organizations.SSORegistration{
				ConnectionID: r.ConnectionID, ExternalID: r.Subject, RegistrationID: r.ID, SSOAttributes: r.Attributes,
			})
			continue
		}
		oauth = append(oauth, organizations.OAuthRegistration{
			ProviderType: ProviderTypes[r.Provider], ProviderSubject: r.Subject, MemberOAuthRegistrationID: r.ID,
			ProfilePictureURL: r.ProfilePictureURL, Locale: r.Locale,
		})
	}
	return oauth, sso
}

// scimRegistration is the SCIM record of a member as the API returns it, nil if there is none.
func scimRegistration(tx *state.Tx, m *state.Member) *organizations.SCIMRegistration {
	u := tx.SCIMUserOf(m.MemberID)
	if u == nil {
		return nil
	}
	attributes := u.Attributes
	attributes.ID, attributes.Active = u.ID, !m.IsDeleted()
	for _, g := range tx.SCIMGroupsWith(u.ID) {
		attributes.Groups = append(attributes.Groups, scim.Group{Value: g.ID, Display: g.DisplayName})
	}
	return &organizations.SCIMRegistration{
		ConnectionID: u.ConnectionID, RegistrationID: u.ID, ExternalID: attributes.ExternalID,
		SCIMAttributes: &attributes,
	}
}

// Providers are the OAuth providers at which a member has accounts.
func Providers(tx *state.Tx, m *state.Member) []string {
	var list []string
	for _, r := range tx.RegistrationsOf(m.MemberID) {
		if !r.IsSSO() {
			list = append(list, r.Provider)
		}
	}
	return list
}
