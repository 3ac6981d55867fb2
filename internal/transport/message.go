package transport

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxMessage bounds the bytes of a gateway's message.
const maxMessage = 300

// messageNames are the members that gateways and RFC 9457 (problem details) describe an error by, the best first.
var messageNames = []string{
	"message", "Message", "detail", "title", "error_description", "description", "reason", "msg", "faultstring",
	"error", "errors", "fault",
}

// maxMessageDepth bounds the objects and lists around a message.
const maxMessageDepth = 4

// gatewayMessage returns what the body of a gateway's error says, on one line: a member of its JSON object, of which
// fields are the members, the title of its HTML, or all of its text. It is empty if nothing of that can be read.
func (c *call) gatewayMessage(fields map[string]jsontext.Value, body []byte) string {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, byteOrderMark))
	message := messageOf(fields, maxMessageDepth)
	switch {
	case len(body) == 0 || fields != nil:
	case body[0] == '<':
		message = titleOf(body)
	case body[0] == '"':
		message = text(body)
	case isText(body):
		message = string(body)
	}
	message = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, c.redact(message))
	message = strings.Join(strings.Fields(message), " ")
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "..."
	}
	return message
}

func messageOf(fields map[string]jsontext.Value, depth int) string {
	for _, name := range messageNames {
		if message := messageIn(fields[name], depth); message != "" {
			return message
		}
	}
	return ""
}

// messageIn returns a string, or the first message of an object or a list.
func messageIn(value jsontext.Value, depth int) string {
	if len(value) == 0 || depth == 0 {
		return ""
	}
	switch value.Kind() {
	case jsontext.KindString:
		return text(value)
	case jsontext.KindBeginObject:
		return messageOf(members(value), depth-1)
	case jsontext.KindBeginArray:
		var list []jsontext.Value
		_ = json.Unmarshal(value, &list, anyText)
		for _, element := range list {
			if message := messageIn(element, depth-1); message != "" {
				return message
			}
		}
	}
	return ""
}

var (
	title = regexp.MustCompile(`(?is)<(?:title|h1|message)\b[^>]*>(.*?)</(?:title|h1|message)>`)
	tag   = regexp.MustCompile(`<[^>]*>`)
)

// titleOf returns the title, or else the first heading, of a page, and the message of XML.
func titleOf(page []byte) string {
	for _, match := range title.FindAllSubmatch(page, 2) {
		if heading := bytes.TrimSpace(tag.ReplaceAllLiteral(match[1], nil)); len(heading) > 0 {
			return html.UnescapeString(string(heading))
		}
	}
	return ""
}

// isText reports whether a body is text for people: neither binary nor JSON that was cut short.
func isText(body []byte) bool {
	return body[0] != '{' && body[0] != '[' && string(body) != "null" && utf8.Valid(body) &&
		!bytes.ContainsFunc(body, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}
