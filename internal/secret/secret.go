// Package secret keeps tokens, codes and passwords out of printed text and logs.
//
//	type SendRequest struct {
//		Token string `json:"token" stytch:"secret"`
//	}
//
//	func (r SendRequest) Format(s fmt.State, _ rune) { secret.FormatRequest(s, r) }
//	func (r SendRequest) LogValue() slog.Value       { return secret.LogRequest(r) }
//
// A struct marks its secret fields with the tag `stytch:"secret"`. [LogValue] masks these, at any depth; [Format] and
// [Redacted] show the same. [LogRequest] and [FormatRequest] are for requests, in which zero values are shown too.
// [encoding/json] is not affected: it writes the secrets.
package secret

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Marker is shown in place of a secret.
const Marker = "[redacted]"

// Mask returns [Marker], or "" if s is empty.
func Mask(s string) string {
	if s == "" {
		return ""
	}
	return Marker
}

// Text is a secret string that prints as [Marker]. It is held by a function, where reflection does not find it.
type Text struct{ reveal func() string }

// New returns s as a Text.
func New(s string) Text { return Text{reveal: func() string { return s }} }

// Reveal returns the secret.
func (t Text) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// Format writes [Marker], whatever the verb.
func (t Text) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, Marker) }

// minScrubbed is the length of the shortest secret that is replaced: shorter ones are found by chance in any text.
const minScrubbed = 4

// Scrub replaces the secrets in text by [Marker], as they are and as escaped in URLs, HTML, JSON and quoted text, the
// longest first. Secrets of less than four bytes stay. It takes linear time, whatever the secrets: a strings.Replacer
// does not.
func Scrub(text string, secrets []string) string {
	var forms []string
	for _, s := range secrets {
		if len(s) >= minScrubbed && len(s) <= len(text) { // escapes only make it longer
			forms = appendForms(forms, s)
		}
	}
	if len(forms) == 0 || text == "" {
		return text
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	parts := []string{text}
	for _, form := range slices.Compact(forms) {
		var cut []string // so that no form is found within a Marker
		for _, part := range parts {
			cut = append(cut, strings.Split(part, form)...)
		}
		parts = cut
	}
	return strings.Join(parts, Marker)
}

// htmlEscaper escapes like html.EscapeString, of which most programs need nothing else.
var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")

// appendForms appends what a secret may look like in a text.
func appendForms(forms []string, s string) []string {
	forms = append(forms, s)
	if !strings.ContainsFunc(s, needsEscape) {
		return forms
	}
	for _, escape := range []func(string) string{url.QueryEscape, url.PathEscape} {
		escaped := escape(s)
		forms = append(forms, escaped, lowerEscapes(escaped))
	}
	inJSON, _ := json.Marshal(s) // a string always encodes
	inPlainJSON := appendText(nil, s)
	for _, quoted := range []string{strconv.Quote(s), strconv.QuoteToASCII(s), string(inJSON), string(inPlainJSON)} {
		forms = append(forms, quoted[1:len(quoted)-1])
	}
	return append(forms, htmlEscaper.Replace(s), strings.ReplaceAll(s, "/", `\/`))
}

// lowerEscapes returns a URL with the letters of its escapes, which url writes in upper case, in lower case.
func lowerEscapes(escaped string) string {
	lower := []byte(escaped)
	for i, c := range lower {
		if c == '%' {
			copy(lower[i+1:], strings.ToLower(escaped[i+1:i+3]))
		}
	}
	return string(lower)
}

func needsEscape(r rune) bool {
	isPlain := r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("-_.", r)
	return !isPlain
}
