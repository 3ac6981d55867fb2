package canarytest_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
)

const token = "cAnArY-0123456789="

// recorder is a TB that records failures.
type recorder struct{ failures []string }

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func TestHidden(t *testing.T) {
	t.Parallel()
	type pair struct {
		A string
		B []byte
	}
	for name, v := range map[string]any{
		"a string":             "the token " + token,
		"a field":              pair{A: token},
		"a field of a pointer": &pair{A: token},
		"base64 in a message":  "echo: " + base64.StdEncoding.EncodeToString([]byte(token)),
		"an element":           []string{"a", token},
	} {
		t.Run("finds a secret in "+name, func(t *testing.T) {
			t.Parallel()
			shown := "\n" + strings.Join(canarytest.Shown(v, "another", token), "\n")
			for _, way := range []string{"%v", "%q", "slog JSON", "slog text", "redacted JSON", "redacted"} {
				assert.Contains(t, shown, "\n"+way+" as ")
			}
		})
	}
	t.Run("finds bytes in the form of each verb", func(t *testing.T) {
		t.Parallel()
		shown := "\n" + strings.Join(canarytest.Shown(pair{B: []byte(token)}, token), "\n")
		for _, way := range []string{"%v", "%s", "%x", "%X", "%d", "%o", "redacted JSON"} {
			assert.Contains(t, shown, "\n"+way+" as ")
		}
	})
	t.Run("accepts a value without secrets", func(t *testing.T) {
		t.Parallel()
		r := new(recorder)
		canarytest.Hidden(r, pair{A: "harmless"}, token)
		assert.Empty(t, r.failures)
	})
	t.Run("reports the ways that show a secret", func(t *testing.T) {
		t.Parallel()
		r := new(recorder)
		canarytest.Hidden(r, pair{A: token}, token)
		require.Len(t, r.failures, 1)
		assert.Contains(t, r.failures[0], "canarytest_test.pair shows a secret in ")
	})
	t.Run("finds the address that a Format writes", func(t *testing.T) {
		t.Parallel()
		r := new(recorder)
		canarytest.Hidden(r, addressed{new(int)}, token)
		require.Len(t, r.failures, 1)
		assert.Contains(t, r.failures[0], "canarytest_test.addressed shows the address 0x")
	})
	t.Run("accepts the addresses that fmt writes for pointers without a Format", func(t *testing.T) {
		t.Parallel()
		r := new(recorder)
		canarytest.Hidden(r, &pair{A: "harmless"}, token)
		assert.Empty(t, r.failures)
	})
}

// addressed is a type whose Format method writes the address of p.
type addressed struct{ p *int }

func (a addressed) Format(s fmt.State, _ rune) { _, _ = fmt.Fprintf(s, "%p", a.p) }
