package transport_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// everyKind has the kinds of fields of which a response may consist, at several levels.
type everyKind struct {
	RequestID  string                   `json:"request_id"`
	StatusCode int                      `json:"status_code"`
	Text       string                   `json:"text"`
	Bool       bool                     `json:"bool"`
	Number     int                      `json:"number"`
	Time       time.Time                `json:"time"`
	Object     shared.Object            `json:"object"`
	Objects    []shared.Object          `json:"objects"`
	Pointer    *everyKind               `json:"pointer"`
	Texts      []string                 `json:"texts"`
	Numbers    []int                    `json:"numbers"`
	Times      []time.Time              `json:"times"`
	List       []everyKind              `json:"list"`
	Map        map[string]everyKind     `json:"map"`
	MapOfTexts map[string]string        `json:"map_of_texts"`
	Nullable   shared.Nullable[string]  `json:"nullable"`
	Optional   *int                     `json:"optional"`
	Any        any                      `json:"any"`
	ListOfMaps []map[string][]time.Time `json:"list_of_maps"`
}

// foreign are bodies that encoding/json decodes into an everyKind and strict decoding refuses, or that it decodes otherwise.
var foreign = map[string]string{
	"half of an emoji, the first":        `{"text":"hi \ud83d"}`,
	"half of an emoji, the second":       `{"text":"\ude00 hi"}`,
	"halves in the wrong order":          `{"text":"\ude00\ud83d"}`,
	"two first halves, then a second":    `{"text":"\ud83d\ud83d\ude00"}`,
	"half before another escape":         `{"text":"\ud83d\n\u0041"}`,
	"half at the end of an escape":       `{"text":"\ud83d\\ude00"}`,
	"a whole emoji, and half of one":     `{"text":"\ud83d\ude00 \uD83D","texts":["😀"]}`,
	"a raw byte":                         "{\"text\":\"a\xffb\"}",
	"Latin-1":                            "{\"text\":\"Andr\xe9\"}",
	"an overlong character":              "{\"text\":\"\xc0\xaf\xe0\x80\xaf\"}",
	"a surrogate in UTF-8":               "{\"text\":\"\xed\xa0\xbd\xed\xb8\x80\"}",
	"a character beyond Unicode":         "{\"text\":\"\xf4\x90\x80\x80\"}",
	"a character that is cut short":      "{\"text\":\"\xf0\x9f\x98\"}",
	"NUL and DEL":                        "{\"text\":\"\\u0000\x7f\",\"x\":\"\xff\"}",
	"half in a name":                     `{"\ud83d":1,"map":{"\ud83d":{"text":"a"},"\ud83e":{"number":1}}}`,
	"half in a list, a map, an object":   `{"texts":["\ud83d"],"map_of_texts":{"a":"\ud83d"},"object":{"a":["\ud83d"]},"any":{"\ud83d":["\ud83d"]}}`,
	"half in an unknown field":           `{"x":[{"y":"\ud83d"}],"text":"a"}`,
	"half in a nullable field":           `{"nullable":"\ud83d"}`,
	"half far below":                     `{"list":[{"pointer":{"map":{"a":{"texts":["a","\ud83d"]}}}}]}`,
	"a scalar twice":                     `{"text":"a","text":"b","bool":true,"bool":false,"number":1,"number":2}`,
	"a scalar, then null":                `{"text":"a","text":null,"bool":true,"bool":null,"number":1,"number":null,"time":"2026-01-02T03:04:05Z","time":null}`,
	"null, then a scalar":                `{"text":null,"text":"a"}`,
	"an object twice":                    `{"pointer":{"text":"a","number":1},"pointer":{"text":"b","bool":true}}`,
	"an object, then null":               `{"pointer":{"text":"a"},"pointer":null,"object":{"a":1},"object":null,"nullable":"a","nullable":null}`,
	"an object, null, an object":         `{"pointer":{"text":"a"},"pointer":null,"pointer":{"number":1}}`,
	"a list twice":                       `{"texts":["a","b"],"texts":["c"],"numbers":[1],"numbers":[2,3]}`,
	"a list of objects twice":            `{"list":[{"text":"a"},{"text":"b","number":2}],"list":[{"number":1},{"bool":true},{"text":"c"}]}`,
	"a list, then an empty one":          `{"list":[{"text":"a"}],"list":[]}`,
	"a list, an empty one, a longer one": `{"list":[{"text":"a"}],"list":[],"list":[{"number":1}]}`,
	"a list, then null":                  `{"list":[{"text":"a"}],"list":null}`,
	"a map twice":                        `{"map":{"a":{"text":"a"},"b":{}},"map":{"a":{"number":1},"c":{}}}`,
	"a name twice in a map":              `{"map":{"a":{"text":"a"},"a":{"number":1}},"map_of_texts":{"a":"b","a":"c"}}`,
	"metadata twice":                     `{"object":{"a":{"x":1},"b":1},"object":{"a":{"y":2},"c":9007199254740993}}`,
	"metadata twice, merged at the top":  `{"object":{"a":{"x":1},"b":[1]},"object":{"a":{"y":2},"b":[{}]},"objects":[{"a":{"x":1}}],"objects":[{"a":{"y":2}}]}`,
	"a name twice in metadata":           `{"object":{"a":{"x":1},"a":{"y":2,"y":[3]}},"objects":[{"a":1,"a":2}]}`,
	"any value twice":                    `{"any":{"x":1},"any":{"y":2}}`,
	"a name twice, once escaped":         `{"text":"a","\u0074ext":"b"}`,
	"a name three times, far below":      `{"list":[{"pointer":{"text":"a","text":"b","text":"c"}}]}`,
	"an unknown name twice":              `{"x":1,"x":{"y":1,"y":2},"text":"a"}`,
	"a pointer to a number twice":        `{"optional":1,"optional":2}`,
	"an hour of one digit":               `{"time":"2026-01-02T3:04:05Z"}`,
	"a comma before a fraction":          `{"time":"2026-01-02T03:04:05,5Z"}`,
	"a zone beyond a day":                `{"time":"2026-01-02T03:04:05+24:00","times":["2026-01-02T03:04:05-23:60"]}`,
	"a fraction of twelve digits":        `{"x":"\ud83d","time":"2026-01-02T03:04:05.123456789012Z"}`,
	"an offset of zero":                  `{"x":"\ud83d","time":"2026-01-02T03:04:05+00:00","times":["2026-01-02T03:04:05-00:00"]}`,
	"the year 0":                         `{"x":"\ud83d","time":"0000-01-01T00:00:00Z"}`,
	"minus zero":                         `{"x":"\ud83d","number":-0,"any":-0,"object":{"a":-0}}`,
	"large integers":                     fmt.Sprintf(`{"x":"\ud83d","number":%d,"any":9007199254740993,"object":{"a":[9007199254740993]}}`, math.MaxInt),
	"null for everything": `{"x":"\ud83d","text":null,"bool":null,"number":null,"time":null,"object":null,"objects":[null],"pointer":null,
		"texts":[null],"numbers":[null],"times":[null],"list":[null],"map":{"a":null},"map_of_texts":{"a":null},"nullable":null,"any":null}`,
	"an unknown field 9 999 deep": `{"text":"\ud83d","x":` + strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + `}`,
	"metadata 9 998 deep":         `{"text":"\ud83d","object":{"a":` + strings.Repeat("[", 9998) + strings.Repeat("]", 9998) + `}}`,
	"white space around it":       "\r\n\t {\"text\":\"\\ud83d\"} \n\n",
}

func TestUnmarshal_likeEncodingJSON(t *testing.T) {
	t.Parallel()
	for name, body := range foreign {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var want, got everyKind
			require.NoError(t, json.Unmarshal([]byte(body), &want), "the test is wrong")
			require.NoError(t, transport.Unmarshal([]byte(body), &got))
			assert.Equal(t, want, got)
		})
	}
}

// TestUnmarshal_beyondEncodingJSON lists what only we decode.
func TestUnmarshal_beyondEncodingJSON(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		body string
		want everyKind
	}{
		"no text for a time":            {`{"time":"","text":"a"}`, everyKind{Text: "a"}},
		"no text for a time, in a list": {`{"times":["","2026-01-02T12:00:00Z"]}`, everyKind{Times: []time.Time{{}, noon}}},
		"no text for a time, far below": {`{"list":[{"pointer":{"time":""}}]}`, everyKind{List: []everyKind{{Pointer: new(everyKind)}}}},
		"a time, then no text":          {`{"time":"2026-01-02T12:00:00Z","time":""}`, everyKind{}},
		"no text, then a time":          {`{"time":"","time":"2026-01-02T12:00:00Z"}`, everyKind{Time: noon}},
		"a fraction of zero":            {`{"number":3.0,"numbers":[-3.000,0.0,-0.0]}`, everyKind{Number: 3, Numbers: []int{-3, 0, 0}}},
		"an exponent":                   {`{"number":3e0,"numbers":[12e2,1.2E+1,1200e-2]}`, everyKind{Number: 3, Numbers: []int{1200, 12, 12}}},
		"a fraction for a pointer":      {`{"optional":7.0}`, everyKind{Optional: new(7)}},
		"the largest integer":           {fmt.Sprintf(`{"number":%d.0}`, math.MaxInt), everyKind{Number: math.MaxInt}}, // beyond 2^53, if int has 64 bits
		"a byte order mark":             {"\ufeff" + `{"text":"a"}`, everyKind{Text: "a"}},
		"a number beyond a float64":     {`{"x":"\ud83d","object":{"a":1e400}}`, everyKind{Object: shared.Object{"a": json.Number("1e400")}}},
		"all of it":                     {"\ufeff" + `{"text":"\ud83d","text":"\ude00","time":"","number":3.0}`, everyKind{Text: "\ufffd", Number: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got everyKind
			require.NoError(t, transport.Unmarshal([]byte(tt.body), &got))
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestUnmarshal_anotherCaseIsAnotherName(t *testing.T) {
	t.Parallel()
	for _, half := range []string{"", `,"x":"\ud83d"`} {
		var got everyKind
		body := `{"Text":"a","NUMBER":1,"list":[{"teXt":"b"}],"ſtatus_code":500,"object":{"A":1,"a":2}` + half + `}`
		require.NoError(t, transport.Unmarshal([]byte(body), &got))
		assert.Equal(t, everyKind{List: []everyKind{{}}, Object: shared.Object{"A": 1.0, "a": 2.0}}, got)
	}
}

func TestUnmarshal_refuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"text for a number":             `{"number":"3"}`,
		"a number for a text":           `{"text":3}`,
		"a number for a bool":           `{"bool":1}`,
		"text for a bool":               `{"bool":"true"}`,
		"a fraction":                    `{"number":3.5}`,
		"a fraction after many digits":  `{"number":3.00000000000000000001}`,
		"a number beyond 64 bits":       `{"number":9223372036854775808}`,
		"a large exponent":              `{"number":1e400}`,
		"an exponent beyond all bounds": `{"number":1e99999999999999999999}`,
		"a list for an object":          `{"pointer":[]}`,
		"a list for a map":              `{"map":[]}`,
		"a list for metadata":           `{"object":[]}`,
		"an object for a list":          `{"list":{}}`,
		"a text for an object":          `{"pointer":""}`,
		"a space for a time":            `{"time":" "}`,
		"a zero for a time":             `{"time":0}`,
		"false for a time":              `{"time":false}`,
		"a space in a time":             `{"time":"2026-01-02 03:04:05Z"}`,
		"lower-case letters in a time":  `{"time":"2026-01-02t03:04:05z"}`,
		"a leap second":                 `{"time":"2016-12-31T23:59:60Z"}`,
		"a time without a zone":         `{"time":"2026-01-02T03:04:05"}`,
		"a date":                        `{"time":"2026-01-02"}`,
		"a control character":           "{\"text\":\"a\nb\"}",
		"an unknown escape":             `{"text":"\x"}`,
		"half of an escape":             `{"text":"\ud8"}`,
		"a comma too many":              `{"text":"a",}`,
		"NaN":                           `{"number":NaN}`,
		"text after it":                 `{"text":"a"}x`,
		"a second object":               `{"text":"a"}{}`,
		"a NUL after it":                "{\"text\":\"a\"}\x00",
		"nothing but a mark":            "\ufeff",
		"two marks":                     "\ufeff\ufeff" + `{"text":"a"}`,
		"UTF-16":                        "\xff\xfe{\x00}\x00",
		"lists 10 001 deep":             `{"x":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`,
		"ten million brackets":          `{"x":` + strings.Repeat("[", 10_000_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var theirs, ours everyKind
			require.Error(t, json.Unmarshal([]byte(body), &theirs), "encoding/json decodes it, and so must we")
			require.Error(t, transport.Unmarshal([]byte(body), &ours))
		})
	}
}
