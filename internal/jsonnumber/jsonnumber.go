// Package jsonnumber finds the numbers that a float64 cannot hold exactly.
package jsonnumber

// minDigits is how many digits a whole number has at least that goes beyond 2^53, from where on a float64 does not hold
// every one.
const minDigits = 16

// MayBeLarge reports whether JSON may hold such a number: whether so many digits stand side by side anywhere, be it
// within a text.
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
