package transport

import (
	"slices"
	"strconv"
	"strings"
)

// headings are the elements whose text says what a page is about: a title, a heading, the message of XML or SOAP.
var headings = []string{"title", "h1", "h2", "message", "faultstring"}

// inline are the elements that do not end a word.
var inline = []string{"a", "b", "i", "em", "strong", "code", "font", "span", "wbr", "![cdata["}

// messageOfPage returns the text of the first of the headings that has one. If none has, and the page is not cut short,
// it returns all that is outside of headings, scripts and styles. Elements in the text are left out.
func messageOfPage(page string, cut bool) string {
	var inside string // a heading
	var heading, all strings.Builder
	for {
		content, rest, _ := strings.Cut(page, "<")
		tag, after, closed := cutTag(rest)
		name := elementName(tag)
		switch inside {
		case "":
			all.WriteString(content)
			if !slices.Contains(inline, strings.Trim(name, "/")) {
				all.WriteByte(' ')
			}
			if slices.Contains(headings, name) {
				inside = name
			}
		default:
			heading.WriteString(content)
			if name != "/"+inside {
				break
			}
			if text := unescape(heading.String()); strings.TrimSpace(text) != "" {
				return text
			}
			inside = ""
			heading.Reset()
		}
		switch {
		case !closed && cut:
			return ""
		case !closed:
			return unescape(all.String())
		}
		if page = after; name == "script" || name == "style" {
			page = fromEndTag(after, name)
		}
	}
}

// fromEndTag returns the text from the end tag of an element on: in a script or style, "<" begins nothing else.
func fromEndTag(text, name string) string {
	for i := 0; ; i += 2 {
		next := strings.Index(text[i:], "</")
		if next < 0 {
			return ""
		}
		i += next
		if end := text[i+2:]; len(end) >= len(name) && strings.EqualFold(end[:len(name)], name) {
			return text[i:]
		}
	}
}

// cutTag returns a tag, whose "<" was cut off, and what follows it. A comment is one tag, and the beginning of a CDATA
// section is one.
func cutTag(text string) (tag, after string, closed bool) {
	const comment, cdata = "!--", "![CDATA["
	switch {
	case strings.HasPrefix(text, cdata):
		return cdata, text[len(cdata):], true
	case strings.HasPrefix(text, comment):
		return strings.Cut(text, "-->")
	}
	return strings.Cut(text, ">")
}

// elementName returns the name in a tag in lower case, without its namespace; with a slash if it ends the element.
func elementName(tag string) string {
	words := strings.Fields(strings.ToLower(tag))
	if len(words) == 0 {
		return ""
	}
	name, end := strings.CutPrefix(words[0], "/")
	name = name[strings.LastIndexByte(name, ':')+1:]
	if end {
		return "/" + name
	}
	return name
}

// entities are the named character references that messages have, and the end of a CDATA section.
var entities = strings.NewReplacer("]]>", "",
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
