// Package strict decodes JSON that must be exactly right: no unknown names, no names twice, no wrong types. Its errors
// name the field as a user writes it, and what is expected.
//
// The two names that matter are [Decode] and [TooDeep].
package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Decode decodes JSON of a control request or a snapshot.
func Decode(data []byte, v any) error {
	return Explain(json.Unmarshal(data, v, json.RejectUnknownMembers(true)), "")
}

// Explain makes an error of package json one for people. The name of the field begins with a prefix.
func Explain(err error, prefix jsontext.Pointer) error {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		field := Name(prefix + semantic.JSONPointer)
		if errors.Is(err, json.ErrUnknownName) {
			return fmt.Errorf("there is no field %s", field)
		}
		return fmt.Errorf("%s must be %s", field, expected(semantic.GoType))
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			return fmt.Errorf("the field %s occurs twice", Name(prefix+syntactic.JSONPointer))
		case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
			return errors.New("the JSON is cut off")
		}
		return fmt.Errorf("not valid JSON at byte %d", syntactic.ByteOffset)
	}
	if errors.Is(err, io.EOF) {
		return errors.New("the JSON is cut off")
	}
	if err != nil { // such as that of an empty body
		return errors.New("not valid JSON")
	}
	return nil
}

// Name writes a JSON pointer as in state.members[0].name, at most 128 bytes of it.
func Name(pointer jsontext.Pointer) string {
	var name strings.Builder
	for token := range pointer.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			fmt.Fprintf(&name, "[%s]", token)
		case name.Len() > 0:
			name.WriteString("." + token)
		default:
			name.WriteString(token)
		}
	}
	if name.Len() == 0 {
		return "the body"
	}
	return strings.ToValidUTF8(name.String()[:min(name.Len(), 128)], "")
}

// expected describes the JSON of a Go type.
func expected(t reflect.Type) string {
	if t == nil {
		return "of another type"
	}
	switch t {
	case reflect.TypeFor[time.Time]():
		return `a time, as in "2026-01-02T03:04:05Z"`
	case reflect.TypeFor[[]byte]():
		return "base64 in a string"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return expected(t.Elem())
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return fmt.Sprintf("an integer of at most %d bits", reflect.TypeFor[int]().Bits())
	case reflect.Slice:
		return "a list"
	default:
		return "an object"
	}
}

// TooDeep reports whether JSON is nested deeper than limit. It does not validate the JSON.
func TooDeep(data []byte, limit int) bool {
	_, is := tooDeep(data, limit)
	return is
}

// DeepField is the member of a JSON object that is nested deeper than limit, with the object; empty if there is none.
func DeepField(data []byte, limit int) string {
	at, _ := tooDeep(data, limit)
	for name := range at.Tokens() {
		return Name(jsontext.Pointer("").AppendToken(name))
	}
	return ""
}

func tooDeep(data []byte, limit int) (at jsontext.Pointer, is bool) {
	for decoder := jsontext.NewDecoder(bytes.NewReader(data)); ; {
		if _, err := decoder.ReadToken(); err != nil {
			return "", false
		}
		if decoder.StackDepth() > limit {
			return decoder.StackPointer(), true
		}
	}
}
