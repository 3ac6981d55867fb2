package contracttest

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// unknown is a name and a value that the API does not have.
const unknown = "x_unknown"

// decoding tests Answer and responses that differ from it: those that must decode, and those that must not.
func (o Operation[Req, Resp]) decoding(t *testing.T) {
	t.Helper()
	for name, check := range map[string]func(*answer, *testing.T){
		"decodes every field":                               (*answer).checkLossless,
		"ignores unknown fields, at every level":            (*answer).unknownFields,
		"keeps unknown strings, values of enums too":        (*answer).unknownStrings,
		"keeps large integers":                              (*answer).largeIntegers,
		"decodes null like an absent field, at every level": (*answer).nulls,
		"names the field whose value has another type":      (*answer).wrongTypes,
		"decodes data of others, at every level":            (*answer).foreignData,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); check(o.answer(t), t) })
	}
}

// answer is the body of a response, which a test can change, and a call that gets it. It is not generic, which keeps
// the test programs small.
type answer struct {
	op        string
	call      func(context.Context) (resp any, err error)
	root      map[string]any
	locations []location
	server    *transport
}

func (o Operation[Req, Resp]) answer(t *testing.T) *answer {
	t.Helper()
	call, server := o.serve(http.StatusOK, "")
	a := &answer{op: o.Name, server: server}
	require.NoError(t, json.Unmarshal([]byte(o.Answer), &a.root))
	a.locations = locationsOf("", a.root, reflect.TypeFor[Resp]())
	a.call = func(ctx context.Context) (any, error) { return call(ctx, &o.Requests[0].Req) }
	return a
}

// decode makes the call, which gets the body as it is now.
func (a *answer) decode(t *testing.T) (resp any, err error) {
	t.Helper()
	a.server.body, err = json.Marshal(a.root)
	require.NoError(t, err)
	return a.call(t.Context())
}

// checkLossless checks that the body, as it is now, decodes without loss.
func (a *answer) checkLossless(t *testing.T) {
	t.Helper()
	resp, err := a.decode(t)
	require.NoError(t, err)
	again, err := json.Marshal(resp)
	require.NoError(t, err)
	assert.JSONEq(t, string(a.server.body), string(again))
}

func (a *answer) unknownFields(t *testing.T) {
	want, err := a.decode(t)
	require.NoError(t, err)
	a.root[unknown] = unknown
	for _, l := range a.locations {
		if object, ok := l.get().(map[string]any); ok && l.typ.Kind() == reflect.Struct {
			object[unknown] = []any{map[string]any{unknown: 1}}
		}
	}
	got, err := a.decode(t)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func (a *answer) unknownStrings(t *testing.T) {
	for _, l := range a.locations {
		if l.typ.Kind() == reflect.String {
			l.set(unknown)
		}
	}
	a.checkLossless(t)
}

func (a *answer) largeIntegers(t *testing.T) {
	const large = math.MaxInt >> 10 // 1<<53 - 1, up to which a float64 is exact, if int has 64 bits
	for _, l := range a.locations {
		isInteger := reflect.Int <= l.typ.Kind() && l.typ.Kind() <= reflect.Uint64
		if isInteger && l.pointer != "/status_code" { // 400 and more is an error
			l.set(large)
		}
	}
	a.checkLossless(t)
}

// nulls sets one value after the other to null, except the only one of request_id and status_code. A response has just
// what leads to that value and the plain values beside it: with all of them the time would grow with the square of
// their number.
func (a *answer) nulls(t *testing.T) {
	all := a.root
	_, id := all["request_id"]
	_, status := all["status_code"]
	for _, l := range a.locations {
		if l.pointer == "/request_id" && !status || l.pointer == "/status_code" && !id {
			continue
		}
		value := l.get()
		l.set(nil)
		a.root = pathTo(l.pointer, all)
		got, err := a.decode(t)
		require.NoError(t, err, "null at %s", l.pointer)
		if l.field {
			delete(l.object, l.name)
			a.root = pathTo(l.pointer, all)
			want, err := a.decode(t)
			require.NoError(t, err, "no field %s", l.pointer)
			assert.True(t, reflect.DeepEqual(want, got), "null at %s does not decode like an absent field", l.pointer)
		}
		l.set(value)
	}
}

// foreignData has half of an emoji in every string, "" in every time, a fraction in every integer, and each name twice.
func (a *answer) foreignData(t *testing.T) {
	for _, l := range a.locations {
		switch l.typ.Kind() {
		case reflect.String:
			l.set("hi \ufffd")
		case reflect.Int:
			l.set(200)
		}
		if l.typ == reflect.TypeFor[time.Time]() {
			l.set("0001-01-01T00:00:00Z")
		}
	}
	want, err := a.decode(t)
	require.NoError(t, err)
	body, err := appendTwice(nil, a.root)
	require.NoError(t, err)
	body = bytes.ReplaceAll(body, []byte("\ufffd"), []byte(`\ud83d`))
	body = bytes.ReplaceAll(body, []byte(`"0001-01-01T00:00:00Z"`), []byte(`""`))
	a.server.body = bytes.ReplaceAll(body, []byte(":200"), []byte(":200.0"))
	got, err := a.call(t.Context())
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

// appendTwice appends JSON in which each member of an object occurs twice: first as null or an empty string, then as it
// is.
func appendTwice(text []byte, v any) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case map[string]any:
		text = append(text, '{')
		for name, value := range v {
			first := "null"
			if _, isText := value.(string); isText {
				first = `""`
			}
			text = fmt.Appendf(text, "%q:%s,%[1]q:", name, first)
			if text, err = appendTwice(text, value); err != nil {
				return nil, err
			}
			text = append(text, ',')
		}
		return append(bytes.TrimSuffix(text, []byte(",")), '}'), nil
	case []any:
		text = append(text, '[')
		for _, value := range v {
			if text, err = appendTwice(text, value); err != nil {
				return nil, err
			}
			text = append(text, ',')
		}
		return append(bytes.TrimSuffix(text, []byte(",")), ']'), nil
	}
	value, err := json.Marshal(v)
	return append(text, value...), err
}

func (a *answer) wrongTypes(t *testing.T) {
	for _, l := range a.locations {
		value := l.get()
		other := otherType(value)
		if !l.topLevel || l.typ.Kind() == reflect.Interface || other == nil {
			continue
		}
		l.set(other)
		resp, err := a.decode(t)
		l.set(value)
		assert.Nil(t, resp)
		e, ok := err.(*stytcherror.DecodeError) //nolint:errorlint // the outermost error is meant
		if assert.True(t, ok, "%T at %s: %T", other, l.pointer, err) {
			assert.Equal(t, a.op, e.Op)
			assert.Equal(t, http.StatusOK, e.StatusCode)
			assert.Equal(t, l.pointer, e.Field)
		}
	}
}
