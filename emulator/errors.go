package emulator

import (
	"fmt"
	"net/http"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// codeNotImplemented is the emulator's own error type.
const codeNotImplemented stytcherror.Code = "emulator_not_implemented"

// apiError is an error response of the API.
type apiError struct {
	status  int
	code    stytcherror.Code
	message string
	details any
}

func (e *apiError) Error() string { return string(e.code) + ": " + e.message }

func fail(status int, code stytcherror.Code, format string, args ...any) *apiError {
	return &apiError{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

func badRequest(code stytcherror.Code, format string, args ...any) error {
	return fail(http.StatusBadRequest, code, format, args...)
}

func unauthorized(code stytcherror.Code, message string) error {
	return fail(http.StatusUnauthorized, code, "%s", message)
}

func forbidden(code stytcherror.Code, format string, args ...any) error {
	return fail(http.StatusForbidden, code, format, args...)
}

func notFound(code stytcherror.Code, message string) error {
	return fail(http.StatusNotFound, code, "%s", message)
}
