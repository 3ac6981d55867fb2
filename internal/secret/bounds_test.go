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

// With a finder that is quadratic in the secret, these take hours.
func TestScrub_longSecretsThatRepeatThemselves(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 4<<20)
	for _, s := range []string{long, long[:2<<20] + "b", long[:1<<20] + "b" + long[:1<<20], strings.Repeat("a+", 1<<20) + "b"} {
		assert.Equal(t, "["+secret.Marker+"]", secret.Scrub("["+s+"]", []string{s}))
		assert.Equal(t, strings.Repeat("a+", 2<<20), secret.Scrub(strings.Repeat("a+", 2<<20), []string{s}))
		text := strings.Repeat("a", 3<<20)
		assert.Equal(t, text, secret.Scrub(text, []string{s}))
	}
}
