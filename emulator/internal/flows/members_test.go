package flows_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// addMember creates a member, with what change sets.
func (h *harness) addMember(org, email string, change func(*members.CreateRequest)) organizations.Member {
	h.t.Helper()
	req := &members.CreateRequest{OrganizationID: org, EmailAddress: email}
	if change != nil {
		change(req)
	}
	resp, err := h.api.B2B.Organizations.Members.Create(h.t.Context(), req)
	require.NoError(h.t, err)
	return resp.Member
}

// member is a member as reads return it.
func (h *harness) member(org, id string) organizations.Member {
	h.t.Helper()
	resp, err := h.api.B2B.Organizations.Members.Get(h.t.Context(),
		&members.GetRequest{OrganizationID: org, MemberID: &id})
	require.NoError(h.t, err)
	return resp.Member
}

// visitor logs an address in to an organization, as a member whose address is verified.
func (h *harness) visitor(org, email string) *stytchtest.Visitor {
	h.t.Helper()
	_, err := h.AddMember(org, email)
	require.NoError(h.t, err)
	return h.LogIn(email)
}

func TestMembers_createStoresWhatIsGiven(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization
	resp, err := h.api.B2B.Organizations.Members.Create(t.Context(), &members.CreateRequest{
		OrganizationID: org.OrganizationSlug, EmailAddress: "Bob@Example.com", Name: new("Bob"), IsBreakglass: new(true),
		MFAPhoneNumber: new("+12025550162"), MFAEnrolled: new(true), Roles: []string{"stytch_admin", "stytch_admin"},
		ExternalID: new("bob|1"), TrustedMetadata: shared.Object{"plan": "pro", "none": nil},
		UntrustedMetadata: shared.Object{"color": "red"},
	})
	require.NoError(t, err)
	m := resp.Member
	assert.Equal(t, m.MemberID, resp.MemberID)
	assert.Equal(t, org.OrganizationID, resp.Organization.OrganizationID)
	assert.Equal(t, "bob@example.com", m.EmailAddress)
	assert.Equal(t, organizations.MemberStatusActive, m.Status)
	assert.False(t, m.EmailAddressVerified)
	assert.True(t, m.IsAdmin)
	assert.Len(t, m.Roles, 2)
	assert.Equal(t, "+12025550162", m.MFAPhoneNumber)
	assert.False(t, m.MFAPhoneNumberVerified)
	assert.Equal(t, shared.Object{"plan": "pro"}, m.TrustedMetadata)
	for _, id := range []string{m.MemberID, "bob|1"} {
		assert.Equal(t, m, h.member(org.OrganizationID, id))
	}
	pending := h.addMember(org.OrganizationID, "eve@example.com", func(r *members.CreateRequest) {
		r.CreateMemberAsPending = new(true)
	})
	assert.Equal(t, organizations.MemberStatusPending, pending.Status)
	assert.Empty(t, h.Inbox().Messages("eve@example.com"), "nothing is sent")
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	assert.Equal(t, m, h.member(org.OrganizationID, m.MemberID))
}

func TestMembers_createRefusesWhatIsMalformed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	create := func(change func(*members.CreateRequest)) error {
		req := &members.CreateRequest{OrganizationID: org, EmailAddress: "bob@example.com"}
		change(req)
		_, err := h.api.B2B.Organizations.Members.Create(t.Context(), req)
		return err
	}
	for name, row := range map[string]struct {
		code   stytcherror.Code
		change func(*members.CreateRequest)
	}{
		"organization": {stytcherror.CodeOrganizationNotFound, func(r *members.CreateRequest) { r.OrganizationID = "nobody" }},
		"address":      {stytcherror.CodeInvalidEmail, func(r *members.CreateRequest) { r.EmailAddress = "bob" }},
		"long name":    {stytcherror.CodeBadRequest, func(r *members.CreateRequest) { r.Name = new(strings.Repeat("é", 129)) }},
		"long external id": {stytcherror.CodeBadRequest, func(r *members.CreateRequest) {
			r.ExternalID = new(strings.Repeat("x", 129))
		}},
		"external id":   {stytcherror.CodeBadRequest, func(r *members.CreateRequest) { r.ExternalID = new("a b") }},
		"phone number":  {stytcherror.CodeInvalidPhoneNumber, func(r *members.CreateRequest) { r.MFAPhoneNumber = new("2025550162") }},
		"short number":  {stytcherror.CodeInvalidPhoneNumber, func(r *members.CreateRequest) { r.MFAPhoneNumber = new("+1") }},
		"long number":   {stytcherror.CodeInvalidPhoneNumber, func(r *members.CreateRequest) { r.MFAPhoneNumber = new("+1234567890123456") }},
		"zero number":   {stytcherror.CodeInvalidPhoneNumber, func(r *members.CreateRequest) { r.MFAPhoneNumber = new("+012345") }},
		"empty number":  {stytcherror.CodeInvalidPhoneNumber, func(r *members.CreateRequest) { r.MFAPhoneNumber = new("") }},
		"unknown role":  {stytcherror.CodeInvalidRBACRoleID, func(r *members.CreateRequest) { r.Roles = []string{"editor"} }},
		"default role":  {stytcherror.CodeCannotAssignDefaultRBACRoleID, func(r *members.CreateRequest) { r.Roles = []string{"stytch_member"} }},
		"many roles":    {stytcherror.CodeBadRequest, func(r *members.CreateRequest) { r.Roles = make([]string, 1001) }},
		"many keys":     {stytcherror.CodeMetadataTooManyKeys, func(r *members.CreateRequest) { r.UntrustedMetadata = keys(21) }},
		"much metadata": {stytcherror.CodeMetadataTooLarge, func(r *members.CreateRequest) { r.TrustedMetadata = shared.Object{"k": strings.Repeat("x", 4089)} }},
	} {
		require.ErrorIs(t, create(row.change), row.code, name)
	}
	require.NoError(t, create(func(r *members.CreateRequest) {
		r.Name, r.ExternalID = new(strings.Repeat("é", 128)), new(strings.Repeat("x", 128))
		r.MFAPhoneNumber, r.UntrustedMetadata = new("+123456789012345"), keys(20)
		r.TrustedMetadata = shared.Object{"k": strings.Repeat("x", 4088)}
	}))
}

// keys is metadata with a number of keys.
func keys(n int) shared.Object {
	metadata := shared.Object{}
	for i := range n {
		metadata[strings.Repeat("k", i+1)] = 1
	}
	return metadata
}

func TestMembers_createRefusesWhatIsTaken(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, other := h.create("ada@example.com").Organization.OrganizationID, h.create("bob@example.org").Organization.OrganizationID
	h.addMember(org, "eve@example.com", func(r *members.CreateRequest) { r.ExternalID = new("eve") })
	create := func(org, email string, externalID *string) error {
		_, err := h.api.B2B.Organizations.Members.Create(t.Context(),
			&members.CreateRequest{OrganizationID: org, EmailAddress: email, ExternalID: externalID})
		return err
	}
	require.ErrorIs(t, create(org, "ADA@example.com", nil), stytcherror.CodeDuplicateMemberEmail)
	require.ErrorIs(t, create(org, "new@example.com", new("eve")), stytcherror.CodeDuplicateMemberExternalID)
	require.NoError(t, create(other, "ada@example.com", new("eve")), "another organization has its own addresses and ids")
	require.NoError(t, h.edit(func(state object) {
		state["organizations"].([]any)[0].(object)["claimed_email_domains"] = []any{"example.net"}
	}))
	require.ErrorIs(t, create(other, "joe@example.net", nil), stytcherror.CodeActionNotAllowedEmailDomainIsClaimed)
	require.NoError(t, create(org, "joe@example.net", nil))
}

func TestMembers_createForASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin := h.create("ada@example.com")
	org := admin.Organization.OrganizationID
	create := func(change func(*members.CreateRequest), session string) error {
		req := &members.CreateRequest{OrganizationID: org, EmailAddress: "bob@example.com"}
		change(req)
		_, err := h.api.B2B.Organizations.Members.Create(t.Context(), req, as(session))
		return err
	}
	nothing := func(*members.CreateRequest) {}
	plain := h.visitor(org, "eve@example.com")
	require.ErrorIs(t, create(nothing, plain.SessionToken), stytcherror.CodeSessionAuthorizationError)
	require.ErrorIs(t, create(nothing, h.create("joe@example.org").SessionToken), stytcherror.CodeSessionAuthorizationTenancyError)
	require.ErrorIs(t, create(func(r *members.CreateRequest) { r.TrustedMetadata = shared.Object{"k": "v"} }, admin.SessionToken),
		stytcherror.CodeCannotUpdateTrustedMetadata)
	require.NoError(t, create(nothing, admin.SessionToken))
}

func TestMembers_getByIDOrAddress(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization
	get := func(req *members.GetRequest) (*members.GetResponse, error) {
		return h.api.B2B.Organizations.Members.Get(t.Context(), req)
	}
	byEmail, err := get(&members.GetRequest{OrganizationID: org.OrganizationSlug, EmailAddress: new("ADA@example.com")})
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, byEmail.MemberID)
	assert.Equal(t, org, byEmail.Organization)
	for code, req := range map[stytcherror.Code]*members.GetRequest{
		stytcherror.CodeInvalidMemberGetFields: {OrganizationID: org.OrganizationID, MemberID: &v.MemberID, EmailAddress: new("ada@example.com")},
		stytcherror.CodeInvalidEmail:           {OrganizationID: org.OrganizationID, EmailAddress: new("ada")},
		stytcherror.CodeMemberNotFound:         {OrganizationID: org.OrganizationID, EmailAddress: new("bob@example.com")},
		stytcherror.CodeOrganizationNotFound:   {OrganizationID: "nobody", EmailAddress: new("bob@example.com")},
	} {
		_, err = get(req)
		require.ErrorIs(t, err, code)
	}
	_, err = get(&members.GetRequest{OrganizationID: org.OrganizationID})
	require.ErrorIs(t, err, stytcherror.CodeInvalidMemberGetFields)
	_, err = get(&members.GetRequest{OrganizationID: "nobody", MemberID: &v.MemberID})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	other := h.create("bob@example.org").Organization.OrganizationID
	_, err = get(&members.GetRequest{OrganizationID: other, MemberID: &v.MemberID})
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
	_, err = get(&members.GetRequest{OrganizationID: org.OrganizationID, MemberID: new("member-live-1")})
	require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
	for code, stranger := range h.strangers() {
		_, err = stranger.B2B.Organizations.Members.DangerouslyGet(t.Context(), &members.DangerouslyGetRequest{MemberID: v.MemberID})
		require.ErrorIs(t, err, code)
	}
}

func TestMembers_deletedOnesCanBeReactivated(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org, api := v.Organization.OrganizationID, h.api.B2B.Organizations.Members
	h.alter("members", "member_id", v.MemberID, object{"external_id": "ada"})
	remove := func(org, id string) error {
		_, err := api.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: id})
		return err
	}
	reactivate := func(org, id string) (*members.ReactivateResponse, error) {
		return api.Reactivate(t.Context(), &members.ReactivateRequest{OrganizationID: org, MemberID: id})
	}
	dangerously := func(id string, deletedToo *bool) (*members.DangerouslyGetResponse, error) {
		return api.DangerouslyGet(t.Context(), &members.DangerouslyGetRequest{MemberID: id, IncludeDeleted: deletedToo})
	}
	require.ErrorIs(t, remove("nobody", v.MemberID), stytcherror.CodeOrganizationNotFound)
	require.ErrorIs(t, remove(org, "nobody"), stytcherror.CodeMemberNotFound)
	found, err := dangerously(v.MemberID, nil)
	require.NoError(t, err)
	assert.Equal(t, org, found.Organization.OrganizationID)
	_, err = dangerously("ada", nil)
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
	_, err = reactivate(org, v.MemberID)
	require.ErrorIs(t, err, stytcherror.CodeNoDeletedMemberFoundForReactivation)
	_, err = api.StartEmailUpdate(t.Context(), &members.StartEmailUpdateRequest{
		OrganizationID: org, MemberID: v.MemberID, EmailAddress: "countess@example.com",
	})
	require.NoError(t, err)

	require.NoError(t, remove(v.Organization.OrganizationSlug, "ada"))
	require.NoError(t, h.edit(func(state object) { assert.Len(t, state["magic_links"], 1, "that of discovery is left") }))
	require.ErrorIs(t, remove(org, v.MemberID), stytcherror.CodeMemberNotFound)
	_, err = h.api.B2B.Sessions.Authenticate(t.Context(), &b2bsessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	_, err = dangerously(v.MemberID, new(false))
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
	deleted, err := dangerously(v.MemberID, new(true))
	require.NoError(t, err)
	assert.Equal(t, organizations.MemberStatusDeleted, deleted.Member.Status)

	_, err = reactivate(org, "ada")
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
	_, err = reactivate("nobody", v.MemberID)
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	_, err = reactivate(h.create("bob@example.org").Organization.OrganizationID, v.MemberID)
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
	again, err := reactivate(org, v.MemberID)
	require.NoError(t, err)
	assert.Equal(t, organizations.MemberStatusActive, again.Member.Status)
	assert.Equal(t, "ada", again.Member.ExternalID)
	assert.Equal(t, again.Member, h.member(org, "ada"))
}

func TestMembers_reactivateRefusesWhatWasTakenMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, api := h.create("ada@example.com").Organization.OrganizationID, h.api.B2B.Organizations.Members
	lost := func(email string, change func(*members.CreateRequest)) string {
		m := h.addMember(org, email, change)
		h.alter("members", "member_id", m.MemberID, object{"email_address_verified": true})
		_, err := api.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: m.MemberID})
		require.NoError(t, err)
		return m.MemberID
	}
	reactivate := func(id string) error {
		_, err := api.Reactivate(t.Context(), &members.ReactivateRequest{OrganizationID: org, MemberID: id})
		return err
	}
	byEmail := lost("bob@example.com", nil)
	byID := lost("eve@example.com", func(r *members.CreateRequest) { r.ExternalID = new("eve") })
	byPhone := lost("kim@example.com", func(r *members.CreateRequest) { r.MFAPhoneNumber = new(phone) })
	bob := h.addMember(org, "bob@example.com", func(r *members.CreateRequest) {
		r.ExternalID, r.MFAPhoneNumber = new("eve"), new(phone)
	})
	require.ErrorIs(t, reactivate(byEmail), stytcherror.CodeReactivationEmailBelongsToAnotherMember)
	require.ErrorIs(t, reactivate(byID), stytcherror.CodeDuplicateMemberExternalID)
	require.ErrorIs(t, reactivate(byPhone), stytcherror.CodeDuplicateMemberPhoneNumber)
	_, err := api.DeleteMFAPhoneNumber(t.Context(),
		&members.DeleteMFAPhoneNumberRequest{OrganizationID: org, MemberID: bob.MemberID})
	require.NoError(t, err)
	require.NoError(t, reactivate(byPhone), "the number is free again")
	unverified := lost("joe@example.com", nil)
	h.alter("members", "member_id", unverified, object{"email_address_verified": false})
	require.ErrorIs(t, reactivate(unverified), stytcherror.CodeEmailUnverifiedForReactivation)
}

func TestMembers_deleteAndReactivateForASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin := h.create("ada@example.com")
	org, api := admin.Organization.OrganizationID, h.api.B2B.Organizations.Members
	bob := h.visitor(org, "bob@example.com")
	session := bob.SessionToken
	remove := func(id, session string) error {
		_, err := api.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: id}, as(session))
		return err
	}
	reactivate := func(session string) error {
		req := &members.ReactivateRequest{OrganizationID: org, MemberID: bob.MemberID}
		_, err := api.Reactivate(t.Context(), req, as(session))
		return err
	}
	stranger := h.create("eve@example.org").SessionToken
	require.ErrorIs(t, remove(admin.MemberID, session), stytcherror.CodeSessionAuthorizationError)
	require.ErrorIs(t, remove(bob.MemberID, stranger), stytcherror.CodeSessionAuthorizationTenancyError)
	require.NoError(t, remove(bob.MemberID, session), "everybody may delete themselves")
	require.ErrorIs(t, reactivate(session), stytcherror.CodeSessionNotFound)
	require.ErrorIs(t, reactivate(stranger), stytcherror.CodeSessionAuthorizationTenancyError)
	require.NoError(t, reactivate(admin.SessionToken))
	require.NoError(t, remove(bob.MemberID, admin.SessionToken))
}

// An address that a deleted member had before may be another one's by now: it stays that one's.
func TestMembers_reactivateKeepsAFormerAddressWithWhoHasIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, api := h.create("ada@example.com").Organization.OrganizationID, h.api.B2B.Organizations.Members
	change := func(id, email string) {
		t.Helper()
		_, err := h.update(org, id, func(r *members.UpdateRequest) { r.EmailAddress = &email })
		require.NoError(t, err)
	}
	first := h.addMember(org, "bob@example.com", nil).MemberID
	change(first, "robert@example.com")
	h.alter("members", "member_id", first, object{"email_address_verified": true})
	_, err := api.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: first})
	require.NoError(t, err)
	second := h.addMember(org, "bob@example.com", nil).MemberID
	again, err := api.Reactivate(t.Context(), &members.ReactivateRequest{OrganizationID: org, MemberID: first})
	require.NoError(t, err)
	assert.Empty(t, again.Member.RetiredEmailAddresses)
	change(second, "bobby@example.com")
	change(second, "bob@example.com")
}
