package secret

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"reflect"
	"strconv"
	"time"
)

// Format implements fmt.Formatter for v, a struct: whatever the verb, it writes the name of its type and, as JSON, what
// [LogValue] returns.
func Format(s fmt.State, v any) { write(s, v, LogValue(v)) }

// FormatRequest is [Format] for a request: it writes what [LogRequest] returns.
func FormatRequest(s fmt.State, v any) { write(s, v, LogRequest(v)) }

func write(w io.Writer, v any, shown slog.Value) {
	if t := reflect.TypeOf(v); t != nil && indirect(t).Kind() == reflect.Struct {
		_, _ = io.WriteString(w, indirect(t).Name())
	}
	_, _ = w.Write(appendJSON(nil, shown))
}

// View shows a value with its secrets masked, when printed, logged or marshalled. Make one with [Redacted].
type View struct{ value func() any }

// Redacted returns a view of v, which may be any value. It is read when the view is printed, not before.
func Redacted(v any) View { return View{func() any { return v }} }

func (v View) get() any {
	if v.value == nil {
		return nil
	}
	return v.value()
}

// Format writes the value with its secrets masked, whatever the verb.
func (v View) Format(s fmt.State, _ rune) { write(s, v.get(), v.LogValue()) }

// LogValue returns the value with its secrets masked.
func (v View) LogValue() slog.Value {
	return printer{shown: new(int)}.show(reflect.ValueOf(v.get()), 0)
}

// MarshalJSON returns the value with its secrets masked, which does not decode into the value again.
func (v View) MarshalJSON() ([]byte, error) { return appendJSON(nil, v.LogValue()), nil }

// Format writes the JSON, whatever the verb; a string without its quotation marks.
func (r raw) Format(s fmt.State, _ rune) {
	var text string
	if json.Unmarshal([]byte(r), &text) != nil {
		text = string(r)
	}
	_, _ = io.WriteString(s, text)
}

// MarshalJSON returns the JSON.
func (r raw) MarshalJSON() ([]byte, error) { return []byte(r), nil }

// appendJSON appends a result of LogValue as JSON.
func appendJSON(b []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindGroup:
		b = append(b, '{')
		for i, attr := range v.Group() {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, attr.Key), ':')
			b = appendJSON(b, attr.Value)
		}
		return append(b, '}')
	case slog.KindBool:
		return strconv.AppendBool(b, v.Bool())
	case slog.KindInt64:
		return strconv.AppendInt(b, v.Int64(), 10)
	case slog.KindUint64:
		return strconv.AppendUint(b, v.Uint64(), 10)
	case slog.KindFloat64:
		if f := v.Float64(); !math.IsInf(f, 0) && !math.IsNaN(f) {
			return strconv.AppendFloat(b, f, 'g', -1, 64)
		}
	case slog.KindAny:
		switch v := v.Any().(type) {
		case nil:
			return append(b, "null"...)
		case raw:
			return append(b, v...)
		}
		return appendText(b, fmt.Sprintf("%T", v.Any()))
	}
	return appendText(b, textOf(v))
}

// textOf returns a value as text, a time as in JSON.
func textOf(v slog.Value) string {
	if v.Kind() == slog.KindTime {
		return v.Time().Format(time.RFC3339Nano)
	}
	return v.String()
}

// appendText appends a JSON string. Unlike [json.Marshal], it does not escape &, < and >.
func appendText(b []byte, s string) []byte {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string always encodes
	return append(b, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}
