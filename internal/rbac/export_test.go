package rbac

import "context"

// Cached returns the number of cached organizations.
func Cached(c *Cache) int {
	n := 0
	for i := range c.organizations.shards {
		n += len(*c.organizations.shards[i].Load())
	}
	return n
}

// Ready is Policy without the policy.
func (c *Cache) Ready(ctx context.Context) error {
	_, err := c.Policy(ctx)
	return err
}

// Allows is Check without the view.
func (c *Cache) Allows(ctx context.Context, id string, roleIDs []string, resource, action string) (bool, error) {
	_, allowed, err := c.Check(ctx, id, roleIDs, resource, action)
	return allowed, err
}
