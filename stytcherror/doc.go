// Package stytcherror defines the errors of the SDK, one type per cause. All are pointers and name the operation.
//
//	switch {
//	case errors.Is(err, stytcherror.CodeIntermediateSessionNotFound):
//		// expired or used: start again
//	case errors.Is(err, context.DeadlineExceeded):
//		// no response in time
//	}
//
// [Error] is an error response; [RequestError] means that no response came; [DecodeError] that the response cannot be
// used; [ArgumentError] that the call was refused before it was sent; [TokenError] that a token is not accepted;
// [PermissionError] that a session or token does not permit an action, and [PolicyError] that this could not be
// checked. For details use errors.As or, shorter:
//
//	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
//		log.Print(apiErr.RequestID, apiErr.RetryAfter)
//	}
//
// [HTTPStatus] returns the status for an application's own client, [Temporary] whether a later attempt can succeed:
//
//	http.Error(w, "login failed", stytcherror.HTTPStatus(err))
//
// No error shows a secret, token, code or password, however it is printed, logged or marshalled.
package stytcherror
