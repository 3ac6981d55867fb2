package jwks_test

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

// A kid is a part of a token, which must not stay in memory with it.
func TestMissing_keepsNoTokenWithAKID(t *testing.T) {
	t.Parallel()
	kid := strings.Repeat("a token and more ", 100)[2:7]
	c := jwks.New(jwks.Config{Fetch: serving("jwk-test-1").fetch})
	_, err := c.Key(t.Context(), kid)
	require.ErrorIs(t, err, jwks.ErrUnknown)
	require.Equal(t, []string{kid}, c.Missing())
	assert.NotSame(t, unsafe.StringData(kid), unsafe.StringData(c.Missing()[0]))
}
