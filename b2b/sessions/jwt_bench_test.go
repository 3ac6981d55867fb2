package sessions_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/rand/v2"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// baselineClaims are the claims of a member's session in a plain struct.
type baselineClaims struct {
	jwt.Registered

	Session      *verify.SessionClaim[b2csessions.AuthenticationFactor, struct{}] `json:"https://stytch.com/session"`
	Organization struct {
		ID   string `json:"organization_id"`
		Slug string `json:"slug"`
	} `json:"https://stytch.com/organization"`
	Custom map[string]any `json:",embed,inline"`
}

// local returns a service that has fetched its keys and policy.
func local(tb testing.TB, api *minttest.API, v shared.Verification) *sessions.Service {
	tb.Helper()
	s := sessions.New(&shared.FetchConfig{
		ProjectID: minttest.Project, BaseURL: &url.URL{Scheme: "https", Host: "test.stytch.com"},
		HTTPClient: api.Client(), Verification: v,
	})
	if err := s.Ready(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return s
}

// authenticate returns a function that verifies text, and fails unless it is accepted, or refused, as expected.
func authenticate(b *testing.B, s *sessions.Service, text string, accepted bool, check *sessions.AuthorizationCheck) func() {
	b.Helper()
	req := &sessions.AuthenticateJWTLocalRequest{SessionJWT: text, AuthorizationCheck: check}
	return func() {
		if _, err := s.AuthenticateJWTLocal(b.Context(), req); (err == nil) != accepted {
			b.Fatal(err)
		}
	}
}

// baselines returns what cannot be left out: SHA-256, RSA and one decode of the claims, and the first two alone.
func baselines(key *minttest.Key, text string) (baseline, rsaOnly benchtest.Variant) {
	parts := strings.Split(text, ".")
	signed := []byte(parts[0] + "." + parts[1])
	signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
	payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
	check := func() {
		sum := sha256.Sum256(signed)
		if err := rsa.VerifyPKCS1v15(&key.Private.PublicKey, crypto.SHA256, sum[:], signature); err != nil {
			panic(err)
		}
	}
	return benchtest.Variant{Name: "baseline", Do: func() {
		check()
		var claims baselineClaims
		if err := json.Unmarshal(payload, &claims, jsontext.AllowDuplicateNames(false)); err != nil {
			panic(err)
		}
	}}, benchtest.Variant{Name: "rsa", Do: check}
}

// BenchmarkAuthenticateJWTLocal has targets: x-baseline at most 1.10, x-rsa at most 1.25, 60 allocations.
func BenchmarkAuthenticateJWTLocal(b *testing.B) {
	key := minttest.NewKey("jwk-test-1")
	s := local(b, minttest.NewAPI(key), shared.Verification{})
	text := key.Sign(minttest.MemberSession(time.Now()))
	expired := key.Sign(minttest.MemberSession(time.Now().Add(-time.Hour)))
	baseline, rsaOnly := baselines(key, text)
	check := &sessions.AuthorizationCheck{OrganizationID: minttest.Organization, ResourceID: "documents", Action: "edit"}
	for _, v := range []benchtest.Variant{
		{Name: "valid", Do: authenticate(b, s, text, true, nil)},
		{Name: "allowed", Do: authenticate(b, s, text, true, check)},
		{Name: "expired", Do: authenticate(b, s, expired, false, nil)},
		{Name: "forged", Do: authenticate(b, s, text[:len(text)-4]+"AAAA", false, nil)},
	} {
		b.Run(v.Name, func(b *testing.B) { benchtest.Run(b, v, baseline, rsaOnly) })
	}
	b.Run("unknown-key", func(b *testing.B) {
		benchtest.Run(b, benchtest.Variant{
			Name: "unknown", Do: authenticate(b, s, key.WithKID("jwk-test-2").Sign(minttest.MemberSession(time.Now())), false, nil),
		}, rsaOnly)
	})
	caching := local(b, minttest.NewAPI(key), shared.Verification{TokenCacheSize: 1024})
	b.Run("cached", func(b *testing.B) {
		benchtest.Run(b, benchtest.Variant{Name: "hit", Do: authenticate(b, caching, text, true, nil)}, rsaOnly)
	})
}

// BenchmarkAuthenticateJWTLocal_hit verifies cached tokens of 2 kB: one, or 1024 in random order, few of which are in the
// processor's caches. Beside it is the copy of the session that the caller gets, which is all that a hit allocates. The
// target, where there are no factors, roles and custom claims to copy: 200 ns and one allocation for one token.
func BenchmarkAuthenticateJWTLocal_hit(b *testing.B) {
	key, full := minttest.NewKey("jwk-test-1"), minttest.MemberSession(time.Now())
	bare := minttest.With(full, map[string]any{"plan": nil, "limits": nil, minttest.SessionClaim: map[string]any{
		"id": minttest.Session, "attributes": map[string]any{"user_agent": strings.Repeat("x", 900)},
	}})
	for name, claims := range map[string]map[string]any{"full": full, "bare": bare} {
		for _, n := range []int{1, 1024} {
			b.Run(name+"/"+strconv.Itoa(n), func(b *testing.B) {
				hit, copied := hits(b, key, claims, n)
				benchtest.Run(b, benchtest.Variant{Name: "hit", Do: hit}, benchtest.Variant{Name: "copy", Do: copied})
			})
		}
	}
}

// hits returns a function that verifies one of n cached tokens, and one that copies its session.
func hits(b *testing.B, key *minttest.Key, claims map[string]any, n int) (hit, copied func()) {
	b.Helper()
	s := local(b, minttest.NewAPI(key), shared.Verification{TokenCacheSize: 4 * n})
	verify, copies := make([]func(), n), make([]func() any, n)
	for i := range n {
		text := key.Sign(minttest.With(claims, map[string]any{"jti": strconv.Itoa(i)}))
		verify[i] = authenticate(b, s, text, true, nil)
		session, err := s.AuthenticateJWTLocal(b.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: text})
		if err != nil {
			b.Fatal(err)
		}
		copies[i] = deepcopy.Maker(session)
	}
	order, turn := rand.New(rand.NewPCG(1, 2)).Perm(n), 0 // the same order each time
	next := func() int {
		turn = (turn + 1) % n
		return order[turn]
	}
	return func() { verify[next()]() }, func() { copies[next()]() }
}

// BenchmarkAuthenticateJWTLocal_parallel runs on all processors at once.
func BenchmarkAuthenticateJWTLocal_parallel(b *testing.B) {
	key := minttest.NewKey("jwk-test-1")
	s := local(b, minttest.NewAPI(key), shared.Verification{})
	text := key.Sign(minttest.MemberSession(time.Now()))
	baseline, rsaOnly := baselines(key, text)
	ours := benchtest.Variant{Name: "ours", Do: authenticate(b, s, text, true, nil)}
	benchtest.Run(b, parallel(ours), parallel(baseline), parallel(rsaOnly))
}

// parallel runs v on every processor, often enough for the start of goroutines not to matter.
func parallel(v benchtest.Variant) benchtest.Variant {
	return benchtest.Variant{Name: v.Name, Do: func() {
		var wait sync.WaitGroup
		for range runtime.GOMAXPROCS(0) {
			wait.Go(func() {
				for range 64 {
					v.Do()
				}
			})
		}
		wait.Wait()
	}}
}
