package shared

import (
	"fmt"
	"log/slog"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// Redacted returns v in a form that prints, logs and marshals with its secrets masked, for loggers that marshal what
// they are given:
//
//	log.Info("logged in", zap.Any("response", shared.Redacted(resp)))
//
// v may be a request, a response, or a value of your own type with these in exported fields. Fields have their JSON
// names and empty ones are left out. The JSON is for people to read: it does not decode into v again.
func Redacted(v any) RedactedValue { return RedactedValue{secret.Redacted(v)} }

// RedactedValue is what [Redacted] returns. It reads the value when it is printed, not before.
type RedactedValue struct{ view secret.View }

// Format writes the value with its secrets masked, whatever the verb.
func (r RedactedValue) Format(s fmt.State, verb rune) { r.view.Format(s, verb) }

// LogValue returns the value with its secrets masked.
func (r RedactedValue) LogValue() slog.Value { return r.view.LogValue() }

// MarshalJSON returns the value with its secrets masked.
func (r RedactedValue) MarshalJSON() ([]byte, error) { return r.view.MarshalJSON() }
