package transport_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	b2brbac "github.com/seed75add069/stytch-go/b2b/rbac"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/b2c/users"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// responses are types of which bodies are decoded, as encoding/json and as we do.
var responses = []reflect.Type{
	reflect.TypeFor[everyKind](),
	reflect.TypeFor[intermediatesessions.ExchangeResponse](),
	reflect.TypeFor[organizations.SearchResponse](),
	reflect.TypeFor[users.SearchResponse](),
	reflect.TypeFor[b2csessions.AuthenticateResponse](),
	reflect.TypeFor[b2brbac.PolicyResponse](),
}

func FuzzUnmarshal(f *testing.F) {
	for _, body := range foreign {
		for i := range responses {
			if len(body) < 5000 {
				f.Add(uint8(i), body)
			}
		}
	}
	for i, body := range []string{
		`{"request_id":"r","member":{"trusted_metadata":{"a":"\ud83d"},"roles":[{"sources":[{"type":"a","type":"b"}]}]},"organization":{"created_at":""}}`,
		`{"results_metadata":{"total":3.0,"total":4},"organizations":[{"organization_name":"\ud83d","email_allowed_domains":["a"],"email_allowed_domains":[]}]}`,
		`{"results":[{"name":{"first_name":"\ud83d"},"created_at":"","emails":[{"verified":true,"verified":null}]}]}`,
		`{"session":{"authentication_factors":[{"email_factor":{"email_id":"a"}}],"authentication_factors":[{"type":"\ud83d"}],"custom_claims":{"a":1e3,"a":{}}}}`,
		`{"policy":{"roles":[{"role_id":"a","permissions":[{"resource_id":"r","actions":["*"]}]}],"roles":[{"role_id":"\ud83d"}]}}`,
	} {
		f.Add(uint8(i+1), body)
	}
	f.Fuzz(func(t *testing.T, kind uint8, body string) {
		requireLikeEncodingJSON(t, responses[int(kind)%len(responses)], body)
	})
}

// FuzzUnmarshal_shaped is FuzzUnmarshal, with bodies that have the shape of the type.
func FuzzUnmarshal_shaped(f *testing.F) {
	for i := range responses {
		for seed := range byte(8) {
			f.Add(uint8(i), bytes.Repeat([]byte{seed, 3 * seed, 7 * seed, 11, seed * seed}, 40))
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, choices []byte) {
		typ := responses[int(kind)%len(responses)]
		s := shaper{choices: choices}
		s.value(typ, 0)
		requireLikeEncodingJSON(t, typ, s.String())
	})
}

func TestUnmarshal_shaped(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{})
	for i := range 3000 {
		s := shaper{choices: make([]byte, 300)}
		_, _ = random.Read(s.choices)
		typ := responses[i%len(responses)]
		s.fields(typ, 0)
		requireLikeEncodingJSON(t, typ, s.String())
	}
}

// requireLikeEncodingJSON requires that what encoding/json decodes is decoded to the same values.
func requireLikeEncodingJSON(t *testing.T, typ reflect.Type, body string) {
	t.Helper()
	theirs, ours := reflect.New(typ).Interface(), reflect.New(typ).Interface()
	theirErr, err := json.Unmarshal([]byte(body), theirs), transport.Unmarshal([]byte(body), ours)
	if theirErr == nil && !hasFoldedName(body, typ) {
		require.NoError(t, err, body)
		require.Equal(t, theirs, ours, body)
	}
}

// shaper writes JSON of a type's shape, as its choices say.
type shaper struct {
	strings.Builder

	choices []byte
}

// choose returns a number below n, and zero when there are no more choices.
func (s *shaper) choose(n int) int {
	if len(s.choices) == 0 {
		return 0
	}
	choice := int(s.choices[0]) % n
	s.choices = s.choices[1:]
	return choice
}

func (s *shaper) oneOf(texts ...string) { s.WriteString(texts[s.choose(len(texts))]) }

var halves = []string{
	``, `a`, `\ud83d`, `\ude00`, `\uD83D\uDE00`, `\ude00\ud83d`, "\xff", "\xc0\xaf", "\xed\xa0\xbd", `\u0000`, `é`, `\\`, `\n`, "\xf0\x9f", `\uFFFF`,
}

func (s *shaper) text() {
	s.WriteByte('"')
	for range s.choose(4) {
		s.oneOf(halves...)
	}
	s.WriteByte('"')
}

func (s *shaper) value(t reflect.Type, depth int) {
	if s.choose(8) == 7 {
		s.oneOf("null", "null", `"a"`, "1", "true", "[]", "{}")
		return
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		s.oneOf(`"2026-01-02T03:04:05Z"`, `"2026-01-02T3:04:05Z"`, `"2026-01-02T03:04:05,7+00:00"`, `"0001-01-01T00:00:00Z"`)
		return
	case t == reflect.TypeFor[shared.Object]():
		s.object(depth, func(depth int) { s.value(reflect.TypeFor[any](), depth) })
		return
	}
	switch t.Kind() {
	case reflect.Pointer:
		s.value(t.Elem(), depth)
	case reflect.Struct:
		s.fields(t, depth)
	case reflect.Map:
		s.object(depth, func(depth int) { s.value(t.Elem(), depth) })
	case reflect.Slice:
		s.WriteByte('[')
		for i := range s.choose(4) {
			s.WriteString(strings.Repeat(",", min(i, 1)))
			s.value(t.Elem(), depth+1)
		}
		s.WriteByte(']')
	case reflect.Bool:
		s.oneOf("true", "false")
	case reflect.Int:
		s.oneOf("0", "1", "-0", "9223372036854775807", "200")
	case reflect.Interface:
		s.any(depth)
	default:
		s.text()
	}
}

func (s *shaper) any(depth int) {
	switch s.choose(5) {
	case 0:
		s.oneOf("1.5", "9007199254740993", "-0", "1e3", "true", "1e-400")
	case 1:
		s.text()
	case 2:
		s.value(reflect.TypeFor[[]any](), depth+1)
	default:
		s.object(depth, s.any)
	}
}

// object writes an object with few names, so that they occur twice.
func (s *shaper) object(depth int, value func(depth int)) {
	s.WriteByte('{')
	for i := range s.choose(5) {
		s.WriteString(strings.Repeat(",", min(i, 1)))
		s.oneOf(`"a"`, `"b"`, `"\u0061"`, `"\ud83d"`, "\"\xff\"")
		s.WriteByte(':')
		if depth > 6 {
			s.WriteString("null")
			continue
		}
		value(depth + 1)
	}
	s.WriteByte('}')
}

// fields writes an object with fields of a struct and unknown ones.
func (s *shaper) fields(t reflect.Type, depth int) {
	s.WriteByte('{')
	for i := range s.choose(12) {
		s.WriteString(strings.Repeat(",", min(i, 1)))
		n := s.choose(t.NumField() + 1)
		if n == t.NumField() || depth > 6 {
			s.WriteString(`"x":`)
			s.any(5)
			continue
		}
		name, _, _ := strings.Cut(t.Field(n).Tag.Get("json"), ",")
		s.WriteString(strconv.Quote(name) + ":")
		s.value(t.Field(n).Type, depth+1)
	}
	s.WriteByte('}')
}

// hasFoldedName reports whether a name in the body is that of a field in another case. To encoding/json it is the same
// name, to us another one.
func hasFoldedName(body string, typ reflect.Type) bool {
	known := namesOf(typ, map[reflect.Type]bool{})
	dec := jsontext.NewDecoder(strings.NewReader(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for {
		token, err := dec.ReadToken()
		if err != nil {
			return false
		}
		if token.Kind() != jsontext.KindString {
			continue
		}
		for _, name := range known {
			if text := token.String(); text != name && strings.EqualFold(text, name) {
				return true
			}
		}
	}
}

func namesOf(t reflect.Type, seen map[reflect.Type]bool) (names []string) {
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return namesOf(t.Elem(), seen)
	case reflect.Struct:
		for f := range t.Fields() {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				names = append(names, name)
			}
			names = append(names, namesOf(f.Type, seen)...)
		}
	}
	return names
}
