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

var dawn = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// session is what a token stands for here, and ticket another kind that the same tokens could be taken for.
type (
	session struct {
		Subject string
		Roles   []string
	}
	ticket struct{ Subject string }
)

type sessionClaims struct {
	jwt.Registered

	Session struct {
		ID    string   `json:"id"`
		Roles []string `json:"roles"`
	} `json:"https://stytch.com/session"`
}

type ticketClaims struct{ jwt.Registered }

// meanwhile holds what is to happen in the middle of the verification of a subject's token.
var meanwhile sync.Map

func (c *sessionClaims) Validate() error {
	if do, ok := meanwhile.Load(c.Subject); ok {
		do.(func())()
	}
	return nil
}

func (c *sessionClaims) Verified() Verified[session] {
	return Verified[session]{Value: &session{c.Subject, c.Session.Roles}, SessionID: c.Session.ID}
}

func (c *ticketClaims) Validate() error { return nil }

func (c *ticketClaims) Verified() Verified[ticket] {
	return Verified[ticket]{Value: &ticket{"ticket of " + c.Subject}}
}

// desk is a verifier that remembers tokens, and a clock.
type desk struct {
	*Verifier

	t      *testing.T
	key    *minttest.Key
	api    *minttest.API
	passed atomic.Int64
}

func newDesk(t *testing.T, tokens int, seed ...*minttest.Key) *desk {
	t.Helper()
	key := minttest.NewKey("jwk-test-1")
	d := &desk{t: t, key: key, api: minttest.NewAPI(key)}
	v := shared.Verification{TokenCacheSize: tokens}
	if len(seed) > 0 {
		v.Keys = minttest.Set(seed...)
	}
	d.Verifier = build(&shared.FetchConfig{
		ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"}, HTTPClient: d.api.Client(),
		Now: func() time.Time { return dawn.Add(time.Duration(d.passed.Load())) }, Verification: v,
	}, shared.ProductB2B)
	return d
}

// token is a JWT of a subject in a session, good for five minutes.
func (d *desk) token(subject, id string) string {
	return d.key.Sign(minttest.With(minttest.UserSession(dawn), map[string]any{
		"sub": subject, minttest.SessionClaim: map[string]any{"id": id, "roles": []string{"editor"}},
	}))
}

func (d *desk) verify(text string, demands Demands) (*session, error) {
	demands.Op = "op"
	verified, err := Token[session, sessionClaims](d.t.Context(), d.Verifier, text, demands)
	return verified.Value, err
}

// good asserts that a token verifies, and returns what is remembered of it.
func (d *desk) good(text string) *entry {
	d.t.Helper()
	_, err := d.verify(text, Demands{})
	require.NoError(d.t, err)
	return d.tokens.find(text)
}

func (d *desk) advance(by time.Duration) { d.passed.Add(int64(by)) }

// publish makes the project hold these keys at once.
func (d *desk) publish(keys ...*minttest.Key) {
	d.t.Helper()
	d.api.Serve(minttest.Keys, string(minttest.Set(keys...)))
	d.advance(time.Minute)
	_, err := d.keys.Key(d.t.Context(), fmt.Sprint("nobody's, at ", d.passed.Load())) // makes it look
	require.ErrorIs(d.t, err, jwks.ErrUnknown)
}

func TestTokens_hit(t *testing.T) {
	t.Parallel()
	t.Run("a token that is remembered costs no signature check", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 8)
		text := d.token("ada", "session-1")
		genuine := d.good(text)
		require.NotNil(t, genuine)
		forged := text[:len(text)-8] + "AAAAAAAA"
		_, err := d.verify(forged, Demands{})
		require.ErrorIs(t, err, stytcherror.ErrTokenSignature)
		assert.Nil(t, d.tokens.find(forged), "what does not hold is not remembered")
		planted := *genuine
		planted.text = forged
		d.tokens.keep(d.tokens.begin(), &planted)
		got, err := d.verify(forged, Demands{})
		require.NoError(t, err, "nobody has looked at the signature")
		assert.Equal(t, "ada", got.Subject)
	})
	t.Run("only the whole token counts", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 1)
		text := d.token("ada", "session-1")
		d.good(text)
		for _, other := range []string{text + "A", text[:len(text)-1], text + ".", " " + text, text[1:]} {
			_, err := d.verify(other, Demands{})
			require.Error(t, err)
		}
	})
	t.Run("each caller has a copy", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 8)
		text := d.token("ada", "session-1")
		for range 3 {
			got, err := d.verify(text, Demands{})
			require.NoError(t, err)
			assert.Equal(t, "ada", got.Subject)
			got.Subject, got.Roles = "grace", nil
		}
	})
	t.Run("without room nothing is remembered", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 0)
		text := d.token("ada", "session-1")
		assert.Nil(t, d.good(text))
		d.Forget("session-1")
		d.ForgetSubject("ada")
		d.ForgetToken(text)
		d.ForgetAll()
		d.good(text)
	})
}

func TestTokens_limits(t *testing.T) {
	t.Parallel()
	t.Run("a hit is held against the clock, and against what this caller wants", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 8)
		text := d.token("ada", "session-1")
		first := d.good(text)
		d.advance(time.Minute)
		_, err := d.verify(text, Demands{MaxAge: new(time.Minute - 1)})
		require.ErrorIs(t, err, stytcherror.ErrTokenTooOld)
		assert.Equal(t, "stytch: op: token refused: too old", err.Error())
		d.advance(4*time.Minute - 1)
		assert.Same(t, first, d.good(text))
		d.advance(1)
		_, err = d.verify(text, Demands{})
		require.ErrorIs(t, err, stytcherror.ErrTokenExpired)
		_, err = d.verify(text, Demands{Leeway: time.Second})
		require.NoError(t, err)
		d.advance(-10 * time.Minute)
		_, err = d.verify(text, Demands{})
		require.ErrorIs(t, err, stytcherror.ErrTokenMalformed, "the clock was put back")
		assert.Same(t, first, d.tokens.find(text), "all that without another look")
	})
	t.Run("a caller who is more particular gets no more than otherwise", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 8)
		claims := minttest.With(minttest.AppToken(dawn, false), map[string]any{"aud": []string{minttest.Project, "another"}})
		text := d.key.Sign(claims)
		d.good(text)
		_, err := d.verify(text, Demands{OnlyAudience: true})
		require.ErrorIs(t, err, stytcherror.ErrTokenClaims)
	})
	t.Run("a token is remembered as what it was verified for", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 8)
		text := d.token("ada", "session-1")
		for range 2 {
			d.good(text)
			got, err := Token[ticket, ticketClaims](t.Context(), d.Verifier, text, Demands{})
			require.NoError(t, err)
			assert.Equal(t, "ticket of ada", got.Value.Subject)
		}
	})
	t.Run("a key that has left the key set takes its tokens along", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 8)
		text := d.token("ada", "session-1")
		first := d.good(text)
		second := minttest.NewKey("jwk-test-2")
		d.publish(d.key)
		assert.Same(t, first, d.good(text), "the same keys again change nothing")
		d.publish(second)
		_, err := d.verify(text, Demands{})
		require.ErrorIs(t, err, stytcherror.ErrKeyUnknown)
		d.publish(d.key, second)
		assert.NotSame(t, first, d.good(text), "it is looked at again")
	})
	t.Run("a key that another has taken the place of does so too", func(t *testing.T) {
		t.Parallel()
		key, other := minttest.NewKey("jwk-test-1"), minttest.NewKey("jwk-test-2").WithKID("jwk-test-1")
		d := newDesk(t, 8, key)
		d.api.Serve(minttest.Keys, "{}")
		text := d.token("ada", "session-1")
		d.good(text)
		d.publish(other)
		_, err := d.verify(text, Demands{})
		require.ErrorIs(t, err, stytcherror.ErrTokenSignature)
	})
	t.Run("there is room for as many as asked, and soon no more", func(t *testing.T) {
		t.Parallel()
		for asked, room := range map[int]int{
			1: 4, 4: 4, 5: 8, 8: 8, 9: 16, 1000: 1024, 1024: 1024, 1025: 2048, 1 << 20: 1 << 20, 1<<20 + 1: 1 << 20,
		} {
			made := newRemembered(asked)
			assert.Equal(t, room, len(made.sets)*ways, "%d", asked)
		}
		assert.Nil(t, newRemembered(0))
		assert.Nil(t, newRemembered(-1))
		few := newRemembered(16)
		for i := range 1000 {
			k := &entry{text: fmt.Sprint("token ", i)}
			few.keep(few.begin(), k)
			assert.Same(t, k, few.find(k.text), "the newest is kept")
		}
		count := 0
		few.forget(func(*entry) bool { count++; return false })
		assert.LessOrEqual(t, count, 16)
	})
	t.Run("the one that ends first makes room", func(t *testing.T) {
		t.Parallel()
		few := newRemembered(ways)
		for i, end := range []int64{50, 20, 40, 30, 60, 70} {
			few.keep(few.begin(), &entry{text: fmt.Sprint(i), claims: jwt.Registered{Expires: jwt.Date{Seconds: end}}})
		}
		for i, there := range []bool{true, false, true, false, true, true} {
			assert.Equal(t, there, few.find(fmt.Sprint(i)) != nil, "%d", i)
		}
	})
}

func TestTokens_forget(t *testing.T) {
	t.Parallel()
	t.Run("it drops what is meant and leaves the rest", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 64)
		ada, again, other := d.token("ada", "session-1"), d.token("ada", "session-2"), d.token("grace", "session-3")
		unseen := d.token("grace", "session-4")
		for name, tt := range map[string]struct {
			forget func()
			left   []bool
		}{
			"a session":                           {func() { d.Forget("session-1") }, []bool{false, true, true}},
			"a session nobody knows":              {func() { d.Forget("session-9") }, []bool{true, true, true}},
			"a subject":                           {func() { d.ForgetSubject("ada") }, []bool{false, false, true}},
			"the session of a token":              {func() { d.ForgetToken(again) }, []bool{true, false, true}},
			"all, for a token that is not known":  {func() { d.ForgetToken(unseen) }, []bool{false, false, false}},
			"all, for a token that is not a good": {func() { d.ForgetToken("?") }, []bool{false, false, false}},
			"all":                                 {d.ForgetAll, []bool{false, false, false}},
		} {
			for _, text := range []string{ada, again, other} {
				require.NotNil(t, d.good(text))
			}
			tt.forget()
			for i, text := range []string{ada, again, other} {
				assert.Equal(t, tt.left[i], d.tokens.find(text) != nil, "%s: %d", name, i)
			}
		}
	})
	t.Run("a verification that began before is not kept after", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, 8)
		text := d.token("interrupted", "session-1")
		for _, forget := range []func(){
			func() { d.Forget("session-1") }, func() { d.ForgetSubject("interrupted") }, d.ForgetAll, func() { d.ForgetToken(text) },
		} {
			meanwhile.Store("interrupted", forget)
			assert.Nil(t, d.good(text))
			meanwhile.Delete("interrupted")
			assert.NotNil(t, d.good(text), "the next one is")
			d.ForgetAll()
		}
	})
	t.Run("whatever the race between the two", func(t *testing.T) {
		t.Parallel()
		few, k := newRemembered(ways), &entry{text: "token"}
		var began, done atomic.Int64
		go func() {
			for i := range int64(races) {
				for began.Load() <= i {
					runtime.Gosched()
				}
				few.forget(func(*entry) bool { return true })
				done.Store(i + 1)
			}
		}()
		for i := range int64(races) {
			epoch := few.begin()
			began.Store(i + 1)
			few.keep(epoch, k)
			for done.Load() <= i {
				runtime.Gosched()
			}
			require.Nil(t, few.find(k.text), "%d", i)
		}
	})
	t.Run("places that empty and fill while one is sought", func(t *testing.T) {
		t.Parallel()
		few := newRemembered(ways)
		var keeping, forgetting sync.WaitGroup
		var over atomic.Bool
		for i := range 2 * ways {
			keeping.Go(func() {
				k := &entry{text: fmt.Sprint("token ", i)}
				for range races {
					few.keep(few.begin(), k)
				}
			})
		}
		forgetting.Go(func() {
			for !over.Load() {
				few.forget(func(*entry) bool { return true })
			}
		})
		keeping.Wait()
		over.Store(true)
		forgetting.Wait()
	})
}

// races is how often two goroutines run into each other.
const races = 100_000
