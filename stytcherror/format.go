package stytcherror

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"unicode"
)

// maxLine bounds the bytes of each part of an error's text.
const maxLine = 400

// prefix returns the beginning of an error's text, which names the operation.
func prefix(op string) string {
	if op == "" {
		return "stytch: "
	}
	return "stytch: " + op + ": "
}

// oneLine shortens s to maxLine bytes and replaces characters that end or reorder a line, or are no UTF-8, by spaces.
func oneLine(s string) string {
	if len(s) > maxLine {
		s = s[:maxLine] + "..."
	}
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
}

// part returns text on one line after a separator, and nothing if there is no text.
func part(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + oneLine(text)
}

// cause returns the text of a cause as a part.
func cause(err error) string {
	if err == nil {
		return ""
	}
	return ": " + oneLine(err.Error())
}

// notes returns the end of an error's text, as in " (request-id-1, 1 retry)".
func notes(requestID string, retries int) string {
	var list []string
	if requestID != "" {
		list = append(list, oneLine(requestID))
	}
	if retries == 1 {
		list = append(list, "1 retry")
	} else if retries > 1 {
		list = append(list, strconv.Itoa(retries)+" retries")
	}
	if len(list) == 0 {
		return ""
	}
	return " (" + strings.Join(list, ", ") + ")"
}

// format writes text whatever the verb, so that no verb prints the fields of an error.
func format(s fmt.State, verb rune, text string) {
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(s, text)
}

// logValue returns a group like that of [Error].
func logValue(op, text string) slog.Value {
	message := slog.String("error_message", strings.TrimPrefix(text, prefix(op)))
	if op == "" {
		return slog.GroupValue(message)
	}
	return slog.GroupValue(slog.String("op", op), message)
}
