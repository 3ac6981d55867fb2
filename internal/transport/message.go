package transport

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jsonobject"
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
	message := messageOfMembers(fields, maxMessageDepth)
	switch {
	case len(body) == 0 || fields != nil:
	case body[0] == '<':
		message = titleOf(string(body))
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

func messageOfMembers(fields map[string]jsontext.Value, depth int) string {
	for _, name := range messageNames {
		if message := messageOfValue(fields[name], depth); message != "" {
			return message
		}
	}
	return ""
}

// messageOfValue returns a string, or the first message of an object or a list.
func messageOfValue(value jsontext.Value, depth int) string {
	if len(value) == 0 || depth == 0 {
		return ""
	}
	switch value.Kind() {
	case jsontext.KindString:
		return text(value)
	case jsontext.KindBeginObject:
		return messageOfMembers(members(value), depth-1)
	case jsontext.KindBeginArray:
		var list []jsontext.Value
		_ = json.Unmarshal(value, &list, jsonobject.AnyText)
		for _, element := range list {
			if message := messageOfValue(element, depth-1); message != "" {
				return message
			}
		}
	}
	return ""
}

// headings are the elements whose text says what a page is about: a title, a heading, the message of XML.
var headings = []string{"title", "h1", "message"}

// titleOf returns the text of the first of the headings that has one, without the elements in it.
func titleOf(page string) string {
	var inside string
	var heading strings.Builder
	for {
		content, rest, found := strings.Cut(page, "<")
		tag, after, closed := strings.Cut(rest, ">")
		if !found || !closed {
			return ""
		}
		var name string
		if words := strings.Fields(strings.ToLower(tag)); len(words) > 0 {
			name = words[0]
		}
		switch {
		case inside == "" && slices.Contains(headings, name):
			inside = name
		case inside != "":
			heading.WriteString(content)
			if name != "/"+inside {
				break
			}
			if text := strings.TrimSpace(heading.String()); text != "" {
				return unescape(text)
			}
			inside = ""
			heading.Reset()
		}
		page = after
	}
}

// entities are the named character references that messages have.
var entities = strings.NewReplacer(
	"&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&nbsp;", " ", "&mdash;", "—", "&ndash;", "–", "&amp;", "&")

// maxReference bounds a numeric character reference, from after "&#" to its semicolon.
const maxReference = 9

// unescape replaces character references. Package html would do it with all names, which is large.
func unescape(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "&#")
		b.WriteString(entities.Replace(before))
		if !found {
			return b.String()
		}
		number, _, _ := strings.Cut(rest[:min(len(rest), maxReference)], ";")
		digits, base := number, 10
		if hex, ok := strings.CutPrefix(strings.ToLower(number), "x"); ok {
			digits, base = hex, 16
		}
		if code, err := strconv.ParseInt(digits, base, 32); err == nil {
			b.WriteRune(rune(code))
			rest = strings.TrimPrefix(rest[len(number):], ";")
		} else {
			b.WriteString("&#")
		}
		text = rest
	}
}

// isText reports whether a body is text for people: neither binary nor JSON that was cut short.
func isText(body []byte) bool {
	return body[0] != '{' && body[0] != '[' && string(body) != "null" && utf8.Valid(body) &&
		!bytes.ContainsFunc(body, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}
