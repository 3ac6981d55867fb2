package transport_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// withObjects is a response that has objects of users in it.
type withObjects struct {
	One  shared.Object            `json:"one"`
	List []shared.Object          `json:"list"`
	Map  map[string]shared.Object `json:"map"`
	At   int                      `json:"at"`
}

// onlyStrict is one that is never decoded leniently.
type onlyStrict struct{ withObjects }

func (*onlyStrict) MayBeLenient([]byte) bool { return false }

// A response with objects decodes, or is refused, as if each object were decoded on its own, with its numbers exact.
func FuzzUnmarshal_objects(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `"a"`, `[]`, `{"a":null}`, `{"a":1,"b":[true,false,null,"c",{"d":-0}]}`,
		`{"a":9007199254740993}`, `{"a":[{"b":-9007199254740993},0.5]}`, `{"a":999999999999999,"b":1000000000000000}`,
		`{"a":1e400}`, `{"a":-1e400}`, `{"a":1e300}`, `{"a":0.12345678901234567}`, `{"a":1e-400}`, `{"a":3.0}`,
		`{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`, "{\"a\":\"\xff\"}", `{"a":"\ud800"}`, `{"a":`, `{"a":1}}`, `{"a":01}`,
		`{"a":1},"at":"text"`, `{"a":1},"at":3.0`, `{"a":1},"at":1e400`, `{"a":1},"one":{"b":2}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, body := range []string{
			`{"one":` + text + `}`, `{"list":[{"a":1},` + text + `]}`, `{"map":{"k":` + text + `}}`,
		} {
			for _, text := range []string{body, body + strings.Repeat(" ", 70_000)} { // a small one and one of a page's size
				var got, want onlyStrict
				wantErr, err := transport.UnmarshalStrictly([]byte(text), &want), transport.Unmarshal([]byte(text), &got)
				if wantErr != nil {
					require.EqualError(t, err, wantErr.Error(), body)
					continue
				}
				require.NoError(t, err, body)
				assert.Equal(t, want, got, body)
			}
		}
	})
}
