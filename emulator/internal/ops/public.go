package ops

import "slices"

// M2MToken is the token endpoint of OAuth2 (RFC 6749, section 3.2). Its request is a form with the client's own
// credentials, so that it has no types.
var M2MToken = &Info{
	ID: "m2m.token", Method: "POST", Path: "/v1/public/{project_id}/oauth2/token",
	Errors: []*Error{ErrInvalidClient, ErrInvalidRequest, ErrInvalidScope, ErrUnsupportedGrantType},
}

// IntrospectToken is the introspection endpoint of OAuth2 (RFC 7662), which is a form too.
var IntrospectToken = &Info{
	ID: "idp.introspect_token_network", Method: "POST", Path: "/v1/public/{project_id}/oauth2/introspect",
}

// PublicPrefix begins the ids of endpoints that are no operations of the API.
const PublicPrefix = "public."

// Public are the endpoints that are no operations of the API: browsers, identity providers and clients of OAuth2 call
// them.
var Public = slices.Concat(SCIM)

// All are all operations: [JSON], and the endpoints of OAuth2.
var All = append(slices.Clone(JSON), M2MToken, IntrospectToken)
