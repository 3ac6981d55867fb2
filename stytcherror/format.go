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

func head(op string) string {
	if op == "" {
		return "stytch: "
	}
	return "stytch: " + op + ": "
}

// line makes foreign text fit one line: control characters become spaces, what is too long is cut.
func line(s string) string {
	if len(s) > maxLine {
		s = s[:maxLine] + "..."
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
}

// format writes text for every verb, so that no verb reaches the struct behind it.
func format(s fmt.State, verb rune, text string) {
	if verb == 'q' {
		text = strconv.Quote(text)
	}
	_, _ = io.WriteString(s, text)
}
