package jwks_test

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The defaults, which most tests use.
const (
	ttl         = time.Hour
	maxStale    = 24 * time.Hour
	minInterval = 30 * time.Second
)

var errDown = errors.New("503 Service Unavailable")

// endpoint is a JWKS endpoint in memory that records when it was called.
type endpoint struct {
	mu     sync.Mutex
	answer func(context.Context) ([]byte, error)
	calls  []time.Time
}

// serving returns an endpoint that publishes keys with these kids.
func serving(kids ...string) *endpoint {
	e := new(endpoint)
	e.serves(kids...)
	return e
}

func (e *endpoint) fetch(ctx context.Context) ([]byte, error) {
	e.mu.Lock()
	e.calls = append(e.calls, time.Now())
	answer := e.answer
	e.mu.Unlock()
	return answer(ctx)
}

func (e *endpoint) setAnswer(f func(context.Context) ([]byte, error)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.answer = f
}

func (e *endpoint) serves(kids ...string) { e.servesBody(keySet(kids...)) }

func (e *endpoint) servesBody(body string) {
	b := []byte(body)
	e.setAnswer(func(context.Context) ([]byte, error) { return b, nil })
}

func (e *endpoint) fails() {
	e.setAnswer(func(context.Context) ([]byte, error) { return nil, errDown })
}

// hangs makes e answer no more, until the fetch's context ends.
func (e *endpoint) hangs() {
	e.setAnswer(func(ctx context.Context) ([]byte, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
}

// slowsDown makes e answer as before, after d.
func (e *endpoint) slowsDown(d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	before := e.answer
	e.answer = func(ctx context.Context) ([]byte, error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(d):
			return before(ctx)
		}
	}
}

func (e *endpoint) fetches() int { return len(e.times()) }

func (e *endpoint) times() []time.Time {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]time.Time(nil), e.calls...)
}

// cache returns an empty cache of e's keys with the default settings.
func (e *endpoint) cache(t testing.TB, edit ...func(*jwks.Config)) *jwks.Cache {
	t.Helper()
	config := jwks.Config{Fetch: e.fetch}
	for _, f := range edit {
		f(&config)
	}
	return jwks.New(config)
}

// filled returns a cache that has fetched e's keys.
func (e *endpoint) filled(t testing.TB, edit ...func(*jwks.Config)) *jwks.Cache {
	t.Helper()
	c := e.cache(t, edit...)
	require.NoError(t, c.Ready(t.Context()))
	return c
}

// modulus returns an odd number of so many bits that is derived from the name. It is no product of primes.
func modulus(name string, bits int) *big.Int {
	var seed [32]byte
	copy(seed[:], name)
	b := make([]byte, bits/8)
	_, _ = rand.NewChaCha8(seed).Read(b)
	b[0] |= 0x80
	b[len(b)-1] |= 1
	return new(big.Int).SetBytes(b)
}

func keyNamed(name string) *rsa.PublicKey { return &rsa.PublicKey{N: modulus(name, 2048), E: 65537} }

func encode(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

// jwkAs is keyNamed(name) as a JWK with this kid.
func jwkAs(kid, name string) string {
	return fmt.Sprintf(`{"kty":"RSA","use":"sig","key_ops":["verify"],"alg":"RS256","kid":%q,"n":%q,"e":"AQAB"}`,
		kid, encode(keyNamed(name).N))
}

func document(keys ...string) string {
	return `{"keys":[` + strings.Join(keys, ",") + `],"request_id":"request-id-test-1","status_code":200}`
}

func keySet(kids ...string) string {
	keys := make([]string, len(kids))
	for i, kid := range kids {
		keys[i] = jwkAs(kid, kid)
	}
	return document(keys...)
}

// foundAtOnce is found without a wait.
func foundAtOnce(t *testing.T, c *jwks.Cache, kid string) {
	t.Helper()
	began := time.Now()
	found(t, c, kid)
	assert.Zero(t, time.Since(began), "it waited")
}

// found asserts that c returns the key for kid.
func found(t *testing.T, c *jwks.Cache, kid string) {
	t.Helper()
	key, err := c.Key(t.Context(), kid)
	if assert.NoError(t, err) {
		assert.True(t, keyNamed(kid).Equal(key), "it is another key")
	}
}

// refused asserts that c returns this error for kid, and no other.
func refused(t *testing.T, c *jwks.Cache, kid string, reason error) {
	t.Helper()
	key, err := c.Key(t.Context(), kid)
	assert.ErrorIs(t, err, reason)
	assert.Nil(t, key)
	for _, other := range []error{jwks.ErrUnknown, jwks.ErrUnavailable, context.DeadlineExceeded, context.Canceled} {
		if !errors.Is(reason, other) {
			assert.NotErrorIs(t, err, other)
		}
	}
}

// refusedAtOnce is refused without a wait.
func refusedAtOnce(t *testing.T, c *jwks.Cache, kid string, reason error) {
	t.Helper()
	began := time.Now()
	refused(t, c, kid, reason)
	assert.Zero(t, time.Since(began))
}

// advance advances the bubble's clock by d, and waits until all goroutines are blocked.
func advance(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// inBubble runs a subtest in a bubble of package synctest. It fails if a goroutine is left a minute after f.
func inBubble(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			defer advance(time.Minute)
			f(t)
		})
	})
}
