package emulator

import (
	"errors"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/internal/deepcopy"
)

// Settings are what is configured by hand with the real service. Their zero value is that of a new project. They are
// part of snapshots, and have at most 2 MiB of JSON.
type Settings struct {
	// Product is the product that the project has, "b2b" or "b2c": operations of the other one answer
	// invalid_b2b_endpoint or invalid_consumer_endpoint. If it is empty, the project serves both.
	Product string `json:"product"`
	// RedirectURLs are the http and https URLs to which links and logins by OAuth and SSO may lead; the first is where
	// they lead if a request names none. The whole URL must be the same, with its query. Without any, every URL is
	// allowed.
	RedirectURLs []string `json:"redirect_urls"`
	// RateLimits makes the documented rate limits apply: one e-mail per second to an address, a hundred searches of
	// organizations and of members per minute, a hundred migrations of passwords per second. A call beyond them answers
	// too_many_requests with a Retry-After.
	RateLimits bool `json:"rate_limits"`
	// MaxSessionDurationMinutes is how long sessions last at most, between 5 and 527040. A call that asks for more
	// answers invalid_session_duration, and one that asks for nothing gets at most this. Zero means 527040.
	MaxSessionDurationMinutes int `json:"max_session_duration_minutes"`
	// UserInfoURL is asked by Sessions.Migrate whose session a token of another provider is: a GET with the token as
	// bearer, answered by JSON with an email. Without it, the call answers invalid_userinfo_url.
	UserInfoURL string `json:"userinfo_url"`
	// AuthorizationURL is the project's own authorization page, to which the authorization endpoint of OAuth2 sends
	// browsers with all parameters. The page calls IDP.OAuth.AuthorizeStart and Authorize. It has no fragment. Without
	// it, the endpoint answers authorization_endpoint_not_configured_for_project.
	AuthorizationURL string `json:"authorization_url"`
	// DynamicClientRegistration lets Connected Apps register themselves (RFC 7591), as third-party ones.
	DynamicClientRegistration bool `json:"dynamic_client_registration"`
	// RemoteProviders lets OIDC connections use identity providers on other machines: their metadata is read when
	// Issuer is set. Without it, the emulator asks those on this machine only, and plays the others.
	RemoteProviders bool `json:"remote_providers"`
	// TrustedTokenProfiles are the issuers whose tokens Sessions.Attest takes.
	TrustedTokenProfiles []TrustedTokenProfile `json:"trusted_token_profiles"`
	// Passwords say which passwords may be set, and where they are valid.
	Passwords PasswordSettings `json:"passwords"`
}

// PasswordSettings say which passwords may be set, and where they are valid. Their zero value is that of a new project.
type PasswordSettings struct {
	// CrossOrganization says that an address has one password, which is valid in all organizations. It can only change
	// while there are no passwords.
	CrossOrganization bool `json:"cross_organization"`
	// StrengthPolicy is "zxcvbn", which is the default, or "luds": LUDSMinLength characters, 8 to 32 and 8 by default,
	// of LUDSMinComplexity kinds out of lower case, upper case, digits and symbols, 1 to 4 and 3 by default.
	StrengthPolicy    string `json:"strength_policy"`
	LUDSMinLength     int    `json:"luds_min_length"`
	LUDSMinComplexity int    `json:"luds_min_complexity"`
	// AllowBreachedOnCreate lets passwords be set, and AllowBreachedOnAuthenticate be used, that are known from a data
	// breach: common ones, whatever the case of their letters, and BreachedPasswords.
	AllowBreachedOnCreate       bool     `json:"allow_breached_on_create"`
	AllowBreachedOnAuthenticate bool     `json:"allow_breached_on_authenticate"`
	BreachedPasswords           []string `json:"breached_passwords"`
}

// TrustedTokenProfile is an issuer whose tokens log members in: JWTs, signed by RS256, with exp, email and, unless the
// call names the organization, organization_id.
type TrustedTokenProfile struct {
	// ProfileID is unique: a call names the profile by it. It has up to 128 of A to Z, a to z, 0 to 9 and ._|-.
	ProfileID string `json:"profile_id"`
	// Issuer and Audience must be the token's iss and aud.
	Issuer   string `json:"issuer"`
	Audience string `json:"audience"`
	// PublicKeys are RSA keys in PEM (BEGIN PUBLIC KEY), at least one. One of them verifies a token.
	PublicKeys []string `json:"public_keys"`
	// CreatesMembers makes a person who is no member of the organization one.
	CreatesMembers bool `json:"creates_members"`
}

// Settings returns the project's settings.
func (p *Project) Settings() Settings {
	stored := engineOf(p.core).Settings()
	out := Settings{
		Product: stored.Product, RedirectURLs: stored.RedirectURLs, RateLimits: stored.RateLimits,
		MaxSessionDurationMinutes: stored.MaxSessionDurationMinutes, UserInfoURL: stored.UserInfoURL,
		Passwords: PasswordSettings(stored.Passwords), AuthorizationURL: stored.AuthorizationURL,
		DynamicClientRegistration: stored.DynamicClientRegistration, RemoteProviders: stored.RemoteProviders,
	}
	for _, profile := range stored.TrustedTokenProfiles {
		out.TrustedTokenProfiles = append(out.TrustedTokenProfiles, TrustedTokenProfile(profile))
	}
	return *deepcopy.Of(&out)
}

// SetSettings replaces the project's settings. It refuses what is outside of the bounds of [Settings], and changes
// nothing then.
func (p *Project) SetSettings(s Settings) error {
	stored := state.Settings{
		Product: s.Product, RedirectURLs: s.RedirectURLs, RateLimits: s.RateLimits,
		MaxSessionDurationMinutes: s.MaxSessionDurationMinutes, UserInfoURL: s.UserInfoURL,
		Passwords: state.PasswordSettings(s.Passwords), AuthorizationURL: s.AuthorizationURL,
		DynamicClientRegistration: s.DynamicClientRegistration, RemoteProviders: s.RemoteProviders,
	}
	for _, profile := range s.TrustedTokenProfiles {
		stored.TrustedTokenProfiles = append(stored.TrustedTokenProfiles, state.TrustedTokenProfile(profile))
	}
	if _, err := json.Marshal(stored); err != nil { // snapshots have them as JSON
		return errors.New("emulator: the settings must be UTF-8")
	}
	return wrap(engineOf(p.core).SetSettings(stored))
}
