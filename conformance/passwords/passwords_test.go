// Package passwords_test compares the emulator's passwords with the hashes of others: those that golang.org/x/crypto
// makes, with random parameters, and those of phpass for PHP.
package passwords_test

import (
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// product is an emulator with an organization, "acme".
type product struct {
	*stytchtest.Server
	t       *testing.T
	api     *stytch.Client
	members int
}

func newProduct(t *testing.T) *product {
	t.Helper()
	server := stytchtest.New(t)
	p := &product{Server: server, t: t, api: server.Client()}
	_, err := p.api.B2B.Organizations.Create(t.Context(),
		&organizations.CreateRequest{OrganizationName: "Acme", OrganizationSlug: new("acme")})
	require.NoError(t, err)
	// Vectors are of passwords that everybody knows.
	require.NoError(t, p.SetSettings(emulator.Settings{
		Passwords: emulator.PasswordSettings{AllowBreachedOnAuthenticate: true},
	}))
	return p
}

// check migrates a hash for another member, who must be able to log in with the password and with no other one.
func (p *product) check(password string, change func(*passwords.MigrateRequest)) {
	p.t.Helper()
	p.members++
	req := &passwords.MigrateRequest{
		OrganizationID: "acme", EmailAddress: fmt.Sprintf("m%d@example.com", p.members),
	}
	change(req)
	_, err := p.api.B2B.Passwords.Migrate(p.t.Context(), req)
	require.NoError(p.t, err, "%+v", req)
	for _, wrong := range []string{password + "x", "x" + password} {
		require.ErrorIs(p.t, p.logIn(req.EmailAddress, wrong), stytcherror.CodeUnauthorizedCredentials, "%+v", req)
	}
	require.NoError(p.t, p.logIn(req.EmailAddress, password), "%+v", req)
}

func (p *product) logIn(address, password string) error {
	_, err := p.api.B2B.Passwords.Authenticate(p.t.Context(),
		&passwords.AuthenticateRequest{OrganizationID: "acme", EmailAddress: address, Password: password})
	return err
}

// text is a random text of a random length: letters of several alphabets, signs and digits.
func text(low, high int) string {
	alphabet := []rune("abcXYZ0189 ,.-$/äßéЖ日🙂")
	var out []rune
	for range low + rand.IntN(high-low+1) {
		out = append(out, alphabet[rand.IntN(len(alphabet))])
	}
	return string(out)
}

func salt() []byte {
	s := make([]byte, 1+rand.IntN(64))
	for i := range s {
		s[i] = byte(rand.IntN(256))
	}
	return s
}

// rounds is how many hashes there are of each function.
const rounds = 12

var (
	padded = base64.StdEncoding.EncodeToString
	bare   = base64.RawStdEncoding.EncodeToString
)

func TestMigrate_bcrypt(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	for range rounds {
		password := text(1, 16)
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost+rand.IntN(4))
		require.NoError(t, err)
		minor := string("aby"[rand.IntN(3)])
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash = b2cpasswords.HashTypeBcrypt, "$2"+minor+string(hash[3:])
		})
	}
}

func TestMigrate_argon2(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	for n := range rounds {
		password, key := text(1, 100), 4+rand.IntN(100)
		passes, threads := 1+rand.IntN(4), 1+rand.IntN(4)
		memory := 8*threads + rand.IntN(1000)
		s := []byte(text(8, 30)) // in hexadecimal form the salt is a text
		hash, name := argon2.IDKey, "argon2id"
		hashType := b2cpasswords.HashTypeArgon2id
		if n%2 == 0 {
			hash, name, hashType = argon2.Key, "argon2i", b2cpasswords.HashTypeArgon2i
		}
		sum := hash([]byte(password), s, uint32(passes), uint32(memory), uint8(threads), uint32(key))
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash = hashType, fmt.Sprintf(
				"$%s$v=19$m=%d,t=%d,p=%d$%s$%s", name, memory, passes, threads, bare(s), bare(sum))
		})
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash = hashType, hex.EncodeToString(sum)
			r.Argon2Config = &b2cpasswords.Argon2Config{
				Salt: string(s), IterationAmount: passes, Memory: memory, Threads: threads, KeyLength: key,
			}
		})
	}
}

func TestMigrate_scrypt(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	for range rounds {
		password, s, key := text(1, 100), salt(), 4+rand.IntN(100)
		ln, blocks, threads := 1+rand.IntN(12), 1+rand.IntN(8), 1+rand.IntN(3)
		sum, err := scrypt.Key([]byte(password), s, 1<<ln, blocks, threads, key)
		require.NoError(t, err)
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash = b2cpasswords.HashTypeScrypt, padded(sum)
			r.ScryptConfig = &b2cpasswords.ScryptConfig{
				Salt: padded(s), NParameter: 1 << ln, RParameter: blocks, PParameter: threads, KeyLength: key,
			}
		})
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType = b2cpasswords.HashTypeScrypt
			r.Hash = fmt.Sprintf("$scrypt$ln=%d,r=%d,p=%d$%s$%s", ln, blocks, threads, bare(s), bare(sum))
		})
	}
}

func TestMigrate_pbkdf2(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	for n := range rounds {
		password, s, key, iterations := text(1, 200), salt(), 4+rand.IntN(200), 1+rand.IntN(5000)
		algorithm := b2cpasswords.PBKDF2AlgorithmSHA256
		sum, err := pbkdf2.Key(sha256.New, password, s, iterations, key)
		if n%2 == 0 {
			algorithm = b2cpasswords.PBKDF2AlgorithmSHA512
			sum, err = pbkdf2.Key(sha512.New, password, s, iterations, key)
		}
		require.NoError(t, err)
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash = b2cpasswords.HashTypePBKDF2, padded(sum)
			r.PBKDF2Config = &b2cpasswords.PBKDF2Config{
				Salt: padded(s), IterationAmount: iterations, KeyLength: key, Algorithm: algorithm,
			}
		})
	}
}

func TestMigrate_hashesOfOneStep(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	for range rounds {
		password := text(1, 100)
		salts := &b2cpasswords.SaltConfig{PrependSalt: text(0, 20), AppendSalt: text(0, 20)}
		salted := []byte(salts.PrependSalt + password + salts.AppendSalt)
		md5Sum, sha1Sum, sha512Sum := md5.Sum(salted), sha1.Sum(salted), sha512.Sum512(salted)
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash, r.MD5Config = b2cpasswords.HashTypeMD5, hex.EncodeToString(md5Sum[:]), salts
		})
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash, r.SHA1Config = b2cpasswords.HashTypeSHA1, hex.EncodeToString(sha1Sum[:]), salts
		})
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash, r.SHA512Config = b2cpasswords.HashTypeSHA512, hex.EncodeToString(sha512Sum[:]), salts
		})
	}
}

// TestMigrate_phpass has hashes that phpass for PHP and programs with it have made: the example in phpass's own test.php
// (openwall/phpass), and those with which passlib tests its phpass, several of them from John the Ripper.
func TestMigrate_phpass(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	for hash, password := range map[string]string{
		"$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0": "test12345",
		"$H$9aaaaaSXBjgypwqm.JsMssPLiS8YQ00": "test1",
		"$P$912345678LIjjb6PhecupozNBmDndU0": "thisisalongertestPW",
		"$P$612345678si5M0DDyPpmRCmcltU/YW/": "JohnRipper",
		"$H$712345678WhEyvy1YWzT4647jzeOmo0": "JohnRipper",
		"$P$B12345678L6Lpt4BxNotVIMILOa9u81": "JohnRipper",
		"$P$FiS0N5L672xzQx1rt1vgdJQRYKnQM9/": "compL3X!",
	} {
		p.check(password, func(r *passwords.MigrateRequest) {
			r.HashType, r.Hash = b2cpasswords.HashTypePhpass, hash
		})
	}
}

func TestReset_hashesAreArgon2id(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	const password = "Violet trombone 58 lagoon"
	p.check("x", func(r *passwords.MigrateRequest) {
		sum := md5.Sum([]byte("x"))
		r.HashType, r.Hash = b2cpasswords.HashTypeMD5, hex.EncodeToString(sum[:])
	})
	_, err := p.api.B2B.Passwords.Email.ResetStart(t.Context(),
		&passwordsemail.ResetStartRequest{OrganizationID: "acme", EmailAddress: "m1@example.com"})
	require.NoError(t, err)
	_, err = p.api.B2B.Passwords.Email.Reset(t.Context(), &passwordsemail.ResetRequest{
		PasswordResetToken: p.WaitMessage("m1@example.com").Token, Password: password,
	})
	require.NoError(t, err)
	data, err := p.Snapshot()
	require.NoError(t, err)
	var snapshot struct {
		State struct {
			Passwords []struct {
				Hash struct {
					HashType                    string `json:"hash_type"`
					Digest, Salt                []byte
					Iterations, Memory, Threads int
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &snapshot))
	h := snapshot.State.Passwords[0].Hash
	assert.Equal(t, "argon_2id", h.HashType)
	assert.Equal(t, argon2.IDKey([]byte(password), h.Salt, uint32(h.Iterations), uint32(h.Memory), uint8(h.Threads),
		uint32(len(h.Digest))), h.Digest)
}
