package rbac_test

import (
	"context"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/rbac"
)

// The id of an organization may be a part of a token, which must not stay in memory with it.
func TestCache_keepsNoTokenWithAnID(t *testing.T) {
	t.Parallel()
	id := strings.Repeat("a token and more ", 100)[2:7]
	var kept string
	c := rbac.NewCache(rbac.CacheConfig{
		FetchPolicy: func(context.Context) (*rbac.Policy, error) { return rbac.Compile(nil, nil), nil },
		FetchOrganization: func(_ context.Context, id string) (*rbac.Policy, error) {
			kept = id
			return rbac.Compile(nil, nil), nil
		},
	})
	_, err := c.For(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, id, kept)
	assert.NotSame(t, unsafe.StringData(id), unsafe.StringData(kept))
}
