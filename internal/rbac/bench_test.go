package rbac_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/rbac"
)

const (
	commonResource = "documents" // a resource that every role of rolesOf has
	lastAction     = "approve"   // an action on it that only the last role allows
)

// rolesOf makes n roles with 10 permissions of 5 actions each.
func rolesOf(n int) []rbac.Role {
	actions := list("create", "read", "update", "delete", "share")
	roles := make([]rbac.Role, n)
	for i := range roles {
		roles[i] = role("role-"+strconv.Itoa(i), on(commonResource, actions...))
		for j := range 9 {
			resource := "resource-" + strconv.Itoa((i+7*j)%n) + "-" + strconv.Itoa(j)
			roles[i].Permissions = append(roles[i].Permissions, on(resource, actions...))
		}
	}
	roles[n-1].Permissions[0].Actions = list("create", "read", "update", "delete", lastAction)
	return roles
}

func policyOf(n int) *rbac.Policy {
	roles := rolesOf(n)
	scopes := make([]rbac.Scope, n)
	for i, r := range roles {
		scopes[i] = scope("scope-"+strconv.Itoa(i), r.Permissions...)
	}
	return rbac.Compile(roles, scopes)
}

// subject returns three roles, among them the first and the last.
func subject(n int) []string { return list("role-0", "role-1", "role-"+strconv.Itoa(n-1)) }

var sink bool // keeps the compiler from removing checks whose result is not used

// BenchmarkAllows has a target: 100 ns and no allocation, for all sizes.
func BenchmarkAllows(b *testing.B) {
	organization := rbac.Compile([]rbac.Role{
		role("custom", on("reports", "read")), role("role-1", on(commonResource, "sign")),
	}, nil)
	unknown := list("unknown-1", "unknown-2", "unknown-3")
	for _, n := range []int{10, 100, 1000, 10_000} {
		p, held := policyOf(n), subject(n)
		scopes := "scope-0 scope-1 scope-" + strconv.Itoa(n-1)
		for _, check := range []struct {
			name string
			do   func() bool
		}{
			{"allow", func() bool { return p.Allows(held, commonResource, lastAction) }},
			{"deny-action", func() bool { return !p.Allows(held, commonResource, "update.info") }},
			{"deny-resource", func() bool { return !p.Allows(held, "nothing", lastAction) }},
			{"deny-role", func() bool { return !p.Allows(unknown, commonResource, lastAction) }},
			{"organization-allow", func() bool { return organization.Allows(held, commonResource, "sign") }},
			{"organization-deny", func() bool { return !organization.Allows(held, commonResource, "update.info") }},
			{"scopes-allow", func() bool { return p.AllowsScopes(scopes, commonResource, lastAction) }},
		} {
			b.Run(fmt.Sprintf("roles=%d/%s", n, check.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if !check.do() {
						b.Fatal("the wrong answer")
					}
				}
			})
		}
	}
}

// BenchmarkAllows_spread uses another subject and resource for each check, so that memory is not cached.
func BenchmarkAllows_spread(b *testing.B) {
	for _, n := range []int{10, 100, 10_000} {
		p := policyOf(n)
		subjects, resources := make([][]string, 1<<12), make([]string, 1<<12)
		for i := range subjects {
			k := int(uint32(i) * 2_654_435_761 >> 1)
			subjects[i] = list("role-"+strconv.Itoa(k%n), "role-"+strconv.Itoa(k/7%n), "role-"+strconv.Itoa(k/31%n))
			resources[i] = "resource-" + strconv.Itoa(k/3%n) + "-" + strconv.Itoa(k%9)
		}
		b.Run("roles="+strconv.Itoa(n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i = (i + 1) % len(subjects)
				sink = p.Allows(subjects[i], resources[i], "read")
			}
		})
	}
}

// BenchmarkAllows_ratio compares a check of 10 000 roles with one of 10 or 100. Its target: 1, within noise.
func BenchmarkAllows_ratio(b *testing.B) {
	for name, action := range map[string]string{"allowed": lastAction, "denied": "update.info"} {
		variant := func(n int) benchtest.Variant {
			p, held := policyOf(n), subject(n)
			return benchtest.Variant{Name: strconv.Itoa(n), Do: func() { sink = p.Allows(held, commonResource, action) }}
		}
		b.Run(name, func(b *testing.B) { benchtest.Run(b, variant(10_000), variant(10), variant(100)) })
	}
}

// BenchmarkCompile has targets: 5 ms for 1000 roles of 10 permissions of 5 actions, 60 ms for 10 000. In "few" they have
// the same 20 resources, and no two strings share memory, as after JSON was decoded.
func BenchmarkCompile(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		few := rolesOf(n)
		for i, r := range few {
			for j := range r.Permissions {
				few[i].Permissions[j].Resource = "resource-" + strconv.Itoa((i+7*j)%20)
				few[i].Permissions[j].Actions = strings.Fields(strings.Join(r.Permissions[j].Actions, " "))
			}
		}
		for name, roles := range map[string][]rbac.Role{"": rolesOf(n), "/few": few} {
			b.Run("roles="+strconv.Itoa(n)+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					rbac.Compile(roles, nil)
				}
			})
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	p, held := policyOf(1000), subject(1000)
	for name, action := range map[string]string{"allow": lastAction, "deny": "update.info"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = p.With(nil).Explain(held, commonResource, action).Reason
			}
		})
	}
}

func BenchmarkPermissions(b *testing.B) {
	p, held := policyOf(1000), subject(1000)
	b.ReportAllocs()
	for b.Loop() {
		p.With(nil).Permissions(held)
	}
}

func BenchmarkMissingScopes(b *testing.B) {
	held, required := list("write:users", "read:books", "read:*", "audit"), list("read:users", "audit")
	b.ReportAllocs()
	for b.Loop() {
		rbac.MissingScopes(held, required)
	}
}

// BenchmarkCache checks permissions with a cache of 1000 organizations, on one processor and on all.
func BenchmarkCache(b *testing.B) {
	const organizations = 1000
	cache := rbac.NewCache(rbac.CacheConfig{
		FetchPolicy: func(context.Context) (*rbac.Policy, error) { return rbac.Compile(rolesOf(100), nil), nil },
		FetchOrganization: func(context.Context, string) (*rbac.Policy, error) {
			return rbac.Compile([]rbac.Role{role("custom", on("reports", "read"))}, nil), nil
		},
	})
	ids := make([]string, organizations)
	for i := range ids {
		ids[i] = "organization-test-" + strconv.Itoa(i)
		if _, err := cache.For(b.Context(), ids[i]); err != nil {
			b.Fatal(err)
		}
	}
	held := subject(100)
	check := func(b *testing.B, i int) {
		allowed, err := cache.Allows(b.Context(), ids[i%organizations], held, "reports", "read")
		if err != nil || allowed {
			b.Error("the wrong answer")
		}
	}
	b.Run("one", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			check(b, i)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				check(b, i)
			}
		})
	})
}
