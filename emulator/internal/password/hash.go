package password

import (
	"context"
	"crypto/md5" //nolint:gosec // Other systems have hashed with it, and the API takes their hashes.
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // As above.
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"hash"
	"runtime"
	"slices"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"

	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
)

// The parameters of own hashes. They are for tests: about a fifth of the least that is recommended for a public
// service, which takes some six milliseconds.
const (
	ownPasses  = 1
	ownMemory  = 8 << 10 // KiB
	ownThreads = 1
	ownLength  = 32

	// SaltLength is the length of the salt of [New], in bytes.
	SaltLength = 16
)

// Hash is the hash of a password, with all that it takes to compare a password with it. What a function does not have
// is zero.
type Hash struct {
	Type b2cpasswords.HashType `json:"hash_type"`
	// Digest is what the function has returned; of bcrypt and phpass the text, which contains salt and cost.
	Digest []byte `json:"digest"`
	// Salt is before the password, and AppendSalt after it.
	Salt       []byte `json:"salt,omitzero"`
	AppendSalt []byte `json:"append_salt,omitzero"`
	// Iterations are those of Argon2 and PBKDF2. Memory, in KiB, and Threads are those of Argon2.
	Iterations int `json:"iterations,omitzero"`
	Memory     int `json:"memory,omitzero"`
	Threads    int `json:"threads,omitzero"`
	// N, R and P are the parameters of scrypt.
	N int `json:"n,omitzero"`
	R int `json:"r,omitzero"`
	P int `json:"p,omitzero"`
	// Algorithm is the hash function inside PBKDF2.
	Algorithm string `json:"algorithm,omitzero"`
}

// slots bound how many passwords are hashed at once: each takes a processor, and up to 272 MiB of memory.
var slots = make(chan struct{}, runtime.GOMAXPROCS(0))

// New hashes a password with Argon2id. It waits until a processor is free, at most until the context ends, whose error
// it returns then.
func New(ctx context.Context, password string, salt []byte) (*Hash, error) {
	h := &Hash{
		Type: b2cpasswords.HashTypeArgon2id, Salt: salt, Digest: make([]byte, ownLength),
		Iterations: ownPasses, Memory: ownMemory, Threads: ownThreads,
	}
	var err error
	h.Digest, err = h.sum(ctx, password)
	return h, err
}

// nobodys is compared with a password where there is no hash, so that this takes as long.
var nobodys = Hash{
	Type: b2cpasswords.HashTypeArgon2id, Salt: make([]byte, SaltLength), Digest: make([]byte, ownLength),
	Iterations: ownPasses, Memory: ownMemory, Threads: ownThreads,
}

// Nobody is a hash that no password has.
func Nobody() *Hash { return new(nobodys) }

// Matches reports whether it is the hash of a password. It must fulfil [Hash.Check]. It waits as [New] does.
func (h *Hash) Matches(ctx context.Context, password string) (bool, error) {
	if len(password) > MaxLength {
		return false, nil
	}
	sum, err := h.sum(ctx, password)
	return err == nil && subtle.ConstantTimeCompare(sum, h.Digest) == 1, err
}

// sum is what Digest is for a password: of bcrypt nil if it is that of another one.
func (h *Hash) sum(ctx context.Context, password string) ([]byte, error) {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	in, length := []byte(password), len(h.Digest)
	passes, memory, threads := uint32(h.Iterations), uint32(h.Memory), uint8(h.Threads) //nolint:gosec // See Check.
	var sum []byte
	switch h.Type {
	case b2cpasswords.HashTypeArgon2i:
		sum = argon2.Key(in, h.Salt, passes, memory, threads, uint32(length)) //nolint:gosec // See Check.
	case b2cpasswords.HashTypeArgon2id:
		sum = argon2.IDKey(in, h.Salt, passes, memory, threads, uint32(length)) //nolint:gosec // See Check.
	case b2cpasswords.HashTypeScrypt:
		sum, _ = scrypt.Key(in, h.Salt, h.N, h.R, h.P, length) // Check leaves it no reason to fail
	case b2cpasswords.HashTypePBKDF2:
		sum, _ = pbkdf2.Key(algorithms[h.Algorithm], password, h.Salt, h.Iterations, length)
	case b2cpasswords.HashTypePhpass:
		sum = phpass(in, h.Digest)
	case b2cpasswords.HashTypeMD5:
		md5Sum := md5.Sum(h.salted(in)) //nolint:gosec // See the import.
		sum = md5Sum[:]
	case b2cpasswords.HashTypeSHA1:
		sha1Sum := sha1.Sum(h.salted(in)) //nolint:gosec // See the import.
		sum = sha1Sum[:]
	case b2cpasswords.HashTypeSHA512:
		sha512Sum := sha512.Sum512(h.salted(in))
		sum = sha512Sum[:]
	case b2cpasswords.HashTypeBcrypt:
		if bcrypt.CompareHashAndPassword(h.Digest, in) == nil {
			sum = h.Digest
		}
	}
	return sum, nil
}

func (h *Hash) salted(password []byte) []byte { return slices.Concat(h.Salt, password, h.AppendSalt) }

// algorithms are the hash functions inside PBKDF2.
var algorithms = map[string]func() hash.Hash{
	b2cpasswords.PBKDF2AlgorithmSHA256: sha256.New, b2cpasswords.PBKDF2AlgorithmSHA512: sha512.New,
}
