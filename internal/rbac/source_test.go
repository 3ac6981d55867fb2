package rbac_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/rbac"
)

// source returns a new version of a policy at each fetch: first, the project's role "member" may "v1" documents, then
// "v2". An organization's role "custom" may do the same, and the organization's id.
type source struct {
	latency  time.Duration // of each fetch
	failures failures

	policies atomic.Int64
	mu       sync.Mutex
	fetched  map[string]int // fetches by organization
}

// failures are the errors of fetches.
type failures struct{ project, organization atomic.Pointer[error] }

func (s *source) failProject(err error)      { s.failures.project.Store(&err) }
func (s *source) failOrganization(err error) { s.failures.organization.Store(&err) }

func (s *source) fetchPolicy(ctx context.Context) (*rbac.Policy, error) {
	version := s.policies.Add(1)
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	if err := s.failures.project.Load(); err != nil && *err != nil {
		return nil, *err
	}
	return rbac.Compile([]rbac.Role{role("member", on("documents", "v"+strconv.FormatInt(version, 10)))},
		[]rbac.Scope{scope("openid", on("documents", "read"))}), nil
}

func (s *source) fetchOrganization(ctx context.Context, id string) (*rbac.Policy, error) {
	s.mu.Lock()
	if s.fetched == nil {
		s.fetched = map[string]int{}
	}
	s.fetched[id]++
	version := s.fetched[id]
	s.mu.Unlock()
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	if err := s.failures.organization.Load(); err != nil && *err != nil {
		return nil, *err
	}
	return rbac.Compile([]rbac.Role{role("custom", on("documents", id, "v"+strconv.Itoa(version)))}, nil), nil
}

func (s *source) wait(ctx context.Context) error {
	if s.latency == 0 {
		return nil
	}
	select {
	case <-time.After(s.latency):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *source) organization(id string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fetched[id]
}

// organizations returns the number of fetches of all organizations.
func (s *source) organizations() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum := 0
	for _, n := range s.fetched {
		sum += n
	}
	return sum
}

// cache returns an empty cache of s.
func (s *source) cache(edit ...func(*rbac.CacheConfig)) *rbac.Cache {
	config := rbac.CacheConfig{FetchPolicy: s.fetchPolicy, FetchOrganization: s.fetchOrganization}
	for _, e := range edit {
		e(&config)
	}
	return rbac.NewCache(config)
}

// inBubble runs a subtest in a bubble of package synctest. It fails if a goroutine is left a minute after the test.
func inBubble(t *testing.T, name string, test func(t *testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			defer time.Sleep(time.Minute)
			test(t)
		})
	})
}

// serves asserts that the cache returns this version of the project's policy at once.
func serves(t *testing.T, c *rbac.Cache, version int) {
	t.Helper()
	began := time.Now()
	p, err := c.Policy(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []rbac.Permission{on("documents", "v"+strconv.Itoa(version))}, p.With(nil).Permissions(list("member")))
	assert.Zero(t, time.Since(began), "it waited")
}

// took returns how long f takes.
func took(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}
