package project

import (
	"errors"
	"mime"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func registrationRoutes() []engine.Route {
	return []engine.Route{engine.Endpoint{
		Info: ops.OAuth2Register, Project: engine.ByProjectID, Run: registerApp,
	}.Route()}
}

// How a client authenticates itself (RFC 7591, section 2).
const (
	methodBasic = "client_secret_basic"
	methodPost  = "client_secret_post"
	methodNone  = "none"
)

// clientMetadata is what an app says of itself. What else it says is ignored.
type clientMetadata struct {
	RedirectURIs  []string `json:"redirect_uris"`
	AuthMethod    string   `json:"token_endpoint_auth_method"`
	GrantTypes    []string `json:"grant_types"`
	ResponseTypes []string `json:"response_types"`
	ClientName    string   `json:"client_name"`
	LogoURI       string   `json:"logo_uri,omitzero"`
}

// fillDefaults sets the lists that are absent or empty (RFC 7591, section 2).
func (m *clientMetadata) fillDefaults() {
	if len(m.GrantTypes) == 0 {
		m.GrantTypes = []string{"authorization_code"}
	}
	if len(m.ResponseTypes) == 0 {
		m.ResponseTypes = []string{"code"}
	}
}

// registeredClient is the response to a registration (RFC 7591, section 3.2.1).
type registeredClient struct {
	clientMetadata

	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret,omitzero"`
	IssuedAt     int64  `json:"client_id_issued_at"`
	// ExpiresAt is 0: the secret does not expire.
	ExpiresAt int `json:"client_secret_expires_at"`
}

// registerApp creates an app of somebody else, who registers it (RFC 7591), if the project's settings allow that.
func registerApp(tx *engine.Tx) (*engine.Reply, error) {
	if !tx.Settings().DynamicClientRegistration {
		return nil, ops.ErrDynamicClientRegistrationNotEnabled
	}
	m := clientMetadata{AuthMethod: methodBasic}
	mediaType, _, _ := mime.ParseMediaType(tx.Header().Get("Content-Type"))
	if mediaType != "application/json" || !decodes(tx.Body(), &m) {
		return tx.OAuthError(ops.ErrInvalidClientMetadata), nil
	}
	m.fillDefaults()
	switch {
	case !slices.Contains([]string{methodBasic, methodPost, methodNone}, m.AuthMethod),
		!contains([]string{"authorization_code", "refresh_token"}, m.GrantTypes),
		!contains([]string{"code"}, m.ResponseTypes):
		return tx.OAuthError(ops.ErrInvalidClientMetadata.Because(
			"token_endpoint_auth_method, grant_types or response_types has a value that is not supported.")), nil
	case len(m.RedirectURIs) == 0:
		return tx.OAuthError(ops.ErrInvalidRedirectURI), nil
	}
	app := newApp(tx, connectedapp.ClientTypeThirdParty, creationByItself)
	if m.AuthMethod == methodNone {
		app.ClientType = connectedapp.ClientTypeThirdPartyPublic
	}
	app.RedirectURLs, app.ClientName, app.LogoURL = m.RedirectURIs, m.ClientName, m.LogoURI
	secret, err := putApp(tx, app)
	if invalid, ok := errors.AsType[*state.Invalid](err); ok {
		bad := ops.ErrInvalidClientMetadata
		if state.CheckRedirectURLs(m.RedirectURIs) != nil {
			bad = ops.ErrInvalidRedirectURI
		}
		return tx.OAuthError(bad.Because("%s", invalid.Text)), nil
	}
	if err != nil {
		return nil, err
	}
	return tx.JSON(http.StatusCreated, &registeredClient{
		clientMetadata: m, ClientID: app.ClientID, ClientSecret: secret, IssuedAt: tx.Now.Unix(),
	}), nil
}

func decodes(body []byte, to *clientMetadata) bool { return json.Unmarshal(body, to) == nil }
