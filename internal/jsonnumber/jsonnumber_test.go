package jsonnumber_test

import (
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jsonnumber"
)

func TestInteger(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0", 100_000)
	for number, want := range map[string]string{
		"0": "0", "-0": "0", "0.0": "0", "-0.0e5": "0", "0e99999999999999999999": "0", "3": "3", "3.0": "3", "-3.000": "-3",
		"3e0": "3", "3E+0": "3", "3e-0": "3", "12e2": "1200", "1.2e1": "12", "1.20e1": "12", "1200e-2": "12", "0.003e3": "3",
		"9223372036854775807.0": "9223372036854775807", "-9223372036854775808e0": "-9223372036854775808",
		"9007199254740993.0": "9007199254740993", "1e18": "1000000000000000000", "1." + long: "1",
		"3.5": "", "1e-1": "", "1200e-3": "", "1e400": "", "1e19": "", "1e99999999999999999999": "", "1e-99999999999999999999": "",
		"0.00000001": "", "3.00000000000000000001": "", "1" + long: "", "1" + long + "e-100000": "",
	} {
		digits, ok := jsonnumber.Integer(number)
		assert.Equal(t, want, digits, number[:min(len(number), 40)])
		assert.Equal(t, want != "", ok, number[:min(len(number), 40)])
	}
}

func TestMayBeLarge(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"9007199254740993": true, "-9007199254740993": true, "999999999999999": false, "": false, "12345678,12345678": false,
		`"1234567890123456"`: true, `{"a":[1,{"b":9007199254740993}]}`: true,
	} {
		assert.Equal(t, want, jsonnumber.MayBeLarge([]byte(text)), text)
	}
}

// jsonNumber is the grammar of RFC 8259, section 6.
var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

// In 30 bytes, a number whose exponent is out of bounds is zero, no integer or too large.
func FuzzInteger(f *testing.F) {
	for _, number := range []string{
		"3.0", "-12e2", "0.5", "1e18", "1e19", "-9223372036854775808.0", "1200e-2", "0e9", "0e-1001", "1e1000", "1e1001", "1e-1001",
	} {
		f.Add(number)
	}
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(19), nil)
	f.Fuzz(func(t *testing.T, number string) {
		if len(number) > 30 || !jsonNumber.MatchString(number) {
			return
		}
		want, ok := new(big.Rat).SetString(number)
		digits, isInteger := jsonnumber.Integer(number)
		if !ok {
			return
		}
		if !isInteger {
			if want.IsInt() {
				require.GreaterOrEqual(t, want.Num().CmpAbs(limit), 0, number)
			}
			return
		}
		got, ok := new(big.Rat).SetString(digits)
		require.True(t, ok, digits)
		require.Zero(t, want.Cmp(got), "%s is %s", number, digits)
	})
}
