package shared_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/shared"
)

// custom is a type of a user, with tag options of encoding/json, as a value in metadata.
type custom struct {
	Name  string   `json:"name"`
	Nick  string   `json:"nick,omitempty"`
	Count int      `json:"count,omitempty"`
	List  []string `json:"list"`
}

func TestObject_encodesLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		value any
		want  string
	}{
		"nil is null":               {nil, `null`},
		"a nil list is null":        {[]string(nil), `null`},
		"an empty list stays":       {[]string{}, `[]`},
		"omitempty is obeyed":       {custom{Name: "a"}, `{"name":"a","list":null}`},
		"a duration is a number":    {time.Minute, `60000000000`},
		"a json.Number is a number": {json.Number("9007199254740993"), `9007199254740993`},
		"bytes are base64":          {[]byte("hi"), `"aGk="`},
		"a time is RFC 3339":        {time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), `"2026-01-02T03:04:05Z"`},
		"text that is not UTF-8":    {"a\xffb", `"a\ufffdb"`},
		"a large integer":           {int64(math.MaxInt64), `9223372036854775807`},
		"a map with integer keys":   {map[int]bool{1: true}, `{"1":true}`},
		"objects in objects":        {shared.Object{"a": []any{nil, map[string]any{}}}, `{"a":[null,{}]}`},
	} {
		for version, encoder := range encoders {
			t.Run(name+", by "+version, func(t *testing.T) {
				t.Parallel()
				for _, v := range []any{
					shared.Object{"k": tt.value},
					struct {
						K shared.Object `json:"k"`
					}{shared.Object{"k": tt.value}},
				} {
					got, err := encoder.marshal(v)
					require.NoError(t, err)
					want := `{"k":` + tt.want + `}`
					if _, nested := v.(shared.Object); !nested {
						want = `{"k":` + want + `}`
					}
					assert.Equal(t, compact(t, want), compact(t, string(got)))
				}
			})
		}
	}
	for version, encoder := range encoders {
		got, err := encoder.marshal(struct {
			A shared.Object `json:"a"`
			B shared.Object `json:"b,omitzero"`
			C shared.Object `json:"c,omitzero"`
		}{C: shared.Object{}})
		require.NoError(t, err)
		assert.Equal(t, `{"a":null,"c":{}}`, string(got), "by %s, nil is absent and empty is sent", version)
	}
}

// compact returns JSON in a form that does not depend on spaces and escapes, with numbers as they are written.
func compact(t *testing.T, text string) string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	require.NoError(t, decoder.Decode(&v))
	return fmt.Sprintf("%#v", v)
}

func TestObject_containsItself(t *testing.T) {
	t.Parallel()
	object, list, mixed := shared.Object{}, []any{nil}, map[string]any{}
	object["a"], object["b"] = object, object
	list[0] = list
	mixed["object"] = shared.Object{"mixed": mixed}
	for name, o := range map[string]shared.Object{"an object": object, "a list": {"list": list}, "a map": {"mixed": mixed}} {
		for version, encoder := range encoders {
			_, err := encoder.marshal(o)
			require.Error(t, err, "%s, by %s", name, version)
		}
	}
	deep := shared.Object{}
	for range 900 {
		deep = shared.Object{"deeper": deep}
	}
	_, err := json.Marshal(deep)
	require.NoError(t, err, "depth alone is no error")
}

func TestObject_decodes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want shared.Object
	}{
		"null is nil":                       {`null`, nil},
		"empty is empty":                    {`{}`, shared.Object{}},
		"values have encoding/json's types": {`{"a":1.5,"b":[true,null,"x"],"c":{"d":2}}`, shared.Object{"a": 1.5, "b": []any{true, nil, "x"}, "c": map[string]any{"d": 2.0}}},
		"the last of two with one name":     {`{"a":1,"a":2}`, shared.Object{"a": 2.0}},
		"the largest exact integer":         {`{"a":9007199254740992}`, shared.Object{"a": 9007199254740992.0}},
		"the smallest inexact integer":      {`{"a":9007199254740993}`, shared.Object{"a": json.Number("9007199254740993")}},
		"a negative inexact integer":        {`{"a":-9007199254740993}`, shared.Object{"a": json.Number("-9007199254740993")}},
		"an inexact integer in a list":      {`{"a":[{"b":12345678901234567890}]}`, shared.Object{"a": []any{map[string]any{"b": json.Number("12345678901234567890")}}}},
		"an integer beyond 64 bits":         {`{"a":123456789012345678901234567890}`, shared.Object{"a": json.Number("123456789012345678901234567890")}},
		"a large number that is exact":      {`{"a":100000000000000000000}`, shared.Object{"a": 1e20}},
		"many digits in a text":             {`{"a":"9007199254740993","b":1}`, shared.Object{"a": "9007199254740993", "b": 1.0}},
		"many digits of a fraction":         {`{"a":0.12345678901234567890}`, shared.Object{"a": 0.12345678901234568}},
		"not what the shortest form says":   {`{"a":1152921504606847000}`, shared.Object{"a": json.Number("1152921504606847000")}},
		"nor one that it would change":      {`{"a":1152921504606846976}`, shared.Object{"a": json.Number("1152921504606846976")}},
		"beyond what a float64 holds":       {`{"a":1e400}`, shared.Object{"a": json.Number("1e400")}},
		"half of an emoji":                  {`{"a":"hi \ud83d"}`, shared.Object{"a": "hi \ufffd"}},
		"an exponent beside many digits":    {`{"a":1e3,"b":9007199254740993}`, shared.Object{"a": 1000.0, "b": json.Number("9007199254740993")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var o shared.Object
			require.NoError(t, json.Unmarshal([]byte(tt.text), &o))
			assert.Equal(t, tt.want, o)
			raw, err := json.Marshal(o)
			require.NoError(t, err)
			var again shared.Object
			require.NoError(t, json.Unmarshal(raw, &again))
			assert.Equal(t, o, again, "encoded and decoded again")
		})
	}
	for version, encoder := range encoders {
		t.Run("anything else is refused by "+version, func(t *testing.T) {
			t.Parallel()
			for _, text := range []string{`[]`, `"a"`, `7`, `true`, `{"a":}`, `{`, `{"a":1`, `{"a":9007199254740993`, `[9007199254740993]`} {
				var v struct {
					O shared.Object `json:"o"`
				}
				require.Error(t, encoder.unmarshal([]byte(`{"o":`+text+`}`), &v), text)
			}
		})
	}
	t.Run("decoding adds members to the existing ones", func(t *testing.T) {
		t.Parallel()
		o := shared.Object{"a": 1.0, "b": 2.0}
		require.NoError(t, json.Unmarshal([]byte(`{"b":3,"c":9007199254740993}`), &o))
		assert.Equal(t, shared.Object{"a": 1.0, "b": 3.0, "c": json.Number("9007199254740993")}, o)
	})
}

func FuzzObject(f *testing.F) {
	for _, seed := range []string{`{}`, `null`, `{"a":9007199254740993}`, `{"a":[1e400,{"b":"1234567890123456"}]}`, `{"a":1,"a":2}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var o shared.Object
		var plain map[string]any
		err, plainErr := json.Unmarshal([]byte(text), &o), json.Unmarshal([]byte(text), &plain)
		if plainErr == nil {
			require.NoError(t, err, "what encoding/json decodes")
			require.Len(t, o, len(plain))
		}
		if err != nil {
			return
		}
		raw, err := json.Marshal(o)
		require.NoError(t, err)
		var again shared.Object
		require.NoError(t, json.Unmarshal(raw, &again))
		require.Equal(t, o, again)
	})
}

func TestNonZero(t *testing.T) {
	t.Parallel()
	assert.Nil(t, shared.NonZero(""))
	assert.Nil(t, shared.NonZero(0))
	type text string
	assert.Nil(t, shared.NonZero(text("")))
	assert.Equal(t, new("a"), shared.NonZero("a"))
	assert.Equal(t, new(text("a")), shared.NonZero(text("a")))
	given := "a"
	assert.NotSame(t, &given, shared.NonZero(given))
}
