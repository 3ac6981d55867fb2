package jwks_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

func TestNew(t *testing.T) {
	t.Parallel()
	inBubble(t, "nothing is fetched before the first call", func(t *testing.T) {
		e := serving("a")
		e.cache(t)
		advance(100 * time.Hour)
		assert.Zero(t, e.fetches())
	})
	inBubble(t, "negative durations have their defaults", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t, func(c *jwks.Config) { c.TTL, c.MaxStale, c.MinInterval = -1, -1, -1 })
		e.hangs()
		advance(ttl*4/5 - 1)
		foundAtOnce(t, c, "a")
		synctest.Wait()
		assert.Equal(t, 1, e.fetches())
		advance(1)
		foundAtOnce(t, c, "a")
		synctest.Wait()
		assert.Equal(t, 2, e.fetches())
	})
	inBubble(t, "a set is used until its TTL even if MaxStale is less", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t, func(c *jwks.Config) { c.TTL, c.MaxStale = time.Minute, time.Second })
		e.fails()
		advance(time.Minute - 1)
		foundAtOnce(t, c, "a")
		advance(1)
		refused(t, c, "a", jwks.ErrUnavailable)
	})
}

func TestKey(t *testing.T) {
	t.Parallel()
	t.Run("the key verifies a signature", func(t *testing.T) {
		t.Parallel()
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(t, err)
		e := new(endpoint)
		e.servesBody(document(fmt.Sprintf(`{"kty":"RSA","kid":"real","n":%q,"e":"AQAB"}`, encode(private.N))))
		digest := sha256.Sum256([]byte("header.payload"))
		signature, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, digest[:])
		require.NoError(t, err)
		key, err := e.cache(t).Key(t.Context(), "real")
		require.NoError(t, err)
		require.NoError(t, rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature))
	})
	inBubble(t, "the first caller fetches, later ones do not", func(t *testing.T) {
		e := serving("a", "b")
		c := e.cache(t)
		for range 10 {
			found(t, c, "a")
			found(t, c, "b")
		}
		assert.Equal(t, 1, e.fetches())
	})
	inBubble(t, "from TTL on, callers wait for the new set, for up to two seconds", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.slowsDown(5 * time.Second)
		advance(ttl)
		for _, wait := range []time.Duration{2 * time.Second, 0} {
			began := time.Now()
			found(t, c, "a")
			assert.Equal(t, wait, time.Since(began))
		}
		assert.Equal(t, 2, e.fetches())
	})
	inBubble(t, "an empty kid and one of more than 256 bytes are unknown without a fetch", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t)
		for _, kid := range []string{"", string(make([]byte, 257)), string(make([]byte, 1<<20))} {
			refusedAtOnce(t, c, kid, jwks.ErrUnknown)
		}
		assert.Zero(t, e.fetches())
		refused(t, c, string(make([]byte, 256)), jwks.ErrUnknown)
		assert.Equal(t, 1, e.fetches())
	})
}

func TestReplacement(t *testing.T) {
	t.Parallel()
	inBubble(t, "a key that is missing from the new set is no longer trusted", func(t *testing.T) {
		e := serving("a", "b")
		c := e.filled(t)
		e.serves("b")
		advance(ttl - 1)
		foundAtOnce(t, c, "a") // starts the fetch
		synctest.Wait()
		refusedAtOnce(t, c, "a", jwks.ErrUnknown)
		assert.False(t, c.Has("a"))
		foundAtOnce(t, c, "b")
	})
	inBubble(t, "a key that stays in the set stays the same pointer", func(t *testing.T) {
		e := serving("a", "b")
		c := e.filled(t)
		before, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		e.serves("c", "b", "a")
		advance(minInterval)
		found(t, c, "c")
		after, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		assert.Same(t, before, after)
	})
}
