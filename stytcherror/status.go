package stytcherror

import (
	"context"
	"errors"
	"net/http"
	"reflect"
)

// statusClientClosedRequest is nginx's status for a client that cancelled its request. HTTP defines none.
const statusClientClosedRequest = 499

// statusError is implemented by all errors of this package.
type statusError interface {
	error
	httpStatus() int
}

// ownStatusError is an error of another package that knows its status.
type ownStatusError interface {
	error
	HTTPStatus() int
}

// HTTPStatus returns the status of an application's response to its own client, if a call to the API returned err:
//
//	200  nil
//	400  a link, passcode, TOTP, recovery code or other single-use token that is unknown, expired or used;
//	     values that the API refuses, and conflicts (409 if the API sends that); an ArgumentError of a call
//	401  a session that ended or is unknown; a token that is not accepted (TokenError); a wrong password
//	403  a denial, local (PermissionError) or by the API: by roles, tenancy or an organization's settings
//	404  a member, organization or other resource that does not exist
//	429  a rate limit; a locked user
//	499  the caller cancelled: context.Canceled
//	500  the project's own credentials or configuration, also where keys (ErrKeysUnavailable) or policy (PolicyError)
//	     cannot be fetched because the API refuses them; an ArgumentError of a constructor, such as NewClient;
//	     an error that is not of this package
//	502  a response that cannot be used: a DecodeError, a refused redirect, the API's 500, a gateway's 4xx
//	503  no response (RequestError), a deadline, the API's 408, 502, 503 and 504, keys or policy that cannot be
//	     fetched for another reason
//
// Where that differs from the API's own status, the comment of the [Code] says so; the other statuses of the API are
// returned as they are. The code unauthorized_credentials is 401 for operations on passwords and 500 for others: the
// API uses one code for a wrong password and for a wrong secret. A [Code] alone has the status of an [Error] with the
// status in its comment; an unknown one is 500.
//
// An error with a method HTTPStatus() int, such as a *httpauth.Denial, has the status that it returns.
//
// Wrapped and joined errors are unwrapped; of several errors of this package, the one counts that errors.As finds
// first.
func HTTPStatus(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if e, ok := errors.AsType[ownStatusError](err); ok && !isNil(e) {
		return e.HTTPStatus()
	}
	e, ok := errors.AsType[statusError](err)
	switch {
	case ok && isNil(e):
		return http.StatusInternalServerError
	case ok:
		return e.httpStatus()
	case errors.Is(err, context.Canceled):
		return statusClientClosedRequest
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// isNil reports whether an error is a nil pointer.
func isNil(err error) bool {
	v := reflect.ValueOf(err)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Temporary reports whether the same call may succeed later: whether [HTTPStatus] is 429 or 503. With a locked user
// that is when the lock ends, with a rate limit after the RetryAfter of [Error].
//
// It does not say that the call is safe to repeat: if no response came, an operation that changes something may have
// done so. Where a retry is safe, the SDK has made it already; see shared.RetryPolicy.
func Temporary(err error) bool {
	status := HTTPStatus(err)
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// forwarded returns the HTTPStatus of a response with that status, by the API or a gateway in front of it.
func forwarded(status int) int {
	switch {
	case status < http.StatusBadRequest:
		return http.StatusInternalServerError
	case status < http.StatusInternalServerError:
		if status == http.StatusRequestTimeout || status == statusClientClosedRequest {
			return http.StatusServiceUnavailable
		}
		return status
	case status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadGateway
}
