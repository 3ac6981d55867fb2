package ops

import "slices"

// M2MToken is the token endpoint of OAuth2 (RFC 6749, section 3.2). Its request is a form with the client's own
// credentials, so that it has no types.
var M2MToken = &Info{
	ID: "m2m.token", Method: "POST", Path: "/v1/public/{project_id}/oauth2/token",
	Errors: []*Error{ErrInvalidClient, ErrInvalidRequest, ErrInvalidScope, ErrUnsupportedGrantType},
}

// Every are all operations: [All], and those that are no JSON call with the project's credentials.
var Every = append(slices.Clone(All), M2MToken)
