package shared

import (
	"fmt"
	"io"
	"strconv"
)

// PageError is the last error of an iterator over pages, such as that of SearchAll. To continue later, make a new one
// with Cursor as the request's cursor: all elements before that page were returned.
type PageError struct {
	// Cursor is the cursor of the page that failed; empty for the first page.
	Cursor string
	// Err is why it failed, such as a *stytcherror.Error.
	Err error
}

func (e *PageError) Error() string {
	text := "first page"
	if e.Cursor != "" {
		text = "page at " + strconv.Quote(e.Cursor)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *PageError) Unwrap() error { return e.Err }

// Format writes the text of Error, whatever the verb.
func (e *PageError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }
