package state

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/emulator/internal/store"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// ConnectedApp is an OAuth client of the project as the API returns it, and what the API does not return. Of its
// secrets it has hashes; a public one has no secret.
type ConnectedApp struct {
	connectedapp.ConnectedApp
	ClientSecrets

	CreatedAt time.Time `json:"created_at"`
}

func newConnectedAppTable(db *store.DB) *store.Table[ConnectedApp] {
	return store.NewTable(db, "connected_apps", func(a *ConnectedApp) string { return a.ClientID })
}

// IsFirstParty reports whether the app is one of the project's owner.
func (a *ConnectedApp) IsFirstParty() bool { return slices.Contains(firstParty, a.ClientType) }

// IsPublic reports whether the app cannot keep a secret.
func (a *ConnectedApp) IsPublic() bool {
	return a.ClientType == connectedapp.ClientTypeFirstPartyPublic ||
		a.ClientType == connectedapp.ClientTypeThirdPartyPublic
}

// IsActive reports whether the app can be used.
func (a *ConnectedApp) IsActive() bool { return a.Status == AppActive }

// The statuses of an app.
const (
	AppActive   = "active"
	AppInactive = "inactive"
)

// Admits reports whether an organization's rules let members use an app.
func (o *Organization) Admits(app *ConnectedApp) bool {
	rule, allowed := o.ThirdPartyConnectedAppsAllowedType, o.AllowedThirdPartyConnectedApps
	if app.IsFirstParty() {
		rule, allowed = o.FirstPartyConnectedAppsAllowedType, o.AllowedFirstPartyConnectedApps
	}
	return rule == organizations.ConnectedAppsAllowedTypeAllAllowed ||
		rule == organizations.ConnectedAppsAllowedTypeRestricted && slices.Contains(allowed, app.ClientID)
}

var (
	firstParty = []connectedapp.ClientType{
		connectedapp.ClientTypeFirstParty, connectedapp.ClientTypeFirstPartyPublic,
	}
	thirdParty = []connectedapp.ClientType{
		connectedapp.ClientTypeThirdParty, connectedapp.ClientTypeThirdPartyPublic,
	}
)

// Bounds of apps. Unverified: all but the default.
const (
	DefaultAccessTokenMinutes = 60
	minAccessTokenMinutes     = 1
	maxAccessTokenMinutes     = 1440
	maxAudience               = MaxURL // bytes
)

// Check validates an app as the API does.
func (a *ConnectedApp) Check() error {
	unknown := oneOf("client_type", a.ClientType, slices.Concat(firstParty, thirdParty))
	switch {
	case unknown != nil:
		return invalid(stytcherror.CodeInvalidConnectedAppType, "%v.", unknown)
	case utf8.RuneCountInString(a.ClientName) > MaxName:
		return invalid(stytcherror.CodeBadRequest, "client_name is longer than %d characters.", MaxName)
	case len(a.ClientDescription) > MaxText:
		return invalid(stytcherror.CodeBadRequest, "client_description is longer than %d bytes.", MaxText)
	case a.LogoURL != "" && !isURL(a.LogoURL):
		return invalid(stytcherror.CodeInvalidURL, "logo_url is malformed.")
	case a.FullAccessAllowed && !a.IsFirstParty():
		return invalid(stytcherror.CodeThirdPartyClientsCannotUseFullAccess,
			"full_access_allowed: a third-party app cannot have full access.")
	case a.BypassConsentForOfflineAccess && !a.IsFirstParty():
		return invalid(stytcherror.CodeThirdPartyClientsRequireConsentForOfflineAccess,
			"bypass_consent_for_offline_access: a third-party app needs consent for offline access.")
	case a.AccessTokenExpiryMinutes < minAccessTokenMinutes || a.AccessTokenExpiryMinutes > maxAccessTokenMinutes:
		return invalid(stytcherror.CodeIDPInvalidAccessTokenExpiryMinutes,
			"access_token_expiry_minutes must be between %d and %d.", minAccessTokenMinutes, maxAccessTokenMinutes)
	case len(a.AccessTokenCustomAudience) > maxAudience || strings.ContainsFunc(a.AccessTokenCustomAudience, invisible):
		return invalid(stytcherror.CodeIDPInvalidAccessTokenCustomAudience,
			"access_token_custom_audience is longer than %d bytes, or has characters that cannot be seen.", maxAudience)
	}
	_, accessErr := TemplateClaims(a.AccessTokenTemplateContent)
	_, idErr := TemplateClaims(a.IDTokenTemplateContent)
	return cmp.Or(
		inField("access_token_template_content", accessErr), inField("id_token_template_content", idErr),
		inField("redirect_urls", CheckRedirectURLs(a.RedirectURLs)),
		inField("post_logout_redirect_urls", CheckRedirectURLs(a.PostLogoutRedirectURLs)))
}

// ownClaims are names that the claims of a template cannot take, besides the registered ones.
var ownClaims = []string{"client_id", "scope", "nonce"}

// TemplateClaims are the claims that a template adds to a token: the members of a JSON object.
func TemplateClaims(content string) (shared.Object, error) {
	if content == "" {
		return shared.Object{}, nil
	}
	claims := shared.Object{}
	if len(content) > maxClaims || json.Unmarshal([]byte(content), &claims) != nil || claims == nil {
		return nil, invalid(stytcherror.CodeIDPInvalidAccessTokenJWTTemplate,
			"The template is no JSON object of at most %d bytes.", maxClaims)
	}
	for _, name := range ownClaims {
		delete(claims, name)
	}
	merged, err := MergeClaims(nil, claims)
	if err != nil {
		return nil, invalid(stytcherror.CodeIDPInvalidAccessTokenJWTTemplate,
			"The template has a claim that begins with %s.", stytchClaims)
	}
	return merged, nil
}

// DeleteConnectedApp deletes an app, all access that it has, and its id on the lists of organizations.
func (tx *Tx) DeleteConnectedApp(id string) {
	for _, a := range tx.authorizationsTo.Rows(id) {
		tx.DeleteAuthorization(a.ID)
	}
	tx.Grants.DeleteFunc(func(g *Grant) bool { return g.ConnectedAppID == id })
	without := func(ids []string) []string {
		return slices.DeleteFunc(slices.Clone(ids), func(other string) bool { return other == id })
	}
	for _, o := range tx.Organizations.Rows() {
		if slices.Contains(slices.Concat(o.AllowedFirstPartyConnectedApps, o.AllowedThirdPartyConnectedApps), id) {
			changed := *o
			changed.AllowedFirstPartyConnectedApps = without(o.AllowedFirstPartyConnectedApps)
			changed.AllowedThirdPartyConnectedApps = without(o.AllowedThirdPartyConnectedApps)
			changed.UpdatedAt = tx.Now
			tx.Organizations.Put(&changed)
		}
	}
	tx.ConnectedApps.Delete(id)
}

func (a *ConnectedApp) prepare(*Tx) error {
	a.Status = cmp.Or(a.Status, AppActive)
	a.AccessTokenExpiryMinutes = cmp.Or(a.AccessTokenExpiryMinutes, DefaultAccessTokenMinutes)
	switch {
	case !IsName(a.ClientID):
		return errors.New("client_id is empty or too long")
	case a.IsPublic() && (len(a.SecretHash) > 0 || a.IsRotating()):
		return errors.New("client_secret_hash or next_client_secret_hash is given, but the client_type is public")
	}
	return cmp.Or(
		oneOf("status", a.Status, []string{AppActive, AppInactive}), a.check(a.NextClientSecretLastFour), a.Check())
}
