// Package secret keeps tokens, codes and passwords out of whatever is printed, logged or marshalled.
package secret

import (
	"cmp"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
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

// MaskPtr is [Mask] for an optional field.
func MaskPtr(s *string) *string {
	if s == nil {
		return nil
	}
	return new(Mask(*s))
}

// MaskList is [Mask] for each element of a list.
func MaskList(list []string) []string {
	if list == nil {
		return nil
	}
	masked := make([]string, len(list))
	for i, s := range list {
		masked[i] = Mask(s)
	}
	return masked
}

// Format writes v, already masked, as its type's name and JSON, so that no verb reaches the fields.
func Format(s fmt.State, name string, v any) {
	_, _ = io.WriteString(s, name)
	if err := json.MarshalWrite(s, v, json.Deterministic(true), shown); err != nil {
		_, _ = io.WriteString(s, "{?}")
	}
}

// MarshalJSON encodes v, already masked, for encoders that call the method of that name.
func MarshalJSON(v any) ([]byte, error) { return json.Marshal(v, shown) }

// durations gives them the form that people write, for which JSON has none.
var durations = json.MarshalToFunc(func(enc *jsontext.Encoder, d time.Duration) error {
	return enc.WriteToken(jsontext.String(d.String()))
})

var shown = json.WithMarshalers(durations)

// Revealer is a type whose own methods hide its secrets. Unredacted returns an [Open] value.
type Revealer interface{ Unredacted() any }

// Open is a value that marshals with its secrets, those further down included.
type Open struct {
	// Plain is a pointer to the value, of a type without the methods that mask.
	Plain any
}

// MarshalJSON encodes the value as it travels.
func (o Open) MarshalJSON() ([]byte, error) { return json.Marshal(o.Plain, Reveal) }

// Format writes the marker, whatever the verb: the value is for encoders.
func (o Open) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, Marker) }

// Plain is what an encoder with [Reveal] shall see of r.
func Plain(r Revealer) any {
	v := r.Unredacted()
	if o, ok := v.(Open); ok {
		return o.Plain
	}
	return v
}

// Reveal makes json encode revealers as they travel, at any depth, those in a shared.Nullable too: its own MarshalJSON
// would mask them.
var Reveal = json.WithMarshalers(json.JoinMarshalers(
	durations,
	json.MarshalToFunc(func(enc *jsontext.Encoder, r Revealer) error {
		return json.MarshalEncode(enc, Plain(r))
	}),
	json.MarshalToFunc(func(enc *jsontext.Encoder, n interface{ Any() (any, bool) }) error {
		if value, ok := n.Any(); ok {
			return json.MarshalEncode(enc, value)
		}
		return enc.WriteToken(jsontext.Null)
	}),
))

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
