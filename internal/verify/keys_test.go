package verify_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// interval is the default of KeysMinInterval.
const interval = 30 * time.Second

// publish makes the API serve these keys from now on.
func (w *world) publish(keys ...*minttest.Key) {
	w.api.Serve(minttest.Keys, string(minttest.Set(keys...)))
}

// flood sends n forged tokens, each with a kid of its own.
func (w *world) flood(n int) {
	claims := minttest.Encode(minttest.JSON(w.claims(w.now())))
	signature := minttest.Encode(strings.Repeat("s", 256))
	var senders sync.WaitGroup
	for sender := range 100 {
		senders.Go(func() {
			for i := range n / 100 {
				kid := "jwk-forged-" + strconv.Itoa(sender) + "-" + strconv.Itoa(i)
				text := minttest.Encode(`{"alg":"RS256","kid":"`+kid+`","typ":"JWT"}`) + "." + claims + "." + signature
				w.both(w.t.Context(), &call{SessionJWT: text}, func(op string, _ *outcome, err error) {
					refused, _ := errors.AsType[*stytcherror.TokenError](err)
					if !errors.Is(err, unknownKey) || refused.Op != op {
						w.t.Errorf("%v", err)
					}
				})
			}
		})
	}
	senders.Wait()
}

func TestAuthenticateJWT_flood(t *testing.T) {
	t.Parallel()
	promise(t, "ten thousand forged kids cost one fetch of keys, harm nobody and hide no rotation", func(w *world) {
		old, next := w.lasting(w.key), w.lasting(minttest.NewKey("jwk-test-2"))
		w.verifies(old)
		w.advance(interval)
		var attackers sync.WaitGroup
		attackers.Go(func() { w.flood(10_000) })
		for range 100 {
			w.verifies(old)
		}
		attackers.Wait()
		assert.Equal(w.t, 2, w.api.Requests(w.keys))
		assert.Equal(w.t, 2, w.api.Requests(""), "and nothing else")

		w.publish(minttest.NewKey("jwk-test-2"))
		w.refuses(&call{SessionJWT: next}, unknownKey)
		w.advance(interval - 1)
		w.refuses(&call{SessionJWT: next}, unknownKey)
		w.verifies(old)
		w.advance(1)
		w.verifies(next)
		w.refuses(&call{SessionJWT: old}, unknownKey)
		assert.Equal(w.t, 3, w.api.Requests(""))
	})
	promise(t, "a flood that never ends costs one fetch in an interval", func(w *world) {
		w.verifies(w.lasting(w.key))
		for minute := range 10 {
			w.advance(interval)
			w.flood(200)
			assert.Equal(w.t, minute+2, w.api.Requests(""))
		}
	})
	promise(t, "the interval is KeysMinInterval", func(w *world) {
		w.verifies(w.lasting(w.key))
		w.publish(w.key, minttest.NewKey("jwk-test-2"))
		next := w.lasting(minttest.NewKey("jwk-test-2"))
		w.advance(5*time.Minute - 1)
		w.refuses(&call{SessionJWT: next}, unknownKey)
		w.advance(1)
		w.verifies(next)
		w.verifies(w.lasting(w.key))
	}, func(c *stytch.Config) { c.Verification.KeysMinInterval = 5 * time.Minute })
}

type answer = func(*http.Request) (status int, body []byte, err error)

func says(status int, body string) answer {
	return func(*http.Request) (int, []byte, error) { return status, []byte(body), nil }
}

// troubles are what an endpoint can do to its callers. Each must leave a client with what it has.
func troubles() map[string]answer {
	return map[string]answer{
		"fails":                says(http.StatusInternalServerError, `{"status_code":500,"request_id":"r","error_type":"unexpected"}`),
		"is down":              says(http.StatusServiceUnavailable, "upstream connect error"),
		"refuses":              says(http.StatusUnauthorized, `{"status_code":401,"error_type":"unauthorized_credentials"}`),
		"limits the rate":      says(http.StatusTooManyRequests, `{"status_code":429,"error_type":"too_many_requests"}`),
		"cannot be reached":    func(*http.Request) (int, []byte, error) { return 0, nil, errors.New("connection refused") },
		"answers in HTML":      says(http.StatusOK, "<html>log in to this network</html>"),
		"answers with nothing": says(http.StatusOK, ""),
		"answers with {}":      says(http.StatusOK, `{}`),
		"answers emptily":      says(http.StatusOK, `{"request_id":"r","status_code":200}`),
		"hangs": func(r *http.Request) (int, []byte, error) {
			<-r.Context().Done()
			return 0, nil, r.Context().Err()
		},
		"takes five seconds": func(*http.Request) (int, []byte, error) {
			time.Sleep(5 * time.Second)
			return http.StatusInternalServerError, nil, nil
		},
		"panics": func(*http.Request) (int, []byte, error) { panic("of a middleware") },
	}
}

// lies are key sets that are not to be taken for the project's.
func lies() map[string]answer {
	const ok = `"request_id":"r","status_code":200`
	key, enemy := minttest.NewKey("jwk-test-1"), minttest.NewKey("jwk-test-enemy")
	set := string(minttest.Set(key))
	return map[string]answer{
		"has null for keys":          says(http.StatusOK, `{"keys":null,`+ok+`}`),
		"has an empty set":           says(http.StatusOK, `{"keys":[],`+ok+`}`),
		"has half a set":             says(http.StatusOK, set[:200]),
		"has another key for a kid":  says(http.StatusOK, string(minttest.Set(enemy.WithKID(key.KID)))),
		"has two keys for a kid":     says(http.StatusOK, string(minttest.Set(key, enemy.WithKID(key.KID)))),
		"has keys of the wrong kind": says(http.StatusOK, strings.ReplaceAll(set, "RS256", "HS256")),
	}
}

func TestAuthenticateJWT_outages(t *testing.T) {
	t.Parallel()
	all := troubles()
	maps.Copy(all, lies())
	for name, trouble := range all {
		promise(t, "valid sessions verify on, after two seconds at most, while the endpoint of the keys "+name, func(w *world) {
			text := w.lasting(w.key)
			forged := minttest.NewKey("jwk-test-enemy").WithKID(w.key.KID).Sign(w.claims(dawn))
			w.verifies(text)
			w.api.Handle(minttest.Keys, trouble)
			for range 24 {
				w.advance(time.Hour - time.Minute)
				began := time.Now()
				_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: text})
				require.NoError(w.t, err)
				assert.LessOrEqual(w.t, time.Since(began), 2*time.Second)
				synctest.Wait()
				began = time.Now()
				w.verifies(text)
				w.refuses(&call{SessionJWT: forged}, unsigned)
				assert.Zero(w.t, time.Since(began), "nobody else waits")
			}
			assert.Greater(w.t, w.api.Requests(minttest.Keys), 20, "it was tried")
			w.publish(w.key, minttest.NewKey("jwk-test-2"))
			w.advance(2 * time.Minute)
			w.verifies(w.lasting(minttest.NewKey("jwk-test-2")))
		})
	}
	promise(t, "keys serve for a day at most, and then nothing is certain", func(w *world) {
		text := w.lasting(w.key)
		w.verifies(text)
		w.api.Handle(minttest.Keys, troubles()["fails"])
		w.advance(24*time.Hour - 1)
		w.verifies(text)
		w.advance(time.Minute)
		w.asks(&call{SessionJWT: text}, stytcherror.ErrKeysUnavailable)
		w.publish(w.key)
		w.advance(time.Minute)
		w.verifies(text)
	})
	promise(t, "KeysTTL and KeysMaxStale say how long they serve", func(w *world) {
		text := w.lasting(w.key)
		w.verifies(text)
		w.api.Handle(minttest.Keys, troubles()["fails"])
		w.advance(48*time.Second - 1)
		w.verifies(text)
		synctest.Wait()
		assert.Equal(w.t, 1, w.api.Requests(""))
		w.advance(1)
		w.verifies(text)
		synctest.Wait()
		assert.Equal(w.t, 2, w.api.Requests(""), "from four fifths of it on")
		w.advance(4*time.Minute + 12*time.Second - 1)
		w.verifies(text)
		w.advance(1)
		_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: text})
		require.ErrorIs(w.t, err, stytcherror.ErrKeysUnavailable)
	}, func(c *stytch.Config) {
		c.Verification.KeysTTL, c.Verification.KeysMaxStale = time.Minute, 5*time.Minute
	})
	promise(t, "a caller waits for the first keys as long as it likes to, and others go on", func(w *world) {
		w.api.Handle(minttest.Keys, func(*http.Request) (int, []byte, error) {
			time.Sleep(5 * time.Second)
			return http.StatusOK, minttest.Set(w.key), nil
		})
		text := w.lasting(w.key)
		var callers sync.WaitGroup
		for range 100 {
			callers.Go(func() {
				ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
				defer cancel()
				_, err := w.local(ctx, w.client, &call{SessionJWT: text})
				noAnswer(w.t, err, w.name+".sessions.authenticate_jwt_local", context.DeadlineExceeded)
			})
			callers.Go(func() {
				began := time.Now()
				_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: text})
				assert.NoError(w.t, err)
				assert.Equal(w.t, 5*time.Second, time.Since(began))
			})
		}
		callers.Wait()
		assert.Equal(w.t, 1, w.api.Requests(""))
	})
}

func TestAuthenticateJWT_rotation(t *testing.T) {
	t.Parallel()
	promise(t, "a new key is fetched when it is first seen, and an old one counts no more once it is withdrawn", func(w *world) {
		second := minttest.NewKey("jwk-test-2")
		w.verifies(w.lasting(w.key))
		w.publish(w.key, second)
		w.advance(interval)
		w.verifies(w.lasting(second))
		w.verifies(w.lasting(w.key))
		w.publish(second)
		w.advance(time.Hour)
		w.verifies(w.lasting(second))
		synctest.Wait()
		w.refuses(&call{SessionJWT: w.lasting(w.key)}, unknownKey)
		assert.Equal(w.t, 3, w.api.Requests(""))
	})
	promise(t, "the products have keys of their own", func(w *world) {
		w.api.Serve("/sessions/jwks/", "{}")
		w.api.Serve(w.keys, string(minttest.Set(w.key)))
		w.verifies(w.session(nil))
	})
}

func TestAuthenticateJWT_seed(t *testing.T) {
	t.Parallel()
	seeded := func(c *stytch.Config) { c.Verification.Keys = minttest.Set(minttest.NewKey("jwk-test-1")) }
	promise(t, "known keys serve without a network, from the first call on", func(w *world) {
		w.api.Handle(minttest.Keys, troubles()["hangs"])
		began := time.Now()
		for range 10 {
			w.verifies(w.lasting(w.key))
		}
		require.NoError(w.t, w.ready(w.t.Context(), w.client))
		assert.Zero(w.t, time.Since(began))
		w.advance(24*time.Hour - 1)
		w.verifies(w.lasting(w.key))
		w.advance(1)
		w.asks(&call{SessionJWT: w.lasting(w.key)}, stytcherror.ErrKeysUnavailable)
	}, seeded)
	promise(t, "the API's keys take their place, whatever they are", func(w *world) {
		other := minttest.NewKey("jwk-test-2").WithKID(w.key.KID)
		w.publish(other)
		_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: w.lasting(w.key)})
		require.NoError(w.t, err, "the first call, which has them fetched, is served the seed")
		synctest.Wait()
		w.verifies(w.lasting(other))
		w.refuses(&call{SessionJWT: w.lasting(w.key)}, unsigned)
		assert.Equal(w.t, 1, w.api.Requests(""))
	}, seeded)
}

func TestReady(t *testing.T) {
	t.Parallel()
	promise(t, "it fetches the keys, once", func(w *world) {
		for range 10 {
			require.NoError(w.t, w.ready(w.t.Context(), w.client))
		}
		w.verifies(w.session(nil))
		assert.Equal(w.t, 1, w.api.Requests(""))
	})
	promise(t, "it says why there are none", func(w *world) {
		op := w.name + ".sessions.ready"
		var none context.Context
		argument(w.t, w.ready(none, w.client), op, "ctx")
		ended, cancel := context.WithCancel(w.t.Context())
		cancel()
		noAnswer(w.t, w.ready(ended, w.client), op, context.Canceled)
		assert.Zero(w.t, w.api.Requests(""))
		w.api.Handle(minttest.Keys, troubles()["hangs"])
		ended, cancel = context.WithTimeout(w.t.Context(), time.Second)
		defer cancel()
		noAnswer(w.t, w.ready(ended, w.client), op, context.DeadlineExceeded)
		err := w.ready(w.t.Context(), w.client)
		refusal(w.t, err, op, stytcherror.ErrKeysUnavailable)
		w.advance(time.Minute)
		w.api.Handle(minttest.Keys, troubles()["refuses"])
		err = w.ready(w.t.Context(), w.client)
		refusal(w.t, err, op, stytcherror.ErrKeysUnavailable)
		require.ErrorContains(w.t, err, "401")
		require.NotContains(w.t, err.Error(), minttest.Secret)
	})
}

func TestNewClient_refusesVerification(t *testing.T) {
	t.Parallel()
	key := minttest.NewKey("jwk-test-1")
	var noModulus map[string][]map[string]any
	require.NoError(t, json.Unmarshal([]byte(strings.Split(string(minttest.Set(key)), `,"request_id"`)[0]+"}"), &noModulus))
	noModulus["keys"][0]["n"] = "AQAB"
	weak, err := json.Marshal(noModulus)
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		field string
		knobs shared.Verification
	}{
		"a seed that is no JSON":         {"Keys", shared.Verification{Keys: []byte("-----BEGIN PUBLIC KEY-----")}},
		"a seed without keys":            {"Keys", shared.Verification{Keys: []byte(`{"keys":[]}`)}},
		"a seed with a weak key":         {"Keys", shared.Verification{Keys: weak}},
		"a seed with one kid twice":      {"Keys", shared.Verification{Keys: minttest.Set(key, key)}},
		"a negative KeysTTL":             {"KeysTTL", shared.Verification{KeysTTL: -1}},
		"a negative KeysMaxStale":        {"KeysMaxStale", shared.Verification{KeysMaxStale: -1}},
		"a negative KeysMinInterval":     {"KeysMinInterval", shared.Verification{KeysMinInterval: -1}},
		"a negative PolicyTTL":           {"PolicyTTL", shared.Verification{PolicyTTL: -1}},
		"a negative PolicyMaxStale":      {"PolicyMaxStale", shared.Verification{PolicyMaxStale: -1}},
		"a negative MaxOrganizations":    {"MaxOrganizations", shared.Verification{MaxOrganizations: -1}},
		"a negative number of tokens":    {"TokenCacheSize", shared.Verification{TokenCacheSize: -1}},
		"more tokens than anybody needs": {"TokenCacheSize", shared.Verification{TokenCacheSize: 1<<20 + 1}},
		"an empty issuer":                {"Issuers", shared.Verification{Issuers: []string{"https://login.example.com", ""}}},
		"an issuer of spaces":            {"Issuers", shared.Verification{Issuers: []string{" "}}},
		"an issuer with a line break":    {"Issuers", shared.Verification{Issuers: []string{"https://login.example.com\n"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := stytch.NewClient(stytch.Config{ProjectID: minttest.Project, Secret: minttest.Secret, Verification: tt.knobs})
			assert.Nil(t, c)
			argument(t, err, "NewClient", "Verification."+tt.field)
		})
	}
}

func TestNewClient_copiesVerification(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seed, issuers := minttest.Set(minttest.NewKey("jwk-test-1")), []string{"https://login.example.com"}
		w := newWorld(t, memberSessions(), func(c *stytch.Config) {
			c.Verification = shared.Verification{Keys: seed, Issuers: issuers}
		})
		clear(seed)
		issuers[0] = "https://evil.example"
		w.verifies(w.session(map[string]any{"iss": "https://login.example.com"}))
		synctest.Wait() // for the keys that take the seed's place
		w.refuses(&call{SessionJWT: w.session(map[string]any{"iss": "https://evil.example"})}, wrongClaims)
	})
}
