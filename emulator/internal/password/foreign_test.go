package password

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2cpasswords "github.com/seed75add069/stytch-go/b2c/passwords"
)

// Whatever hash of another system is taken takes bounded time and memory, and is right for one password.
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
		foreign := Foreign{
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
			require.IsType(t, &Invalid{}, err)
			return
		}
		require.NoError(t, h.Check())
		assert.LessOrEqual(t, h.Memory, 256<<10, "KiB of Argon2")
		assert.LessOrEqual(t, 128*h.N*h.R, 256<<20, "bytes of scrypt")
		assert.LessOrEqual(t, 128*h.R*(h.P+2), 16<<20, "bytes of scrypt beside")
		data, err := json.Marshal(h)
		require.NoError(t, err)
		again := &Hash{}
		require.NoError(t, json.Unmarshal(data, again))
		require.Equal(t, *h, *again, "as a snapshot has it")
		start := time.Now()
		_, err = h.Matches(t.Context(), "password")
		require.NoError(t, err)
		assert.Less(t, time.Since(start), time.Minute, "%+v", h)
		if h.Type == b2cpasswords.HashTypeBcrypt {
			return // the digest has the parameters, and is made by another function
		}
		h.Digest, err = h.sum(t.Context(), "password")
		require.NoError(t, err)
		require.NoError(t, h.Check())
		for password, want := range map[string]bool{"password": true, "password ": false} {
			is, err := h.Matches(t.Context(), password)
			require.NoError(t, err)
			assert.Equal(t, want, is)
		}
	})
}
