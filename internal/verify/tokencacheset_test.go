package verify

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Only the end of a token chooses its slots. Tokens that end alike are told apart by their whole text, and none is too
// short.
func TestTokenCache_sameEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 64)
	text := f.token("ada", "session-1")
	valid := f.accepts(text)
	end := text[len(text)-hashed:]
	for _, other := range []string{f.token("grace", "session-2")[:len(text)-hashed] + end, end, "x" + end, end[1:], "x", ""} {
		assert.Nil(t, f.tokens.find(other), "%q", other)
		_, err := f.verify(other, Request{})
		require.Error(t, err, "%q", other)
		planted := *valid
		planted.text = other
		f.tokens.add(f.tokens.begin(), &planted)
		assert.Same(t, &planted, f.tokens.find(other), "%q", other)
	}
}

// Signatures are as good as random, so that tokens spread over the sets.
func TestTokenCache_spread(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 1024)
	sets := map[*tokenSet]bool{}
	for _, subject := range []string{"ada", "grace", "edsger", "barbara", "donald", "frances", "tony", "john"} {
		for _, session := range []string{"1", "2", "3", "4"} {
			sets[f.tokens.set(f.token(subject, session))] = true
		}
	}
	assert.Greater(t, len(sets), 16, "of 32 tokens in 256 sets")
}
