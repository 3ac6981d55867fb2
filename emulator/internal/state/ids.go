package state

import (
	"bytes"
	cryptorand "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
)

// tokenBytes is the length of every opaque token before encoding: 44 characters in base64url.
const tokenBytes = 33

// ids generates ids, tokens and codes in the API's forms.
type ids struct {
	seed   uint64
	random io.Reader
}

// newIDs returns ids from a seed, the same in every run, or random ones for seed zero.
func newIDs(seed uint64) *ids {
	if seed == 0 {
		return &ids{random: cryptorand.Reader}
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return &ids{seed: seed, random: rand.NewChaCha8(key)}
}

// after returns the ids for a state that was restored from the snapshot with a hash. With a seed they depend on the
// snapshot: begun anew, they would be those that a run with the same seed has put into it.
func (g *ids) after(snapshot []byte) *ids {
	if g.seed == 0 {
		return g
	}
	key := sha256.Sum256(binary.LittleEndian.AppendUint64(slices.Clone(snapshot), g.seed))
	return &ids{seed: g.seed, random: rand.NewChaCha8(key)}
}

func (g *ids) bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = io.ReadFull(g.random, b) // neither source fails
	return b
}

// id is "<kind>-test-<UUID version 4>".
func (g *ids) id(kind string) string {
	b := g.bytes(16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%s-test-%x-%x-%x-%x-%x", kind, b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (g *ids) token() string { return base64.RawURLEncoding.EncodeToString(g.bytes(tokenBytes)) }

// code is a passcode of six digits.
func (g *ids) code() string {
	n := binary.LittleEndian.Uint64(g.bytes(8))
	return fmt.Sprintf("%06d", n%1_000_000)
}

// totpSecret is a secret of 20 bytes, as RFC 4226 recommends in section 4. Unverified: the API's length.
func (g *ids) totpSecret() string { return TOTPEncoding.EncodeToString(g.bytes(20)) }

// recoveryCodes are ten recovery codes. Unverified: the API's number.
func (g *ids) recoveryCodes() []string {
	codes := make([]string, 10)
	for i := range codes {
		codes[i] = g.recoveryCode()
	}
	return codes
}

// recoveryCode is three groups of four letters and digits, as in "a1b2-c3d4-e5f6".
func (g *ids) recoveryCode() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	code := make([]byte, 0, 14)
	for len(code) < cap(code) {
		if len(code) == 4 || len(code) == 9 {
			code = append(code, '-')
		}
		// Of the 256 values of a byte, the last four would make some letters likelier than others.
		if b := int(g.bytes(1)[0]); b < 7*len(letters) {
			code = append(code, letters[b%len(letters)])
		}
	}
	return string(code)
}

// RandomID makes a random id, whatever the seed.
func RandomID(kind string) string { return newIDs(0).id(kind) }

// PublicToken is the public token of a project: the same whenever the project has the same id.
func PublicToken(projectID string) string {
	sum := sha256.Sum256([]byte("public token of " + projectID))
	return (&ids{random: bytes.NewReader(sum[:])}).id("public-token")
}

// Credentials makes the id and secret of a project.
func Credentials(seed uint64) (id, secret string) {
	ids := newIDs(seed)
	return ids.id("project"), "secret-test-" + ids.token()
}
