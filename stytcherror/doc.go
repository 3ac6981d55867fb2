// Package stytcherror holds the errors of the SDK, one type per cause. All are pointers, all name the operation.
//
//	switch {
//	case errors.Is(err, stytcherror.CodeIntermediateSessionNotFound):
//		// expired or used: start again
//	case errors.Is(err, context.DeadlineExceeded):
//		// no answer in time
//	}
//
// [Error] is the API saying no; [RequestError] means that no answer came; [DecodeError] that the answer cannot be used;
// [ArgumentError] that the call was refused before it was sent; [TokenError] that a token is not accepted;
// [PermissionError] that its holder may not do this, and [PolicyError] that this could not be decided. For details use
// errors.As or, shorter:
//
//	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
//		log.Print(apiErr.RequestID, apiErr.RetryAfter)
//	}
//
// [HTTPStatus] is what one's own caller should get, [Temporary] tells whether a later try can help:
//
//	http.Error(w, "login failed", stytcherror.HTTPStatus(err))
//
// No error shows a secret, token, code or password, whichever way it is printed, logged or marshalled.
package stytcherror
