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

func TestPrint_hidesSecrets(t *testing.T) {
	t.Parallel()
	types, total := dataTypes(t), 0
	for _, name := range sortedNames(types) {
		v, secrets := filled(types[name])
		total += secrets
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			canarytest.Hidden(t, v.Interface(), canary)
			canarytest.Hidden(t, v.Elem().Interface(), canary)
			type embedding struct {
				Extra string
				Held  any
			}
			canarytest.Hidden(t, shared.Redacted(embedding{"extra", v.Interface()}), canary)
		})
	}
	assert.Greater(t, total, 300)
}

// verifiesResponse matches operations that refuse a response with arbitrary values. Their packages test what they log.
var verifiesResponse = regexp.MustCompile(`\.(AuthenticateJWT|IntrospectTokenNetwork)$`)

func TestPrint_log(t *testing.T) {
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
			t.Run("the client's log as "+name+" shows no secret of any call that ends in "+result, func(t *testing.T) {
				t.Parallel()
				var log bytes.Buffer
				var answer string
				c := client(t, func(r *http.Request) (*http.Response, error) { return respond(r, status, answer), nil },
					func(c *stytch.Config) { c.Logger = slog.New(handler(&log)) })
				calls := 0
				for _, m := range methods(c) {
					if !m.isOperation() || verifiesResponse.MatchString(m.name) {
						continue
					}
					req, _ := filled(m.call.Type().In(1).Elem())
					resp, _ := filled(m.call.Type().Out(0).Elem())
					answer = inJSON(t, resp.Interface(), `"status_code":200`)
					if status >= 400 {
						answer = `{"error_type": "bad_request", "error_message": ` + quoted(inJSON(t, req.Interface(), "")) + `}`
					}
					out := m.call.Call([]reflect.Value{reflect.ValueOf(t.Context()), req, reflect.ValueOf(shared.WithTimeout(time.Minute))})
					assert.Equal(t, status >= 400, !out[1].IsNil(), "%s: %v", m.name, out[1])
					calls++
				}
				require.Equal(t, calls, strings.Count(log.String(), "stytch: call"))
				assert.Contains(t, log.String(), "[redacted]")
				assert.Contains(t, log.String(), "b2b.sessions.authenticate")
				canarytest.Hidden(t, log.String(), canary)
				assert.NotRegexp(t, canarytest.Address, log.String(), "no addresses")
			})
		}
	}
}

// inJSON returns v as JSON, with status in place of its status_code.
func inJSON(t *testing.T, v any, status string) string {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return strings.Replace(string(raw), `"status_code":9007199254740992`, status, 1)
}

// quoted returns text as a JSON string.
func quoted(text string) string {
	raw, _ := json.Marshal(text)
	return string(raw)
}

// pathParameters returns the names of a request's path parameters.
func pathParameters(t reflect.Type) []string {
	var names []string
	for f := range t.Fields() {
		if _, ok := f.Tag.Lookup("path"); ok {
			names = append(names, wireName(f))
		}
	}
	return names
}

// The log of a call has its path parameters, which identify the object of the call.
func TestPrint_pathParametersInTheLog(t *testing.T) {
	t.Parallel()
	seen := 0
	for _, m := range methods(client(t, nil)) {
		if !m.isOperation() {
			continue
		}
		request := m.call.Type().In(1).Elem()
		for _, name := range pathParameters(request) {
			seen++
			t.Run(m.name+" "+name, func(t *testing.T) {
				t.Parallel()
				req, _ := filled(request)
				for i := range request.NumField() {
					if wireName(request.Field(i)) == name {
						req.Elem().Field(i).SetString("the-object-1")
					}
				}
				var log bytes.Buffer
				c := client(t, func(r *http.Request) (*http.Response, error) { return respond(r, 200, jsonOK), nil },
					func(c *stytch.Config) {
						c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
					})
				same := find(methods(c), m.name)
				same.call.Call([]reflect.Value{reflect.ValueOf(t.Context()), req})
				assert.Contains(t, log.String(), "request."+name+"=the-object-1")
			})
		}
	}
	assert.Greater(t, seen, 100)
}

// A request shows what it sends: pointers to false and 0, empty lists and empty objects.
func TestPrint_requestsShowZero(t *testing.T) {
	t.Parallel()
	types, seen := dataTypes(t), 0
	for _, name := range sortedNames(types) {
		if !strings.HasSuffix(name, "Request") {
			continue
		}
		v := reflect.New(types[name]).Elem()
		for i := range v.NumField() {
			switch f := v.Field(i); f.Kind() {
			case reflect.Pointer:
				f.Set(reflect.New(f.Type().Elem()))
			case reflect.Slice:
				f.Set(reflect.MakeSlice(f.Type(), 0, 0))
			case reflect.Map:
				f.Set(reflect.MakeMap(f.Type()))
			default:
				continue
			}
			seen++
			assert.Regexp(t, `[{,]"`+wireName(v.Type().Field(i))+`":`, fmt.Sprint(v.Interface()), name)
		}
	}
	assert.Greater(t, seen, 500)
}

func find(all []method, name string) method {
	for _, m := range all {
		if m.name == name {
			return m
		}
	}
	return method{}
}
