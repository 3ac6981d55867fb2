package password

import (
	"fmt"
	"math/bits"
	"regexp"
	"strconv"

	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// MaxLength bounds a password, in bytes, so that hashing it takes bounded time: phpass hashes all of it in each round.
// No longer one can be set, and none is right. Unverified: the API's bound.
const MaxLength = 4096

// Bounds of hashes, so that comparing with one takes a few seconds and 272 MiB at most. But for that of N, they are the
// emulator's own.
const (
	maxBcryptCost  = 14
	maxPhpassCost  = 18
	maxIterations  = 2_000_000 // of PBKDF2, times the blocks of its result
	maxN           = 262_144
	maxScryptWork  = 1 << 22   // N*r*p
	maxScryptBlock = 1 << 21   // N*r: 128 bytes each
	maxScryptRest  = 1 << 17   // r*(p+2), which are stored beside: 128 bytes each
	maxMemory      = 256 << 10 // KiB
	maxArgon2Work  = 2 << 20   // KiB times passes
	maxThreads     = 64
	minKey, maxKey = 4, 512 // bytes
	maxSalt        = 1024   // bytes
)

// bcryptForm leaves out $2$ and $2x$, which were made with a defect.
var bcryptForm = regexp.MustCompile(`^\$2[aby]\$[0-9]{2}\$[./0-9A-Za-z]{53}$`)

// Invalid says that a value is not one that the API accepts, here a hash. Code is the error_type of such a call.
type Invalid struct {
	Code stytcherror.Code
	Text string
}

func (e *Invalid) Error() string { return string(e.Code) + ": " + e.Text }

func invalid(code stytcherror.Code, format string, args ...any) error {
	return &Invalid{Code: code, Text: fmt.Sprintf(format, args...)}
}

// Check refuses a hash that is malformed, or that takes too much time or memory to compare with.
func (h *Hash) Check() error {
	if len(h.Salt) > maxSalt || len(h.AppendSalt) > maxSalt {
		return h.badSalt()
	}
	switch h.Type {
	case b2cpasswords.HashTypeBcrypt:
		return checkBcrypt(h.Digest)
	case b2cpasswords.HashTypePhpass:
		return checkPhpass(h.Digest)
	case b2cpasswords.HashTypeMD5:
		return h.checkLength(16, stytcherror.CodeInvalidMD5Hash)
	case b2cpasswords.HashTypeSHA1:
		return h.checkLength(20, stytcherror.CodeInvalidSHA1Hash)
	case b2cpasswords.HashTypeSHA512:
		return h.checkLength(64, stytcherror.CodeInvalidSHA512Hash)
	case b2cpasswords.HashTypeArgon2i, b2cpasswords.HashTypeArgon2id:
		return h.checkArgon2()
	case b2cpasswords.HashTypeScrypt:
		return h.checkScrypt()
	case b2cpasswords.HashTypePBKDF2:
		return h.checkPBKDF2()
	default:
		return invalid(stytcherror.CodeInvalidHashType, "The type of the hash is unknown.")
	}
}

// badSalt is the refusal of a salt that is empty or too long.
func (h *Hash) badSalt() error {
	text := fmt.Sprintf("A salt has at most %d bytes.", maxSalt)
	code := stytcherror.CodeInvalidPrependSalt
	switch h.Type {
	case b2cpasswords.HashTypeArgon2i, b2cpasswords.HashTypeArgon2id:
		code = stytcherror.CodeInvalidArgon2Salt
	case b2cpasswords.HashTypeScrypt:
		code = stytcherror.CodeInvalidScryptSaltLength
	case b2cpasswords.HashTypePBKDF2:
		code = stytcherror.CodeInvalidPBKDF2Salt
	default:
		if len(h.Salt) <= maxSalt {
			code = stytcherror.CodeInvalidAppendSalt
		}
	}
	return invalid(code, "%s", text)
}

func (h *Hash) checkLength(want int, code stytcherror.Code) error {
	if len(h.Digest) != want {
		return invalid(code, "The hash must have %d bytes, in hexadecimal form.", want)
	}
	return nil
}

func checkBcrypt(text []byte) error {
	if !bcryptForm.Match(text) {
		return invalid(stytcherror.CodeInvalidBcryptHash, "The hash must match %s.", bcryptForm)
	}
	if cost, err := strconv.Atoi(string(text[4:6])); err != nil || cost < 4 || cost > maxBcryptCost {
		return invalid(stytcherror.CodeInvalidBcryptCost, "The cost must be between 4 and %d.", maxBcryptCost)
	}
	return nil
}

func checkPhpass(text []byte) error {
	switch {
	case len(text) < 3 || string(text[:3]) != "$P$" && string(text[:3]) != "$H$":
		return invalid(stytcherror.CodeInvalidPhpassHashPrefix, "The hash must begin with $P$ or $H$.")
	case !phpassForm.Match(text):
		return invalid(stytcherror.CodeInvalidPhpassHashFormat, "The hash must match %s.", phpassForm)
	case phpassCost(text) > maxPhpassCost || phpassCost(text) < 7:
		return invalid(stytcherror.CodeInvalidPhpassHashFormat, "The hash must have 2^7 to 2^%d rounds.", maxPhpassCost)
	}
	return nil
}

func (h *Hash) checkArgon2() error {
	switch {
	case len(h.Salt) == 0:
		return h.badSalt()
	case len(h.Digest) < minKey || len(h.Digest) > maxKey:
		return invalid(stytcherror.CodeInvalidArgon2KeyLength, "The hash must have %d to %d bytes.", minKey, maxKey)
	case h.Threads < 1 || h.Threads > maxThreads:
		return invalid(stytcherror.CodeInvalidArgon2Threads, "There must be between 1 and %d threads.", maxThreads)
	case h.Memory < 8*h.Threads || h.Memory > maxMemory:
		return invalid(stytcherror.CodeInvalidArgon2Memory,
			"The memory must be between 8 KiB per thread and %d KiB.", maxMemory)
	case h.Iterations < 1 || h.Iterations > maxArgon2Work/h.Memory:
		return invalid(stytcherror.CodeInvalidArgon2IterationAmount,
			"There must be at least 1 iteration, and iterations times memory at most %d KiB.", maxArgon2Work)
	}
	return nil
}

func (h *Hash) checkScrypt() error {
	switch {
	case len(h.Salt) == 0:
		return h.badSalt()
	case h.N < 2 || h.N > maxN || bits.OnesCount(uint(h.N)) != 1:
		return invalid(stytcherror.CodeInvalidScryptNParameter, "N must be a power of two between 2 and %d.", maxN)
	case h.R < 1 || h.P < 1 || h.R > maxScryptBlock/h.N ||
		h.P > maxScryptWork/h.N/h.R || h.P > maxScryptRest/h.R-2:
		return invalid(stytcherror.CodeInvalidScryptParameters,
			"r and p must be positive, N*r at most %d, N*r*p at most %d, and r*(p+2) at most %d.",
			maxScryptBlock, maxScryptWork, maxScryptRest)
	case len(h.Digest) < minKey || len(h.Digest) > maxKey:
		return invalid(stytcherror.CodeInvalidScryptParameters, "The hash must have %d to %d bytes.", minKey, maxKey)
	}
	return nil
}

func (h *Hash) checkPBKDF2() error {
	function, known := algorithms[h.Algorithm]
	if !known {
		return invalid(stytcherror.CodeInvalidPBKDF2Algorithm, "The algorithm must be sha256 or sha512.")
	}
	size := function().Size()
	blocks := (len(h.Digest) + size - 1) / size
	switch {
	case len(h.Salt) == 0:
		return h.badSalt()
	case len(h.Digest) < minKey || len(h.Digest) > maxKey:
		return invalid(stytcherror.CodeInvalidPBKDF2Hash, "The hash must have %d to %d bytes.", minKey, maxKey)
	case h.Iterations < 1 || h.Iterations > maxIterations/blocks:
		return invalid(stytcherror.CodeInvalidPBKDF2IterationAmount,
			"There must be between 1 and %d iterations for a hash of this length.", maxIterations/blocks)
	}
	return nil
}
