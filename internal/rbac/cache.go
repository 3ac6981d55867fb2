package rbac

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

// CacheConfig configures a Cache. Durations that are zero or negative have their default.
//
// Fetches run on their own goroutines, one at a time for each policy. Their contexts have no values of a caller's and
// end after ten seconds; fetches must return then.
type CacheConfig struct {
	// FetchPolicy fetches the project's policy.
	FetchPolicy func(context.Context) (*Policy, error)
	// FetchOrganization fetches a policy of an organization's own roles, of which there may be none. It is nil for a
	// product without organizations.
	FetchOrganization func(ctx context.Context, organizationID string) (*Policy, error)
	// HasNoPolicy reports whether an error of FetchOrganization says that the API seems to have no policy of the
	// organization. Since that may be a mistake, it replaces no policy that is cached. If none is, the organization has
	// no roles of its own for half a minute. Nil means that no error says that.
	HasNoPolicy func(error) bool
	// TTL is the age of a policy from which callers wait for a new one, for up to two seconds. It counts from the start
	// of the fetch. From four fifths of TTL, a call starts the next fetch in the background. Default: 5 minutes.
	TTL time.Duration
	// MaxStale is the age from which a policy is no longer used if it cannot be replaced. At least TTL. Default:
	// 1 hour.
	MaxStale time.Duration
	// MaxOrganizations bounds how many organizations are cached. The least recently used are evicted. Default: 10 000.
	MaxOrganizations int
	// Now is the clock. Default: [refresh.Now].
	Now func() time.Time
}

const (
	// fetchTimeout bounds a fetch.
	fetchTimeout = 10 * time.Second
	// noPolicyLifetime is for how long an organization that seems to have no policy has no roles of its own.
	noPolicyLifetime = 30 * time.Second
)

// presumedNone is the policy of an organization that seems to have none.
var presumedNone = new(Policy)

// Cache caches the policies of a project and its organizations. Package refresh says when they are fetched. It is safe
// for concurrent use. Fresh policies are read without locks.
//
// Errors wrap those of the fetch or of the caller's context. They name no operation.
type Cache struct {
	config        CacheConfig
	project       *entry
	organizations *organizations
}

// entry is the cached policy of the project or of an organization.
type entry = refresh.Cache[*Policy]

// NewCache returns an empty cache. It fetches nothing yet.
func NewCache(config CacheConfig) *Cache {
	config.MaxOrganizations = cmp.Or(max(config.MaxOrganizations, 0), 10_000)
	if config.Now == nil {
		config.Now = refresh.Now
	}
	c := &Cache{config: config}
	c.project = c.newEntry(config.FetchPolicy)
	c.organizations = newOrganizations(config.MaxOrganizations, c.newOrganization)
	return c
}

func (c *Cache) newOrganization(id string) *entry {
	var e *entry
	e = c.newEntry(func(ctx context.Context) (*Policy, error) {
		policy, err := c.config.FetchOrganization(ctx, id)
		if err == nil || c.config.HasNoPolicy == nil || !c.config.HasNoPolicy(err) {
			return policy, err
		}
		if cached, ok := e.Peek(); ok && cached != presumedNone {
			return nil, err
		}
		return presumedNone, nil
	})
	return e
}

func (c *Cache) newEntry(fetch func(context.Context) (*Policy, error)) *entry {
	lifetime := refresh.NewLifetime(
		cmp.Or(max(c.config.TTL, 0), 5*time.Minute), cmp.Or(max(c.config.MaxStale, 0), time.Hour))
	return refresh.New(refresh.Config[*Policy]{
		Fetch: func(ctx context.Context, _ string) (*Policy, error) { return fetch(ctx) },
		Lifetime: func(p *Policy) refresh.Lifetime {
			if p == presumedNone {
				return refresh.NewLifetime(min(lifetime.Due, noPolicyLifetime), 0)
			}
			return lifetime
		},
		Timeout: fetchTimeout,
		Now:     c.config.Now,
	})
}

// Policy returns the project's policy. Checks of scopes need no more.
func (c *Cache) Policy(ctx context.Context) (*Policy, error) {
	policy, err := c.project.Get(ctx, "")
	return policy, projectError(err)
}

// For returns the project's policy with the organization's roles. If neither is cached, they are fetched concurrently.
func (c *Cache) For(ctx context.Context, organizationID string) (View, error) {
	now := c.config.Now()
	project := c.project.Start(ctx, now, "")
	if err := project.Err(); err != nil {
		return View{}, projectError(err)
	}
	organization := c.startOrganization(ctx, organizationID, now)
	policy, err := project.Wait(ctx)
	if err != nil {
		return View{}, projectError(err)
	}
	roles, err := organization.Wait(ctx)
	if err != nil {
		return View{}, organizationError(err)
	}
	return policy.With(roles), nil
}

// Check reports whether one of the roles, of the project or the organization, allows the action on the resource. If
// none does, it returns the view that denies it. It gets the organization's roles only if the project's do not allow
// the action. Most organizations are then never fetched, and their outages do not matter.
func (c *Cache) Check(
	ctx context.Context, organizationID string, roleIDs []string, resource, action string,
) (denying View, allowed bool, err error) {
	now := c.config.Now()
	policy, ok := c.project.Fresh(now)
	if !ok {
		if policy, err = c.project.Start(ctx, now, "").Wait(ctx); err != nil {
			return View{}, false, projectError(err)
		}
	}
	if policy.Allows(roleIDs, resource, action) {
		return View{}, true, nil
	}
	roles, err := c.startOrganization(ctx, organizationID, now).Wait(ctx)
	if err != nil {
		return View{}, false, organizationError(err)
	}
	return policy.With(roles), roles.Allows(roleIDs, resource, action), nil
}

// Invalidate drops all policies and forgets earlier failures. Later calls wait for new policies and do not join fetches
// that are already running.
func (c *Cache) Invalidate() {
	c.project.Invalidate()
	c.organizations.clear()
}

// InvalidateOrganization drops the roles of one organization.
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

func projectError(err error) error { return wrapError("the project's policy", err) }

func organizationError(err error) error { return wrapError("the organization's roles", err) }

func wrapError(missing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("permissions cannot be checked without %s: %w", missing, err)
}
