package flows_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// findOrgs returns the names of the organizations that fulfil the conditions.
func (h *harness) findOrgs(operator shared.SearchOperator, operands ...organizations.SearchQueryOperand) ([]string, error) {
	h.t.Helper()
	resp, err := h.api.B2B.Organizations.Search(h.t.Context(), &organizations.SearchRequest{
		Query: &organizations.SearchQuery{Operator: operator, Operands: operands},
	})
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, o := range resp.Organizations {
		names = append(names, o.OrganizationName)
	}
	assert.Equal(h.t, len(names), resp.ResultsMetadata.Total)
	return names, nil
}

// three creates the organizations One, Two and Three, and returns the id of One.
func (h *harness) three() string {
	h.t.Helper()
	var ids []string
	for _, name := range []string{"One", "Two", "Three"} {
		org := h.organization(func(r *organizations.CreateRequest) {
			r.OrganizationName, r.OrganizationExternalID = name, new("external-"+name)
			r.EmailAllowedDomains = []string{"everyone.example", name + ".example"}
			for i, domain := range r.EmailAllowedDomains {
				r.EmailAllowedDomains[i] = string([]byte(domain)[0]|0x20) + domain[1:]
			}
			r.ClaimedEmailDomains = []string{r.EmailAllowedDomains[1]}
		})
		_, err := h.AddMember(org.OrganizationID, "ada@"+org.ClaimedEmailDomains[0])
		require.NoError(h.t, err)
		ids = append(ids, org.OrganizationID)
	}
	gone, err := h.AddMember(ids[2], "gone@three.example")
	require.NoError(h.t, err)
	h.withConnection(ids[1], "connection-2")
	h.alter("members", "member_id", gone, object{"status": organizations.MemberStatusDeleted})
	return ids[0]
}

func TestOrganizations_searchByEachFilter(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	one := h.three()
	both, all := []string{"One", "Two"}, []string{"One", "Two", "Three"}
	for _, row := range []struct {
		filter organizations.SearchQueryOperand
		want   []string
	}{
		{organizations.FilterIDs(one, "external-Two", "nobody"), both},
		{organizations.FilterIDs("one"), []string{}},
		{organizations.FilterSlugs("two", "one", one), both},
		{organizations.FilterNameFuzzy("TWO"), []string{"Two"}},
		{organizations.FilterNameFuzzy("hre"), []string{"Three"}},
		{organizations.FilterSlugFuzzy("ONE"), []string{"One"}},
		{organizations.FilterMemberEmails("ADA@one.example", "ada@two.example", "gone@three.example"), both},
		{organizations.FilterMemberEmailFuzzy("da@t"), []string{"Two", "Three"}},
		{organizations.FilterMemberEmailFuzzy("gone"), []string{}},
		{organizations.FilterAllowedDomains("One.example", "two.example"), both},
		{organizations.FilterAllowedDomains("everyone.example"), all},
		{organizations.FilterAllowedDomainFuzzy("three"), []string{"Three"}},
		{organizations.FilterClaimedEmailDomains("one.example", "everyone.example"), []string{"One"}},
		{organizations.FilterHasActiveSSOConnection(true), []string{"Two"}},
		{organizations.FilterHasActiveSSOConnection(false), []string{"One", "Three"}},
		{organizations.FilterSSOConnectionID("connection-2"), []string{"Two"}},
		{organizations.FilterSSOConnectionID("connection-1"), []string{}},
	} {
		got, err := h.findOrgs(shared.SearchOperatorAnd, row.filter)
		require.NoError(t, err, row.filter)
		assert.Equal(t, row.want, got, row.filter)
	}
	got, err := h.findOrgs(shared.SearchOperatorAnd, organizations.FilterIDs(one, "external-Two"),
		organizations.FilterNameFuzzy("two"))
	require.NoError(t, err)
	assert.Equal(t, []string{"Two"}, got)
	got, err = h.findOrgs(shared.SearchOperatorOr, organizations.FilterIDs(one), organizations.FilterNameFuzzy("three"))
	require.NoError(t, err)
	assert.Equal(t, []string{"One", "Three"}, got)
	got, err = h.findOrgs(shared.SearchOperatorAnd)
	require.NoError(t, err)
	assert.Equal(t, all, got)
}

func TestOrganizations_searchRefusesWhatIsMalformed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.three()
	filter := func(name string, value any) organizations.SearchQueryOperand {
		return organizations.SearchQueryOperand{FilterName: name, FilterValue: value}
	}
	for code, filters := range map[stytcherror.Code][]organizations.SearchQueryOperand{
		stytcherror.CodeOrganizationSearchFilterNameNotRecognized:       {filter("member_ids", []string{"a"})},
		stytcherror.CodeOrganizationSearchMissingFilterName:             {filter("", "a")},
		stytcherror.CodeOrganizationSearchMissingOrganizationIDs:        {filter("organization_ids", nil), organizations.FilterIDs()},
		stytcherror.CodeOrganizationSearchMissingOrganizationSlugs:      {filter("organization_slugs", nil)},
		stytcherror.CodeOrganizationSearchMissingOrganizationNameFuzzy:  {filter("organization_name_fuzzy", nil)},
		stytcherror.CodeOrganizationSearchMissingOrganizationSlugFuzzy:  {filter("organization_slug_fuzzy", nil)},
		stytcherror.CodeOrganizationSearchMissingMemberEmails:           {filter("member_emails", nil), filter("member_emails", []any{})},
		stytcherror.CodeOrganizationSearchMissingMemberEmailFuzzy:       {filter("member_email_fuzzy", nil)},
		stytcherror.CodeOrganizationSearchMissingAllowedDomains:         {filter("allowed_domains", nil)},
		stytcherror.CodeOrganizationSearchMissingAllowedDomainFuzzy:     {filter("allowed_domain_fuzzy", nil)},
		stytcherror.CodeOrganizationSearchMissingClaimedEmailDomains:    {filter("claimed_email_domains", nil)},
		stytcherror.CodeOrganizationSearchMissingHasActiveSSOConnection: {filter("has_active_sso_connection", nil)},
		stytcherror.CodeOrganizationSearchMissingSSOConnectionID:        {filter("sso_connection_id", nil)},
		stytcherror.CodeOrganizationSearchExpectedArrayOfStrings: {
			filter("organization_ids", "a"), filter("organization_slugs", []any{1}), filter("member_emails", true),
			filter("allowed_domains", "a"), filter("claimed_email_domains", "a"),
		},
		stytcherror.CodeOrganizationSearchExpectedBoolean: {filter("has_active_sso_connection", "true")},
		stytcherror.CodeOrganizationSearchExpectedString: {
			filter("sso_connection_id", []string{"a"}), filter("organization_name_fuzzy", 1),
		},
		stytcherror.CodeOrganizationSearchOrganizationNameFuzzyTooShort: {organizations.FilterNameFuzzy("tw")},
		stytcherror.CodeOrganizationSearchOrganizationSlugFuzzyTooShort: {organizations.FilterSlugFuzzy("tw")},
		stytcherror.CodeOrganizationSearchMemberEmailFuzzyTooShort:      {organizations.FilterMemberEmailFuzzy("")},
		stytcherror.CodeOrganizationSearchAllowedDomainFuzzyTooShort:    {organizations.FilterAllowedDomainFuzzy("éé")},
	} {
		for _, f := range filters {
			_, err := h.findOrgs(shared.SearchOperatorAnd, f)
			require.ErrorIs(t, err, code)
		}
	}
	for _, operator := range []shared.SearchOperator{"XOR", "and", ""} {
		_, err := h.findOrgs(operator, organizations.FilterNameFuzzy("one"))
		require.ErrorIs(t, err, stytcherror.CodeBadRequest, operator)
	}
	for _, req := range []*organizations.SearchRequest{{Limit: new(1001)}, {Limit: new(-1)}, {Cursor: new("odd")}} {
		_, err := h.api.B2B.Organizations.Search(t.Context(), req)
		require.ErrorIs(t, err, stytcherror.CodeBadRequest)
	}
}

func TestOrganizations_searchPageByPage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for i := range 105 {
		h.organization(func(r *organizations.CreateRequest) { r.OrganizationName = fmt.Sprintf("Acme %03d", i) })
	}
	first, err := h.api.B2B.Organizations.Search(t.Context(), &organizations.SearchRequest{})
	require.NoError(t, err)
	assert.Len(t, first.Organizations, 100, "the default")
	assert.Equal(t, 105, first.ResultsMetadata.Total)
	var names []string
	for org, err := range h.api.B2B.Organizations.SearchAll(t.Context(), &organizations.SearchRequest{Limit: new(10)}) {
		require.NoError(t, err)
		names = append(names, org.OrganizationName)
	}
	require.Len(t, names, 105)
	assert.IsIncreasing(t, names)
	whole, err := h.api.B2B.Organizations.Search(t.Context(), &organizations.SearchRequest{Limit: new(1000)})
	require.NoError(t, err)
	assert.Len(t, whole.Organizations, 105)
	assert.Empty(t, whole.ResultsMetadata.NextCursor)
}

func TestOrganizations_searchAmongThousandsIsFast(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	list, members := make([]any, 10_000), make([]any, 10_000)
	for i := range list {
		id := fmt.Sprintf("organization-test-%d", i)
		list[i] = map[string]any{"organization_id": id, "organization_slug": fmt.Sprintf("slug-%d", i), "organization_name": "Acme"}
		members[i] = map[string]any{
			"organization_id": id, "member_id": fmt.Sprintf("member-test-%d", i), "email_address": fmt.Sprintf("m%d@acme.example", i),
		}
	}
	require.NoError(t, h.edit(func(state object) { state["organizations"], state["members"] = list, members }))
	for _, filter := range []organizations.SearchQueryOperand{
		organizations.FilterIDs("organization-test-9999"), organizations.FilterSlugs("slug-9999"),
		organizations.FilterMemberEmails("m9999@acme.example"), organizations.FilterMemberEmailFuzzy("m9999@"),
	} {
		begin := time.Now()
		got, err := h.findOrgs(shared.SearchOperatorAnd, filter)
		require.NoError(t, err)
		assert.Len(t, got, 1)
		t.Log(filter.FilterName, time.Since(begin))
		assert.Less(t, time.Since(begin), 2*time.Second, filter.FilterName)
	}
}

// Addresses that are gone have left gaps in what is searched.
func TestOrganizations_noAddressHasALineBreak(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.visitor(v.Organization.OrganizationID, "bob@example.com")
	_, err := h.api.B2B.Organizations.Members.Delete(t.Context(),
		&members.DeleteRequest{OrganizationID: v.Organization.OrganizationID, MemberID: v.MemberID})
	require.NoError(t, err)
	for _, part := range []string{"\n\n\n", "com\n", "\nbob"} {
		found, err := h.findOrgs("AND", operand{FilterName: "member_email_fuzzy", FilterValue: part})
		require.NoError(t, err)
		assert.Empty(t, found)
	}
}

func TestSearches_haveABoundOnOperands(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	repeated := func(n int, name string, value any) []operand {
		return slices.Repeat([]operand{{FilterName: name, FilterValue: value}}, n)
	}
	for n, refused := range map[int]bool{20: false, 21: true} {
		_, people := h.search([]string{org}, repeated(n, "member_email_fuzzy", "ada")...)
		_, organizations := h.findOrgs("AND", repeated(n, "organization_slug_fuzzy", "exa")...)
		var operands []m2m.M2MSearchQueryOperand
		for _, o := range repeated(n, "client_name", []string{"x"}) {
			operands = append(operands, m2m.M2MSearchQueryOperand(o))
		}
		_, machines := h.api.B2B.M2M.Clients.Search(t.Context(), &clients.SearchRequest{
			Query: &m2m.M2MSearchQuery{Operator: "AND", Operands: operands},
		})
		for name, err := range map[string]error{"members": people, "organizations": organizations, "clients": machines} {
			if !refused {
				require.NoError(t, err, name)
				continue
			}
			require.ErrorIs(t, err, stytcherror.CodeBadRequest, name)
		}
	}
}
