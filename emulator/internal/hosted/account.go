package hosted

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// defaultScopes are the scopes that a login needs.
var defaultScopes = map[string][]string{
	state.ProviderGoogle:    {"openid", "email", "profile"},
	state.ProviderMicrosoft: {"openid", "email", "profile"},
	state.ProviderSlack:     {"openid", "email", "profile"},
	state.ProviderHubSpot:   {"oauth"},
	state.ProviderGitHub:    {"read:user", "user:email"},
}

// Scopes are the scopes of a login at a provider: those that it needs, and custom ones, each once.
func Scopes(provider string, custom []string) []string {
	scopes := slices.Clone(defaultScopes[provider])
	for _, s := range custom {
		if !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	return scopes
}

// scopeOffline is Microsoft's scope for a refresh token.
const scopeOffline = "offline_access"

// GivesRefreshToken reports whether a provider gives a refresh token: Google if access_type is offline, Microsoft for a
// scope, HubSpot always, the others never.
func GivesRefreshToken(provider string, scopes []string, accessType string) bool {
	switch provider {
	case state.ProviderGoogle:
		return accessType == "offline"
	case state.ProviderMicrosoft:
		return slices.Contains(scopes, scopeOffline)
	default:
		return provider == state.ProviderHubSpot
	}
}

// AccessTokenLifetime is how long a provider's access tokens are valid, 0 for those that do not expire.
func AccessTokenLifetime(provider string) time.Duration {
	switch provider {
	case state.ProviderHubSpot:
		return 30 * time.Minute
	case state.ProviderSlack, state.ProviderGitHub:
		return 0
	default:
		return time.Hour
	}
}

// issuers are the iss of ID tokens. Other providers give none.
var issuers = map[string]string{
	state.ProviderGoogle:    "https://accounts.google.com",
	state.ProviderMicrosoft: "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
}

// NewAccount is the account that a person has logged in with, with the provider's tokens but for the ID token.
func NewAccount(tx *state.Tx, f *state.OAuthFlow, p *OAuthPerson) state.Registration {
	account := state.Registration{
		Provider: f.Provider, Subject: p.Subject, TenantIDs: p.TenantIDs, EmailUnverified: p.EmailUnverified,
		ProfilePictureURL: p.Picture, Locale: p.Locale, Scopes: f.Scopes, AccessToken: tx.Token(),
	}
	if lifetime := AccessTokenLifetime(f.Provider); lifetime > 0 {
		account.AccessTokenExpiresAt = tx.Now.Add(lifetime)
	}
	if f.Offline {
		account.RefreshToken = tx.Token()
	}
	return account
}

// SignIDToken returns what makes the provider's ID token, outside of transactions, with the project's key. It is nil if
// the provider gives none.
func SignIDToken(tx *state.Tx, provider string, p *OAuthPerson) func() (string, error) {
	issuer := issuers[provider]
	if issuer == "" {
		return nil
	}
	claims := sign.Claims{
		"iss": issuer, "sub": p.Subject, "aud": provider + "-client-" + tx.ProjectID,
		"iat": tx.Now.Unix(), "exp": tx.Now.Add(time.Hour).Unix(),
		"email": p.Email, "email_verified": !p.EmailUnverified,
	}
	for name, value := range map[string]string{"name": p.Name, "locale": p.Locale} {
		if value != "" {
			claims[name] = value
		}
	}
	return sign.Signer(tx, claims)
}
