// Package ops describes the API's operations for those who serve them: what each takes and returns, which errors it may
// answer with, and what the session of a caller must permit. Operations and errors are generated from api/, the
// endpoints that are no operations are not.
//
// The two names that matter are [Op], an operation with its types, such as [B2BSessionsRevoke], and [Error], of which
// there is a value per error_type, such as [ErrSessionNotFound].
package ops

import (
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// Op is an operation that takes a Req and returns a Resp.
type Op[Req, Resp any] struct{ *Info }

// Info is what is known about an operation apart from its types.
type Info struct {
	// ID is the operation's id, as in "b2b.sessions.authenticate". It has no product if both products have the service.
	ID string
	// Method and Path are the endpoint. The path's parameters are in braces.
	Method, Path string
	// Permissions are what a caller's session needs; without any, the operation takes no such session.
	Permissions []Permission
	// Errors are those that the operation may answer with, apart from those of every operation.
	Errors []*Error
}

// Permission is an action on a resource that a caller's session needs. Field is the field of the request that needs it,
// empty where every request does. Of those with the same field one is enough, and one on stytch.self only if the caller
// is the member whom the request is about.
type Permission struct{ Resource, Action, Field string }

// Declares reports whether the operation may answer with an error_type.
func (i *Info) Declares(code stytcherror.Code) bool {
	is := func(e *Error) bool { return e.Code == code }
	ofCaller := len(i.Permissions) > 0
	return slices.ContainsFunc(i.Errors, is) || slices.ContainsFunc(everywhere, is) ||
		ofCaller && slices.ContainsFunc(ofCallers, is) ||
		(ofCaller || slices.Contains(i.Errors, ErrUnableToParseSessionJWT)) && slices.ContainsFunc(ofJWTs, is)
}

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

// OmitsEmpty reports whether the API leaves out optional members of a type that have no value.
func OmitsEmpty(t reflect.Type) bool { return slices.Contains(omitsEmpty, t) }

// field is a field of a type, by its wire name.
type field struct {
	of   reflect.Type
	name string
}

// NullWhenEmpty reports whether the API sends a field of a type as null where it has no value.
func NullWhenEmpty(t reflect.Type, name string) bool {
	return slices.Contains(nullWhenEmpty, field{t, name})
}
