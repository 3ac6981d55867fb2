package flows_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/connectedapp"
)

func TestOAuthRefresh_replacesTheToken(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	app, other := h.newApp(connectedapp.ClientTypeThirdParty, nil), h.newApp(connectedapp.ClientTypeThirdParty, nil)
	first := h.tokens(v.SessionToken, app, "openid", "email", "offline_access")
	assert.Equal(t, "invalid_grant", h.refreshToken(other, first.refresh).body["error"])
	assert.Equal(t, "invalid_request", h.refreshToken(app, "").body["error"])
	assert.Equal(t, "idp_refresh_token_not_found", h.refreshToken(app, first.access).body["error_type"])
	assert.Equal(t, "invalid_scope", h.refreshToken(app, first.refresh, "scope", "openid phone").body["error"], "it was not granted")
	narrow := issuedBy(h.refreshToken(app, first.refresh, "scope", "openid"))
	assert.Equal(t, "openid", narrow.scope)
	assert.NotContains(t, claimsOf(t, narrow.id), "nonce")
	assert.NotContains(t, claimsOf(t, narrow.id), "email")
	assert.NotEqual(t, first.refresh, narrow.refresh)
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(snapshot))
	for name, token := range map[string]string{
		"an access token's id": claimsOf(t, narrow.access)["jti"].(string), "a code": h.codeFor(v.SessionToken, app.ClientID, "openid"),
	} {
		assert.Equal(t, "idp_refresh_token_not_found", h.refreshToken(app, token).body["error_type"], name)
	}
	assert.Equal(t, "idp_auth_code_not_found", h.redeem(app, narrow.refresh).body["error_type"], "a refresh token is no code")
	wide := issuedBy(h.refreshToken(app, narrow.refresh))
	assert.Equal(t, "openid email offline_access", wide.scope, "the authorization still has all scopes")
	require.True(t, h.isActive(app, first.access), "older access tokens stay valid")
	replayed := h.refreshToken(app, first.refresh)
	assert.Equal(t, 400, replayed.status)
	assert.Equal(t, "idp_refresh_token_already_used", replayed.body["error_type"])
	for _, token := range []string{first.access, narrow.access, wide.access, wide.refresh} {
		assert.False(t, h.isActive(app, token), "all tokens of the authorization are revoked")
	}
	other = h.newApp(connectedapp.ClientTypeThirdParty, nil)
	unnamed := issuedBy(h.refreshToken(other, h.tokens(v.SessionToken, other, "openid", "email", "offline_access").refresh, "scope", "email"))
	assert.Equal(t, "email", unnamed.scope)
	assert.Empty(t, unnamed.id, "openid was not asked for")
	expiring := h.tokens(v.SessionToken, app, "offline_access")
	h.Clock().Advance(365 * 24 * time.Hour)
	assert.Equal(t, "idp_refresh_token_expired", h.refreshToken(app, expiring.refresh).body["error_type"])
	assert.False(t, h.isActive(app, expiring.refresh))
}

func TestOAuthRefresh_worksForOneOfParallelCalls(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	tokens := h.tokens(v.SessionToken, app, "offline_access")
	var group sync.WaitGroup
	statuses := make(chan int, 8)
	for range cap(statuses) {
		group.Go(func() { statuses <- h.refreshToken(app, tokens.refresh).status })
	}
	group.Wait()
	close(statuses)
	counts := map[int]int{}
	for status := range statuses {
		counts[status]++
	}
	assert.Equal(t, map[int]int{200: 1, 400: 7}, counts)
}

func TestOAuthRefresh_dropsWhatTheMemberMayNoLongerGrant(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	h.withScope()
	require.NoError(t, h.AssignRoles(v.MemberID, "writer", "stytch_admin"))
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	tokens := h.tokens(v.SessionToken, app, "write:docs", "offline_access")
	assert.Equal(t, "write:docs offline_access", tokens.scope)
	only := h.codeFor(v.SessionToken, app.ClientID, "write:docs")
	require.NoError(t, h.AssignRoles(v.MemberID))
	assert.Equal(t, "offline_access", issuedBy(h.refreshToken(app, tokens.refresh)).scope)
	assert.Equal(t, "invalid_scope", h.redeem(app, only, "redirect_uri", callback, "code_verifier", verifier).body["error"])
}
