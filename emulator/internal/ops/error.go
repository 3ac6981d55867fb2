package ops

import (
	"errors"
	"fmt"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Error is an error response of the API.
type Error struct {
	Code   stytcherror.Code
	Status int
	// Text is the error_message.
	Text string
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Text }

// Is reports whether target is the error's code, or an error with it.
func (e *Error) Is(target error) bool {
	if code, ok := target.(stytcherror.Code); ok {
		return code == e.Code
	}
	other, ok := target.(*Error)
	return ok && other.Code == e.Code
}

// Because returns the error with a text that says what is wrong.
func (e *Error) Because(format string, args ...any) *Error {
	return &Error{Code: e.Code, Status: e.Status, Text: fmt.Sprintf(format, args...)}
}

// Committed returns the error of a call that is refused although what it has changed is kept, such as a count of wrong
// codes. What any other refused call has changed is undone.
func (e *Error) Committed() error { return &CommittedError{e} }

// CommittedError is an [Error] of a call of which the transaction is committed, see [Error.Committed].
type CommittedError struct{ refusal *Error }

func (e *CommittedError) Error() string { return e.refusal.Error() }

// Unwrap returns the [Error].
func (e *CommittedError) Unwrap() error { return e.refusal }

// AsError returns the error response that an error is, or stands for as a [state.Invalid]. It reports whether there is
// one.
func AsError(err error) (e *Error, ok bool) {
	if e, ok = errors.AsType[*Error](err); ok {
		return e, true
	}
	if invalid, is := errors.AsType[*state.Invalid](err); is {
		return &Error{Code: invalid.Code, Status: invalid.Code.StatusCode(), Text: invalid.Text}, true
	}
	return nil, false
}

// ErrWrongPassword is [ErrUnauthorizedCredentials] of a login by password.
var ErrWrongPassword = ErrUnauthorizedCredentials.Because("The password is wrong.")

// everywhere are the errors of every operation: those of a call that is malformed, has no credentials or is one of too
// many.
var everywhere = []*Error{
	ErrBadRequest, ErrForbiddenCharacterZeroWidthSpace, ErrTooManyRequests, ErrUnauthorizedCredentials,
	ErrInvalidProjectIDAuthentication, ErrProjectNotFound, ErrInvalidB2BEndpoint,
	ErrInvalidConsumerEndpoint, ErrInvalidOrganizationID, ErrLiveIDUsedInTestEnvironment,
}

// ofJWTs are the errors of every operation that takes a session JWT, besides [ErrUnableToParseSessionJWT].
var ofJWTs = []*Error{ErrJWTInvalidAudience, ErrJWTInvalidIssuer, ErrJWTInvalidClaims}

// ofCallers are the errors of every operation that takes a caller's session.
var ofCallers = []*Error{
	ErrSessionAuthorizationError, ErrSessionAuthorizationTenancyError, ErrSessionNotFound, ErrInvalidSessionToken,
	ErrUnableToParseSessionJWT,
}
