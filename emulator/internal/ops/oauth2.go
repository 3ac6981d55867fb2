package ops

import "slices"

// M2MToken is the token endpoint of OAuth2 (RFC 6749, section 3.2). Its request is a form with the client's own
// credentials, so that it has no types.
var M2MToken = &Info{
	ID: "m2m.token", Method: "POST", Path: oauth2 + "token",
	Errors: append([]*Error{
		ErrInvalidClient, ErrInvalidRequest, ErrInvalidGrant, ErrInvalidScope, ErrUnauthorizedClient,
		ErrUnsupportedGrantType,
	}, grantErrors...),
}

// grantErrors are the API's errors for what is wrong with a code, a refresh token or what it stands for.
var grantErrors = []*Error{
	ErrIDPAuthCodeNotFound, ErrIDPAuthCodeExpired, ErrIDPRefreshTokenNotFound, ErrIDPRefreshTokenExpired,
	ErrIDPRefreshTokenAlreadyUsed, ErrConnectedAppConsentRevoked, ErrInvalidPKCECodeVerifier, ErrPKCEMismatch,
	ErrPKCEExpectedCodeVerifier, ErrPKCEDidNotExpectCodeVerifier,
}

// OAuth2 returns the error of OAuth2 for an error: whatever is wrong with a code or a refresh token is an invalid_grant
// there (RFC 6749, section 5.2).
func (e *Error) OAuth2() *Error {
	if slices.ContainsFunc(grantErrors, func(listed *Error) bool { return listed.Is(e) }) {
		return ErrInvalidGrant
	}
	return e
}

// Errors of OAuth2 that are not the API's: RFC 6750, section 3.1, RFC 7009, section 2.2.1, and RFC 7591, section 3.2.2.
var (
	ErrInvalidAccessToken    = &Error{"invalid_token", 401, "The access token is not active."}
	ErrInsufficientScope     = &Error{"insufficient_scope", 403, "The access token lacks the scope openid."}
	ErrUnsupportedTokenType  = &Error{"unsupported_token_type", 400, "The tokens of M2M clients cannot be revoked."}
	ErrInvalidRedirectURI    = &Error{"invalid_redirect_uri", 400, "There is no redirect URI."}
	ErrInvalidClientMetadata = &Error{"invalid_client_metadata", 400, "The body is no object with client metadata."}
)

// oauth2 begins the paths of OAuth2's endpoints.
const oauth2 = "/v1/public/{project_id}/oauth2/"

// IntrospectToken is the introspection endpoint of OAuth2 (RFC 7662), and RevokeToken that of revocation (RFC 7009).
// They are forms too.
var (
	IntrospectToken = &Info{
		ID: "idp.introspect_token_network", Method: "POST", Path: oauth2 + "introspect",
		Errors: []*Error{ErrInvalidClient, ErrInvalidRequest},
	}
	RevokeToken = &Info{
		ID: "public.oauth2.revoke", Method: "POST", Path: oauth2 + "revoke",
		Errors: []*Error{ErrInvalidClient, ErrInvalidRequest, ErrUnsupportedTokenType},
	}
)

// Endpoints of OAuth2 and OpenID Connect that others than clients with credentials call.
var (
	OAuth2Authorize     = &Info{ID: "public.oauth2.authorize", Method: "GET", Path: oauth2 + "authorize"}
	OAuth2Register      = &Info{ID: "public.oauth2.register", Method: "POST", Path: oauth2 + "register"}
	OAuth2UserInfo      = &Info{ID: "public.oauth2.userinfo", Method: "GET", Path: oauth2 + "userinfo"}
	OAuth2PostUserInfo  = &Info{ID: "public.oauth2.userinfo", Method: "POST", Path: oauth2 + "userinfo"}
	OpenIDConfiguration = &Info{
		ID: "public.openid_configuration", Method: "GET",
		Path: "/v1/public/{project_id}/.well-known/openid-configuration",
	}
	OAuthServerMetadata = &Info{
		ID: "public.oauth_authorization_server", Method: "GET",
		Path: "/v1/public/{project_id}/.well-known/oauth-authorization-server",
	}
	// OAuthServerMetadataOfIssuer is where RFC 8414, section 3.1, has the metadata of an issuer with a path.
	OAuthServerMetadataOfIssuer = &Info{
		ID: "public.oauth_authorization_server", Method: "GET",
		Path: "/.well-known/oauth-authorization-server/v1/public/{project_id}",
	}
	ProjectJWKS = &Info{
		ID: "public.jwks", Method: "GET", Path: "/v1/public/{project_id}/.well-known/jwks.json",
	}
)

// oauth2Endpoints are the endpoints of OAuth2 that are no operations of the API.
var oauth2Endpoints = []*Info{
	RevokeToken, OAuth2Authorize, OAuth2Register, OAuth2UserInfo, OAuth2PostUserInfo, OpenIDConfiguration,
	OAuthServerMetadata, OAuthServerMetadataOfIssuer, ProjectJWKS,
}
