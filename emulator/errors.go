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
}

func (e *apiError) Error() string { return string(e.code) + ": " + e.message }

// fail returns an error with the status that the API sends the code with.
func fail(code stytcherror.Code, format string, args ...any) error {
	return &apiError{status: code.StatusCode(), code: code, message: fmt.Sprintf(format, args...)}
}

func notImplemented(format string, args ...any) error {
	return &apiError{http.StatusNotImplemented, codeNotImplemented, fmt.Sprintf(format, args...)}
}
