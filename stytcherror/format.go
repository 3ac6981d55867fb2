package stytcherror

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// maxLine bounds what a server or a cause can put into an error's text.
const maxLine = 400

// prefix names the operation.
func prefix(op string) string {
	if op == "" {
		return "stytch: "
	}
	return "stytch: " + op + ": "
}

// oneLine makes foreign text fit one line: what would end or reorder the line becomes a space, what is too long is cut.
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

// retries counts in words.
func retries(n int) string {
	if n == 1 {
		return "1 retry"
	}
	return strconv.Itoa(n) + " retries"
}

// format writes text for every verb, so that no verb reaches the struct behind it.
func format(s fmt.State, verb rune, text string) {
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(s, text)
}
