// Package verify checks tokens and permissions in the process: it joins the keys, the policy and the verified tokens of
// a project, once for all services of a client.
//
//	v := verify.New(cfg, shared.ProductB2B)
//	err := v.Ready(ctx, "b2b.sessions.ready")
//
// [Token] verifies a token, [Verifier.Allow] asks whether its subject may do something. Nothing is fetched before it is
// needed, and nothing runs while nobody calls.
package verify

import (
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/jwks"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/shared"
)

// Verifier holds what the tokens and permissions of one project are checked against, for one product. It is safe for
// concurrent use. A nil Verifier refuses every call.
type Verifier struct {
	product shared.Product
	id      string
	issuers []string
	now     func() time.Time
	headers jwt.HeaderCache
	keys    *jwks.Cache
	policy  *rbac.Cache
	tokens  *remembered // nil: none are
}

// New returns the verifier that the services of a client share, which is in cfg, or one of its own where cfg has none of
// this product. Without cfg, as in a Service that New did not make, it is one that refuses every call.
func New(cfg *shared.FetchConfig, product shared.Product) *Verifier {
	if cfg == nil {
		return nil
	}
	if v, ok := cfg.Verifier.(*Verifier); ok && v.product == product {
		return v
	}
	return build(cfg, product)
}

// NewForClient is [New] for the product of the client that cfg belongs to, for services that both products have.
func NewForClient(cfg *shared.FetchConfig) *Verifier {
	if cfg == nil {
		return nil
	}
	return New(cfg, cfg.Product)
}

func build(cfg *shared.FetchConfig, product shared.Product) *Verifier {
	v := cfg.Verification
	made := &Verifier{
		product: product, id: cfg.ProjectID, issuers: issuers(cfg), now: cfg.Now, tokens: newRemembered(v.TokenCacheSize),
	}
	if made.now == nil {
		made.now = time.Now
	}
	source := source{cfg: cfg, routes: routesOf(product)}
	config := jwks.Config{
		Fetch: source.keys, Now: made.now, Seed: v.Keys,
		TTL: v.KeysTTL, MaxStale: v.KeysMaxStale, MinInterval: v.KeysMinInterval,
	}
	var err error
	if made.keys, err = jwks.New(config); err != nil { // a client has refused such a seed; without one it works too
		config.Seed = nil
		made.keys, _ = jwks.New(config)
	}
	policy := rbac.CacheConfig{
		FetchPolicy: source.policy, Now: made.now,
		TTL: v.PolicyTTL, MaxStale: v.PolicyMaxStale, MaxOrganizations: v.MaxOrganizations,
	}
	if product == shared.ProductB2B {
		policy.FetchOrganization = source.organization
	}
	made.policy = rbac.NewCache(policy)
	return made
}

// issuers are those that the project's tokens name: the API's own and, for custom domains, the base URL.
func issuers(cfg *shared.FetchConfig) []string {
	var list []string
	if cfg.ProjectID != "" {
		list = append(list, "stytch.com/"+cfg.ProjectID)
	}
	if cfg.BaseURL != nil {
		list = append(list, strings.TrimRight(cfg.BaseURL.String(), "/"))
	}
	return append(list, cfg.Verification.Issuers...)
}

// CheckSettings names the setting that makes no sense.
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
	if v.TokenCacheSize > maxRemembered {
		return "TokenCacheSize", "is more than 1 048 576"
	}
	for _, issuer := range v.Issuers {
		if issuer == "" || strings.TrimSpace(issuer) != issuer {
			return "Issuers", "holds an empty issuer, or one with spaces around it"
		}
	}
	if _, err := jwks.New(jwks.Config{Seed: v.Keys}); err != nil {
		return "Keys", err.Error()
	}
	return "", ""
}
