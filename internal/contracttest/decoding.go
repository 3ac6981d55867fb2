package contracttest

import (
	"bytes"
	"context"
	"io"
	"math"
	"net/http"
	"reflect"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// tomorrow is a name and a value that no version of the API sends today.
const tomorrow = "x_of_tomorrow"

// decoding checks what an answer may do without harm, and what it may not.
func (o Operation[Req, Resp]) decoding(t *testing.T) {
	t.Helper()
	for name, check := range map[string]func(*answer, *testing.T){
		"ignores fields that nobody knows, at every level":           (*answer).unknownFields,
		"keeps texts that nobody knows, those of enums too":          (*answer).unknownTexts,
		"keeps large integers":                                       (*answer).largeIntegers,
		"takes null as it takes absence, at every level":             (*answer).nulls,
		"names the field whose value is of another type than agreed": (*answer).wrongTypes,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); check(o.answer(t), t) })
	}
}

// answer is an answer that a check can change, and the call that gets it. It is not generic, which keeps the many test
// programs small.
type answer struct {
	op    string
	call  func(context.Context) (resp any, err error)
	root  map[string]any
	sites []site
	body  []byte
}

func (o Operation[Req, Resp]) answer(t *testing.T) *answer {
	t.Helper()
	a := &answer{op: o.Name}
	require.NoError(t, json.Unmarshal([]byte(o.Answer), &a.root))
	a.sites = sitesOf(a.root, reflect.TypeFor[Resp]())
	call := o.bind(roundTrip(a.respond))
	a.call = func(ctx context.Context) (any, error) {
		resp, err := call(ctx, &o.Requests[0].Req)
		if resp == nil {
			return nil, err
		}
		return resp, err
	}
	return a
}

func (a *answer) respond(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Request: req,
		Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)),
	}, nil
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// decode makes the call, which is answered with the answer as it now is.
func (a *answer) decode(t *testing.T) (resp any, err error) {
	t.Helper()
	a.body, err = json.Marshal(a.root)
	require.NoError(t, err)
	return a.call(t.Context())
}

// survives checks that the answer, as it now is, decodes with nothing lost.
func (a *answer) survives(t *testing.T) {
	t.Helper()
	resp, err := a.decode(t)
	require.NoError(t, err)
	again, err := json.Marshal(resp)
	require.NoError(t, err)
	assert.JSONEq(t, string(a.body), string(again))
}

func (a *answer) unknownFields(t *testing.T) {
	want, err := a.decode(t)
	require.NoError(t, err)
	a.root[tomorrow] = tomorrow
	for _, s := range a.sites {
		if object, ok := s.get().(map[string]any); ok && s.typ.Kind() == reflect.Struct {
			object[tomorrow] = []any{map[string]any{tomorrow: 1}}
		}
	}
	got, err := a.decode(t)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func (a *answer) unknownTexts(t *testing.T) {
	for _, s := range a.sites {
		if s.typ.Kind() == reflect.String {
			s.set(tomorrow)
		}
	}
	a.survives(t)
}

func (a *answer) largeIntegers(t *testing.T) {
	const large = math.MaxInt >> 10 // 1<<53 - 1, the largest that every decoder of JSON agrees on, if int has 64 bits
	for _, s := range a.sites {
		isInteger := reflect.Int <= s.typ.Kind() && s.typ.Kind() <= reflect.Uint64
		if isInteger && s.pointer != "/status_code" { // of which 400 and more is an error
			s.set(large)
		}
	}
	a.survives(t)
}

// nulls puts null into one place after the other. One of request_id and status_code must stay.
func (a *answer) nulls(t *testing.T) {
	_, id := a.root["request_id"]
	_, status := a.root["status_code"]
	for _, s := range a.sites {
		if s.pointer == "/request_id" && !status || s.pointer == "/status_code" && !id {
			continue
		}
		value := s.get()
		s.set(nil)
		got, err := a.decode(t)
		require.NoError(t, err, "null at %s", s.pointer)
		if s.field {
			delete(s.object, s.name)
			want, err := a.decode(t)
			require.NoError(t, err, "nothing at %s", s.pointer)
			assert.True(t, reflect.DeepEqual(want, got), "null at %s is not taken as its absence is", s.pointer)
		}
		s.set(value)
	}
}

func (a *answer) wrongTypes(t *testing.T) {
	for _, s := range a.sites {
		value := s.get()
		other := otherType(value)
		if !s.top || s.typ.Kind() == reflect.Interface || other == nil {
			continue
		}
		s.set(other)
		resp, err := a.decode(t)
		s.set(value)
		assert.Nil(t, resp)
		e, ok := err.(*stytcherror.DecodeError) //nolint:errorlint // the outermost error is meant
		if assert.True(t, ok, "%T at %s: %T", other, s.pointer, err) {
			assert.Equal(t, a.op, e.Op)
			assert.Equal(t, http.StatusOK, e.StatusCode)
			assert.Equal(t, s.pointer, e.Field)
		}
	}
}
