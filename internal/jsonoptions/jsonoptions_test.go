package jsonoptions_test

import (
	jsonv1 "encoding/json"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jsonoptions"
	"github.com/seed75add069/stytch-go/shared"
)

type value struct {
	Data shared.Object `json:"data"`
	At   time.Time     `json:"at"`
	N    int           `json:"n"`
}

func decode(t *testing.T, body string, options json.Options) (value, error) {
	t.Helper()
	var v value
	err := json.Unmarshal([]byte(body), &v, options)
	return v, err
}

func TestOptions(t *testing.T) {
	t.Parallel()
	all := []json.Options{jsonoptions.Quick, jsonoptions.QuickPage, jsonoptions.Strict, jsonoptions.Lenient}
	t.Run("what is plain is decoded alike", func(t *testing.T) {
		t.Parallel()
		want := value{shared.Object{"a": 1.5, "b": []any{nil, "c"}}, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 3}
		for _, options := range all {
			got, err := decode(t, `{"data":{"a":1.5,"b":[null,"c"]},"at":"2026-01-02T03:04:05Z","n":3}`, options)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
	})
	t.Run("a large integer is kept, wherever its object is", func(t *testing.T) {
		t.Parallel()
		for _, body := range []string{
			`{"data":{"a":9007199254740993}}`, "{ \"data\" :\n\t{\"a\": 9007199254740993 } , \"n\":3}",
			`{"n":3,"data":{"b":1,"a":9007199254740993,"c":[{}]},"at":"2026-01-02T03:04:05Z"}`,
		} {
			for _, options := range all {
				got, err := decode(t, body, options)
				require.NoError(t, err, body)
				assert.Equal(t, jsonv1.Number("9007199254740993"), got.Data["a"], body)
			}
		}
	})
	t.Run("objects in a list are told apart", func(t *testing.T) {
		t.Parallel()
		for _, options := range all {
			var list []shared.Object
			body := `[ {"a":1} , {"a":9007199254740993},null,{"a":-9007199254740993} ]`
			require.NoError(t, json.Unmarshal([]byte(body), &list, options))
			assert.Equal(t, []shared.Object{
				{"a": 1.0}, {"a": jsonv1.Number("9007199254740993")}, nil, {"a": jsonv1.Number("-9007199254740993")},
			}, list)
		}
	})
	t.Run("what is no object is refused by Quick, and may be by Strict", func(t *testing.T) {
		t.Parallel()
		_, err := decode(t, `{"data":[]}`, jsonoptions.Quick)
		require.Error(t, err)
		assert.True(t, jsonoptions.MaySucceedStrictly(err))
	})
	t.Run("only Lenient takes names that occur twice, empty times and whole numbers with a fraction", func(t *testing.T) {
		t.Parallel()
		for _, body := range []string{`{"n":1,"n":2}`, `{"at":""}`, `{"n":3.0}`} {
			for _, options := range all[:3] {
				_, err := decode(t, body, options)
				require.Error(t, err, body)
			}
			_, err := decode(t, body, jsonoptions.Lenient)
			require.NoError(t, err, body)
		}
	})
	t.Run("names must match in case", func(t *testing.T) {
		t.Parallel()
		for _, options := range append(all, jsonoptions.LenientTimes, jsonoptions.CustomClaims) {
			got, err := decode(t, `{"N":3}`, options)
			require.NoError(t, err)
			assert.Zero(t, got.N)
		}
	})
}
