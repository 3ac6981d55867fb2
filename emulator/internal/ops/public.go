package ops

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

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

// At is the path with values for its parameters, in their order. Where an endpoint takes the rest of a path, At ends
// before that.
func (i *Info) At(values ...string) string {
	segments := strings.Split(strings.TrimSuffix(i.Path, "/"+Rest), "/")
	for n, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			segments[n], values = url.PathEscape(values[0]), values[1:]
		}
	}
	return strings.Join(segments, "/")
}

// SAMLShieldValidate is the only endpoint of SAML Shield, a product of its own.
var SAMLShieldValidate = &Info{ID: "samlshield.saml.validate", Method: "POST", Path: "/v1/saml/validate"}

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

// All are all operations: [JSON], and the endpoints of OAuth2.
var All = append(slices.Clone(JSON), M2MToken, IntrospectToken)

// called are the endpoints of the SDK's operations that call one with another id.
var called = map[string]*Info{
	"b2b.idp.introspect_token_network": IntrospectToken,
	"b2b.sessions.authenticate_jwt":    B2BSessionsAuthenticate.Info,
	"b2c.idp.introspect_token_network": IntrospectToken,
	"b2c.sessions.authenticate_jwt":    B2CSessionsAuthenticate.Info,
	"m2m.token_source":                 M2MToken,
}

// Local are the SDK's operations that call no endpoint.
var Local = []string{
	"b2b.idp.introspect_token_local", "b2b.oauth.discovery.start_url", "b2b.oauth.start_url", "b2b.rbac.check",
	"b2b.rbac.explain", "b2b.rbac.permissions", "b2b.sessions.authenticate_jwt_local", "b2b.sso.start_url",
	"b2c.idp.introspect_token_local", "b2c.oauth.start_url", "b2c.rbac.check", "b2c.rbac.explain",
	"b2c.rbac.permissions", "b2c.sessions.authenticate_jwt_local", "m2m.authenticate_token",
}

// Endpoint is the endpoint with an id, or that which the SDK's operation with the id calls. It is nil if there is none.
func Endpoint(id string) *Info {
	for _, list := range [][]*Info{All, Public} {
		if i := slices.IndexFunc(list, func(op *Info) bool { return op.ID == id }); i >= 0 {
			return list[i]
		}
	}
	return called[id]
}

// Similar are up to three ids of endpoints with the last name of an id, those first that have most of its other names.
func Similar(id string) (ids []string) {
	names := strings.Split(id, ".")
	common := func(other string) (n int) {
		for name := range strings.SplitSeq(other, ".") {
			if slices.Contains(names, name) {
				n++
			}
		}
		return n
	}
	for _, op := range slices.Concat(All, Public) {
		if op.ID[strings.LastIndexByte(op.ID, '.')+1:] == names[len(names)-1] {
			ids = append(ids, op.ID)
		}
	}
	slices.SortStableFunc(ids, func(a, b string) int { return cmp.Compare(common(b), common(a)) })
	ids = slices.Compact(ids)
	return ids[:min(3, len(ids))]
}
