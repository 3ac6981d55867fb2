//go:build !race

package sessions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
)

// A check allocates nothing beside what verification does, a forged token costs a third of a good one, and a cached one
// only the copy that the caller gets. The race detector empties pools, and so changes the count.
//
//nolint:paralleltest // it counts allocations
func TestAuthenticateJWTLocal_allocations(t *testing.T) {
	key := minttest.NewKey("jwk-test-1")
	text := key.Sign(minttest.MemberSession(time.Now()))
	other := key.Sign(minttest.MemberSession(time.Now().Add(time.Second)))
	forged := text[:strings.LastIndexByte(text, '.')] + other[strings.LastIndexByte(other, '.'):]
	check := &sessions.AuthorizationCheck{OrganizationID: minttest.Organization, ResourceID: "documents", Action: "edit"}
	for _, tc := range []struct {
		name, text string
		check      *sessions.AuthorizationCheck
		cache      int
		most       float64
	}{
		{"valid", text, nil, 0, 39},
		{"valid and allowed", text, check, 0, 39},
		{"forged", forged, nil, 0, 13},
		{"cached", text, nil, 1024, 10},
		{"cached and allowed", text, check, 1024, 10},
		{"forged beside a cache", forged, nil, 1024, 13},
	} {
		s := local(t, minttest.NewAPI(key), shared.Verification{TokenCacheSize: tc.cache})
		req := &sessions.AuthenticateJWTLocalRequest{SessionJWT: tc.text, AuthorizationCheck: tc.check}
		var err error
		allocs := benchtest.Allocs(func() { _, err = s.AuthenticateJWTLocal(t.Context(), req) })
		assert.Equal(t, tc.text == forged, err != nil, tc.name)
		assert.LessOrEqual(t, allocs, tc.most, tc.name)
	}
}
