package flows_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

type operand = organizations.SearchQueryOperand

// search returns the addresses of the members of organizations that match all operands.
func (h *harness) search(orgs []string, operands ...operand) ([]string, error) {
	h.t.Helper()
	resp, err := h.api.B2B.Organizations.Members.Search(h.t.Context(), &members.SearchRequest{
		OrganizationIDs: orgs,
		Query:           &organizations.SearchQuery{Operator: shared.SearchOperatorAnd, Operands: operands},
	})
	if err != nil {
		return nil, err
	}
	return addresses(resp.Members), nil
}

func addresses(list []organizations.Member) []string {
	found := []string{}
	for _, m := range list {
		found = append(found, m.EmailAddress)
	}
	return found
}

func TestMembers_searchByEachFilter(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com").Organization
	org, slug := created.OrganizationID, created.OrganizationSlug
	bob := h.addMember(org, "bob@example.com", func(r *members.CreateRequest) {
		r.ExternalID, r.IsBreakglass, r.MFAPhoneNumber = new("bob"), new(true), new("+12025550162")
	})
	h.alter("members", "member_id", bob.MemberID, object{"totp_registration_id": "totp-1"})
	h.givePassword(bob.MemberID, "p")
	pending := h.addMember(org, "eve@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) })
	require.NoError(t, h.edit(func(state object) {
		state["registrations"] = []any{object{
			"registration_id": "r", "member_id": pending.MemberID, "provider": "google", "provider_subject": "1",
		}}
	}))
	gone := h.addMember(org, "gone@example.com", nil)
	_, err := h.api.B2B.Organizations.Members.Delete(t.Context(),
		&members.DeleteRequest{OrganizationID: org, MemberID: gone.MemberID})
	require.NoError(t, err)
	const ada, eve = "ada@example.com", "eve@example.com"
	for _, row := range []struct {
		operand operand
		want    []string
	}{
		{members.FilterIDs(bob.MemberID, "member-test-1"), []string{bob.EmailAddress}},
		{members.FilterIDs("bob", "nobody"), []string{bob.EmailAddress}},
		{members.FilterEmails("BOB@example.com", "nobody@example.com"), []string{bob.EmailAddress}},
		{members.FilterEmailFuzzy("DA@ex"), []string{ada}},
		{members.FilterIsBreakglass(true), []string{bob.EmailAddress}},
		{members.FilterIsBreakglass(false), []string{ada, eve}},
		{members.FilterStatuses("pending", "invited"), []string{eve}},
		{members.FilterStatuses("deleted"), []string{gone.EmailAddress}},
		{members.FilterStatuses("deleted", "pending"), []string{eve, gone.EmailAddress}},
		{members.FilterPhoneNumbers("+12025550162", ""), []string{bob.EmailAddress}},
		{members.FilterMFAPhoneNumbers("+12025550162"), []string{bob.EmailAddress}},
		{members.FilterPhoneNumberFuzzy("555"), []string{bob.EmailAddress}},
		{members.FilterMFAPhoneNumberFuzzy("+12"), []string{bob.EmailAddress}},
		{members.FilterPasswordExists(true), []string{bob.EmailAddress}},
		{members.FilterPasswordExists(false), []string{ada, eve}},
		{operand{FilterName: "oauth_providers", FilterValue: []string{"github", "Google"}}, []string{eve}},
		{operand{FilterName: "organization_id", FilterValue: org}, []string{ada, bob.EmailAddress, eve}},
		{operand{FilterName: "organization_id", FilterValue: slug}, []string{}},
		{operand{FilterName: "organization_slug", FilterValue: slug}, []string{ada, bob.EmailAddress, eve}},
		{operand{FilterName: "organization_slug_fuzzy", FilterValue: slug[:3]}, []string{ada, bob.EmailAddress, eve}},
		{operand{FilterName: "totp_exists", FilterValue: true}, []string{bob.EmailAddress}},
		{members.FilterRoles("stytch_admin"), []string{ada}},
		{members.FilterRoles("stytch_member"), []string{ada, bob.EmailAddress, eve}},
	} {
		found, err := h.search([]string{org}, row.operand)
		require.NoError(t, err, row.operand)
		assert.Equal(t, row.want, found, row.operand)
	}
	found, err := h.search([]string{org}, members.FilterPasswordExists(false), members.FilterEmailFuzzy("ada"))
	require.NoError(t, err)
	assert.Equal(t, []string{ada}, found)
	either, err := h.api.B2B.Organizations.Members.Search(t.Context(), &members.SearchRequest{
		OrganizationIDs: []string{org}, Query: &organizations.SearchQuery{
			Operator: shared.SearchOperatorOr,
			Operands: []operand{members.FilterEmailFuzzy("ada"), members.FilterStatuses("pending")},
		},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{ada, eve}, addresses(either.Members))
}

func TestMembers_searchRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	for _, row := range []struct {
		code    stytcherror.Code
		operand operand
	}{
		{stytcherror.CodeMemberSearchFilterNameNotRecognized, operand{FilterName: "name", FilterValue: "x"}},
		{stytcherror.CodeMemberSearchMissingFilterName, operand{FilterValue: "x"}},
		{stytcherror.CodeMemberSearchMissingStatuses, operand{FilterName: "statuses"}},
		{stytcherror.CodeMemberSearchMissingMemberEmailFuzzy, operand{FilterName: "member_email_fuzzy"}},
		{stytcherror.CodeMemberSearchMissingIsBreakglass, operand{FilterName: "member_is_breakglass"}},
		{stytcherror.CodeMemberSearchMissingMFAMemberPhoneNumberFuzzy, operand{FilterName: "member_phone_number_fuzzy"}},
		{stytcherror.CodeMemberSearchMissingPasswordExists, operand{FilterName: "member_password_exists"}},
		{stytcherror.CodeMemberSearchMissingOAuthProviders, operand{FilterName: "oauth_providers"}},
		{stytcherror.CodeMemberSearchMissingOrganizationID, operand{FilterName: "organization_id"}},
		{stytcherror.CodeMemberSearchMissingOrganizationSlug, operand{FilterName: "organization_slug"}},
		{stytcherror.CodeMemberSearchMissingOrganizationSlugFuzzy, operand{FilterName: "organization_slug_fuzzy"}},
		{stytcherror.CodeMemberSearchMissingTOTPExists, operand{FilterName: "totp_exists"}},
		{stytcherror.CodeMemberSearchOrganizationSlugFuzzyTooShort, operand{FilterName: "organization_slug_fuzzy", FilterValue: "ab"}},
		{stytcherror.CodeSearchInvalidStatusFilter, members.FilterStatuses("active", "Active")},
		{stytcherror.CodeLiveIDUsedInTestEnvironment, members.FilterIDs("member-live-1")},
		{stytcherror.CodeMemberSearchExpectedArrayOfStrings, operand{FilterName: "statuses", FilterValue: "active"}},
		{stytcherror.CodeMemberSearchExpectedArrayOfStrings, operand{FilterName: "member_ids", FilterValue: []any{1}}},
		{stytcherror.CodeMemberSearchExpectedBoolean, operand{FilterName: "member_is_breakglass", FilterValue: "true"}},
		{stytcherror.CodeMemberSearchExpectedString, operand{FilterName: "member_email_fuzzy", FilterValue: []any{"ada"}}},
		{stytcherror.CodeMemberSearchMemberEmailFuzzyTooShort, members.FilterEmailFuzzy("ad")},
		{stytcherror.CodeMemberSearchMemberMFAPhoneNumberFuzzyTooShort, members.FilterPhoneNumberFuzzy("")},
		{stytcherror.CodeMemberSearchMemberMFAPhoneNumberFuzzyTooShort, members.FilterMFAPhoneNumberFuzzy("+1")},
		{stytcherror.CodeMemberSearchCannotMixInternalAndExternalMemberIDs, members.FilterIDs("member-test-1", "bob")},
		{stytcherror.CodeMemberSearchMissingMemberIDs, members.FilterIDs()},
		{stytcherror.CodeMemberSearchMissingMemberEmails, members.FilterEmails()},
		{stytcherror.CodeMemberSearchMissingStatuses, members.FilterStatuses()},
		{stytcherror.CodeMemberSearchMissingMFAMemberPhoneNumbers, members.FilterPhoneNumbers()},
		{stytcherror.CodeMemberSearchMissingMFAMemberPhoneNumbers, members.FilterMFAPhoneNumbers()},
		{stytcherror.CodeMemberSearchMissingMemberRoles, members.FilterRoles()},
	} {
		_, err := h.search([]string{org}, row.operand)
		require.ErrorIs(t, err, row.code, row.operand)
	}
	_, err := h.search([]string{})
	require.ErrorIs(t, err, stytcherror.CodeMemberSearchOrganizationIDsEmpty)
	_, err = h.search([]string{org, "nobody"})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	_, err = h.search(make([]string, 1001))
	require.ErrorIs(t, err, stytcherror.CodeBadRequest)
	for _, req := range []*members.SearchRequest{
		{OrganizationIDs: []string{org}, Limit: new(1001)},
		{OrganizationIDs: []string{org}, Cursor: new("?")},
		{OrganizationIDs: []string{org}, Query: &organizations.SearchQuery{Operator: "NOT"}},
	} {
		_, err = h.api.B2B.Organizations.Members.Search(t.Context(), req)
		require.ErrorIs(t, err, stytcherror.CodeBadRequest)
	}
}

func TestMembers_searchOfSeveralOrganizationsPageByPage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	first, second := h.create("ada@example.com").Organization, h.create("bob@example.org").Organization
	h.create("eve@example.net")
	require.NoError(t, h.edit(func(state object) {
		state["organizations"].([]any)[1].(object)["organization_external_id"] = "second"
	}))
	var want []string
	want = append(want, "ada@example.com", "bob@example.org")
	for i := range 6 {
		email := fmt.Sprintf("m%d@example.com", i)
		h.addMember([]string{first.OrganizationID, second.OrganizationID}[i%2], email, nil)
		want = append(want, email)
	}
	req := &members.SearchRequest{
		OrganizationIDs: []string{first.OrganizationSlug, "second", first.OrganizationID}, Limit: new(3),
	}
	var found []string
	for pages := 1; ; pages++ {
		resp, err := h.api.B2B.Organizations.Members.Search(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, len(want), resp.ResultsMetadata.Total)
		found = append(found, addresses(resp.Members)...)
		if resp.ResultsMetadata.NextCursor == "" {
			assert.Equal(t, 3, pages)
			break
		}
		assert.Equal(t, first.OrganizationID, resp.Organizations[first.OrganizationID].OrganizationID)
		assert.Len(t, resp.Organizations, 2)
		req.Cursor = &resp.ResultsMetadata.NextCursor
	}
	assert.Equal(t, want, found, "in the order in which they were created")
}

func TestMembers_searchForASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin, other := h.create("ada@example.com"), h.create("bob@example.org")
	org := admin.Organization.OrganizationID
	search := func(session string, orgs ...string) error {
		_, err := h.api.B2B.Organizations.Members.Search(t.Context(), &members.SearchRequest{OrganizationIDs: orgs}, as(session))
		return err
	}
	require.NoError(t, search(admin.SessionToken, org))
	require.ErrorIs(t, search(admin.SessionToken, org, other.Organization.OrganizationID), stytcherror.CodeSessionAuthorizationTenancyError)
	require.ErrorIs(t, search(h.visitor(org, "eve@example.com").SessionToken, org),
		stytcherror.CodeSessionAuthorizationError)
}
