package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// method is one method of one service of a client.
type method struct {
	name string // as in B2B.Sessions.Get
	call reflect.Value
}

// isOperation reports whether the method has the signature of an operation of the API.
func (m method) isOperation() bool {
	t := m.call.Type()
	return t.NumIn() == 3 && t.IsVariadic() && t.In(0) == reflect.TypeFor[context.Context]() &&
		t.In(1).Kind() == reflect.Pointer && t.In(2) == reflect.TypeFor[[]shared.RequestOption]() &&
		t.NumOut() == 2 && t.Out(0).Kind() == reflect.Pointer
}

// methods returns all methods of all services of c.
func methods(c *stytch.Client) []method {
	var found []method
	var walk func(v reflect.Value, name string)
	walk = func(v reflect.Value, name string) {
		if v.Kind() == reflect.Pointer && v.Type().Elem().Name() == "Service" {
			for i := range v.NumMethod() {
				found = append(found, method{name: name + "." + v.Type().Method(i).Name, call: v.Method(i)})
			}
		}
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				walk(v.Field(i), strings.TrimPrefix(name+"."+f.Name, "."))
			}
		}
	}
	walk(reflect.ValueOf(c), "")
	return found
}

// invoke calls m with ctx for a context and zero values for the other arguments. It returns the first pair of an
// iterator.
func (m method) invoke(ctx context.Context) []reflect.Value {
	t := m.call.Type()
	args := make([]reflect.Value, t.NumIn())
	for i := range args {
		args[i] = reflect.Zero(t.In(i))
		if t.In(i) == reflect.TypeFor[context.Context]() && ctx != nil {
			args[i] = reflect.ValueOf(ctx)
		}
	}
	results := m.call.Call
	if t.IsVariadic() {
		results = m.call.CallSlice
	}
	out := results(args)
	if len(out) == 1 && t.Out(0).CanSeq2() {
		for a, b := range out[0].Seq2() {
			return []reflect.Value{a, b}
		}
	}
	return out
}

func TestServices_nilArguments(t *testing.T) {
	t.Parallel()
	c := client(t, func(r *http.Request) (*http.Response, error) { return respond(r, http.StatusOK, jsonOK), nil })
	all := methods(c)
	require.Greater(t, len(all), 10)
	for _, m := range all {
		for name, ctx := range map[string]context.Context{"a nil context": nil, "a context": t.Context()} {
			t.Run(m.name+" with a nil request and "+name+" does not panic", func(t *testing.T) {
				t.Parallel()
				var out []reflect.Value
				require.NotPanics(t, func() { out = m.invoke(ctx) })
				if !m.isOperation() {
					return
				}
				err, _ := reflect.TypeAssert[error](out[1])
				assert.Equal(t, err == nil, !out[0].IsNil(), "a response or an error, never both")
				e, refused := errors.AsType[*stytcherror.ArgumentError](err)
				assert.Equal(t, err != nil, refused, "%v", err)
				if ctx == nil {
					require.NotNil(t, e)
					assert.Equal(t, "ctx", e.Field)
				}
			})
		}
	}
}

func TestServices_zero(t *testing.T) {
	t.Parallel()
	c := client(t, nil)
	seen := map[reflect.Type]bool{}
	for _, m := range methods(c) {
		if !m.isOperation() {
			continue
		}
		t.Run(m.name+" of a service that was not made with New is refused", func(t *testing.T) {
			t.Parallel()
			out := zeroOf(c, m).invoke(t.Context())
			assert.True(t, out[0].IsNil())
			e, ok := reflect.TypeAssert[*stytcherror.ArgumentError](out[1])
			require.True(t, ok, fmt.Sprint(out[1]))
			assert.Equal(t, "cfg", e.Field)
		})
		seen[m.call.Type()] = true
	}
	require.Greater(t, len(seen), 10)
}

// zeroOf returns the same method of a zero Service.
func zeroOf(c *stytch.Client, m method) method {
	parts := strings.Split(m.name, ".")
	v := reflect.ValueOf(c)
	for _, part := range parts[:len(parts)-1] {
		v = reflect.Indirect(v).FieldByName(part)
	}
	return method{name: m.name, call: reflect.New(v.Type().Elem()).MethodByName(parts[len(parts)-1])}
}
