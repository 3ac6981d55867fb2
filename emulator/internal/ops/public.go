package ops

import "slices"

// PublicPrefix begins the ids of endpoints that are no operations of the API.
const PublicPrefix = "public."

// Public are the endpoints that are no operations of the API: browsers, identity providers and clients of OAuth2 call
// them.
var Public = oauth2Endpoints

// All are all operations: [JSON], and the endpoints of OAuth2.
var All = append(slices.Clone(JSON), M2MToken, IntrospectToken)
