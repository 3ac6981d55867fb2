package jwt_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwt"
)

// The decoded claims of a token do not stay in the pool of buffers, from which anything could later show them.
func TestVerify_clearsTheClaimsInItsBuffer(t *testing.T) {
	t.Parallel()
	text := mint(ourKey(), goodHeader, `{"sub": "a-person-whose-name-is-in-the-claims"}`)
	for range 100 {
		token, err := jwt.Parse(text, new(jwt.HeaderCache))
		require.NoError(t, err)
		var claims jwt.Registered
		require.NoError(t, token.Verify(&ourKey().PublicKey, &claims))
		assert.False(t, bytes.Contains(jwt.Buffer(), []byte("a-person-whose-name")))
	}
}
