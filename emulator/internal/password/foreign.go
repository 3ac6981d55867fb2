package password

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/bits"
	"regexp"
	"strconv"
	"strings"

	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Foreign is a hash of another system, as requests give it.
type Foreign struct {
	Hash   string
	Type   b2cpasswords.HashType
	MD5    *b2cpasswords.MD5Config
	SHA1   *b2cpasswords.SHA1Config
	SHA512 *b2cpasswords.SHA512Config
	Argon2 *b2cpasswords.Argon2Config
	Scrypt *b2cpasswords.ScryptConfig
	PBKDF2 *b2cpasswords.PBKDF2Config
}

// Parse reads and checks a hash. The error is an [*Invalid].
func (f *Foreign) Parse() (*Hash, error) {
	h, err := f.read()
	if err != nil {
		return nil, err
	}
	return h, h.Check()
}

func (f *Foreign) read() (*Hash, error) {
	switch f.Type {
	case b2cpasswords.HashTypeMD5:
		return f.plain(f.MD5, stytcherror.CodeInvalidMD5Hash)
	case b2cpasswords.HashTypeSHA1:
		return f.plain(f.SHA1, stytcherror.CodeInvalidSHA1Hash)
	case b2cpasswords.HashTypeSHA512:
		return f.plain(f.SHA512, stytcherror.CodeInvalidSHA512Hash)
	case b2cpasswords.HashTypeArgon2i, b2cpasswords.HashTypeArgon2id:
		return f.argon2()
	case b2cpasswords.HashTypeScrypt:
		return f.scrypt()
	case b2cpasswords.HashTypePBKDF2:
		return f.pbkdf2()
	default: // bcrypt and phpass; Check refuses all others
		return &Hash{Type: f.Type, Digest: []byte(f.Hash)}, nil
	}
}

// plain reads a hash that was made in one step, in hexadecimal form.
func (f *Foreign) plain(salts *b2cpasswords.SaltConfig, code stytcherror.Code) (*Hash, error) {
	digest, err := hex.DecodeString(f.Hash)
	if err != nil {
		return nil, invalid(code, "The hash is not in hexadecimal form.")
	}
	h := &Hash{Type: f.Type, Digest: digest}
	if salts != nil {
		h.Salt, h.AppendSalt = []byte(salts.PrependSalt), []byte(salts.AppendSalt)
	}
	return h, nil
}

// argon2Form is the encoded form (PHC). Hashes of versions before 1.3 are others.
var argon2Form = regexp.MustCompile(
	`^\$(argon2id?)\$v=19\$m=([0-9]{1,9}),t=([0-9]{1,9}),p=([0-9]{1,9})\$([^$]+)\$([^$]+)$`)

func (f *Foreign) argon2() (*Hash, error) {
	if strings.HasPrefix(f.Hash, "$") {
		parts := argon2Form.FindStringSubmatch(f.Hash)
		if parts == nil || (parts[1] == "argon2id") != (f.Type == b2cpasswords.HashTypeArgon2id) {
			return nil, invalid(stytcherror.CodeInvalidHash, "The hash must be of its type, and match %s.", argon2Form)
		}
		h := &Hash{
			Type: f.Type, Memory: number(parts[2]), Iterations: number(parts[3]), Threads: number(parts[4]),
		}
		return h, h.decode(parts[5], parts[6])
	}
	c := f.Argon2
	digest, err := hex.DecodeString(f.Hash)
	switch {
	case err != nil:
		return nil, invalid(stytcherror.CodeInvalidHash, "The hash is neither encoded nor in hexadecimal form.")
	case c == nil:
		return nil, invalid(stytcherror.CodeInvalidHash, "A hash in hexadecimal form needs argon_2_config.")
	case c.KeyLength < minKey || c.KeyLength > maxKey:
		return nil, invalid(stytcherror.CodeInvalidArgon2KeyLength,
			"key_length must be between %d and %d.", minKey, maxKey)
	case c.KeyLength != len(digest):
		return nil, invalid(stytcherror.CodeArgon2KeyLengthMismatch,
			"The hash has %d bytes, and key_length is %d.", len(digest), c.KeyLength)
	}
	return &Hash{
		Type: f.Type, Digest: digest, Salt: []byte(c.Salt),
		Iterations: c.IterationAmount, Memory: c.Memory, Threads: c.Threads,
	}, nil
}

// scryptForm is the PHC form; ln is the binary logarithm of N.
var scryptForm = regexp.MustCompile(
	`^\$scrypt\$ln=([0-9]{1,2}),r=([0-9]{1,9}),p=([0-9]{1,9})\$([^$]+)\$([^$]+)$`)

func (f *Foreign) scrypt() (*Hash, error) {
	if strings.HasPrefix(f.Hash, "$") {
		parts := scryptForm.FindStringSubmatch(f.Hash)
		if parts == nil {
			return nil, invalid(stytcherror.CodeInvalidHash, "The hash must match %s.", scryptForm)
		}
		h := &Hash{Type: f.Type, R: number(parts[2]), P: number(parts[3])}
		if ln := number(parts[1]); ln < bits.Len(maxN) {
			h.N = 1 << ln
		}
		return h, h.decode(parts[4], parts[5])
	}
	digest, err := fromBase64(f.Hash)
	if err != nil || len(digest) == 0 {
		return nil, invalid(stytcherror.CodeInvalidBase64ScryptHash, "hash is neither in PHC format nor in base64.")
	}
	if f.Scrypt == nil {
		return nil, invalid(stytcherror.CodeInvalidHash, "A hash that is not in PHC format needs scrypt_config.")
	}
	salt, err := fromBase64(f.Scrypt.Salt)
	switch {
	case err != nil:
		return nil, invalid(stytcherror.CodeInvalidBase64ScryptSalt, "scrypt_config.salt is not in base64.")
	case f.Scrypt.KeyLength != len(digest):
		return nil, invalid(stytcherror.CodeScryptKeyLengthMismatch,
			"The hash has %d bytes, and key_length is %d.", len(digest), f.Scrypt.KeyLength)
	}
	return &Hash{
		Type: f.Type, Digest: digest, Salt: salt,
		N: f.Scrypt.NParameter, R: f.Scrypt.RParameter, P: f.Scrypt.PParameter,
	}, nil
}

func (f *Foreign) pbkdf2() (*Hash, error) {
	if f.PBKDF2 == nil {
		return nil, invalid(stytcherror.CodeInvalidHash, "A PBKDF2 hash needs pbkdf_2_config.")
	}
	digest, err := fromBase64(f.Hash)
	if err != nil || len(digest) == 0 {
		return nil, invalid(stytcherror.CodeInvalidPBKDF2Hash, "The hash is not in base64.")
	}
	salt, err := fromBase64(f.PBKDF2.Salt)
	switch {
	case err != nil:
		return nil, invalid(stytcherror.CodeInvalidPBKDF2Salt, "pbkdf_2_config.salt is not in base64.")
	case f.PBKDF2.KeyLength != len(digest):
		return nil, invalid(stytcherror.CodePBKDF2KeyLengthMismatch,
			"The hash has %d bytes, and key_length is %d.", len(digest), f.PBKDF2.KeyLength)
	}
	return &Hash{
		Type: f.Type, Digest: digest, Salt: salt,
		Iterations: f.PBKDF2.IterationAmount, Algorithm: cmp.Or(f.PBKDF2.Algorithm, "sha256"),
	}, nil
}

// decode sets salt and digest from their PHC form.
func (h *Hash) decode(salt, digest string) (err error) {
	if h.Salt, err = fromBase64(salt); err == nil {
		h.Digest, err = fromBase64(digest)
	}
	if err != nil {
		return invalid(stytcherror.CodeInvalidHash, "The salt or the hash is not in base64.")
	}
	return nil
}

// fromBase64 decodes base64 with or without padding.
func fromBase64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") { // which the decoder skips
		return nil, fmt.Errorf("a line break in base64")
	}
	return base64.RawStdEncoding.Strict().DecodeString(strings.TrimRight(s, "="))
}

// number is the value of up to nine digits.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}
