package stytcherror

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
)

// ArgumentError means that the call was refused before anything was sent.
type ArgumentError struct {
	// Op is the operation, or the function whose argument it is.
	Op string
	// Field is the request's field, by its name on the wire, or the function's argument.
	Field string
	// Reason says what is wrong with it, without its value.
	Reason string
}

func (e *ArgumentError) Error() string {
	return prefix(e.Op) + oneLine(e.Field) + " " + oneLine(e.Reason)
}

func (e *ArgumentError) httpStatus() int {
	function := e.Op[strings.LastIndexByte(e.Op, '.')+1:]
	if strings.HasPrefix(function, "New") { // a constructor
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// Format writes the text of Error, whatever the verb.
func (e ArgumentError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue returns operation and text.
func (e ArgumentError) LogValue() slog.Value { return logValue(e.Op, e.Error()) }
