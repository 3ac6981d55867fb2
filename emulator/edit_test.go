package emulator_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/sessions"
)

// totp is an authenticator app's factor, last authenticated at a time.
func totp(at time.Time) sessions.AuthenticationFactor {
	return sessions.AuthenticationFactor{
		Type: "totp", DeliveryMethod: "authenticator_app", LastAuthenticatedAt: at,
		AuthenticatorAppFactor: &sessions.AuthenticatorAppFactor{TOTPID: "totp-1"},
	}
}

// restores checks that the project's own snapshot is one that the emulator accepts.
func (h *harness) restores() {
	h.t.Helper()
	h.edit(func(map[string]any) {})
}

func TestAddMember_isActiveAndCanLogIn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com", nil).Organization
	id, err := h.AddMember(org.OrganizationSlug, "Eve@Example.net")
	require.NoError(t, err)
	again, err := h.AddMember(org.OrganizationID, "eve@example.net")
	require.NoError(t, err)
	assert.Equal(t, id, again, "the organization has such a member already")

	found := h.followLink("eve@example.net").DiscoveredOrganizations
	require.Len(t, found, 1)
	assert.Equal(t, "active_member", found[0].Membership.Type)
	assert.True(t, found[0].Membership.Member.EmailAddressVerified)
	resp, err := h.exchange(h.IntermediateSession("eve@example.net"), org.OrganizationID)
	require.NoError(t, err)
	assert.Equal(t, id, resp.MemberID)
	assert.Equal(t, []string{"stytch_member"}, resp.MemberSession.Roles)
	h.restores()
}

func TestAddMember_activates(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	for _, status := range []string{"pending", "invited"} {
		h.editMember(created.MemberID, map[string]any{"status": status, "email_address_verified": false})
		id, err := h.AddMember(created.Organization.OrganizationID, "ada@example.com")
		require.NoError(t, err)
		assert.Equal(t, created.MemberID, id)
		assert.Equal(t, "active", h.followLink("ada@example.com").DiscoveredOrganizations[0].Membership.Member.Status)
	}
	h.editMember(created.MemberID, map[string]any{"status": "deleted"})
	id, err := h.AddMember(created.Organization.OrganizationID, "ada@example.com")
	require.NoError(t, err)
	assert.NotEqual(t, created.MemberID, id, "the address is another member's now")
}

func TestAssignRoles_replacesAndAddsUnknownOnesToThePolicy(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	h.editOrganization(created.Organization.OrganizationID,
		map[string]any{"custom_roles": []any{map[string]any{"role_id": "ours"}}})
	roles := func() []string {
		resp, err := h.authenticate(&b2bsessions.AuthenticateRequest{SessionToken: &created.SessionToken})
		require.NoError(t, err)
		session, err := h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(),
			&b2bsessions.AuthenticateJWTLocalRequest{SessionJWT: resp.SessionJWT})
		require.NoError(t, err)
		assert.Equal(t, resp.MemberSession.Roles, session.Roles)
		return session.Roles
	}
	policy := func() []string {
		resp, err := h.api.B2B.RBAC.Policy(t.Context(), nil)
		require.NoError(t, err)
		var ids []string
		for _, r := range resp.Policy.Roles {
			ids = append(ids, r.RoleID)
		}
		return ids
	}
	require.NoError(t, h.AssignRoles(created.MemberID, "editor", "ours", "stytch_member", "editor"))
	assert.Equal(t, []string{"stytch_member", "editor", "ours"}, roles())
	assert.Equal(t, []string{"stytch_member", "stytch_admin", "editor"}, policy())
	require.NoError(t, h.AssignRoles(created.MemberID, "stytch_admin", "editor"))
	assert.Equal(t, []string{"stytch_member", "stytch_admin", "editor"}, roles())
	require.NoError(t, h.AssignRoles(created.MemberID))
	assert.Equal(t, []string{"stytch_member"}, roles())
	assert.Equal(t, []string{"stytch_member", "stytch_admin", "editor"}, policy())
	h.restores()
}

func TestAddFactor_isInLaterJWTsAndReplacesItsLike(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	id, now := created.MemberSession.MemberSessionID, h.Clock().Now()
	factors := func() []sessions.AuthenticationFactor {
		resp, err := h.authenticate(&b2bsessions.AuthenticateRequest{SessionToken: &created.SessionToken})
		require.NoError(t, err)
		session, err := h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(),
			&b2bsessions.AuthenticateJWTLocalRequest{SessionJWT: resp.SessionJWT})
		require.NoError(t, err)
		assert.Len(t, session.AuthenticationFactors, len(resp.MemberSession.AuthenticationFactors))
		return resp.MemberSession.AuthenticationFactors
	}
	given := totp(now.Add(-time.Hour).In(time.FixedZone("", -3600)))
	require.NoError(t, h.AddFactor(id, given))
	given.AuthenticatorAppFactor.TOTPID = "changed by the caller"
	got := factors()
	require.Len(t, got, 2)
	hourAgo := now.Add(-time.Hour).Truncate(time.Second)
	assert.Equal(t, sessions.AuthenticationFactor{
		Type: "totp", DeliveryMethod: "authenticator_app", LastAuthenticatedAt: hourAgo, CreatedAt: hourAgo, UpdatedAt: hourAgo,
		AuthenticatorAppFactor: &sessions.AuthenticatorAppFactor{TOTPID: "totp-1"},
	}, got[0], "the older one is the first")

	require.NoError(t, h.AddFactor(id, totp(time.Time{})))
	got = factors()
	require.Len(t, got, 2)
	assert.EqualValues(t, "totp", got[1].Type)
	assert.WithinDuration(t, now, got[1].LastAuthenticatedAt, 10*time.Second, "now by default")
	h.restores()
}

// What is refused changes nothing, and the error names the field.
func TestEdits_refusedOnesChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	org, member, session := created.Organization.OrganizationID, created.MemberID, created.MemberSession.MemberSessionID
	require.NoError(t, h.AddFactor(session, totp(time.Time{})), "what most refused factors would replace")
	add := func(organization, email string) func() error {
		return func() error { _, err := h.AddMember(organization, email); return err }
	}
	assign := func(member string, roles ...string) func() error {
		return func() error { return h.AssignRoles(member, roles...) }
	}
	factor := func(session string, change func(*sessions.AuthenticationFactor)) func() error {
		f := totp(time.Time{})
		change(&f)
		return func() error { return h.AddFactor(session, f) }
	}
	same := func(*sessions.AuthenticationFactor) {}
	long, odd := strings.Repeat("x", 2000), "a\xff"
	for _, row := range []struct {
		want string
		call func() error
	}{
		{"organization: ", add("", "eve@example.net")},
		{"organization: ", add("nowhere", "eve@example.net")},
		{"organization: ", add("organization-live-1", "eve@example.net")},
		{"organization: ", add(odd, "eve@example.net")},
		{"email: ", add(org, "")},
		{"email: ", add(org, "nobody")},
		{"email: ", add(org, odd+"@example.com")},
		{"email: ", add(org, long+"@example.com")},
		{"email: ", add(org, "Eve <eve@example.net>")},
		{"member_id: ", assign("", "editor")},
		{"member_id: ", assign("member-test-nobody", "editor")},
		{"roles: ", assign(member, "editor", "")},
		{"roles: ", assign(member, "editor", long)},
		{"roles: ", assign(member, "editor", odd)},
		{"roles: ", assign(member, strings.Fields(strings.Repeat("editor ", 1001))...)},
		{"member_session_id: ", factor("", same)},
		{"member_session_id: ", factor("member-session-test-none", same)},
		{"type ", factor(session, func(f *sessions.AuthenticationFactor) { f.Type = "" })},
		{"delivery_method ", factor(session, func(f *sessions.AuthenticationFactor) { f.DeliveryMethod = "" })},
		{"authentication_factors.type ", factor(session, func(f *sessions.AuthenticationFactor) { f.Type = sessions.AuthenticationFactorType(long) })},
		{"UTF-8", factor(session, func(f *sessions.AuthenticationFactor) { f.Type = sessions.AuthenticationFactorType(odd) })},
		{"authentication_factors.authenticator_app_factor.totp_id ", factor(session, func(f *sessions.AuthenticationFactor) { f.AuthenticatorAppFactor.TOTPID = "a b" })},
		{"authentication_factors.last_authenticated_at ", factor(session, func(f *sessions.AuthenticationFactor) {
			f.LastAuthenticatedAt = time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)
		})},
		{"authentication_factors.updated_at ", factor(session, func(f *sessions.AuthenticationFactor) { f.UpdatedAt = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) })},
	} {
		before, err := h.Snapshot()
		require.NoError(t, err)
		err = row.call()
		require.ErrorContains(t, err, "emulator: ", row.want)
		require.ErrorContains(t, err, row.want)
		assert.Less(t, len(err.Error()), 500)
		after, err := h.Snapshot()
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after), row.want)
	}
	h.restores()
	h.Clock().Advance(2 * time.Hour)
	require.ErrorContains(t, h.AddFactor(session, totp(time.Time{})), "member_session_id: ", "the session has expired")
}

func TestAddFactor_atMostTwenty(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	session := h.create("ada@example.com", nil).MemberSession.MemberSessionID // has one already
	for i := range 20 {
		f := totp(time.Time{})
		f.DeliveryMethod = sessions.AuthenticationFactorDeliveryMethod(fmt.Sprint(i))
		err := h.AddFactor(session, f)
		if i < 19 {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, "emulator: ")
		require.ErrorContains(t, err, "authentication_factors must have at most 20 entries")
	}
	h.restores()
}

// Snapshots and calls go on meanwhile.
func TestEdits_loseNoConcurrentChange(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	org := created.Organization.OrganizationID
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			id, err := h.AddMember(org, fmt.Sprintf("eve%d@example.net", i))
			assert.NoError(t, err)
			assert.NoError(t, h.AssignRoles(id, "editor", fmt.Sprintf("role-%d", i)))
			f := totp(time.Time{})
			f.DeliveryMethod += sessions.AuthenticationFactorDeliveryMethod(fmt.Sprint(i))
			for range 3 {
				assert.NoError(t, h.AddFactor(created.MemberSession.MemberSessionID, f))
			}
			_, err = h.Snapshot()
			assert.NoError(t, err)
			_, err = h.api.B2B.RBAC.Policy(t.Context(), nil)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	resp, err := h.authenticate(&b2bsessions.AuthenticateRequest{SessionToken: &created.SessionToken})
	require.NoError(t, err)
	assert.Len(t, resp.MemberSession.AuthenticationFactors, 9)
	policy, err := h.api.B2B.RBAC.Policy(t.Context(), nil)
	require.NoError(t, err)
	assert.Len(t, policy.Policy.Roles, 2+1+8)
	h.restores()
}
