package password

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
)

// The bound on the time is some ten times what it takes, and a hundredth of what it would without the bounds.
func TestHash_takesSecondsWhateverThePassword(t *testing.T) {
	t.Parallel()
	phpass := "$P$" + phpassAlphabet[maxPhpassCost:maxPhpassCost+1] + strings.Repeat("a", 30)
	scrypt := "$scrypt$ln=1,r=1,p=131070$" + strings.Repeat("c", maxSalt/3*4) + "$" + strings.Repeat("A", maxKey/3*4)
	for hash, kind := range map[string]b2cpasswords.HashType{
		phpass: b2cpasswords.HashTypePhpass, scrypt: b2cpasswords.HashTypeScrypt,
	} {
		h, err := (&Foreign{Hash: hash, Type: kind}).Parse()
		require.NoError(t, err, "%.40s", hash)
		start := time.Now()
		for _, length := range []int{MaxLength, 1 << 20} {
			is, err := h.Matches(t.Context(), strings.Repeat("x", length))
			require.NoError(t, err)
			assert.False(t, is)
		}
		assert.Less(t, time.Since(start), time.Minute, "%.40s", hash)
	}
}

func TestHash_scryptCountsAllOfItsMemory(t *testing.T) {
	t.Parallel()
	for _, h := range []Hash{
		{N: 2, R: 1 << 20, P: 2}, {N: 2, R: 1 << 20, P: 1}, {N: 2, R: 1, P: 1 << 21}, {N: 2, R: 1 << 17, P: 1},
	} {
		h.Type, h.Digest, h.Salt = b2cpasswords.HashTypeScrypt, make([]byte, maxKey), []byte("salt")
		require.ErrorContains(t, h.Check(), "r*(p+2)", "%+v", h)
	}
}

func TestHash_doesNotWaitForWhoHasGone(t *testing.T) { //nolint:paralleltest // It takes all slots.
	for range cap(slots) {
		slots <- struct{}{}
		defer func() { <-slots }()
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Nobody().Matches(gone, "password")
	require.ErrorIs(t, err, context.Canceled)
	_, err = New(gone, "password", nil)
	require.ErrorIs(t, err, context.Canceled)
}
