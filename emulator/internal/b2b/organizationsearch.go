package b2b

import (
	"iter"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// searchOrganizations finds organizations, oldest first.
func searchOrganizations(
	tx *engine.Tx, req *organizations.SearchRequest,
) (*organizations.SearchResponse, error) {
	q := engine.Query{Cursor: req.Cursor, Limit: req.Limit}
	if req.Query != nil {
		q.Operator = req.Query.Operator
		for _, o := range req.Query.Operands {
			q.Operands = append(q.Operands, engine.Operand(o))
		}
	}
	search := engine.Search[state.Organization]{Filters: organizationFilters(tx), Errors: organizationSearchErrors}
	rows, meta, err := search.Page(tx.Organizations.All(), q)
	if err != nil {
		return nil, err
	}
	resp := &organizations.SearchResponse{ResultsMetadata: meta}
	for _, org := range rows {
		resp.Organizations = append(resp.Organizations, org.Organization)
	}
	return resp, nil
}

var organizationSearchErrors = engine.SearchErrors{
	NotRecognized:   ops.ErrOrganizationSearchFilterNameNotRecognized,
	NoName:          ops.ErrOrganizationSearchMissingFilterName,
	NoValue:         ops.ErrOrganizationSearchMissingFilterValue,
	ExpectedStrings: ops.ErrOrganizationSearchExpectedArrayOfStrings,
	ExpectedString:  ops.ErrOrganizationSearchExpectedString,
	ExpectedBoolean: ops.ErrOrganizationSearchExpectedBoolean,
}

type organizationFilter = engine.Filter[state.Organization]

func organizationFilters(tx *engine.Tx) map[string]organizationFilter {
	organizationSlug := engine.Text(func(o *state.Organization) string { return o.OrganizationSlug })
	allowedDomains := engine.Texts(func(o *state.Organization) []string { return o.EmailAllowedDomains })
	return map[string]organizationFilter{
		"organization_ids": {Strings: engine.Texts(func(o *state.Organization) []string {
			return []string{o.OrganizationID, o.OrganizationExternalID}
		}), Missing: ops.ErrOrganizationSearchMissingOrganizationIDs},
		"organization_slugs": {Strings: organizationSlug, Missing: ops.ErrOrganizationSearchMissingOrganizationSlugs},
		"organization_name_fuzzy": {
			Fuzzy:    engine.Text(func(o *state.Organization) string { return o.OrganizationName }),
			TooShort: ops.ErrOrganizationSearchOrganizationNameFuzzyTooShort,
			Missing:  ops.ErrOrganizationSearchMissingOrganizationNameFuzzy,
		},
		"organization_slug_fuzzy": {
			Fuzzy: organizationSlug, TooShort: ops.ErrOrganizationSearchOrganizationSlugFuzzyTooShort,
			Missing: ops.ErrOrganizationSearchMissingOrganizationSlugFuzzy,
		},
		"member_emails": {Lookup: func(emails []string) func(*state.Organization) bool {
			return hasMember(tx, slices.Values(emails))
		}, Missing: ops.ErrOrganizationSearchMissingMemberEmails},
		"member_email_fuzzy": {
			Fuzzy: func(like func(string) bool) func(*state.Organization) bool {
				return hasMember(tx, tx.EmailsLike(like))
			},
			TooShort: ops.ErrOrganizationSearchMemberEmailFuzzyTooShort,
			Missing:  ops.ErrOrganizationSearchMissingMemberEmailFuzzy,
		},
		"allowed_domains": {
			Strings: allowedDomains, IgnoreCase: true, Missing: ops.ErrOrganizationSearchMissingAllowedDomains,
		},
		"allowed_domain_fuzzy": {
			Fuzzy: allowedDomains, TooShort: ops.ErrOrganizationSearchAllowedDomainFuzzyTooShort,
			Missing: ops.ErrOrganizationSearchMissingAllowedDomainFuzzy,
		},
		"claimed_email_domains": {
			Strings:    engine.Texts(func(o *state.Organization) []string { return o.ClaimedEmailDomains }),
			IgnoreCase: true, Missing: ops.ErrOrganizationSearchMissingClaimedEmailDomains,
		},
		"has_active_sso_connection": {Boolean: func(o *state.Organization, has bool) bool {
			return has == (len(o.SSOActiveConnections) > 0)
		}, Missing: ops.ErrOrganizationSearchMissingHasActiveSSOConnection},
		"sso_connection_id": {String: func(o *state.Organization, id string) bool {
			return slices.ContainsFunc(o.SSOActiveConnections, func(c organizations.ActiveSSOConnection) bool {
				return c.ConnectionID == id
			})
		}, Missing: ops.ErrOrganizationSearchMissingSSOConnectionID},
	}
}

// hasMember is the condition that an organization has a member with one of the addresses.
func hasMember(tx *engine.Tx, emails iter.Seq[string]) func(*state.Organization) bool {
	found := map[string]bool{}
	for email := range emails {
		for _, m := range tx.MembersByEmail.All(state.Lower(email)) {
			found[m.OrganizationID] = true
		}
	}
	return func(o *state.Organization) bool { return found[o.OrganizationID] }
}
