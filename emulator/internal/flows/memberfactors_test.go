package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// withFactors makes a member with both second factors and a password, who has logged in.
func (h *harness) withFactors(org, email string) (id, session string) {
	h.t.Helper()
	v := h.visitor(org, email)
	h.alter("members", "member_id", v.MemberID, object{
		"mfa_phone_number": "+12025550162", "mfa_phone_number_verified": true, "totp_registration_id": "totp-1",
		"default_mfa_method": "sms_otp", "mfa_enrolled": true,
	})
	h.givePassword(v.MemberID, "password-"+v.MemberID)
	return v.MemberID, v.SessionToken
}

// givePassword makes an unsalted MD5 hash the password of a member, whom it makes the owner of an id.
func (h *harness) givePassword(memberID, passwordID string) {
	h.t.Helper()
	require.NoError(h.t, h.edit(func(state object) {
		state["passwords"] = append(state["passwords"].([]any), object{
			"member_password_id": passwordID, "member_id": memberID,
			"hash": object{"hash_type": "md_5", "digest": make([]byte, 16)},
		})
	}))
}

func TestMembers_deletedFactorsAreGone(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org, api := v.Organization.OrganizationID, h.api.B2B.Organizations.Members
	id, session := h.withFactors(org, "bob@example.com")
	h.alter("members", "member_id", id, object{"external_id": "bob"})
	before := h.member(org, id)
	h.Clock().Advance(time.Minute)

	phone, err := api.DeleteMFAPhoneNumber(t.Context(), &members.DeleteMFAPhoneNumberRequest{
		OrganizationID: v.Organization.OrganizationSlug, MemberID: "bob",
	})
	require.NoError(t, err)
	want := before
	want.MFAPhoneNumber, want.MFAPhoneNumberVerified, want.DefaultMFAMethod = "", false, organizations.MFAMethodTOTP
	want.UpdatedAt = before.UpdatedAt.Add(time.Minute)
	assert.Equal(t, want, phone.Member, "another second factor is the default, and one is still required")
	app, err := api.DeleteTOTP(t.Context(), &members.DeleteTOTPRequest{OrganizationID: org, MemberID: "bob"})
	require.NoError(t, err)
	want.TOTPRegistrationID, want.DefaultMFAMethod = "", ""
	assert.Equal(t, want, app.Member)
	password, err := api.DeletePassword(t.Context(), &members.DeletePasswordRequest{
		OrganizationID: org, MemberPasswordID: before.MemberPasswordID,
	})
	require.NoError(t, err)
	want.MemberPasswordID = ""
	assert.Equal(t, want, password.Member)
	external, err := api.DeleteExternalID(t.Context(), &members.DeleteExternalIDRequest{OrganizationID: org, MemberID: id})
	require.NoError(t, err)
	want.ExternalID = ""
	assert.Equal(t, want, external.Member)
	assert.Equal(t, want, h.member(org, id))
	_, err = h.api.B2B.Sessions.Authenticate(t.Context(), &b2bsessions.AuthenticateRequest{SessionToken: &session})
	require.NoError(t, err, "sessions stay")

	h.alter("members", "member_id", id, object{
		"mfa_phone_number": "+12025550163", "mfa_phone_number_verified": true, "default_mfa_method": "sms_otp",
	})
	phone, err = api.DeleteMFAPhoneNumber(t.Context(), &members.DeleteMFAPhoneNumberRequest{OrganizationID: org, MemberID: id})
	require.NoError(t, err)
	assert.Empty(t, phone.Member.DefaultMFAMethod)
	other, _ := h.withFactors(org, "eve@example.com")
	h.alter("members", "member_id", other, object{"default_mfa_method": "totp"})
	app, err = api.DeleteTOTP(t.Context(), &members.DeleteTOTPRequest{OrganizationID: org, MemberID: other})
	require.NoError(t, err)
	assert.Equal(t, organizations.MFAMethodSMSOTP, app.Member.DefaultMFAMethod)
	h.alter("members", "member_id", other, object{
		"default_mfa_method": "totp", "totp_registration_id": "totp-1", "mfa_phone_number_verified": false,
	})
	app, err = api.DeleteTOTP(t.Context(), &members.DeleteTOTPRequest{OrganizationID: org, MemberID: other})
	require.NoError(t, err)
	assert.Empty(t, app.Member.DefaultMFAMethod, "nor does a number that is not verified become it")
}

// removals are the operations that remove something of a member, by their names. Each takes an organization and what it
// finds the member by.
func (h *harness) removals() map[string]func(org, id string, opts ...shared.RequestOption) error {
	api, ctx := h.api.B2B.Organizations.Members, h.t.Context()
	return map[string]func(org, id string, opts ...shared.RequestOption) error{
		"phone": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.DeleteMFAPhoneNumber(ctx, &members.DeleteMFAPhoneNumberRequest{OrganizationID: org, MemberID: id}, opts...)
			return err
		},
		"app": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.DeleteTOTP(ctx, &members.DeleteTOTPRequest{OrganizationID: org, MemberID: id}, opts...)
			return err
		},
		"password": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.DeletePassword(ctx, &members.DeletePasswordRequest{
				OrganizationID: org, MemberPasswordID: "password-" + id,
			}, opts...)
			return err
		},
		"external id": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.DeleteExternalID(ctx, &members.DeleteExternalIDRequest{OrganizationID: org, MemberID: id}, opts...)
			return err
		},
	}
}

func TestMembers_deleteFactorsRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@example.com"), h.create("joe@example.org")
	org := v.Organization.OrganizationID
	id, _ := h.withFactors(org, "bob@example.com")
	missing := map[string]stytcherror.Code{
		"phone": stytcherror.CodeMemberPhoneNumberNotFound, "app": stytcherror.CodeTOTPNotFound,
		"password": stytcherror.CodeMemberPasswordNotFound,
	}
	for name, remove := range h.removals() {
		require.ErrorIs(t, remove("nobody", id), stytcherror.CodeOrganizationNotFound, name)
		notFound := stytcherror.CodeMemberNotFound
		if name == "password" {
			notFound = stytcherror.CodeMemberPasswordNotFound
		}
		require.ErrorIs(t, remove(org, "nobody"), notFound, name)
		require.ErrorIs(t, remove(other.Organization.OrganizationID, id), notFound, name)
		if code := missing[name]; code != "" {
			require.ErrorIs(t, remove(org, v.MemberID), code, name)
		}
	}
	removals := h.removals()
	require.NoError(t, removals["external id"](org, v.MemberID), "there need be no external id")
	require.ErrorIs(t, removals["password"](org, "a b"), stytcherror.CodeInvalidPasswordID)
	_, err := h.api.B2B.Organizations.Members.DeletePassword(t.Context(),
		&members.DeletePasswordRequest{OrganizationID: org, MemberPasswordID: "member-password-live-1"})
	require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
	foreign := as(other.SessionToken)
	for name, remove := range removals {
		require.ErrorIs(t, remove(org, "nobody", foreign), stytcherror.CodeSessionAuthorizationTenancyError, name)
	}
	h.alter("members", "member_id", id, object{"external_id": "bob"})
	require.NoError(t, removals["external id"](v.Organization.OrganizationSlug, "bob"))
	assert.Empty(t, h.member(org, id).ExternalID)
}

func TestMembers_deleteFactorsForASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin := h.create("ada@example.com")
	org := admin.Organization.OrganizationID
	stranger := h.create("joe@example.org").SessionToken
	id, session := h.withFactors(org, "bob@example.com")
	peer := h.visitor(org, "eve@example.com").SessionToken
	for name, remove := range h.removals() {
		require.ErrorIs(t, remove(org, id, as(peer)), stytcherror.CodeSessionAuthorizationError, name)
		require.ErrorIs(t, remove(org, id, as(stranger)), stytcherror.CodeSessionAuthorizationTenancyError, name)
		if name == "external id" {
			require.ErrorIs(t, remove(org, id, as(session)), stytcherror.CodeSessionAuthorizationError, name)
			require.NoError(t, remove(org, id, as(admin.SessionToken)), name)
			continue
		}
		require.NoError(t, remove(org, id, as(session)), name)
	}
}

func TestMembers_deleteMFAPhoneNumberRevokesItsCode(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	id, _ := h.withFactors(org, "bob@example.com")
	require.NoError(t, h.edit(func(state object) {
		state["passcodes"] = []any{object{
			"channel": "sms", "member_id": id, "phone_number": "+12025550162", "code": "123456",
			"expires_at": h.Clock().Now().Add(time.Minute),
		}}
	}))
	require.NoError(t, h.removals()["phone"](org, id))
	require.NoError(t, h.edit(func(state object) { assert.Empty(t, state["passcodes"]) }))
}

func TestMembers_aLockIsShownUntilItExpires(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	from := h.Clock().Now().Truncate(time.Second)
	h.alter("members", "member_id", v.MemberID, object{"lock_created_at": from, "lock_expires_at": from.Add(time.Hour)})
	locked := h.member(org, v.MemberID)
	assert.True(t, locked.IsLocked)
	assert.Equal(t, from.Add(time.Hour), locked.LockExpiresAt)
	h.Clock().Advance(time.Hour)
	unlocked := h.member(org, v.MemberID)
	assert.False(t, unlocked.IsLocked)
	assert.Zero(t, unlocked.LockExpiresAt)
}
