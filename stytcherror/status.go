package stytcherror

import (
	"context"
	"errors"
	"net/http"
)

// statusClientClosedRequest is nginx's, for a caller who did not wait. No RFC has one.
const statusClientClosedRequest = 499

// answerable are the errors of this package.
type answerable interface {
	error
	httpStatus() int
}

// HTTPStatus is the status that an application should answer its own caller with, when a call to the API ended in err:
//
//	200  nil
//	400  a link, passcode, TOTP, recovery code or other single-use token that is unknown, expired or used;
//	     values that the API refuses, and conflicts (409 where the API says so); an ArgumentError of a call
//	401  a session that ended or is unknown; a token that does not verify (TokenError); a wrong password
//	403  a denial, here (PermissionError) or by the API: by roles, tenancy or an organization's settings
//	404  a member, organization or other thing that is not there
//	429  a rate limit; a locked user
//	499  the caller gave up: context.Canceled
//	500  the project's own credentials or configuration; an ArgumentError of a constructor, such as NewClient;
//	     an error that is not of this package
//	502  an answer that cannot be used: a DecodeError, a refused redirect, the API's 500, a gateway's 4xx
//	503  no answer (RequestError), a deadline, the API's 408, 502, 503 and 504, keys (ErrKeysUnavailable) or policy
//	     (PolicyError) out of reach
//
// Where that differs from the API's own status, the comment of the [Code] says so; other statuses of the API pass
// unchanged. The code unauthorized_credentials is 401 of an operation on passwords and 500 elsewhere: the API gives one
// code to a wrong password and to a wrong secret. A [Code] by itself counts like an [Error] with the status in its
// comment, one that is not known is 500.
//
// Wrapped and joined errors are looked through; of several of this package, the first counts, as errors.As finds it.
func HTTPStatus(err error) int {
	if err == nil {
		return http.StatusOK
	}
	if e, ok := errors.AsType[answerable](err); ok {
		return e.httpStatus()
	}
	switch {
	case errors.Is(err, context.Canceled):
		return statusClientClosedRequest
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Temporary reports whether the same call may succeed later: [HTTPStatus] is 429 or 503. For a locked user that is when
// the lock ends, for a rate limit after RetryAfter of [Error].
//
// It does not say that the call is safe to repeat: where no answer came, an operation that changes something may have
// been carried out. What a second attempt cannot harm, the SDK has tried already; see shared.RetryPolicy.
func Temporary(err error) bool {
	status := HTTPStatus(err)
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// relayed is the status for one's own caller when the API, or a gateway before it, answered with this one.
func relayed(status int) int {
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
