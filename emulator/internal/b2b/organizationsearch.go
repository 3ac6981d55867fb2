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
	return map[string]organizationFilter{
		"organization_ids": {Strings: func(o *state.Organization, ids []string) bool {
			external := o.OrganizationExternalID
			return slices.Contains(ids, o.OrganizationID) || external != "" && slices.Contains(ids, external)
		}},
		"organization_slugs": {Strings: func(o *state.Organization, slugs []string) bool {
			return slices.Contains(slugs, o.OrganizationSlug)
		}},
		"organization_name_fuzzy": {
			Fuzzy:    func(o *state.Organization, like func(string) bool) bool { return like(o.OrganizationName) },
			TooShort: ops.ErrOrganizationSearchOrganizationNameFuzzyTooShort,
		},
		"organization_slug_fuzzy": {
			Fuzzy:    func(o *state.Organization, like func(string) bool) bool { return like(o.OrganizationSlug) },
			TooShort: ops.ErrOrganizationSearchOrganizationSlugFuzzyTooShort,
		},
		"member_emails": {Strings: func(o *state.Organization, emails []string) bool {
			return slices.ContainsFunc(emails, func(email string) bool {
				return tx.MemberByEmail(o.OrganizationID, email) != nil
			})
		}},
		"member_email_fuzzy": {
			Fuzzy: func(o *state.Organization, like func(string) bool) bool {
				return slices.ContainsFunc(tx.MembersOf(o.OrganizationID), func(m *state.Member) bool {
					return !m.IsDeleted() && like(m.EmailAddress)
				})
			},
			TooShort: ops.ErrOrganizationSearchMemberEmailFuzzyTooShort,
		},
		"allowed_domains": {Strings: func(o *state.Organization, domains []string) bool {
			return haveCommon(o.EmailAllowedDomains, domains)
		}},
		"allowed_domain_fuzzy": {
			Fuzzy: func(o *state.Organization, like func(string) bool) bool {
				return slices.ContainsFunc(o.EmailAllowedDomains, like)
			},
			TooShort: ops.ErrOrganizationSearchAllowedDomainFuzzyTooShort,
		},
		"claimed_email_domains": {Strings: func(o *state.Organization, domains []string) bool {
			return haveCommon(o.ClaimedEmailDomains, domains)
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

// haveCommon reports whether a value is in both lists.
func haveCommon(list, other []string) bool {
	return slices.ContainsFunc(list, func(value string) bool { return slices.Contains(other, value) })
}
