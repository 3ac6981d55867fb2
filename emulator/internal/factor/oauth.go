package factor

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// OAuth is the factor of a login with an account at an OAuth provider now. The id of the address is empty if the login
// does not prove it.
func OAuth(tx *state.Tx, account *state.Registration, emailID string) Factor {
	f := authenticated(tx, sessions.AuthenticationFactorTypeOAuth,
		sessions.AuthenticationFactorDeliveryMethod("oauth_"+account.Provider))
	*oauthFactor(&f, account.Provider) = &sessions.OAuthFactor{
		ID: account.ID, ProviderSubject: account.Subject, EmailID: emailID,
	}
	return f
}

// oauthFactor is where a factor has what is particular to an OAuth provider.
func oauthFactor(f *Factor, provider string) **sessions.OAuthFactor {
	switch provider {
	case state.ProviderGoogle:
		return &f.GoogleOAuthFactor
	case state.ProviderMicrosoft:
		return &f.MicrosoftOAuthFactor
	case state.ProviderSlack:
		return &f.SlackOAuthFactor
	case state.ProviderHubSpot:
		return &f.HubSpotOAuthFactor
	default:
		return &f.GitHubOAuthFactor
	}
}

// oauthOf returns what is particular to a factor's OAuth provider, and the provider; nil for other factors.
func oauthOf(f *Factor) (*sessions.OAuthFactor, string) {
	for _, provider := range state.OAuthProviders() {
		if found := *oauthFactor(f, provider); found != nil {
			return found, provider
		}
	}
	return nil, ""
}

// Own returns a factor of OAuth as a session of a member has it: with the member's registration and, if it proves the
// address, with the id of that. An account that is not registered with the member was used in another organization: the
// factor is then one that was carried over. Other factors are returned as they are.
func Own(tx *state.Tx, m *state.Member, f Factor) Factor {
	found, provider := oauthOf(&f)
	if found == nil {
		return f
	}
	emailID := found.EmailID
	if emailID != "" {
		emailID = m.EmailID
	}
	place := oauthFactor(&f, provider)
	if r := tx.OAuthAccount(m.OrganizationID, provider, found.ProviderSubject); r != nil && r.MemberID == m.MemberID {
		*place = &sessions.OAuthFactor{ID: r.ID, ProviderSubject: r.Subject, EmailID: emailID}
		return f
	}
	carried := &sessions.OAuthExchangeFactor{EmailID: emailID}
	switch provider {
	case state.ProviderGoogle:
		f.GoogleOAuthExchangeFactor = carried
	case state.ProviderSlack:
		f.SlackOAuthExchangeFactor = carried
	case state.ProviderHubSpot:
		f.HubSpotOAuthExchangeFactor = carried
	case state.ProviderGitHub:
		f.GitHubOAuthExchangeFactor = carried
	default: // Microsoft has no such form
		return f
	}
	*place = nil
	f.DeliveryMethod = sessions.AuthenticationFactorDeliveryMethod("oauth_exchange_" + provider)
	return f
}

// Current returns the factors of a member's session. Those of OAuth that prove an address which the member had before
// prove none.
func Current(m *state.Member, factors []Factor) []Factor {
	factors = slices.Clone(factors)
	for i := range factors {
		f := &factors[i]
		if found, provider := oauthOf(f); found != nil && found.EmailID != m.EmailID {
			*oauthFactor(f, provider) = &sessions.OAuthFactor{ID: found.ID, ProviderSubject: found.ProviderSubject}
		}
		if f.GoogleOAuthExchangeFactor != nil && f.GoogleOAuthExchangeFactor.EmailID != m.EmailID {
			f.GoogleOAuthExchangeFactor = &sessions.OAuthExchangeFactor{}
		}
	}
	return factors
}

// RedeemOAuth uses up the token with which a browser came from an OAuth provider, for discovery or for an organization.
// Unverified: that one which was used or has expired is refused like one that does not exist.
func RedeemOAuth(tx *state.Tx, token string, verifier *string, isDiscovery bool) (*state.OAuthToken, error) {
	t := tx.OAuthTokens.Get(token)
	if t == nil || t.Used || !tx.Now.Before(t.ExpiresAt) || isDiscovery != (t.OrganizationID == "") {
		return nil, ops.ErrOAuthTokenNotFound
	}
	if err := CheckPKCE(t.Challenge, verifier); err != nil {
		return nil, err
	}
	used := *t
	used.Used = true
	tx.OAuthTokens.Put(&used)
	return &used, nil
}
