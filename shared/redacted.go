package shared

import (
	"fmt"
	"log/slog"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// Redacted returns v in a form that prints, logs and marshals with its secrets masked, for loggers that marshal what
// they are given:
//
//	log.Info("logged in", zap.Any("answer", shared.Redacted(resp)))
//
// v is any value: a request, an answer, or one of your own that holds some, in exported fields. Names are those of JSON;
// what is empty is left out. The result is for people: it does not decode into v again.
func Redacted(v any) RedactedValue { return RedactedValue{secret.Redacted(v)} }

// RedactedValue is what [Redacted] returns. It looks at the value when it is printed, not before.
type RedactedValue struct{ view secret.View }

// Format writes the value, whatever the verb.
func (r RedactedValue) Format(s fmt.State, verb rune) { r.view.Format(s, verb) }

// LogValue is the same for slog.
func (r RedactedValue) LogValue() slog.Value { return r.view.LogValue() }

// MarshalJSON is the same for encoders.
func (r RedactedValue) MarshalJSON() ([]byte, error) { return r.view.MarshalJSON() }
