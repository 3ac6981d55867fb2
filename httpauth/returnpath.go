package httpauth

import (
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxReturnPath bounds the path to return to after a login, in bytes.
const maxReturnPath = 2048

// maxEscaped bounds how often what a path holds may be escaped.
const maxEscaped = 5

// ReturnPath returns next if it is a path of the application, with or without a query, and "/" otherwise: for a URL,
// for what a browser or a proxy could take for another site, such as //example.com, /\example.com or /%2fexample.com,
// for control characters and spaces, for dot segments, for more than 2048 bytes, and for what is escaped five times.
// Characters outside ASCII are escaped. Pass what came with a request through it before redirecting there.
func ReturnPath(next string) string {
	if len(next) > maxReturnPath || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsFunc(next, isUnsafe) {
		return "/"
	}
	u, err := url.Parse(escapeNonASCII(next))
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	text := u.EscapedPath()
	for range maxEscaped {
		if !isPlainPath(text) {
			return "/"
		}
		decoded := unescape(text)
		if decoded == text {
			return u.String()
		}
		text = decoded
	}
	return "/"
}

// escapeNonASCII escapes the characters outside ASCII, also those of a query, which url.URL leaves as they are.
func escapeNonASCII(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c < utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// unescape removes the escapes of a path. It keeps a percent sign that begins none: url.PathUnescape would remove none
// of them then, as others do not.
func unescape(text string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(text, "%")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		text = after
		if len(after) >= 2 {
			if c, err := strconv.ParseUint(after[:2], 16, 8); err == nil {
				b.WriteByte(byte(c))
				text = after[2:]
				continue
			}
		}
		b.WriteByte('%')
	}
}

// isUnsafe reports whether a character of a path is removed or replaced by browsers, or cannot be in a URL.
func isUnsafe(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f || r == '\uFFFD' }

// isPlainPath reports whether a path is one that nobody takes for the name of a host, and that stays as it is when dot
// segments are removed.
func isPlainPath(text string) bool {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimPrefix(text, "/"))
	if strings.ContainsRune("/\\／＼⁄∕⧵⧸", first) {
		return false
	}
	return !hasDotSegment(text)
}

func hasDotSegment(text string) bool {
	for segment := range strings.SplitSeq(text, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// isCanonical reports whether a URL's path is as it would be after cleaning, and has no escapes that matter, nor a
// backslash, which some take for a slash.
func isCanonical(u *url.URL) bool {
	clean := path.Clean(u.Path)
	return u.RawPath == "" && (clean == u.Path || clean+"/" == u.Path) && !strings.Contains(u.Path, `\`)
}
