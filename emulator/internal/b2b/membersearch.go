package b2b

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// searchMembers lists members of some organizations, the oldest first. Deleted members are found only if a filter asks
// for their status.
func searchMembers(tx *engine.Tx, req *members.SearchRequest) (*members.SearchResponse, error) {
	if len(req.OrganizationIDs) == 0 {
		return nil, ops.ErrMemberSearchOrganizationIDsEmpty
	}
	if len(req.OrganizationIDs) > state.MaxEntries {
		return nil, ops.ErrBadRequest.Because("There are more than %d organization_ids.", state.MaxEntries)
	}
	query := engine.Query{Cursor: req.Cursor, Limit: req.Limit}
	deletedToo := false
	if req.Query != nil {
		query.Operator = req.Query.Operator
		for _, o := range req.Query.Operands {
			if err := checkMemberOperand(o); err != nil {
				return nil, err
			}
			query.Operands = append(query.Operands, engine.Operand(o))
			deletedToo = deletedToo || o.FilterName == "statuses" &&
				has(o.FilterValue, organizations.MemberStatusDeleted)
		}
	}
	var ids []string
	for _, id := range req.OrganizationIDs {
		org, err := login.FindOrganization(tx.Tx, id)
		if err != nil {
			return nil, err
		}
		if err := tx.Permit(org.OrganizationID, nil); err != nil {
			return nil, err
		}
		if !slices.Contains(ids, org.OrganizationID) {
			ids = append(ids, org.OrganizationID)
		}
	}
	rows := tx.MembersIn(ids)
	found := func(yield func(uint64, *state.Member) bool) {
		for number, m := range rows {
			if (deletedToo || !m.IsDeleted()) && !yield(number, m) {
				return
			}
		}
	}
	search := engine.Search[state.Member]{Filters: memberFilters(tx), Errors: memberSearchErrors}
	page, meta, err := search.Page(found, query)
	if err != nil {
		return nil, err
	}
	resp := &members.SearchResponse{ResultsMetadata: meta, Organizations: map[string]organizations.Organization{}}
	for _, m := range page {
		resp.Members = append(resp.Members, login.Member(tx.Tx, m))
		org := tx.Organizations.Get(m.OrganizationID)
		resp.Organizations[m.OrganizationID] = org.Organization
	}
	return resp, nil
}

// checkMemberOperand checks what the type of a filter's value does not tell: that statuses are known, and that ids are
// either all those of members or all external ones.
func checkMemberOperand(o organizations.SearchQueryOperand) error {
	list, _ := o.FilterValue.([]any)
	internal := 0
	for _, v := range list {
		text, isText := v.(string)
		switch {
		case o.FilterName == "statuses" && isText && !slices.Contains(state.MemberStatuses, text):
			return ops.ErrSearchInvalidStatusFilter.Because("There is no status %.20q.", text)
		case o.FilterName == "member_ids" && login.CheckTestID("member", text) != nil:
			return ops.ErrLiveIDUsedInTestEnvironment
		case o.FilterName == "member_ids" && strings.HasPrefix(text, "member-"):
			internal++
		}
	}
	if internal > 0 && internal < len(list) {
		return ops.ErrMemberSearchCannotMixInternalAndExternalMemberIDs
	}
	return nil
}

// has reports whether a decoded list has a text.
func has(list any, text string) bool {
	values, ok := list.([]any)
	return ok && slices.Contains(values, any(text))
}

type memberFilter = engine.Filter[state.Member]

// memberFilters are what members can be searched by.
func memberFilters(tx *engine.Tx) map[string]memberFilter {
	email := engine.Text(func(m *state.Member) string { return m.EmailAddress })
	phone := engine.Text(func(m *state.Member) string { return m.MFAPhoneNumber })
	byPhone := memberFilter{Strings: phone, Missing: ops.ErrMemberSearchMissingMFAMemberPhoneNumbers}
	byPhoneFuzzy := memberFilter{
		Fuzzy: phone, TooShort: ops.ErrMemberSearchMemberMFAPhoneNumberFuzzyTooShort,
		Missing: ops.ErrMemberSearchMissingMFAMemberPhoneNumberFuzzy,
	}
	filters := map[string]memberFilter{
		"member_ids": {Strings: engine.Texts(func(m *state.Member) []string {
			return []string{m.MemberID, m.ExternalID}
		}), Missing: ops.ErrMemberSearchMissingMemberIDs},
		"member_emails": {Strings: email, IgnoreCase: true, Missing: ops.ErrMemberSearchMissingMemberEmails},
		"member_email_fuzzy": {
			Fuzzy: email, TooShort: ops.ErrMemberSearchMemberEmailFuzzyTooShort,
			Missing: ops.ErrMemberSearchMissingMemberEmailFuzzy,
		},
		"member_is_breakglass": {Boolean: func(m *state.Member, value bool) bool {
			return m.IsBreakglass == value
		}, Missing: ops.ErrMemberSearchMissingIsBreakglass},
		"statuses": {
			Strings: engine.Text(func(m *state.Member) string { return m.Status }),
			Missing: ops.ErrMemberSearchMissingStatuses,
		},
		"member_phone_numbers":          byPhone,
		"member_mfa_phone_numbers":      byPhone,
		"member_phone_number_fuzzy":     byPhoneFuzzy,
		"member_mfa_phone_number_fuzzy": byPhoneFuzzy,
		"member_password_exists": {Boolean: func(m *state.Member, value bool) bool {
			return (tx.PasswordOf(m) != nil) == value
		}, Missing: ops.ErrMemberSearchMissingPasswordExists},
		"member_roles": {Strings: engine.Texts(remembered(func(m *state.Member) []string {
			return login.MemberRoles(tx.Tx, m)
		})), Missing: ops.ErrMemberSearchMissingMemberRoles},
	}
	maps.Copy(filters, inferredMemberFilters(tx))
	return filters
}

// remembered calls a function once for each member in turn, however many operands ask for what it returns.
func remembered(texts func(*state.Member) []string) func(*state.Member) []string {
	var last *state.Member
	var list []string
	return func(m *state.Member) []string {
		if m != last {
			last, list = m, texts(m)
		}
		return list
	}
}

// inferredMemberFilters are those of which the API's errors are known, but no description. Unverified: what they match.
func inferredMemberFilters(tx *engine.Tx) map[string]memberFilter {
	slug := func(m *state.Member) string { return tx.Organizations.Get(m.OrganizationID).OrganizationSlug }
	return map[string]memberFilter{
		"oauth_providers": {Strings: engine.Texts(remembered(func(m *state.Member) []string {
			return login.Providers(tx.Tx, m)
		})), IgnoreCase: true, Missing: ops.ErrMemberSearchMissingOAuthProviders},
		"organization_id": {String: func(m *state.Member, id string) bool {
			return m.OrganizationID == id
		}, Missing: ops.ErrMemberSearchMissingOrganizationID},
		"organization_slug": {String: func(m *state.Member, value string) bool {
			return slug(m) == value
		}, Missing: ops.ErrMemberSearchMissingOrganizationSlug},
		"organization_slug_fuzzy": {
			Fuzzy: engine.Text(slug), TooShort: ops.ErrMemberSearchOrganizationSlugFuzzyTooShort,
			Missing: ops.ErrMemberSearchMissingOrganizationSlugFuzzy,
		},
		"totp_exists": {Boolean: func(m *state.Member, value bool) bool {
			return (m.TOTPRegistrationID != "") == value
		}, Missing: ops.ErrMemberSearchMissingTOTPExists},
	}
}

var memberSearchErrors = engine.SearchErrors{
	NotRecognized:   ops.ErrMemberSearchFilterNameNotRecognized,
	NoName:          ops.ErrMemberSearchMissingFilterName,
	NoValue:         ops.ErrMemberSearchMissingFilterValue,
	ExpectedStrings: ops.ErrMemberSearchExpectedArrayOfStrings,
	ExpectedString:  ops.ErrMemberSearchExpectedString,
	ExpectedBoolean: ops.ErrMemberSearchExpectedBoolean,
}
