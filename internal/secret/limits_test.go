package secret_test

import (
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/secret"
)

func TestRedacted_endsForCyclicValues(t *testing.T) {
	t.Parallel()
	wide := map[string]any{}
	wide["a"], wide["b"], wide["c"] = wide, wide, wide
	model := &login{Free: map[string]any{}}
	model.Free["login"], model.Free["again"] = model, model
	type tree struct{ A, B *tree }
	both := new(tree)
	both.A, both.B = both, both
	list := make([]any, 3)
	list[0], list[1] = list, list

	for name, v := range map[string]any{"a map": wide, "a model in a map": model, "a struct": both, "a list": list} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := fmt.Sprint(secret.Redacted(v))
			assert.Contains(t, text, `"..."`)
			assert.Less(t, len(text), 10_000_000)
		})
	}
	assert.Contains(t, fmt.Sprint(model), `"..."`, "a model that prints itself")
}

// grouped has a LogValue that returns what it has.
type grouped struct{ v any }

func (g grouped) LogValue() slog.Value {
	return slog.GroupValue(slog.Any("v", g.v), slog.Group("in", "v", g.v), slog.Duration("d", time.Second))
}

func TestRedacted_masksWhatALogValueReturns(t *testing.T) {
	t.Parallel()
	type own struct {
		Token  string `stytch:"secret"`
		Number *int
	}
	for name, v := range map[string]any{
		"a struct":       own{Token: text, Number: new(1)},
		"a list":         []*own{{Token: text, Number: new(1)}},
		"a map":          map[string]any{"own": own{Token: text, Number: new(1)}},
		"another group":  grouped{own{Token: text, Number: new(1)}},
		"a response":     secretLogin(),
		"a key of a map": map[own]int{{Token: text, Number: new(1)}: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			canarytest.Hidden(t, secret.Redacted(grouped{v}), text)
			canarytest.Hidden(t, secret.Redacted([]any{grouped{v}}), text)
		})
	}
	assert.Equal(t, `grouped{"v":1,"in":{"v":1},"d":"1s"}`, fmt.Sprint(secret.Redacted(grouped{1})))
}

// The methods of these panic.
type (
	panickingError  struct{}
	panickingLog    struct{ A int }
	panickingJSON   struct{ A int }
	panickingText   struct{ A int }
	panickingString string
)

func (panickingError) Error() string                 { panic(text) }
func (panickingLog) LogValue() slog.Value            { panic(text) }
func (panickingJSON) MarshalJSON() ([]byte, error)   { panic(text) }
func (panickingText) MarshalText() ([]byte, error)   { panic(errors.New(text)) }
func (panickingString) MarshalText() ([]byte, error) { panic(text) }

func TestRedacted_survivesMethodsThatPanic(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		panickingError{}, panickingLog{}, panickingJSON{}, panickingText{}, panickingString(""),
		map[panickingString]int{"": 1},
	} {
		shown := fmt.Sprint(secret.Redacted(map[string]any{"v": v, "w": 1}))
		assert.Regexp(t, `^\{"v":.*"?a method of secret_test\.panicking\w+ panicked.*,"w":1\}$`, shown)
		canarytest.Hidden(t, secret.Redacted(v), text)
	}
}

func TestRedacted_showsKeysAsJSONDoes(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]any{
		`{"-1":true}`:                   map[int8]bool{-1: true},
		`{"7":true}`:                    map[uint16]bool{7: true},
		`{"a":true}`:                    map[any]bool{"a": true},
		`{"false":true}`:                map[bool]bool{false: true},
		`{"2030-01-02T00:00:00Z":true}`: map[time.Time]bool{time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC): true},
		`{"\"":true}`:                   map[string]bool{`"`: true},
	} {
		assert.Equal(t, want, fmt.Sprint(secret.Redacted(v)))
	}
}

func TestScrub_findsEscapedSecrets(t *testing.T) {
	t.Parallel()
	const token = `aé/b+c "d"&<e>` + "\t="
	for name, shown := range map[string]string{
		"in a query":                  `a%C3%A9%2Fb%2Bc+%22d%22%26%3Ce%3E%09%3D`,
		"in a query, lower-case":      `a%c3%a9%2fb%2bc+%22d%22%26%3ce%3e%09%3d`,
		"in a path":                   `a%C3%A9%2Fb+c%20%22d%22&%3Ce%3E%09=`,
		"in HTML":                     `aé/b+c &#34;d&#34;&amp;&lt;e&gt;` + "\t=",
		"in JSON":                     `aé/b+c \"d\"&<e>\t=`,
		"in JSON that is safe for JS": `aé/b+c \"d\"\u0026\u003ce\u003e\t=`,
		"in quotes":                   `a\u00e9/b+c \"d\"&<e>\t=`,
		"with escaped slashes":        `aé\/b+c "d"&<e>` + "\t=",
	} {
		assert.Equal(t, "x [redacted] y", secret.Scrub("x "+shown+" y", []string{token}), name)
	}
}
