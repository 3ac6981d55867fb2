package password_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
	"github.com/seed75add069/stytch-go/emulator/internal/password"
)

func TestHash_ofThisSystem(t *testing.T) {
	t.Parallel()
	salt := []byte(strings.Repeat("s", password.SaltLength))
	for _, p := range []string{"", "a", "pässwörd", strings.Repeat("x", 1<<20)} {
		h := password.New(p, salt)
		require.NoError(t, h.Check())
		assert.True(t, h.Matches(p))
		assert.False(t, h.Matches(p+"x"))
	}
	assert.NotEqual(t, password.New("a", salt).Digest, password.New("a", salt[1:]).Digest)
	require.NoError(t, password.Nobody().Check())
	assert.False(t, password.Nobody().Matches(""))
}

// TestHash_phpass has the example of phpass itself, and John the Ripper's.
func TestHash_phpass(t *testing.T) {
	t.Parallel()
	for hash, text := range map[string]string{
		"$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0": "test12345",
		"$H$9aaaaaSXBjgypwqm.JsMssPLiS8YQ00": "test1",
		"$P$7JaFQsPzJSuenezefD/3jHgt5hVfNH0": "",
	} {
		foreign := password.Foreign{Hash: hash, Type: b2cpasswords.HashTypePhpass}
		h, err := foreign.Parse()
		require.NoError(t, err)
		assert.True(t, h.Matches(text), hash)
		assert.False(t, h.Matches(text+"x"), hash)
	}
}

func TestPolicy_looksAtABoundedPart(t *testing.T) {
	t.Parallel()
	start := time.Now()
	for _, p := range []string{
		strings.Repeat("4@8({[<369&#!1/|0$5+7%2", 1000), strings.Repeat("é日", 10_000), strings.Repeat("\xff", 1000),
		strings.Repeat("1234567890", 1000),
	} {
		password.Policy{}.Strength(p, strings.Repeat("a.", 30)+"@example.com")
	}
	assert.Less(t, time.Since(start), 30*time.Second)
}

func FuzzForeign(f *testing.F) {
	f.Add("$2a$04$......................", "", int8(4), int8(3), 1, 2, 3)
	f.Add("$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAA", "salt", int8(3), int8(0), 64, 1, 1)
	f.Add("$scrypt$ln=4,r=8,p=1$c2FsdHNhbHQ$AAAAAAAAAAA", "c2FsdA==", int8(6), int8(0), 16, 1, 1)
	f.Add("$P$7JaFQsPzJSuenezefD/3jHgt5hVfNH0", "", int8(7), int8(0), 0, 0, 0)
	f.Add("AAAAAAAA", "c2FsdA==", int8(8), int8(6), 100, 0, 0)
	f.Add("d41d8cd98f00b204e9800998ecf8427e", "salt", int8(1), int8(0), 0, 0, 0)
	types := []b2cpasswords.HashType{
		b2cpasswords.HashTypeBcrypt, b2cpasswords.HashTypeMD5, b2cpasswords.HashTypeArgon2i,
		b2cpasswords.HashTypeArgon2id, b2cpasswords.HashTypeSHA1, b2cpasswords.HashTypeSHA512,
		b2cpasswords.HashTypeScrypt, b2cpasswords.HashTypePhpass, b2cpasswords.HashTypePBKDF2, "",
	}
	f.Fuzz(func(t *testing.T, hash, salt string, kind, length int8, a, b, c int) {
		salts := &b2cpasswords.SaltConfig{PrependSalt: salt, AppendSalt: hash}
		algorithm := b2cpasswords.PBKDF2AlgorithmSHA256
		if c%2 == 0 {
			algorithm = b2cpasswords.PBKDF2AlgorithmSHA512
		}
		foreign := password.Foreign{
			Hash: hash, Type: types[int(uint8(kind))%len(types)], MD5: salts, SHA1: salts, SHA512: salts,
			Argon2: &b2cpasswords.Argon2Config{
				Salt: salt, Memory: a, IterationAmount: b, Threads: c, KeyLength: int(length),
			},
			Scrypt: &b2cpasswords.ScryptConfig{
				Salt: salt, NParameter: a, RParameter: b, PParameter: c, KeyLength: int(length),
			},
			PBKDF2: &b2cpasswords.PBKDF2Config{
				Salt: salt, IterationAmount: a, KeyLength: int(length), Algorithm: algorithm,
			},
		}
		h, err := foreign.Parse()
		if err != nil {
			if _, ok := err.(*password.Invalid); !ok { //nolint:errorlint // It is not wrapped.
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		start := time.Now()
		h.Matches("password")
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%+v took %v", h, took)
		}
	})
}

func FuzzStrength(f *testing.F) {
	f.Add("password", "ada@example.com")
	f.Add("4@8({[<369&#!1/|0$5+7%2", "")
	f.Add("12345678901234567890123456789012345678901234567890", "1@2.3")
	f.Add("13/5/1990 1990-05-13", "é@日.com")
	f.Fuzz(func(t *testing.T, text, email string) {
		if !utf8.ValidString(text) || len(email) > 254 {
			return
		}
		start := time.Now()
		for _, luds := range []bool{false, true} {
			s := password.Policy{LUDS: luds, MinLength: 8, MinComplexity: 3}.Strength(text, email)
			if s.Score < 1 || s.Score > 4 {
				t.Errorf("score %d", s.Score)
			}
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%q took %v", text, took)
		}
	})
}
