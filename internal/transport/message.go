package transport

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxMessage bounds the bytes of a gateway's message.
const maxMessage = 300

// cutMargin is how many bytes before the end of an incomplete body are not shown: redaction does not recognize a secret
// of which a part is missing.
const cutMargin = maxErrorBody / 2

// gatewayMessage returns what the body of a gateway's error says, on one line: a member of its JSON, a heading or the
// text of its HTML or XML, or all of its text. It is empty if nothing of that can be read. The value of the member of
// JSON that is named code is not a message: it is the error's Code. If cut is set, the end of the body is missing.
func (c *call) gatewayMessage(body []byte, code string, cut bool) string {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	var message string
	switch {
	case len(body) == 0:
	case body[0] == '<':
		message = messageOfPage(fromLatin1(body), cut)
	case isJSON(body):
		message = messageOfJSON(body, code)
	case isText(body) && cut:
		message = fromLatin1(body[:max(len(body)-cutMargin, 0)])
	case isText(body):
		message = fromLatin1(body)
	}
	message = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, c.redact(unescape(message)))
	message = strings.Join(strings.Fields(message), " ")
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "..."
	}
	return message
}

// toUTF8 decodes UTF-16 with a byte order mark, and otherwise removes NUL bytes, which ASCII in UTF-16 has.
func toUTF8(body []byte) []byte {
	var order func(a, b byte) uint16
	switch {
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		order = func(a, b byte) uint16 { return uint16(a) | uint16(b)<<8 }
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		order = func(a, b byte) uint16 { return uint16(a)<<8 | uint16(b) }
	case bytes.IndexByte(body, 0) >= 0:
		return bytes.ReplaceAll(body, []byte{0}, nil)
	default:
		return body
	}
	units := make([]uint16, 0, len(body)/2)
	for i := 2; i+1 < len(body); i += 2 {
		units = append(units, order(body[i], body[i+1]))
	}
	return []byte(string(utf16.Decode(units)))
}

// fromLatin1 returns a text of which the bytes that are no UTF-8 are taken for Latin-1.
func fromLatin1(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if r == utf8.RuneError && n == 1 {
			r = rune(text[0])
		}
		b.WriteRune(r)
		text = text[n:]
	}
	return b.String()
}

// isText reports whether a body that is neither JSON nor HTML is text for people: not null and not binary.
func isText(body []byte) bool {
	return string(body) != "null" &&
		!bytes.ContainsFunc(body, func(r rune) bool { return r < ' ' && !unicode.IsSpace(r) })
}
