package stytcherror

import (
	"cmp"
	"slices"
)

// Code is the API's error_type. It is an error itself, so that errors.Is finds it in an [Error]:
//
//	errors.Is(err, stytcherror.CodeSessionNotFound)
//
// An error_type that this version does not know is a Code too.
type Code string

// Error returns the code, as in "session_not_found".
func (c Code) Error() string { return string(c) }

// StatusCode returns the HTTP status with which the API sends the code, or zero for a code that this version does not
// know. Many are inferred, which the comment of the code says.
func (c Code) StatusCode() int { return c.entry().api }

// codeStatus is the entry of a code in api/errors.yaml.
type codeStatus struct {
	code Code
	// api is the status of the API; override, unless zero, is what HTTPStatus returns in its place.
	api, override int
}

// entry returns the entry of the code, or the zero value for a code that this version does not know.
func (c Code) entry() codeStatus {
	i, ok := slices.BinarySearchFunc(statuses[:], c, func(s codeStatus, c Code) int { return cmp.Compare(s.code, c) })
	if !ok {
		return codeStatus{}
	}
	return statuses[i]
}

func (c Code) httpStatus() int {
	entry := c.entry()
	return cmp.Or(entry.override, forwarded(entry.api))
}
