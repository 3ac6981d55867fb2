package b2b

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
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
			q.Operands = append(q.Operands, engine.Operand{Name: o.FilterName, Value: o.FilterValue})
		}
	}
	search := engine.Search[state.Organization]{Filters: organizationFilters(tx), Errors: organizationSearchErrors}
	rows, meta, err := search.Page(tx.Organizations.All(), q)
	if err != nil {
		return nil, err
	}
	resp := &organizations.SearchResponse{ResultsMetadata: meta}
	for _, org := range rows {
		resp.Organizations = append(resp.Organizations, login.Organization(tx.Tx, org))
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
	hasMember := func(o *state.Organization, is func(email string) bool) bool {
		return slices.ContainsFunc(tx.MembersOf(o.OrganizationID), func(m *state.Member) bool {
			return !m.IsDeleted() && is(m.EmailAddress)
		})
	}
	return map[string]organizationFilter{
		"organization_ids": {Strings: func(o *state.Organization, has func(string) bool) bool {
			return has(o.OrganizationID) || o.OrganizationExternalID != "" && has(o.OrganizationExternalID)
		}},
		"organization_slugs": {Strings: func(o *state.Organization, has func(string) bool) bool {
			return has(o.OrganizationSlug)
		}},
		"organization_name_fuzzy": {
			Fuzzy:    func(o *state.Organization, like func(string) bool) bool { return like(o.OrganizationName) },
			TooShort: ops.ErrOrganizationSearchOrganizationNameFuzzyTooShort,
		},
		"organization_slug_fuzzy": {
			Fuzzy:    func(o *state.Organization, like func(string) bool) bool { return like(o.OrganizationSlug) },
			TooShort: ops.ErrOrganizationSearchOrganizationSlugFuzzyTooShort,
		},
		"member_emails": {Strings: hasMember, IgnoreCase: true},
		"member_email_fuzzy": {
			Fuzzy:    hasMember,
			TooShort: ops.ErrOrganizationSearchMemberEmailFuzzyTooShort,
		},
		"allowed_domains": {Strings: func(o *state.Organization, has func(string) bool) bool {
			return slices.ContainsFunc(o.EmailAllowedDomains, has)
		}},
		"allowed_domain_fuzzy": {
			Fuzzy: func(o *state.Organization, like func(string) bool) bool {
				return slices.ContainsFunc(o.EmailAllowedDomains, like)
			},
			TooShort: ops.ErrOrganizationSearchAllowedDomainFuzzyTooShort,
		},
		"claimed_email_domains": {Strings: func(o *state.Organization, has func(string) bool) bool {
			return slices.ContainsFunc(o.ClaimedEmailDomains, has)
		}},
		"has_active_sso_connection": {Boolean: func(o *state.Organization, has bool) bool {
			return has == (len(o.SSOActiveConnections) > 0)
		}},
		"sso_connection_id": {String: func(o *state.Organization, id string) bool {
			return slices.ContainsFunc(o.SSOActiveConnections, func(c organizations.ActiveSSOConnection) bool {
				return c.ConnectionID == id
			})
		}},
	}
}
