package b2b

import (
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
			have := organizationIDs{}
			for _, email := range emails {
				have.add(tx.MembersByEmail.Rows(state.Lower(email)))
			}
			return have.has
		}, Missing: ops.ErrOrganizationSearchMissingMemberEmails},
		"member_email_fuzzy": {
			LookupPart: func(part string) func(*state.Organization) bool {
				have := organizationIDs{}
				for m := range tx.MembersByEmailPart.With(part) {
					have[m.OrganizationID] = true
				}
				return have.has
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

// organizationIDs are the organizations of members.
type organizationIDs map[string]bool

func (ids organizationIDs) add(members []*state.Member) {
	for _, m := range members {
		ids[m.OrganizationID] = true
	}
}

// has reports whether an organization is one of them.
func (ids organizationIDs) has(o *state.Organization) bool { return ids[o.OrganizationID] }
