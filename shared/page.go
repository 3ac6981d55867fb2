package shared

import (
	"fmt"
	"io"
	"strconv"
)

// PageError ends a walk through a list in pages, as SearchAll makes it. To go on later, walk again with Cursor as the
// request's cursor: the elements before it have all been seen.
type PageError struct {
	// Cursor is that of the page that failed; empty for the first one.
	Cursor string
	// Err is why it failed, such as a *stytcherror.Error.
	Err error
}

func (e *PageError) Error() string {
	text := "page at " + strconv.Quote(e.Cursor)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *PageError) Unwrap() error { return e.Err }

// Format writes the text of Error, whatever the verb.
func (e *PageError) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, e.Error()) }
