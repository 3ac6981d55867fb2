package project

import (
	"net/http"
	"strings"

	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/hosted"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func metadataRoutes() []engine.Route {
	var routes []engine.Route
	for _, e := range []engine.Endpoint{
		{Info: ops.OpenIDConfiguration, Run: getMetadata},
		{Info: ops.OAuthServerMetadata, Run: getMetadata},
		{Info: ops.OAuthServerMetadataOfIssuer, Run: getMetadata},
		{Info: ops.ProjectJWKS, Run: getProjectKeys},
		{Info: ops.OAuth2Authorize, Run: redirectToAuthorizationPage, Failure: hosted.Failure},
	} {
		e.Project = engine.ByProjectID
		routes = append(routes, e.Route())
	}
	return routes
}

// issuer is the issuer of ID tokens and of the documents that describe the project as an OpenID provider: a client
// finds the documents below it. Access tokens have the API's issuer, which the API's SDKs verify.
func issuer(tx *engine.Tx) string {
	return strings.TrimSuffix(tx.URL(ops.OpenIDConfiguration, tx.ProjectID), "/.well-known/openid-configuration")
}

// metadata describes the project's endpoints (RFC 8414, and OpenID Connect Discovery 1.0, section 3).
type metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	UserInfoEndpoint      string   `json:"userinfo_endpoint"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	IntrospectionEndpoint string   `json:"introspection_endpoint"`
	RegistrationEndpoint  string   `json:"registration_endpoint,omitzero"`
	JWKSURI               string   `json:"jwks_uri"`
	ScopesSupported       []string `json:"scopes_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	ResponseModes         []string `json:"response_modes_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	SubjectTypes          []string `json:"subject_types_supported"`
	IDTokenAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
	Claims                []string `json:"claims_supported"`
}

func getMetadata(tx *engine.Tx) (*engine.Reply, error) {
	at := func(info *ops.Info) string { return tx.URL(info, tx.ProjectID) }
	doc := metadata{
		Issuer:                issuer(tx),
		AuthorizationEndpoint: at(ops.OAuth2Authorize),
		TokenEndpoint:         at(ops.M2MToken),
		UserInfoEndpoint:      at(ops.OAuth2UserInfo),
		RevocationEndpoint:    at(ops.RevokeToken),
		IntrospectionEndpoint: at(ops.IntrospectToken),
		JWKSURI:               at(ops.ProjectJWKS),
		ScopesSupported: []string{
			state.OpenID, "profile", "email", "phone", state.OfflineAccess, state.FullAccess,
		},
		ResponseTypes:     []string{"code"},
		ResponseModes:     []string{"query"},
		GrantTypes:        []string{"authorization_code", "refresh_token", "client_credentials"},
		SubjectTypes:      []string{"public"},
		IDTokenAlgorithms: []string{"RS256"},
		AuthMethods:       []string{methodBasic, methodPost, methodNone},
		ChallengeMethods:  []string{"S256"},
		Claims: []string{
			"sub", "iss", "aud", "exp", "iat", "nbf", "nonce", "name", "given_name", "middle_name", "family_name",
			"profile_picture", "locale", "email", "email_verified", "phone_number", "phone_number_verified",
		},
	}
	for _, scope := range tx.Scopes.All() {
		doc.ScopesSupported = append(doc.ScopesSupported, scope.Scope)
	}
	if tx.Settings().DynamicClientRegistration {
		doc.RegistrationEndpoint = at(ops.OAuth2Register)
	}
	return tx.JSON(http.StatusOK, &doc), nil
}

// getProjectKeys publishes the keys that verify the project's tokens, under the path that the metadata name.
func getProjectKeys(tx *engine.Tx) (*engine.Reply, error) {
	resp, err := getB2BKeys(tx, &b2bsessions.GetJWKSRequest{ProjectID: tx.ProjectID})
	if err != nil {
		return nil, err
	}
	resp.RequestID, resp.StatusCode = tx.RequestID(), http.StatusOK
	return tx.JSON(http.StatusOK, resp), nil
}

// redirectToAuthorizationPage sends the browser, with all parameters, to the project's own authorization page, which
// calls the operations for that. It never leads to what the request names.
func redirectToAuthorizationPage(tx *engine.Tx) (*engine.Reply, error) {
	page := tx.Settings().AuthorizationURL
	if page == "" {
		return nil, ops.ErrAuthorizationEndpointNotConfiguredForProject.Because(
			"Set authorization_url to the project's authorization page.")
	}
	query, err := tx.Query()
	if err != nil {
		return nil, err
	}
	return engine.Redirect(engine.AddQuery(page, query)), nil
}
