package rbac

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

// Defaults of [CacheConfig].
const (
	DefaultTTL              = 5 * time.Minute
	DefaultMaxStale         = time.Hour
	DefaultFetchTimeout     = 10 * time.Second
	DefaultMaxOrganizations = 10_000
)

// ErrNoOrganizationPolicy is what FetchOrganization returns, wrapped or not, for workspaces and organizations that have
// no policy of their own. It is no failure: there are no roles then.
var ErrNoOrganizationPolicy = errors.New("no organization policy")

// CacheConfig says where policies come from and how long they are good for. Fetches run on goroutines of their own, one
// at a time for each policy, and under contexts of their own: without the values of a caller's, and ended by
// FetchTimeout. They must return when their context ends.
type CacheConfig struct {
	// FetchPolicy fetches the project's policy.
	FetchPolicy func(context.Context) ([]Role, []Scope, error)
	// FetchOrganization fetches an organization's own roles. Nil where there are no organizations.
	FetchOrganization func(ctx context.Context, organizationID string) ([]Role, error)
	// TTL is the age of a policy from which on callers wait for a new one, two seconds at most, counted from the start
	// of its fetch; from four fifths of it on the policy is fetched anew behind them. 5 minutes by default.
	TTL time.Duration
	// MaxStale is how much longer it serves when it cannot be fetched anew. 1 hour by default, not at all if negative.
	MaxStale time.Duration
	// FetchTimeout is how long a fetch may take. 10 seconds by default.
	FetchTimeout time.Duration
	// MaxOrganizations bounds how many organizations are kept; the least recently used make room. 10 000 by default.
	MaxOrganizations int
	// Now is the clock, time.Now by default.
	Now func() time.Time
}

func (c CacheConfig) withDefaults() CacheConfig {
	c.TTL = defaulted(c.TTL, DefaultTTL)
	c.FetchTimeout = defaulted(c.FetchTimeout, DefaultFetchTimeout)
	c.MaxOrganizations = defaulted(c.MaxOrganizations, DefaultMaxOrganizations)
	c.MaxStale = max(cmp.Or(c.MaxStale, DefaultMaxStale), 0)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// defaulted is value if it is positive.
func defaulted[T cmp.Ordered](value, fallback T) T {
	var zero T
	if value > zero {
		return value
	}
	return fallback
}

// Cache fetches policies when they are needed and caches them, each as package refresh does it. It is safe for
// concurrent use; what is fresh is read without locks. Nothing runs while nobody calls.
//
// Errors wrap those of the fetch or of the caller's context. None of them names an operation.
type Cache struct {
	config        CacheConfig
	project       *entry
	organizations *organizations
}

// entry is the cached policy of the project or of an organization.
type entry = refresh.Cache[*Policy]

// NewCache returns an empty cache. It fetches nothing yet.
func NewCache(config CacheConfig) *Cache {
	c := &Cache{config: config.withDefaults()}
	c.project = c.newEntry(c.fetchProject)
	c.organizations = newOrganizations(c.config.MaxOrganizations, func(id string) *entry {
		return c.newEntry(func(ctx context.Context, _ string) (*Policy, error) { return c.fetchOrganization(ctx, id) })
	})
	return c
}

func (c *Cache) newEntry(fetch func(context.Context, string) (*Policy, error)) *entry {
	return refresh.New(refresh.Config[*Policy]{
		Fetch: fetch, Lifetime: c.lifetime, Timeout: c.config.FetchTimeout, Now: c.config.Now,
	})
}

func (c *Cache) lifetime(*Policy) refresh.Lifetime {
	return refresh.NewLifetime(c.config.TTL, c.config.TTL+min(c.config.MaxStale, math.MaxInt64-c.config.TTL))
}

// Policy returns the project's policy, which is all that checks of scopes need.
func (c *Cache) Policy(ctx context.Context) (*Policy, error) {
	policy, err := c.project.Get(ctx, "")
	return policy, ofProject(err)
}

// For returns the project's policy with the organization's roles. When neither is cached, both are fetched at once.
func (c *Cache) For(ctx context.Context, organizationID string) (View, error) {
	now := c.config.Now()
	project := c.project.Start(ctx, now, "")
	if err := project.Err(); err != nil {
		return View{}, ofProject(err)
	}
	organization := c.startOrganization(ctx, organizationID, now)
	policy, err := project.Wait(ctx)
	if err != nil {
		return View{}, ofProject(err)
	}
	roles, err := organization.Wait(ctx)
	if err != nil {
		return View{}, ofOrganization(err)
	}
	return policy.With(roles), nil
}

// Allows is For and [View.Allows] in one. It needs the organization's roles only if the project's do not suffice: most
// organizations are then never fetched, and a check that passes without them does not depend on them.
func (c *Cache) Allows(
	ctx context.Context, organizationID string, roleIDs []string, resource, action string,
) (bool, error) {
	now := c.config.Now()
	policy, err := c.project.Start(ctx, now, "").Wait(ctx)
	if err != nil {
		return false, ofProject(err)
	}
	if policy.Allows(roleIDs, resource, action) {
		return true, nil
	}
	roles, err := c.startOrganization(ctx, organizationID, now).Wait(ctx)
	if err != nil {
		return false, ofOrganization(err)
	}
	return roles.Allows(roleIDs, resource, action), nil
}

// Invalidate forgets everything, earlier failures too. Calls that come later wait for new policies, whatever fetch is
// under way, and fail if there are none to be had.
func (c *Cache) Invalidate() {
	c.project.Invalidate()
	c.organizations.clear()
}

// InvalidateOrganization forgets the roles of one organization.
func (c *Cache) InvalidateOrganization(organizationID string) {
	if o := c.organizations.find(organizationID); o != nil {
		o.Invalidate()
	}
}

func (c *Cache) startOrganization(ctx context.Context, id string, now time.Time) refresh.Result[*Policy] {
	if c.config.FetchOrganization == nil || id == "" {
		return refresh.Value(noRoles)
	}
	return c.organizations.get(id, now).Start(ctx, now, "")
}

func (c *Cache) fetchProject(ctx context.Context, _ string) (*Policy, error) {
	roles, scopes, err := c.config.FetchPolicy(ctx)
	if err != nil {
		return nil, err
	}
	return Compile(roles, scopes), nil
}

func (c *Cache) fetchOrganization(ctx context.Context, id string) (*Policy, error) {
	roles, err := c.config.FetchOrganization(ctx, id)
	switch {
	case errors.Is(err, ErrNoOrganizationPolicy):
		return noRoles, nil
	case err != nil:
		return nil, err
	case len(roles) == 0:
		return noRoles, nil
	}
	return Compile(roles, nil), nil
}

func ofProject(err error) error { return wrapped("the project's policy", err) }

func ofOrganization(err error) error { return wrapped("the organization's roles", err) }

func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("permissions cannot be checked without %s: %w", what, err)
}
