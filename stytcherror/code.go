package stytcherror

import (
	"cmp"
	"slices"
	"strings"
)

// Code is the API's error_type. It is an error itself, so that errors.Is finds it in an [Error]:
//
//	errors.Is(err, stytcherror.CodeSessionNotFound)
//
// A code that this version does not know is still a Code with its text.
type Code string

// Error is the bare code, as in "session_not_found".
func (c Code) Error() string { return string(c) }

// Is reports whether the code is [CodeSessionAuthorizationTenancyError] and target [ErrTenancyMismatch], which mean the
// same.
func (c Code) Is(target error) bool {
	return c == CodeSessionAuthorizationTenancyError && target == error(ErrTenancyMismatch)
}

// StatusCode is the HTTP status that the API answers with, zero for a code that this version does not know. For many
// codes it is inferred: the comment of each says how sure it is.
func (c Code) StatusCode() int { return c.known().status }

// codeStatus is what api/errors.yaml says of a code.
type codeStatus struct {
	code Code
	// status is the API's; caller is what HTTPStatus gives whatever that is, zero where the API's is right.
	status, caller int
}

// known is zero for a code that this version does not know.
func (c Code) known() codeStatus {
	i, found := slices.BinarySearchFunc(statuses[:], c, func(s codeStatus, c Code) int {
		return strings.Compare(string(s.code), string(c))
	})
	if !found {
		return codeStatus{}
	}
	return statuses[i]
}

func (c Code) httpStatus() int {
	known := c.known()
	return cmp.Or(known.caller, relayed(known.status))
}
