package factor

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Whatever other systems give, a secret is refused, or is stored in one form that gives the same codes.
func FuzzParseTOTPSecret(f *testing.F) {
	for _, text := range []string{
		"", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "gezd gnbv gy3t qojq", "GEZDGNBVGY3TQOJQGE======", "GEZDGNBVGY3TQOJQ=",
		"AA======AAAAAAAA", "AAAAAAAAAAAAAAAAA", "ſſſſſſſſſſſſſſſſ", "AAAAAAAAAAAAAAAA\n", strings.Repeat("A ", 200), "\x00\xff",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		secret, err := ParseTOTPSecret(text)
		if err != nil {
			return
		}
		key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, len(key), state.MinTOTPSecret)
		assert.LessOrEqual(t, len(key), state.MaxTOTPSecret)
		again, err := ParseTOTPSecret(secret)
		require.NoError(t, err)
		assert.Equal(t, secret, again)
		given := strings.ToUpper(strings.Map(func(r rune) rune {
			if strings.ContainsRune(" -=", r) {
				return -1
			}
			return r
		}, text))
		assert.Equal(t, given[:len(given)-1], secret[:len(secret)-1], "the last letter may have bits that count for nothing")
		code, err := TOTPCode(text, time.Unix(59, 0))
		require.NoError(t, err)
		require.NoError(t, CheckTOTPCode(code))
	})
}

// A code is of an app, or is a recovery code, or neither; never both.
func FuzzCheckTOTPCode(f *testing.F) {
	for _, code := range []string{"", "123456", "12345", "123456\n", "12345٢", "a1b2-c3d4-e5f6", "A1B2-C3D4-E5F6"} {
		f.Add(code)
	}
	f.Fuzz(func(t *testing.T, code string) {
		isCode := len(code) == 6 && strings.Trim(code, "0123456789") == ""
		assert.Equal(t, isCode, CheckTOTPCode(code) == nil)
		assert.Equal(t, isCode, CheckCode(code) == nil)
	})
}

// Of RFC 4226, appendix D: codes of the steps 0 to 9.
func TestTOTPCode_isThatOfTheStandard(t *testing.T) {
	t.Parallel()
	for n, want := range []string{
		"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
	} {
		code, err := TOTPCode("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", time.Unix(int64(30*n), 0))
		require.NoError(t, err)
		assert.Equal(t, want, code)
	}
	_, err := TOTPCode("1", time.Unix(0, 0))
	require.Error(t, err)
}
