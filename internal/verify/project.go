// Package verify checks tokens and permissions in the process: it joins the keys, the policy and the verified tokens of
// a project, once for all services of a client.
//
//	project := verify.For(cfg, shared.ProductB2B)
//
// [Token] checks a token for such a project. Nothing is fetched before it is needed, and nothing runs while nobody
// calls.
package verify

import (
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/jwks"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/shared"
)

// Project is what the tokens and permissions of one project are held against, for one product. It is safe for
// concurrent use.
type Project struct {
	product shared.Product
	id      string
	issuers []string
	now     func() time.Time
	headers jwt.Headers
	keys    *jwks.Cache
	policy  *rbac.Cache
	tokens  *tokens // nil: none are remembered
}

// commonKey is the place of a Project among what services have in common, by its address: pointers are quick to hash.
type commonKey struct{ _ byte }

var b2bKey, b2cKey any = new(commonKey), new(commonKey)

func newB2B(cfg *shared.FetchConfig) any { return newProject(cfg, shared.ProductB2B) }

func newB2C(cfg *shared.FetchConfig) any { return newProject(cfg, shared.ProductB2C) }

// For returns the project that cfg belongs to. It is the same for all services that share cfg. Without cfg, as in a
// Service that New did not make, it is one that refuses everything.
func For(cfg *shared.FetchConfig, product shared.Product) *Project {
	if cfg == nil {
		return &Project{product: product}
	}
	if product == shared.ProductB2B {
		return cfg.Common(b2bKey, newB2B).(*Project)
	}
	return cfg.Common(b2cKey, newB2C).(*Project)
}

func newProject(cfg *shared.FetchConfig, product shared.Product) *Project {
	v := cfg.Verification
	p := &Project{product: product, id: cfg.ProjectID, now: cfg.Now, tokens: newTokens(v.Tokens)}
	if p.now == nil {
		p.now = time.Now
	}
	p.issuers = issuers(cfg)
	source := source{cfg: cfg, routes: routesOf(product)}
	config := jwks.Config{
		Fetch: source.keys, Now: p.now, Seed: v.Keys,
		TTL: v.KeysTTL, MaxStale: v.KeysMaxStale, MinInterval: v.KeysMinInterval,
	}
	var err error
	if p.keys, err = jwks.New(config); err != nil { // a client has refused such a seed; without one it works too
		config.Seed = nil
		p.keys, _ = jwks.New(config)
	}
	policy := rbac.CacheConfig{
		FetchPolicy: source.policy, Now: p.now,
		TTL: v.PolicyTTL, MaxStale: v.PolicyMaxStale, MaxOrganizations: v.MaxOrganizations,
	}
	if product == shared.ProductB2B {
		policy.FetchOrganization = source.organization
	}
	p.policy = rbac.NewCache(policy)
	return p
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

// Check names the knob that makes no sense.
func Check(v shared.Verification) (field, reason string) {
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
		{"Tokens", time.Duration(v.Tokens)},
	} {
		if d.value < 0 {
			return d.field, "is negative"
		}
	}
	if v.Tokens > maxTokens {
		return "Tokens", "is more than 1 048 576"
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
