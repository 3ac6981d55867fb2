package password

import (
	"crypto/md5" //nolint:gosec // It is what phpass hashes with.
	"regexp"
	"slices"
	"strings"
)

// phpassAlphabet are the 64 digits of phpass, least significant first.
const phpassAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// phpassForm is the portable form: a prefix, the cost, eight characters of salt and 22 of the digest. phpBB writes $H$.
var phpassForm = regexp.MustCompile(`^\$[PH]\$[./0-9A-Za-z]{31}$`)

// phpassCost is the binary logarithm of the number of rounds.
func phpassCost(text []byte) int { return strings.IndexByte(phpassAlphabet, text[3]) }

// phpass returns the text for a password that has prefix, cost and salt of another one.
func phpass(password, text []byte) []byte {
	sum := md5.Sum(slices.Concat(text[4:12], password)) //nolint:gosec // See the import.
	in := append(sum[:], password...)
	for range 1 << phpassCost(text) {
		sum = md5.Sum(in) //nolint:gosec // See the import.
		copy(in, sum[:])
	}
	out := slices.Clone(text[:12])
	for i := 0; i < len(sum); i += 3 {
		group, digits := 0, 4
		for j := range 3 {
			if i+j < len(sum) {
				group |= int(sum[i+j]) << (8 * j)
			}
		}
		if i+3 > len(sum) {
			digits = 2
		}
		for ; digits > 0; digits-- {
			out = append(out, phpassAlphabet[group&63])
			group >>= 6
		}
	}
	return out
}
