// Package verify verifies tokens and checks permissions locally. A [Verifier] has the keys, the policy and the cache of
// verified tokens of a project; all services of a client share one.
//
//	v := verify.New(cfg, shared.ProductB2B)
//	err := v.Ready(ctx, "b2b.sessions.ready")
//
// [Local] verifies a token, [Verifier.Allow] checks what its subject may do. Keys and policy are fetched when a call
// first needs them.
package verify

import (
	"sync"
	"time"

	"github.com/seed75add069/stytch-go/internal/jwks"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/shared"
)

// Verifier verifies the tokens and checks the permissions of one project, for one product. It is safe for concurrent
// use. Calls of a nil Verifier fail with an ArgumentError.
//
// Its caches are made when they are first needed. So a program that verifies nothing does not link them, and packages
// that hold a Verifier do not compile the generic types in them.
type Verifier struct {
	cfg     *shared.FetchConfig
	product shared.Product
	began   time.Time // from which the age of Verification.Keys counts
	once    sync.Once
	built   any // a *verifier; not its type, which importing packages would compile
}

// verifier is what a [Verifier] verifies with.
type verifier struct {
	product   shared.Product
	projectID string
	issuers   []string
	now       func() time.Time
	headers   jwt.HeaderCache
	keys      *jwks.Cache
	policy    *rbac.Cache
	tokens    *tokenCache // nil if Verification.TokenCacheSize is zero
	calls     *callGroup
}

// ConfigProduct stands for the product of a FetchConfig, for services that both products have.
const ConfigProduct shared.Product = "config"

// New returns cfg.Verifier, which the services of a product share, or a new one if it is nil or of the other product.
// It returns nil for a nil cfg.
func New(cfg *shared.FetchConfig, product shared.Product) *Verifier {
	if cfg == nil {
		return nil
	}
	if product == ConfigProduct {
		product = cfg.Product
	}
	if v, ok := cfg.Verifier.(*Verifier); ok && v.product == product {
		return v
	}
	return &Verifier{cfg: cfg, product: product, began: clock(cfg)()}
}

// clock returns the clock for keys, policies and tokens.
func clock(cfg *shared.FetchConfig) func() time.Time {
	if cfg.Now == nil {
		return time.Now
	}
	return cfg.Now
}

// verifierOf returns what v verifies with, or nil for a nil v.
func verifierOf(v *Verifier) *verifier {
	if v == nil {
		return nil
	}
	v.once.Do(func() { v.built = build(v.cfg, v.product, v.began) })
	return v.built.(*verifier)
}

func build(cfg *shared.FetchConfig, product shared.Product, began time.Time) *verifier {
	settings := cfg.Verification
	v := &verifier{
		product: product, projectID: cfg.ProjectID, issuers: issuers(cfg), now: clock(cfg),
		tokens: newTokenCache(settings.TokenCacheSize),
	}
	v.calls = newCallGroup(v.now)
	source := source{cfg: cfg, routes: &b2cRoutes}
	policy := rbac.CacheConfig{
		Now: cfg.Now, TTL: settings.PolicyTTL, MaxStale: settings.PolicyMaxStale,
		MaxOrganizations: settings.MaxOrganizations,
	}
	if product == shared.ProductB2B {
		source.routes = &b2bRoutes
		policy.FetchOrganization, policy.HasNoPolicy = source.organization, hasNoPolicy
	}
	policy.FetchPolicy = source.policy
	v.policy = rbac.NewCache(policy)
	v.keys = jwks.New(jwks.Config{
		Fetch: source.keys, Now: v.now, Seed: settings.Keys, SeedTime: began,
		TTL: settings.KeysTTL, MaxStale: settings.KeysMaxStale, MinInterval: settings.KeysMinInterval,
	})
	return v
}

// CheckSettings returns an invalid setting and what is wrong with it, or empty strings.
func CheckSettings(v shared.Verification) (field, reason string) {
	for _, d := range []struct {
		field string
		value time.Duration
	}{
		{"KeysTTL", v.KeysTTL},
		{"KeysMaxStale", v.KeysMaxStale},
		{"KeysMinInterval", v.KeysMinInterval},
		{"PolicyTTL", v.PolicyTTL},
		{"PolicyMaxStale", v.PolicyMaxStale},
		{"MaxOrganizations", time.Duration(v.MaxOrganizations)},
		{"TokenCacheSize", time.Duration(v.TokenCacheSize)},
	} {
		if d.value < 0 {
			return d.field, "is negative"
		}
	}
	if v.TokenCacheSize > maxTokens {
		return "TokenCacheSize", "is more than 1 048 576"
	}
	for _, issuer := range v.Issuers {
		if canonicalIssuer(issuer) == "" {
			return "Issuers", "holds what is neither a URL like https://login.example.com nor stytch.com/ and an id"
		}
	}
	if err := jwks.CheckSeed(v.Keys); err != nil {
		return "Keys", err.Error()
	}
	return "", ""
}

// OrEmpty returns v or, if that is nil, an empty one.
func OrEmpty[T any](v *T) *T {
	if v == nil {
		return new(T)
	}
	return v
}
