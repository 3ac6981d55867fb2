package render

import (
	"strings"
	"unicode/utf8"
)

// width is the number of columns that a line may take, with tabs of four.
const width = 120

// comment formats text as a Go comment of at most width columns. Each line of text is a paragraph. A
// line that begins with a tab is code and one that begins with three spaces and a dash is an item of a list; these are
// not wrapped.
func comment(indent int, text string) string {
	var b strings.Builder
	prefix := strings.Repeat("\t", indent) + "//"
	before := ""
	for _, paragraph := range paragraphs(text) {
		code, item := strings.HasPrefix(paragraph, "\t"), strings.HasPrefix(paragraph, "   - ")
		if before != "" && !item && (!code || !strings.HasPrefix(before, "\t")) {
			b.WriteString(prefix + "\n")
		}
		before = paragraph
		if code || item {
			b.WriteString(prefix + paragraph + "\n")
			continue
		}
		line := prefix
		for word := range strings.FieldsSeq(paragraph) {
			if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word)+indent*3 > width && line != prefix {
				b.WriteString(line + "\n")
				line = prefix
			}
			line += " " + word
		}
		b.WriteString(line + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func paragraphs(text string) []string {
	var list []string
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) != "" {
			list = append(list, strings.TrimRight(line, " "))
		}
	}
	return list
}
