package sweep_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/shared"
)

// secretName finds the fields that hold secrets by their names on the wire, so that the test does not lean on what the
// generator was told. harmless are those that only sound so.
var (
	secretName = regexp.MustCompile(`(^|_)(token|jwt|secret|password|verifier|codes?|hash|salt)$`)
	harmless   = regexp.MustCompile(`(^|_)(postal|country|error|status|language)_code$`)
)

// sow fills every field of v, those that hold secrets with canaries, and returns how many of these JSON carries.
func sow(v reflect.Value, depth int) int {
	planted := 0
	switch v.Kind() {
	case reflect.Pointer:
		if depth > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			planted = sow(v.Elem(), depth)
		}
	case reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			planted = sow(v.Index(0), depth)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
			break
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			var n int
			if name := wireName(f); secretName.MatchString(name) && !harmless.MatchString(name) {
				n = sowSecret(v.Field(i), name)
			} else {
				n = sow(v.Field(i), depth-1)
			}
			if f.Tag.Get("json") != "-" {
				planted += n
			}
		}
	case reflect.String:
		v.SetString("plain")
	case reflect.Int:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		elem := reflect.New(v.Type().Elem()).Elem()
		if elem.Kind() == reflect.Interface {
			elem.Set(reflect.ValueOf("v"))
		}
		planted = sow(elem, depth-1)
		v.SetMapIndex(reflect.ValueOf("k"), elem)
	default:
	}
	return planted
}

func sowSecret(v reflect.Value, name string) int {
	text := "cAnArY-" + name + "-0123456789"
	switch v.Type() {
	case reflect.TypeFor[string]():
		v.SetString(text)
	case reflect.TypeFor[*string]():
		v.Set(reflect.ValueOf(&text))
	case reflect.TypeFor[[]string]():
		v.Set(reflect.ValueOf([]string{text}))
	default:
		return sow(v, 3)
	}
	return 1
}

func wireName(f reflect.StructField) string {
	for _, key := range []string{"path", "url", "json"} {
		if name, _, _ := strings.Cut(f.Tag.Get(key), ","); name != "" && name != "-" {
			return name
		}
	}
	return f.Name
}

// filled returns a new value of the pointer type t, with canaries planted.
func filled(t reflect.Type) (v reflect.Value, planted int) {
	v = reflect.New(t.Elem())
	planted = sow(v.Elem(), 6)
	return v, planted
}

// inFull is v as it travels.
func inFull(t *testing.T, v any) string {
	t.Helper()
	if r, ok := v.(interface{ Unredacted() any }); ok {
		v = r.Unredacted()
	}
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}

func TestRedaction_types(t *testing.T) {
	t.Parallel()
	total := 0
	for _, m := range methods(client(t, nil)) {
		if !m.isOperation() {
			continue
		}
		for kind, typ := range map[string]reflect.Type{"request": m.call.Type().In(1), "answer": m.call.Type().Out(0)} {
			v, planted := filled(typ)
			total += planted
			t.Run(fmt.Sprintf("the %s of %s shows none of its %d secrets", kind, m.name, planted), func(t *testing.T) {
				t.Parallel()
				canarytest.Hidden(t, v.Interface(), "cAnArY")
				canarytest.Hidden(t, v.Elem().Interface(), "cAnArY")
			})
			t.Run(fmt.Sprintf("the %s of %s marshals its %d secrets when asked to", kind, m.name, planted), func(t *testing.T) {
				t.Parallel()
				full := inFull(t, v.Interface())
				assert.Equal(t, planted, strings.Count(full, "cAnArY"))
				if planted > 0 {
					back := reflect.New(typ.Elem())
					require.NoError(t, json.Unmarshal([]byte(full), back.Interface()))
					assert.JSONEq(t, full, inFull(t, back.Interface()), "and can be read back")
				}
			})
		}
	}
	assert.Greater(t, total, 20)
}

// decidesItself finds the operations for which an answer like any other is none; their packages test what they log.
var decidesItself = regexp.MustCompile(`\.(AuthenticateJWT|IntrospectTokenNetwork)$`)

func TestRedaction_log(t *testing.T) {
	t.Parallel()
	handlers := map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler {
			return slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug})
		},
		"JSON": func(b *bytes.Buffer) slog.Handler {
			return slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug})
		},
	}
	for name, handler := range handlers {
		for status, result := range map[int]string{200: "a success", 400: "an error"} {
			t.Run("the client's own log, as "+name+", shows no secret of any call that ends in "+result, func(t *testing.T) {
				t.Parallel()
				var log bytes.Buffer
				var answer string
				c := client(t, func(r *http.Request) (*http.Response, error) { return respond(r, status, answer), nil },
					func(c *stytch.Config) { c.Logger = slog.New(handler(&log)) })
				calls := 0
				for _, m := range methods(c) {
					if !m.isOperation() || decidesItself.MatchString(m.name) {
						continue
					}
					req, _ := filled(m.call.Type().In(1))
					resp, _ := filled(m.call.Type().Out(0))
					answer = strings.Replace(inFull(t, resp.Interface()), `"status_code":7`, `"status_code":200`, 1)
					if status >= 400 {
						answer = `{"error_type": "bad_request", "error_message": ` + quoted(inFull(t, req.Interface())) + `}`
					}
					out := m.call.Call([]reflect.Value{reflect.ValueOf(t.Context()), req, reflect.ValueOf(shared.WithTimeout(time.Minute))})
					assert.Equal(t, status >= 400, !out[1].IsNil(), "%s: %v", m.name, out[1])
					calls++
				}
				require.Equal(t, calls, strings.Count(log.String(), "stytch: call"))
				assert.Contains(t, log.String(), "[redacted]")
				assert.Contains(t, log.String(), "b2b.sessions.authenticate")
				canarytest.Hidden(t, log.String(), "cAnArY")
			})
		}
	}
}

// quoted is text as a JSON string.
func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}
