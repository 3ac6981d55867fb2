// Package jsonnumber finds integers that a float64 cannot hold exactly.
package jsonnumber

// minDigits is the number of digits of 2^53, beyond which a float64 does not hold every integer.
const minDigits = 16

// MayBeLarge reports whether data, JSON, may have an integer beyond 2^53: whether it has 16 digits in a row anywhere,
// strings and fractions included.
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
