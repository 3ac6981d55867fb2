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
	"fmt"
	"io"
	"net/url"
	"slices"
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

// Scrub replaces the secrets in text by [Marker], as they are and escaped for a URL. Of several that begin at one
// place, the longest is replaced. Secrets of less than four bytes stay.
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
