package verify

import (
	"fmt"
	"net/url"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// session is the value of a verified token here, and otherKind that of the same token verified as another kind.
type (
	session struct {
		Subject string
		Roles   []string
	}
	otherKind struct{ Subject string }
)

type sessionClaims struct {
	jwt.Registered

	Session struct {
		ID    string   `json:"id"`
		Roles []string `json:"roles"`
	} `json:"https://stytch.com/session"`
}

type otherClaims struct{ jwt.Registered }

// The kinds of tokens that are verified as a session and as an otherKind.
var (
	sessionKind = Kind{NewClaims: func() Claims { return new(sessionClaims) }}
	otherTokens = Kind{NewClaims: func() Claims { return new(otherClaims) }}
)

// duringVerification has functions to call while the token of a subject is verified.
var duringVerification sync.Map

func (c *sessionClaims) Validate() error {
	if do, ok := duringVerification.Load(c.Subject); ok {
		do.(func())()
	}
	return nil
}

func (c *sessionClaims) Verified() Verified {
	return Verified{Value: &session{c.Subject, c.Session.Roles}, SessionID: c.Session.ID}
}

func (c *otherClaims) Validate() error { return nil }

func (c *otherClaims) Verified() Verified {
	return Verified{Value: &otherKind{"other " + c.Subject}}
}

// fixture is a verifier with a token cache, the API that it fetches keys from, and its clock.
type fixture struct {
	*Verifier
	*verifier

	t      *testing.T
	key    *minttest.Key
	api    *minttest.API
	passed atomic.Int64
}

func newFixture(t *testing.T, cacheSize int, seed ...*minttest.Key) *fixture {
	t.Helper()
	key := minttest.NewKey("jwk-test-1")
	f := &fixture{t: t, key: key, api: minttest.NewAPI(key)}
	v := shared.Verification{TokenCacheSize: cacheSize}
	if len(seed) > 0 {
		v.Keys = minttest.Set(seed...)
	}
	f.Verifier = New(&shared.FetchConfig{
		ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"}, HTTPClient: f.api.Client(),
		Now: func() time.Time { return start.Add(time.Duration(f.passed.Load())) }, Verification: v,
	}, shared.ProductB2B)
	f.verifier = verifierOf(f.Verifier)
	return f
}

// token returns a JWT of a subject and session that is valid for five minutes.
func (f *fixture) token(subject, id string) string {
	return f.key.Sign(minttest.With(minttest.UserSession(start), map[string]any{
		"sub": subject, minttest.SessionClaim: map[string]any{"id": id, "roles": []string{"editor"}},
	}))
}

func (f *fixture) verify(text string, req Request) (*session, error) {
	req.Op, req.Token = "op", text
	return Local[session](f.t.Context(), f.Verifier, &sessionKind, req)
}

// accepts asserts that a token is accepted, and returns its entry in the cache.
func (f *fixture) accepts(text string) *entry {
	f.t.Helper()
	_, err := f.verify(text, Request{})
	require.NoError(f.t, err)
	return f.tokens.find(text)
}

func (f *fixture) advance(by time.Duration) { f.passed.Add(int64(by)) }

// publish makes the API serve these keys, and the verifier fetch them.
func (f *fixture) publish(keys ...*minttest.Key) {
	f.t.Helper()
	f.api.Serve(minttest.Keys, string(minttest.Set(keys...)))
	f.advance(time.Minute)
	_, err := f.keys.KeyAt(f.t.Context(), f.now(), fmt.Sprint("unknown at ", f.passed.Load())) // causes a fetch
	require.ErrorIs(f.t, err, jwks.ErrUnknown)
}

func TestTokenCache_hit(t *testing.T) {
	t.Parallel()
	t.Run("the signature of a cached token is not verified again", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 8)
		text := f.token("ada", "session-1")
		valid := f.accepts(text)
		require.NotNil(t, valid)
		forged := text[:len(text)-8] + "AAAAAAAA"
		_, err := f.verify(forged, Request{})
		require.ErrorIs(t, err, stytcherror.ErrTokenSignature)
		assert.Nil(t, f.tokens.find(forged), "a refused token is not cached")
		planted := *valid
		planted.text = forged
		f.tokens.add(f.tokens.begin(), &planted)
		got, err := f.verify(forged, Request{})
		require.NoError(t, err, "the forged signature is not noticed")
		assert.Equal(t, "ada", got.Subject)
	})
	t.Run("only an equal token is a hit", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 1)
		text := f.token("ada", "session-1")
		f.accepts(text)
		for _, other := range []string{text + "A", text[:len(text)-1], text + ".", " " + text, text[1:]} {
			_, err := f.verify(other, Request{})
			require.Error(t, err)
		}
	})
	t.Run("each caller gets a copy", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 8)
		text := f.token("ada", "session-1")
		for range 3 {
			got, err := f.verify(text, Request{})
			require.NoError(t, err)
			assert.Equal(t, "ada", got.Subject)
			got.Subject, got.Roles = "grace", nil
		}
	})
	t.Run("without a cache, nothing is cached", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 0)
		text := f.token("ada", "session-1")
		assert.Nil(t, f.accepts(text))
		f.Forget("session-1")
		f.ForgetSubject("ada")
		f.ForgetToken(text)
		f.ForgetAll()
		f.accepts(text)
	})
}

func TestTokenCache_limits(t *testing.T) {
	t.Parallel()
	t.Run("a cached token is checked against the clock and the options of the call", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 8)
		text := f.token("ada", "session-1")
		first := f.accepts(text)
		f.advance(time.Minute)
		_, err := f.verify(text, Request{MaxAge: new(time.Minute - 1)})
		require.ErrorIs(t, err, stytcherror.ErrTokenTooOld)
		assert.Equal(t, "stytch: op: token refused: too old", err.Error())
		f.advance(4*time.Minute - 1)
		assert.Same(t, first, f.accepts(text))
		f.advance(1)
		_, err = f.verify(text, Request{})
		require.ErrorIs(t, err, stytcherror.ErrTokenExpired)
		_, err = f.verify(text, Request{Leeway: time.Second})
		require.NoError(t, err)
		f.advance(-10 * time.Minute)
		_, err = f.verify(text, Request{})
		require.ErrorIs(t, err, stytcherror.ErrTokenMalformed, "the clock was set back")
		assert.Same(t, first, f.tokens.find(text), "the token was not verified again")
	})
	t.Run("OnlyAudience refuses a cached token with other audiences", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 8)
		claims := minttest.With(minttest.AppToken(start, false), map[string]any{"aud": []string{minttest.Project, "another"}})
		text := f.key.Sign(claims)
		f.accepts(text)
		_, err := f.verify(text, Request{OnlyAudience: true})
		require.ErrorIs(t, err, stytcherror.ErrTokenClaims)
	})
	t.Run("a token that was verified as another kind is verified again", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 8)
		text := f.token("ada", "session-1")
		for range 2 {
			f.accepts(text)
			got, err := Local[otherKind](t.Context(), f.Verifier, &otherTokens, Request{Token: text})
			require.NoError(t, err)
			assert.Equal(t, "other ada", got.Subject)
		}
	})
	t.Run("a token whose key is removed from the key set is refused", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 8)
		text := f.token("ada", "session-1")
		first := f.accepts(text)
		second := minttest.NewKey("jwk-test-2")
		f.publish(f.key)
		assert.Same(t, first, f.accepts(text), "the key set has not changed")
		f.publish(second)
		_, err := f.verify(text, Request{})
		require.ErrorIs(t, err, stytcherror.ErrKeyUnknown)
		f.publish(f.key, second)
		assert.NotSame(t, first, f.accepts(text), "it is verified again")
	})
	t.Run("a token whose key is replaced is verified again", func(t *testing.T) {
		t.Parallel()
		key, other := minttest.NewKey("jwk-test-1"), minttest.NewKey("jwk-test-2").WithKID("jwk-test-1")
		f := newFixture(t, 8, key)
		f.api.Serve(minttest.Keys, "{}")
		text := f.token("ada", "session-1")
		f.accepts(text)
		f.publish(other)
		_, err := f.verify(text, Request{})
		require.ErrorIs(t, err, stytcherror.ErrTokenSignature)
	})
	t.Run("the size is rounded up to a power of two, and bounded", func(t *testing.T) {
		t.Parallel()
		for size, capacity := range map[int]int{
			1: 4, 4: 4, 5: 8, 8: 8, 9: 16, 1000: 1024, 1024: 1024, 1025: 2048, 1 << 20: 1 << 20, 1<<20 + 1: 1 << 20,
		} {
			made := newTokenCache(size)
			assert.Equal(t, capacity, len(made.sets)*ways, "%d", size)
		}
		assert.Nil(t, newTokenCache(0))
		assert.Nil(t, newTokenCache(-1))
		var none *tokenCache
		none.add(none.begin(), &entry{text: "token"})
		none.forget(func(*entry) bool { return true })
		assert.Nil(t, none.find("token"))
		cache := newTokenCache(16)
		for i := range 1000 {
			e := &entry{text: fmt.Sprint("token ", i)}
			cache.add(cache.begin(), e)
			assert.Same(t, e, cache.find(e.text), "the newest is cached")
		}
		count := 0
		cache.forget(func(*entry) bool { count++; return false })
		assert.LessOrEqual(t, count, 16)
	})
	t.Run("the token that expires first is replaced", func(t *testing.T) {
		t.Parallel()
		cache := newTokenCache(ways)
		for i, end := range []int64{50, 20, 40, 30, 60, 70} {
			cache.add(cache.begin(), &entry{text: fmt.Sprint(i), claims: jwt.Registered{Expires: jwt.Date{Seconds: end}}})
		}
		for i, cached := range []bool{true, false, true, false, true, true} {
			assert.Equal(t, cached, cache.find(fmt.Sprint(i)) != nil, "%d", i)
		}
	})
}

func TestTokenCache_forget(t *testing.T) {
	t.Parallel()
	t.Run("the tokens that are meant are removed, and no others", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 64)
		ada, again, other := f.token("ada", "session-1"), f.token("ada", "session-2"), f.token("grace", "session-3")
		unseen := f.token("grace", "session-4")
		for name, tt := range map[string]struct {
			forget func()
			left   []bool // of the three tokens
		}{
			"a session":                           {func() { f.Forget("session-1") }, []bool{false, true, true}},
			"an unknown session":                  {func() { f.Forget("session-9") }, []bool{true, true, true}},
			"a subject":                           {func() { f.ForgetSubject("ada") }, []bool{false, false, true}},
			"the session of a token":              {func() { f.ForgetToken(again) }, []bool{true, false, true}},
			"all, for a token that is not cached": {func() { f.ForgetToken(unseen) }, []bool{false, false, false}},
			"all, for what is not a token":        {func() { f.ForgetToken("?") }, []bool{false, false, false}},
			"all":                                 {f.ForgetAll, []bool{false, false, false}},
		} {
			for _, text := range []string{ada, again, other} {
				require.NotNil(t, f.accepts(text))
			}
			tt.forget()
			for i, text := range []string{ada, again, other} {
				assert.Equal(t, tt.left[i], f.tokens.find(text) != nil, "%s: %d", name, i)
			}
		}
	})
	t.Run("a verification that started before forget adds nothing after it", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t, 8)
		text := f.token("interrupted", "session-1")
		for _, forget := range []func(){
			func() { f.Forget("session-1") }, func() { f.ForgetSubject("interrupted") }, f.ForgetAll, func() { f.ForgetToken(text) },
		} {
			duringVerification.Store("interrupted", forget)
			assert.Nil(t, f.accepts(text))
			duringVerification.Delete("interrupted")
			assert.NotNil(t, f.accepts(text), "the next verification does")
			f.ForgetAll()
		}
	})
	t.Run("a verification that started before forget replaces no other token", func(t *testing.T) {
		t.Parallel()
		cache := newTokenCache(ways)
		before := cache.begin()
		cache.forget(func(*entry) bool { return true })
		for i := range ways {
			cache.add(cache.begin(), &entry{text: fmt.Sprint(i)})
		}
		cache.add(before, &entry{text: "late", claims: jwt.Registered{Expires: jwt.Date{Seconds: 1}}})
		assert.Nil(t, cache.find("late"))
		for i := range ways {
			assert.NotNil(t, cache.find(fmt.Sprint(i)), "%d", i)
		}
	})
	t.Run("a token that is written after a forget that began before is removed", func(t *testing.T) {
		t.Parallel()
		cache, e := newTokenCache(ways), &entry{text: "late"}
		before := cache.begin()
		cache.forget(func(*entry) bool { return true })
		cache.put(before, &cache.set(e.text)[0], nil, e)
		assert.Nil(t, cache.find(e.text))
		cache.put(cache.begin(), &cache.set(e.text)[0], nil, e)
		assert.Same(t, e, cache.find(e.text))
	})
	t.Run("a token is removed by a concurrent forget, or never added", func(t *testing.T) {
		t.Parallel()
		cache, e := newTokenCache(ways), &entry{text: "token"}
		var began, done atomic.Int64
		go func() {
			for i := range int64(races) {
				for began.Load() <= i {
					runtime.Gosched()
				}
				cache.forget(func(*entry) bool { return true })
				done.Store(i + 1)
			}
		}()
		for i := range int64(races) {
			epoch := cache.begin()
			began.Store(i + 1)
			cache.add(epoch, e)
			for done.Load() <= i {
				runtime.Gosched()
			}
			require.Nil(t, cache.find(e.text), "%d", i)
		}
	})
	t.Run("concurrent calls of add and forget do not fail", func(t *testing.T) {
		t.Parallel()
		cache := newTokenCache(ways)
		var adding, forgetting sync.WaitGroup
		var over atomic.Bool
		for i := range 2 * ways {
			adding.Go(func() {
				e := &entry{text: fmt.Sprint("token ", i)}
				for range races {
					cache.add(cache.begin(), e)
				}
			})
		}
		forgetting.Go(func() {
			for !over.Load() {
				cache.forget(func(*entry) bool { return true })
			}
		})
		adding.Wait()
		over.Store(true)
		forgetting.Wait()
	})
}

// races is the number of concurrent calls in a test.
const races = 100_000
