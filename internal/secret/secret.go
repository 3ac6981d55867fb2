// Package secret keeps tokens, codes and passwords out of whatever is printed or logged.
//
//	type SendRequest struct {
//		Token string `json:"token" stytch:"secret"`
//	}
//
//	func (r SendRequest) Format(s fmt.State, _ rune) { secret.Format(s, r) }
//	func (r SendRequest) LogValue() slog.Value       { return secret.LogValue(r) }
//
// A struct marks its secret fields with the tag `stytch:"secret"`. [LogValue] shows any value with those masked, at any
// depth; [Format] and [Redacted] print and marshal the same. JSON is not touched: [encoding/json] writes the secrets.
package secret

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
)

// Marker stands where a secret was.
const Marker = "[redacted]"

// Mask returns the marker for a secret, and nothing for nothing.
func Mask(s string) string {
	if s == "" {
		return ""
	}
	return Marker
}

// Text is a secret that shows its marker, whichever way it is printed. Reflection reaches a function, not the text.
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

// Format writes the marker, whatever the verb.
func (t Text) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, Marker) }

// minScrubbed is the length below which a secret would garble a text and say nothing.
const minScrubbed = 4

// Scrub replaces each of the secrets in text, plain or escaped as in a URL; where two overlap, the longer one.
func Scrub(text string, secrets []string) string {
	var forms []string
	for _, s := range secrets {
		if len(s) >= minScrubbed {
			forms = append(forms, s, url.QueryEscape(s))
		}
	}
	if len(forms) == 0 || text == "" {
		return text
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, Marker)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
