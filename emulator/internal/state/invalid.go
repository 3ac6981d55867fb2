package state

import (
	"errors"
	"fmt"

	"github.com/seed75add069/stytch-go/emulator/internal/password"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Invalid says that a value is not one that the API accepts. Code is the error_type of such a call.
type Invalid = password.Invalid

func invalid(code stytcherror.Code, format string, args ...any) error {
	return &Invalid{Code: code, Text: fmt.Sprintf(format, args...)}
}

// inField names the field that an error is about.
func inField(field string, err error) error {
	if err == nil {
		return nil
	}
	if wrong, is := errors.AsType[*Invalid](err); is {
		return &Invalid{Code: wrong.Code, Text: field + ": " + wrong.Text}
	}
	return fmt.Errorf("%s: %w", field, err)
}
