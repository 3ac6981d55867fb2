// Package jsonnumber finds JSON with integers that a float64 cannot hold exactly. Its one function is [MayBeLarge]:
//
//	decoder := json.NewDecoder(strings.NewReader(text))
//	if jsonnumber.MayBeLarge([]byte(text)) {
//		decoder.UseNumber()
//	}
package jsonnumber

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
