// Package jsonnumber reads the numbers of JSON as text. [MayBeLarge] finds integers that a float64 cannot hold exactly,
// and [Integer] those that are written with a fraction or an exponent:
//
//	decoder := json.NewDecoder(strings.NewReader(text))
//	if jsonnumber.MayBeLarge([]byte(text)) {
//		decoder.UseNumber()
//	}
package jsonnumber

import (
	"strconv"
	"strings"
)

// minDigits is the number of digits of 2^53, beyond which a float64 does not hold every integer.
const minDigits = 16

// MayBeLarge reports whether JSON may contain an integer beyond 2^53. It looks for 16 digits in a row, so it may be
// wrong about strings and fractions, never about integers.
func MayBeLarge(data []byte) bool {
	digits := 0
	for _, c := range data {
		if c < '0' || c > '9' {
			digits = 0
			continue
		}
		if digits++; digits == minDigits {
			return true
		}
	}
	return false
}

// Bounds of Integer: an int64 has at most 19 digits.
const (
	maxDigits   = 19
	maxExponent = 1000
)

// Integer returns a JSON number such as 3.0 or 12e2 without fraction and exponent: "3", "1200". ok is false for a
// number that is not an integer, for one of more than 19 digits, and for one but zero whose exponent is beyond 1000.
func Integer(number string) (digits string, ok bool) {
	mantissa, exponent := number, 0
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		mantissa = number[:i]
		exponent, _ = strconv.Atoi(number[i+1:]) // out of range, it is the largest or the smallest int
	}
	mantissa, isNegative := strings.CutPrefix(mantissa, "-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits = strings.TrimLeft(whole+fraction, "0")
	significant := strings.TrimRight(digits, "0")
	if significant == "" {
		return "0", true
	}
	if exponent > maxExponent || exponent < -maxExponent {
		return "", false
	}
	zeros := exponent - len(fraction) + len(digits) - len(significant)
	if zeros < 0 || len(significant)+zeros > maxDigits {
		return "", false
	}
	digits = significant + strings.Repeat("0", zeros)
	if isNegative {
		digits = "-" + digits
	}
	return digits, true
}
