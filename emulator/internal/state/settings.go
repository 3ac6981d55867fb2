package state

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// The products, as ids of operations begin.
const (
	ProductB2B = "b2b"
	ProductB2C = "b2c"
)

// Settings are what is configured by hand with the real service. Their zero value is that of a new project.
type Settings struct {
	// Product is the product that the project has, empty for both.
	Product string `json:"product"`
	// RedirectURLs are the URLs to which links and logins by OAuth may lead. Without any, every URL is allowed.
	RedirectURLs []string `json:"redirect_urls"`
	// RateLimits says that the documented rate limits apply.
	RateLimits bool `json:"rate_limits"`
	// MaxSessionDurationMinutes is how long sessions last at most, zero for the API's bound.
	MaxSessionDurationMinutes int `json:"max_session_duration_minutes"`
	// UserInfoURL is asked whose session a token of another provider is.
	UserInfoURL string `json:"userinfo_url"`
	// AuthorizationURL is the project's authorization page.
	AuthorizationURL string `json:"authorization_url"`
	// DynamicClientRegistration says that Connected Apps may register themselves.
	DynamicClientRegistration bool `json:"dynamic_client_registration"`
	// RemoteProviders says that OIDC providers on other machines are used.
	RemoteProviders bool `json:"remote_providers"`
	// TrustedTokenProfiles are the issuers whose tokens log members in.
	TrustedTokenProfiles []TrustedTokenProfile `json:"trusted_token_profiles"`
	// Passwords say which passwords may be set, and where they are valid.
	Passwords PasswordSettings `json:"passwords"`
}

// TrustedTokenProfile is an issuer whose tokens log members in.
type TrustedTokenProfile struct {
	ProfileID string `json:"profile_id"`
	Issuer    string `json:"issuer"`
	Audience  string `json:"audience"`
	// PublicKeys are RSA keys in PEM, one of which verifies a token.
	PublicKeys []string `json:"public_keys"`
	// CreatesMembers says that a person who is no member becomes one.
	CreatesMembers bool `json:"creates_members"`
}

// Bounds of a session's duration.
const (
	MinSessionMinutes = 5
	MaxSessionMinutes = 527_040
)

// settingsKey is the key of the only row of settings.
const settingsKey = "settings"

func newSettingsTable(db *store.DB) *store.Table[Settings] {
	return store.NewTable(db, settingsKey, func(*Settings) string { return settingsKey })
}

// Settings are the project's settings.
func (tx *Tx) Settings() Settings {
	if s := tx.settings.Get(settingsKey); s != nil {
		return *s
	}
	return Settings{}
}

// SetSettings replaces the project's settings.
func (tx *Tx) SetSettings(s Settings) error {
	if err := s.prepare(tx); err != nil {
		return err
	}
	if s.Passwords.CrossOrganization != tx.Settings().Passwords.CrossOrganization && tx.Passwords.Len() > 0 {
		return errors.New("passwords: cross_organization cannot change, because there are passwords")
	}
	tx.settings.Put(&s)
	return nil
}

func (s *Settings) prepare(*Tx) error {
	if !slices.Contains([]string{"", ProductB2B, ProductB2C}, s.Product) {
		return fmt.Errorf("product: it is neither %s nor %s", ProductB2B, ProductB2C)
	}
	if n := s.MaxSessionDurationMinutes; n != 0 && (n < MinSessionMinutes || n > MaxSessionMinutes) {
		return fmt.Errorf("max_session_duration_minutes: it must be between %d and %d",
			MinSessionMinutes, MaxSessionMinutes)
	}
	for _, u := range s.RedirectURLs {
		if _, err := ParseRedirectURL(u); err != nil {
			return fmt.Errorf("redirect_urls: one is %w", err)
		}
	}
	for _, field := range []struct{ name, url string }{
		{"userinfo_url", s.UserInfoURL}, {"authorization_url", s.AuthorizationURL},
	} {
		if _, err := ParseRedirectURL(field.url); field.url != "" && err != nil {
			return fmt.Errorf("%s: it is %w", field.name, err)
		}
	}
	if err := s.Passwords.check(); err != nil {
		return fmt.Errorf("passwords: %w", err)
	}
	if strings.Contains(s.AuthorizationURL, "#") {
		return errors.New("authorization_url: it has a fragment")
	}
	var ids []string
	for _, p := range s.TrustedTokenProfiles {
		if !IDForm.MatchString(p.ProfileID) || slices.Contains(ids, p.ProfileID) {
			return errors.New("trusted_token_profiles: a profile_id is malformed or occurs twice")
		}
		ids = append(ids, p.ProfileID)
		if p.Issuer == "" || p.Audience == "" || len(p.PublicKeys) == 0 {
			return fmt.Errorf("trusted_token_profiles: %s has no issuer, audience or public_keys", p.ProfileID)
		}
		if _, err := p.Keys(); err != nil {
			return fmt.Errorf("trusted_token_profiles: %s: %w", p.ProfileID, err)
		}
	}
	if !encodesWithin(s, maxRecord) {
		return fmt.Errorf("redirect_urls, passwords and trusted_token_profiles: they are larger than %d bytes together",
			maxRecord)
	}
	return checkRow(settingsKey, s)
}

// Keys are the profile's keys.
func (p *TrustedTokenProfile) Keys() ([]*rsa.PublicKey, error) {
	var keys []*rsa.PublicKey
	for _, text := range p.PublicKeys {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			return nil, errors.New("public_keys: one is not in PEM")
		}
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		key, ok := parsed.(*rsa.PublicKey)
		if err != nil || !ok {
			return nil, errors.New("public_keys: one is not an RSA key")
		}
		keys = append(keys, key)
	}
	return keys, nil
}
