package sweep_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// goCall matches a Go call in docs/COVERAGE.md. No other test checks that the calls written by hand exist.
var goCall = regexp.MustCompile("`client\\.([A-Za-z0-9.]+)`(, on both clients)?")

func TestCoverage_callsExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/COVERAGE.md")
	require.NoError(t, err)
	found := goCall.FindAllStringSubmatch(string(text), -1)
	require.Greater(t, len(found), 184)
	c := client(t, nil)
	exists := func(path string) bool {
		words := strings.Split(path, ".")
		at := reflect.ValueOf(c)
		for _, word := range words[:len(words)-1] {
			if at = reflect.Indirect(at).FieldByName(word); !at.IsValid() {
				return false
			}
		}
		return at.MethodByName(words[len(words)-1]).IsValid()
	}
	require.False(t, exists("B2B.M2M.Nothing"))
	for _, call := range found {
		assert.True(t, exists(call[1]), call[1])
		if call[2] != "" {
			assert.True(t, exists("B2C."+strings.TrimPrefix(call[1], "B2B.")), call[1])
		}
	}
}
