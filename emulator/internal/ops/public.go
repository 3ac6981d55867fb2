package ops

import "slices"

// Rest ends the path of an endpoint that takes all methods and paths there and below for which there is no other.
const Rest = "{rest...}"

// PublicPrefix begins the ids of endpoints that are no operations of the API.
const PublicPrefix = "public."

// Public are the endpoints that are no operations of the API: browsers, identity providers and clients of OAuth2 call
// them.
var Public = slices.Concat([]*Info{
	B2BOAuthStart, B2BOAuthDiscoveryStart, B2BOAuthAuthorize, SSOStart, SSOCallback, SSOAuthorize, SAMLShieldValidate,
}, oauth2Endpoints, SCIM)

// The endpoints of a login by OAuth: where browsers begin, and where the form of the provider's page is sent.
var (
	B2BOAuthStart = &Info{
		ID: "public.b2b.oauth.start", Method: "GET", Path: "/v1/b2b/public/oauth/{provider}/start",
	}
	B2BOAuthDiscoveryStart = &Info{
		ID: "public.b2b.oauth.discovery.start", Method: "GET",
		Path: "/v1/b2b/public/oauth/{provider}/discovery/start",
	}
	B2BOAuthAuthorize = &Info{
		ID: "public.b2b.oauth.authorize", Method: "POST", Path: "/v1/b2b/public/oauth/{provider}/authorize",
	}
)

// The endpoints of a login by SSO: where browsers begin, where an OIDC provider leads, and where the form of the
// built-in provider is sent.
var (
	SSOStart    = &Info{ID: "public.b2b.sso.start", Method: "GET", Path: "/v1/public/sso/start"}
	SSOCallback = &Info{
		ID: "public.b2b.sso.callback", Method: "GET", Path: "/v1/b2b/sso/callback/{connection_id}",
	}
	SSOAuthorize = &Info{
		ID: "public.b2b.sso.authorize", Method: "POST", Path: "/v1/b2b/sso/callback/{connection_id}",
	}
)

// SAMLShieldValidate is the only endpoint of SAML Shield, a product of its own.
var SAMLShieldValidate = &Info{ID: "samlshield.saml.validate", Method: "POST", Path: "/v1/saml/validate"}
