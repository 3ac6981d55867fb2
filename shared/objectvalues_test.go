package shared_test

import (
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/shared"
)

// Types of a user, as values in metadata.
type (
	inner struct {
		ID   int    `json:"id,omitempty"`
		Note string `json:",omitempty"`
	}
	outer struct {
		inner
		*Embedded

		Pointer *inner            `json:"pointer,omitempty"`
		Struct  inner             `json:"struct,omitempty"` //nolint:modernize // as users write it
		Zero    inner             `json:"zero,omitzero"`
		Time    time.Time         `json:"time,omitempty"` //nolint:modernize // as users write it
		Bool    bool              `json:"bool,omitempty"`
		Float   float64           `json:"float,omitempty"`
		Wait    time.Duration     `json:"wait"`
		Bytes   []byte            `json:"bytes"`
		Array   [2]byte           `json:"array"`
		List    []string          `json:"list"`
		Map     map[string]string `json:"map"`
		Number  json.Number       `json:"number"`
		Quoted  int               `json:"quoted,string"`
		Text    string            `json:"text,string"`
		Any     any               `json:"any"`
		Object  shared.Object     `json:"object"`
		Hidden  string            `json:"-"`
		Dash    string            `json:"-,"` //nolint:staticcheck // the name is "-"
		Untagged,
		unexported string //nolint:unused // it must be left out
	}
	Embedded    struct{ Level string }
	byValue     struct{ text string }
	byPointer   struct{ Text string }
	asText      struct{ text string }
	asTextPtr   struct{ Text string }
	namedBytes  []byte
	byteNumber  byte
	named       map[string]any
	bothMethods struct{}
)

func (v byValue) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"value": v.text})
}
func (v *byPointer) MarshalJSON() ([]byte, error) { return []byte(`"pointer"`), nil }
func (v asText) MarshalText() ([]byte, error)     { return []byte("text " + v.text), nil }
func (v *asTextPtr) MarshalText() ([]byte, error) { return []byte("text"), nil }
func (bothMethods) MarshalJSON() ([]byte, error)  { return []byte(`"JSON"`), nil }
func (bothMethods) MarshalText() ([]byte, error)  { return []byte("text"), nil }

// objectValues are values of every kind that encoding/json encodes.
func objectValues() map[string]any {
	large := json.Number("9007199254740993")
	return map[string]any{
		"nil":                              nil,
		"a nil list":                       []string(nil),
		"a nil list of objects":            []shared.Object(nil),
		"a nil list of any":                []any(nil),
		"a nil map":                        map[string]int(nil),
		"a nil map of any":                 map[string]any(nil),
		"a nil object":                     shared.Object(nil),
		"a nil pointer":                    (*inner)(nil),
		"a nil pointer with a method":      (*byPointer)(nil),
		"nil bytes":                        []byte(nil),
		"empty ones":                       []any{[]string{}, map[string]int{}, shared.Object{}, []byte{}, [0]int{}, "", 0, false, inner{}},
		"an empty struct":                  outer{},
		"a pointer to an empty struct":     &outer{},
		"a full struct":                    outer{inner: inner{1, "a"}, Embedded: &Embedded{"b"}, Pointer: new(inner), Wait: time.Minute, Number: large, Untagged: "c", Text: `"`},
		"an object in a struct":            outer{Object: shared.Object{"a": large, "b": outer{Number: large}}, Any: shared.Object{"a": []string(nil)}},
		"structs in a list and a map":      []any{[]inner{{}, {ID: 1}}, map[string]inner{"a": {}, "b": {Note: "c"}}, []*inner{nil, {}}},
		"objects in typed lists and maps":  []any{[]shared.Object{nil, {"a": nil}}, map[string]shared.Object{"a": {"b": []int(nil)}}, &shared.Object{"a": large}},
		"a map type":                       named{"a": []string(nil), "b": named{"c": time.Second}},
		"a json.Number":                    large,
		"json.Numbers":                     []json.Number{"1", "-0", "1.50", "1e400", "123456789012345678901234567890", ""},
		"a json.Number far below":          map[string]any{"a": []any{map[string]json.Number{"b": large}, [1]json.Number{large}, &large}},
		"a json.RawMessage":                json.RawMessage(`{"a": [1.0, 9007199254740993]}`),
		"a pointer to a json.RawMessage":   new(json.RawMessage(`[1]`)),
		"json.RawMessages":                 []json.RawMessage{nil, json.RawMessage("null"), json.RawMessage(" { \"b\" : 1e400 } "), json.RawMessage("1.0")},
		"a duration":                       90 * time.Second,
		"durations":                        []any{[]time.Duration{0, -1}, map[string]time.Duration{"a": time.Hour}, new(time.Millisecond)},
		"a time":                           time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.FixedZone("", 3600)),
		"bytes":                            []byte("\x00\xffhi?>"),
		"named bytes":                      []any{namedBytes("hi"), []byteNumber{1, 2}, [3]byte{1, 2, 3}},
		"a map with integer keys":          map[int]bool{-1: true, 10: false, 9: true},
		"maps with other keys":             []any{map[uint8]int{7: 1}, map[asText]int{{"a"}: 1}, map[netip.Addr]int{netip.MustParseAddr("::1"): 1}, map[byteNumber]int{1: 2}},
		"a Marshaler":                      byValue{"a"},
		"a pointer to a Marshaler":         &byValue{"a"},
		"a Marshaler by pointer, by value": byPointer{"a"},
		"a Marshaler by pointer":           &byPointer{"a"},
		"Marshalers in lists and maps":     []any{[]byPointer{{"a"}}, []byValue{{"a"}}, map[string]byPointer{"a": {"b"}}, map[string]*byPointer{"a": {"b"}, "c": nil}, [1]byPointer{{"a"}}, &[1]byPointer{{"a"}}},
		"a TextMarshaler":                  []any{asText{"a"}, &asText{"a"}, asTextPtr{"a"}, &asTextPtr{"a"}, bothMethods{}},
		"types of the standard library":    []any{big.NewInt(math.MaxInt64), new(big.Int).Exp(big.NewInt(10), big.NewInt(30), nil), netip.MustParseAddr("192.0.2.1"), url.URL{Host: "a"}},
		"integers":                         []any{int8(-1), uint64(math.MaxUint64), int64(math.MinInt64), uintptr(7), int64(1 << 53), int64(1<<53 + 1), 'a'},
		"floats":                           []any{0.1, float32(0.1), 1e21, 1e20, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Copysign(0, -1), 100.0},
		"texts":                            []string{"<a href='b'>&</a>", "\u2028\u2029", "a\xffb", "\x00\x1f\x7f", "\ud7ff\U0001f600", `"\`},
		"names":                            map[string]int{"": 1, "a/b~c": 2, "a\xff": 3, "<": 4, "\u2028": 5},
	}
}

func TestObject_encodesWhatUsersPutIn(t *testing.T) {
	t.Parallel()
	for name, value := range objectValues() {
		want, err := json.Marshal(map[string]any{"k": value})
		require.NoError(t, err, name)
		for version, encoder := range encoders {
			for where, v := range map[string]any{
				"alone":       shared.Object{"k": value},
				"a pointer":   &shared.Object{"k": value},
				"in a struct": struct{ O shared.Object }{shared.Object{"k": value}},
				"in a list":   []shared.Object{{"k": value}},
				"in an any":   map[string]any{"O": shared.Object{"k": value}},
			} {
				got, err := encoder.marshal(v)
				require.NoError(t, err, "%s, %s, by %s", name, where, version)
				assert.Contains(t, compact(t, string(got)), compact(t, string(want)), "%s, %s, by %s", name, where, version)
			}
		}
	}
}

func TestObject_refusesLikeEncodingJSON(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"a function": func() {}, "a channel": make(chan int), "a complex number": 1i, "NaN": math.NaN(), "infinity": math.Inf(1),
		"a json.Number that is none": json.Number("abc"), "a map with keys of a struct": map[struct{}]int{{}: 1},
		"a json.RawMessage that is not JSON": json.RawMessage(`{`), "an empty json.RawMessage": json.RawMessage{}, "a time after 9999": time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		_, err := json.Marshal(map[string]any{"k": value})
		require.Error(t, err, name)
		for version, encoder := range encoders {
			_, err := encoder.marshal(shared.Object{"k": []any{map[string]any{"a": value}}})
			require.Error(t, err, "%s, by %s", name, version)
		}
	}
}

func TestObject_roundTrips(t *testing.T) {
	t.Parallel()
	const text = `{"id":9007199254740993,"list":[-9007199254740993,{"id":18446744073709551615}],"o":{"p":{"q":12345678901234567890}},"f":0.5}`
	for from, decoder := range encoders {
		for to, encoder := range encoders {
			var o struct {
				Metadata shared.Object `json:"metadata"`
			}
			require.NoError(t, decoder.unmarshal([]byte(`{"metadata":`+text+`}`), &o))
			got, err := encoder.marshal(o)
			require.NoError(t, err)
			assert.Equal(t, compact(t, `{"metadata":`+text+`}`), compact(t, string(got)), "from %s to %s", from, to)
		}
	}
}

func TestObject_depth(t *testing.T) {
	t.Parallel()
	for version, encoder := range encoders {
		for _, depth := range []int{999, 1001, 5000, 9990} {
			text := `{"a":` + strings.Repeat(`{"b":[`, depth/2) + strings.Repeat(`]}`, depth/2) + `}`
			var o shared.Object
			require.NoError(t, encoder.unmarshal([]byte(text), &o), "%d by %s", depth, version)
			got, err := encoder.marshal(o)
			require.NoError(t, err, "%d by %s", depth, version)
			assert.Equal(t, text, string(got), "%d by %s", depth, version)
		}
		var o shared.Object
		require.Error(t, encoder.unmarshal([]byte(`{"a":`+strings.Repeat(`[`, 10_000_000)), &o), version)
		require.Error(t, encoder.unmarshal([]byte(`{"a":`+strings.Repeat(`[`, 11_000)+strings.Repeat(`]`, 11_000)+`}`), &o), version)
	}
	var deep any = "end"
	for range 1_000_000 {
		deep = []any{deep}
	}
	for version, encoder := range encoders {
		_, err := encoder.marshal(shared.Object{"deep": deep})
		require.Error(t, err, version)
	}
}
