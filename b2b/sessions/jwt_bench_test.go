package sessions_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// floorClaims are the same claims, in no more than a struct.
type floorClaims struct {
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

// verifier returns a function that verifies text, and fails where the outcome is another.
func verifier(b *testing.B, s *sessions.Service, text string, good bool, check *sessions.AuthorizationCheck) func() {
	b.Helper()
	req := &sessions.AuthenticateJWTLocalRequest{SessionJWT: text, AuthorizationCheck: check}
	return func() {
		if _, err := s.AuthenticateJWTLocal(b.Context(), req); (err == nil) != good {
			b.Fatal(err)
		}
	}
}

// floors are SHA-256 and RSA, with one decode of the claims and without.
func floors(key *minttest.Key, text string) (decode, bare benchtest.Variant) {
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
	return benchtest.Variant{Name: "floor", Do: func() {
		check()
		var claims floorClaims
		if err := json.Unmarshal(payload, &claims, jsontext.AllowDuplicateNames(false)); err != nil {
			panic(err)
		}
	}}, benchtest.Variant{Name: "rsa", Do: check}
}

// Targets: 1.10 of the floor, 1.25 of the bare signature check, 60 allocations.
func BenchmarkAuthenticateJWTLocal(b *testing.B) {
	key := minttest.NewKey("jwk-test-1")
	s := local(b, minttest.NewAPI(key), shared.Verification{})
	text := key.Sign(minttest.MemberSession(time.Now()))
	expired := key.Sign(minttest.MemberSession(time.Now().Add(-time.Hour)))
	floor, bare := floors(key, text)
	check := &sessions.AuthorizationCheck{OrganizationID: minttest.Organization, ResourceID: "documents", Action: "edit"}
	for _, v := range []benchtest.Variant{
		{Name: "valid", Do: verifier(b, s, text, true, nil)},
		{Name: "allowed", Do: verifier(b, s, text, true, check)},
		{Name: "expired", Do: verifier(b, s, expired, false, nil)},
		{Name: "forged", Do: verifier(b, s, text[:len(text)-4]+"AAAA", false, nil)},
	} {
		b.Run(v.Name, func(b *testing.B) { benchtest.Run(b, v, floor, bare) })
	}
	b.Run("unknown-key", func(b *testing.B) {
		benchtest.Run(b, benchtest.Variant{
			Name: "unknown", Do: verifier(b, s, key.WithKID("jwk-test-2").Sign(minttest.MemberSession(time.Now())), false, nil),
		}, bare)
	})
	remembering := local(b, minttest.NewAPI(key), shared.Verification{TokenCacheSize: 1024})
	b.Run("remembered", func(b *testing.B) {
		benchtest.Run(b, benchtest.Variant{Name: "hit", Do: verifier(b, remembering, text, true, nil)}, bare)
	})
}

// The same on all processors at once.
func BenchmarkAuthenticateJWTLocal_parallel(b *testing.B) {
	key := minttest.NewKey("jwk-test-1")
	s := local(b, minttest.NewAPI(key), shared.Verification{})
	text := key.Sign(minttest.MemberSession(time.Now()))
	floor, bare := floors(key, text)
	ours := benchtest.Variant{Name: "ours", Do: verifier(b, s, text, true, nil)}
	benchtest.Run(b, everywhere(ours), everywhere(floor), everywhere(bare))
}

// everywhere does the work on every processor, long enough for the start of goroutines not to count.
func everywhere(v benchtest.Variant) benchtest.Variant {
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
