package secret_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/secret"
)

func TestScrub_fromFourBytes(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a [redacted] b", secret.Scrub("a 1234 b", []string{"1234"}))
	assert.Equal(t, "a 123 b", secret.Scrub("a 123 b", []string{"123"}))
}

// chain is a list by pointers.
type chain struct {
	Next *chain
	Name string
}

// A pointer and what it points to are two levels, so that a list that begins one level lower ends one element earlier.
func TestRedacted_showsUpTo64Levels(t *testing.T) {
	t.Parallel()
	lengths := []int{0, 0}
	for depth := range 64 {
		list := &chain{Name: "innermost"}
		for range depth {
			list = &chain{Next: list}
		}
		for i, v := range []any{list, &list} {
			if strings.Contains(fmt.Sprint(secret.Redacted(v)), "innermost") {
				lengths[i] = depth
			}
		}
	}
	assert.Equal(t, []int{31, 30}, lengths)
}
