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

// retries returns n as text, as in "1 retry".
func retries(n int) string {
	if n == 1 {
		return "1 retry"
	}
	return strconv.Itoa(n) + " retries"
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
