package render

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/names"
)

const width = 112

var (
	quotedField = regexp.MustCompile("`([a-z0-9]+(?:_[a-z0-9]+)+)`")
	quoted      = regexp.MustCompile("`([^`]*)`")
)

// comment prints text as a Go comment: fields by their Go names, no Markdown, lines that fit.
func comment(indent int, text string) string {
	text = quotedField.ReplaceAllStringFunc(text, func(m string) string { return names.Go(strings.Trim(m, "`")) })
	text = quoted.ReplaceAllString(text, "$1")
	var b strings.Builder
	prefix := strings.Repeat("\t", indent) + "//"
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n") {
		paragraph = strings.TrimSpace(paragraph)
		if paragraph == "" {
			continue
		}
		if i > 0 {
			b.WriteString(prefix + "\n")
		}
		line := prefix
		for _, word := range strings.Fields(paragraph) {
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

// codeDoc is what stands above an error code.
func codeDoc(e ir.ErrorCode) string {
	certainty := map[string]string{
		"observed": "Status %d.", "documented": "Status %d.", "mocked": "Status %d, from test data of others.",
		"inferred": "Status %d, inferred from the name.",
	}[e.Confidence]
	return e.Meaning + " " + fmt.Sprintf(certainty, e.Status)
}
