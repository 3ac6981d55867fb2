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

// publish makes the API serve these keys.
func (f *fixture) publish(keys ...*minttest.Key) {
	f.api.Serve(minttest.Keys, string(minttest.Set(keys...)))
}

// sendForged sends n forged tokens with different kids.
func (f *fixture) sendForged(n int) {
	claims := minttest.Encode(minttest.JSON(f.claims(f.now())))
	signature := minttest.Encode(strings.Repeat("s", 256))
	var wait sync.WaitGroup
	for sender := range 100 {
		wait.Go(func() {
			for i := range n / 100 {
				kid := "jwk-forged-" + strconv.Itoa(sender) + "-" + strconv.Itoa(i)
				text := minttest.Encode(`{"alg":"RS256","kid":"`+kid+`","typ":"JWT"}`) + "." + claims + "." + signature
				f.withBoth(f.t.Context(), &request{SessionJWT: text}, func(op string, _ *session, err error) {
					refused, _ := errors.AsType[*stytcherror.TokenError](err)
					if !errors.Is(err, unknownKey) || refused.Op != op {
						f.t.Errorf("%v", err)
					}
				})
			}
		})
	}
	wait.Wait()
}

func TestAuthenticateJWT_forgedKIDs(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "ten thousand forged kids cause one fetch of keys, and delay neither valid tokens nor a rotation", func(f *fixture) {
		old, next := f.longLivedJWT(f.key), f.longLivedJWT(minttest.NewKey("jwk-test-2"))
		f.accepts(old)
		f.advance(interval)
		var attack sync.WaitGroup
		attack.Go(func() { f.sendForged(10_000) })
		for range 100 {
			f.accepts(old)
		}
		attack.Wait()
		assert.Equal(f.t, 2, f.api.Requests(f.keysPath))
		assert.Equal(f.t, 2, f.api.Requests(""), "no other request")

		f.publish(minttest.NewKey("jwk-test-2"))
		f.refuses(&request{SessionJWT: next}, unknownKey)
		f.advance(interval - 1)
		f.refuses(&request{SessionJWT: next}, unknownKey)
		f.accepts(old)
		f.advance(1)
		f.accepts(next)
		f.refuses(&request{SessionJWT: old}, unknownKey)
		assert.Equal(f.t, 3, f.api.Requests(""))
	})
	forEachProduct(t, "forged kids that keep coming cause one fetch per interval", func(f *fixture) {
		f.accepts(f.longLivedJWT(f.key))
		for minute := range 10 {
			f.advance(interval)
			f.sendForged(200)
			assert.Equal(f.t, minute+2, f.api.Requests(""))
		}
	})
	forEachProduct(t, "KeysMinInterval is the interval", func(f *fixture) {
		f.accepts(f.longLivedJWT(f.key))
		f.publish(f.key, minttest.NewKey("jwk-test-2"))
		next := f.longLivedJWT(minttest.NewKey("jwk-test-2"))
		f.advance(5*time.Minute - 1)
		f.refuses(&request{SessionJWT: next}, unknownKey)
		f.advance(1)
		f.accepts(next)
		f.accepts(f.longLivedJWT(f.key))
	}, func(c *stytch.Config) { c.Verification.KeysMinInterval = 5 * time.Minute })
}

// failures are the ways in which an endpoint can fail. In each of them a client uses what it has cached.
func failures() map[string]minttest.Handler {
	return map[string]minttest.Handler{
		"fails":                minttest.Status(http.StatusInternalServerError, `{"status_code":500,"request_id":"r","error_type":"unexpected"}`),
		"is down":              minttest.Status(http.StatusServiceUnavailable, "upstream connect error"),
		"refuses":              minttest.Status(http.StatusUnauthorized, `{"status_code":401,"error_type":"unauthorized_credentials"}`),
		"limits the rate":      minttest.Status(http.StatusTooManyRequests, `{"status_code":429,"error_type":"too_many_requests"}`),
		"cannot be reached":    func(*http.Request) (int, []byte, error) { return 0, nil, errors.New("connection refused") },
		"answers in HTML":      minttest.Status(http.StatusOK, "<html>log in to this network</html>"),
		"answers with nothing": minttest.Status(http.StatusOK, ""),
		"answers with {}":      minttest.Status(http.StatusOK, `{}`),
		"answers emptily":      minttest.Status(http.StatusOK, `{"request_id":"r","status_code":200}`),
		"hangs": func(r *http.Request) (int, []byte, error) {
			<-r.Context().Done()
			return 0, nil, r.Context().Err()
		},
		"takes five seconds": func(*http.Request) (int, []byte, error) {
			time.Sleep(5 * time.Second)
			return http.StatusInternalServerError, nil, nil
		},
		"panics": func(*http.Request) (int, []byte, error) { panic("middleware") },
	}
}

// wrongSets are key sets that do not replace a cached one.
func wrongSets() map[string]minttest.Handler {
	const ok = `"request_id":"r","status_code":200`
	key, attacker := minttest.NewKey("jwk-test-1"), minttest.NewKey("jwk-test-attacker")
	set := string(minttest.Set(key))
	return map[string]minttest.Handler{
		"has null for keys":          minttest.Status(http.StatusOK, `{"keys":null,`+ok+`}`),
		"has an empty set":           minttest.Status(http.StatusOK, `{"keys":[],`+ok+`}`),
		"has half a set":             minttest.Status(http.StatusOK, set[:200]),
		"has another key for a kid":  minttest.Status(http.StatusOK, string(minttest.Set(attacker.WithKID(key.KID)))),
		"has two keys for a kid":     minttest.Status(http.StatusOK, string(minttest.Set(key, attacker.WithKID(key.KID)))),
		"has keys of the wrong kind": minttest.Status(http.StatusOK, strings.ReplaceAll(set, "RS256", "HS256")),
	}
}

func TestAuthenticateJWT_outages(t *testing.T) {
	t.Parallel()
	all := failures()
	maps.Copy(all, wrongSets())
	for name, handler := range all {
		forEachProduct(t, "valid sessions are accepted, after two seconds at most, while the endpoint of the keys "+name, func(f *fixture) {
			text := f.longLivedJWT(f.key)
			forged := minttest.NewKey("jwk-test-attacker").WithKID(f.key.KID).Sign(f.claims(start))
			f.accepts(text)
			f.api.Handle(minttest.Keys, handler)
			for range 24 {
				f.advance(time.Hour - time.Minute)
				began := time.Now()
				_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
				require.NoError(f.t, err)
				assert.LessOrEqual(f.t, time.Since(began), 2*time.Second)
				synctest.Wait()
				began = time.Now()
				f.accepts(text)
				f.refuses(&request{SessionJWT: forged}, unsigned)
				assert.Zero(f.t, time.Since(began), "later callers do not wait")
			}
			assert.Greater(f.t, f.api.Requests(minttest.Keys), 20, "fetches go on")
			f.publish(f.key, minttest.NewKey("jwk-test-2"))
			f.advance(2 * time.Minute)
			f.accepts(f.longLivedJWT(minttest.NewKey("jwk-test-2")))
		})
	}
	forEachProduct(t, "without new keys, cached ones are used for a day", func(f *fixture) {
		text := f.longLivedJWT(f.key)
		f.accepts(text)
		f.api.Handle(minttest.Keys, failures()["fails"])
		f.advance(24*time.Hour - 1)
		f.accepts(text)
		f.advance(time.Minute)
		f.asksAPI(&request{SessionJWT: text, SessionToken: new("token-1")}, stytcherror.ErrKeysUnavailable)
		f.publish(f.key)
		f.advance(time.Minute)
		f.accepts(text)
	})
	forEachProduct(t, "KeysTTL and KeysMaxStale bound the use of cached keys", func(f *fixture) {
		text := f.longLivedJWT(f.key)
		f.accepts(text)
		f.api.Handle(minttest.Keys, failures()["fails"])
		f.advance(48*time.Second - 1)
		f.accepts(text)
		synctest.Wait()
		assert.Equal(f.t, 1, f.api.Requests(""))
		f.advance(1)
		f.accepts(text)
		synctest.Wait()
		assert.Equal(f.t, 2, f.api.Requests(""), "from four fifths of KeysTTL on")
		f.advance(4*time.Minute + 12*time.Second - 1)
		f.accepts(text)
		f.advance(1)
		_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
		require.ErrorIs(f.t, err, stytcherror.ErrKeysUnavailable)
	}, func(c *stytch.Config) {
		c.Verification.KeysTTL, c.Verification.KeysMaxStale = time.Minute, 5*time.Minute
	})
	forEachProduct(t, "callers without keys wait for one fetch, each until its own context ends", func(f *fixture) {
		f.api.Handle(minttest.Keys, func(*http.Request) (int, []byte, error) {
			time.Sleep(5 * time.Second)
			return http.StatusOK, minttest.Set(f.key), nil
		})
		text := f.longLivedJWT(f.key)
		var wait sync.WaitGroup
		for range 100 {
			wait.Go(func() {
				ctx, cancel := context.WithTimeout(f.t.Context(), time.Second)
				defer cancel()
				_, err := f.authenticateLocal(ctx, &request{SessionJWT: text})
				isContextError(f.t, err, f.name+".sessions.authenticate_jwt_local", context.DeadlineExceeded)
			})
			wait.Go(func() {
				began := time.Now()
				_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
				assert.NoError(f.t, err)
				assert.Equal(f.t, 5*time.Second, time.Since(began))
			})
		}
		wait.Wait()
		assert.Equal(f.t, 1, f.api.Requests(""))
	})
}

func TestAuthenticateJWT_rotation(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "a new key is fetched when a token first names it, and a removed one is no longer trusted", func(f *fixture) {
		second := minttest.NewKey("jwk-test-2")
		f.accepts(f.longLivedJWT(f.key))
		f.publish(f.key, second)
		f.advance(interval)
		f.accepts(f.longLivedJWT(second))
		f.accepts(f.longLivedJWT(f.key))
		f.publish(second)
		f.advance(time.Hour)
		f.accepts(f.longLivedJWT(second))
		synctest.Wait()
		f.refuses(&request{SessionJWT: f.longLivedJWT(f.key)}, unknownKey)
		assert.Equal(f.t, 3, f.api.Requests(""))
	})
	forEachProduct(t, "each product has its own keys", func(f *fixture) {
		f.api.Serve("/sessions/jwks/", "{}")
		f.api.Serve(f.keysPath, string(minttest.Set(f.key)))
		f.accepts(f.sessionJWT(nil))
	})
}

func TestAuthenticateJWT_seed(t *testing.T) {
	t.Parallel()
	seeded := func(c *stytch.Config) { c.Verification.Keys = minttest.Set(minttest.NewKey("jwk-test-1")) }
	forEachProduct(t, "with Verification.Keys, tokens are accepted without a network", func(f *fixture) {
		f.api.Handle(minttest.Keys, failures()["hangs"])
		began := time.Now()
		for range 10 {
			f.accepts(f.longLivedJWT(f.key))
		}
		require.NoError(f.t, f.ready(f.t.Context()))
		assert.Zero(f.t, time.Since(began))
		f.advance(24*time.Hour - 1)
		f.accepts(f.longLivedJWT(f.key))
		f.advance(1)
		f.asksAPI(&request{SessionJWT: f.longLivedJWT(f.key), SessionToken: new("token-1")}, stytcherror.ErrKeysUnavailable)
	}, seeded)
	forEachProduct(t, "the API's keys replace Verification.Keys", func(f *fixture) {
		other := minttest.NewKey("jwk-test-2").WithKID(f.key.KID)
		f.publish(other)
		_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: f.longLivedJWT(f.key)})
		require.NoError(f.t, err, "the first call, which starts the fetch, uses Verification.Keys")
		synctest.Wait()
		f.accepts(f.longLivedJWT(other))
		f.refuses(&request{SessionJWT: f.longLivedJWT(f.key)}, unsigned)
		assert.Equal(f.t, 1, f.api.Requests(""))
	}, seeded)
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
		field    string
		settings shared.Verification
	}{
		"a seed that is not JSON":     {"Keys", shared.Verification{Keys: []byte("-----BEGIN PUBLIC KEY-----")}},
		"a seed without keys":         {"Keys", shared.Verification{Keys: []byte(`{"keys":[]}`)}},
		"a seed with a weak key":      {"Keys", shared.Verification{Keys: weak}},
		"a seed with one kid twice":   {"Keys", shared.Verification{Keys: minttest.Set(key, key)}},
		"a negative KeysTTL":          {"KeysTTL", shared.Verification{KeysTTL: -1}},
		"a negative KeysMaxStale":     {"KeysMaxStale", shared.Verification{KeysMaxStale: -1}},
		"a negative KeysMinInterval":  {"KeysMinInterval", shared.Verification{KeysMinInterval: -1}},
		"a negative PolicyTTL":        {"PolicyTTL", shared.Verification{PolicyTTL: -1}},
		"a negative PolicyMaxStale":   {"PolicyMaxStale", shared.Verification{PolicyMaxStale: -1}},
		"a negative MaxOrganizations": {"MaxOrganizations", shared.Verification{MaxOrganizations: -1}},
		"a negative number of tokens": {"TokenCacheSize", shared.Verification{TokenCacheSize: -1}},
		"too many tokens":             {"TokenCacheSize", shared.Verification{TokenCacheSize: 1<<20 + 1}},
		"an empty issuer":             {"Issuers", shared.Verification{Issuers: []string{"https://login.example.com", ""}}},
		"an issuer of spaces":         {"Issuers", shared.Verification{Issuers: []string{" "}}},
		"an issuer with a line break": {"Issuers", shared.Verification{Issuers: []string{"https://login.example.com\n"}}},
		"an issuer in quotes":         {"Issuers", shared.Verification{Issuers: []string{`"https://login.example.com"`}}},
		"an issuer with a BOM":        {"Issuers", shared.Verification{Issuers: []string{"\ufeffhttps://login.example.com"}}},
		"an issuer with an NBSP":      {"Issuers", shared.Verification{Issuers: []string{"https://login.example.com\u00a0"}}},
		"an issuer with a ZWSP":       {"Issuers", shared.Verification{Issuers: []string{"https://login\u200b.example.com"}}},
		"an issuer without a scheme":  {"Issuers", shared.Verification{Issuers: []string{"login.example.com"}}},
		"an issuer without a host":    {"Issuers", shared.Verification{Issuers: []string{"https://"}}},
		"an issuer of a great port":   {"Issuers", shared.Verification{Issuers: []string{"https://login.example.com:99999"}}},
		"an issuer of port ten":       {"Issuers", shared.Verification{Issuers: []string{"https://login.example.com:ten"}}},
		"a project's id in quotes":    {"Issuers", shared.Verification{Issuers: []string{"stytch.com/project-test-1'"}}},
		"a project's id and spaces":   {"Issuers", shared.Verification{Issuers: []string{"stytch.com/ project-test-1"}}},
		"an issuer of a port alone":   {"Issuers", shared.Verification{Issuers: []string{"https://:443"}}},
		"an issuer with a query":      {"Issuers", shared.Verification{Issuers: []string{"https://login.example.com?"}}},
		"an issuer with a fragment":   {"Issuers", shared.Verification{Issuers: []string{"https://login.example.com#a"}}},
		"an issuer with a password":   {"Issuers", shared.Verification{Issuers: []string{"https://a:b@login.example.com"}}},
		"an issuer of another scheme": {"Issuers", shared.Verification{Issuers: []string{"ftp://login.example.com"}}},
		"an issuer without a project": {"Issuers", shared.Verification{Issuers: []string{"stytch.com/"}}},
		"a project's id as an issuer": {"Issuers", shared.Verification{Issuers: []string{minttest.Project}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := stytch.NewClient(stytch.Config{ProjectID: minttest.Project, Secret: minttest.Secret, Verification: tt.settings})
			assert.Nil(t, c)
			isArgumentError(t, err, "NewClient", "Verification."+tt.field)
		})
	}
}

func TestNewClient_copiesVerification(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		seed, issuers := minttest.Set(minttest.NewKey("jwk-test-1")), []string{"https://login.example.com"}
		f := newFixture(t, b2bProduct(), func(c *stytch.Config) {
			c.Verification = shared.Verification{Keys: seed, Issuers: issuers}
		})
		clear(seed)
		issuers[0] = "https://evil.example"
		f.accepts(f.sessionJWT(map[string]any{"iss": "https://login.example.com"}))
		synctest.Wait() // for the keys that replace the seed
		f.refuses(&request{SessionJWT: f.sessionJWT(map[string]any{"iss": "https://evil.example"})}, wrongClaims)
	})
}

// The cache of keys is made when it is first used, but a seed's age counts from NewClient.
func TestNewClient_seedAges(t *testing.T) {
	t.Parallel()
	for after, accepted := range map[time.Duration]bool{24*time.Hour - time.Second: true, 24 * time.Hour: false} {
		t.Run("after "+after.String(), func(t *testing.T) {
			t.Parallel()
			seed := minttest.Set(minttest.NewKey("jwk-test-1"))
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t, b2bProduct(), func(c *stytch.Config) {
					c.Verification = shared.Verification{Keys: seed}
				})
				f.api.Handle(minttest.Keys, func(*http.Request) (int, []byte, error) { return 503, nil, nil })
				f.advance(after)
				_, err := f.authenticateLocal(t.Context(), &request{SessionJWT: f.sessionJWT(nil)})
				if accepted {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, stytcherror.ErrKeysUnavailable)
				}
				synctest.Wait()
			})
		})
	}
}
