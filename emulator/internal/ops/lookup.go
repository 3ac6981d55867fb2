package ops

import (
	"cmp"
	"slices"
	"strings"
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
