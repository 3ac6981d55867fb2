package sweep_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/b2c/users"
)

// filter is a search filter, with the name of its constructor and its name and value in JSON.
type filter struct {
	constructor string
	operand     any
	name, value string
}

// Times of filters. They are not in UTC, but are sent in UTC, with fractions if there are any.
var (
	start = time.Date(2026, time.March, 1, 9, 30, 0, 5, time.FixedZone("", 2*60*60))
	end   = start.Add(12 * time.Hour).Truncate(time.Second)
)

// filters are the known filters of the API, by the package of the search.
var filters = map[string][]filter{
	"b2b/organizations": {
		{"FilterIDs", organizations.FilterIDs("a", "b"), "organization_ids", `["a", "b"]`},
		{"FilterSlugs", organizations.FilterSlugs("a", "b"), "organization_slugs", `["a", "b"]`},
		{"FilterNameFuzzy", organizations.FilterNameFuzzy("abc"), "organization_name_fuzzy", `"abc"`},
		{"FilterSlugFuzzy", organizations.FilterSlugFuzzy("abc"), "organization_slug_fuzzy", `"abc"`},
		{"FilterMemberEmails", organizations.FilterMemberEmails("a", "b"), "member_emails", `["a", "b"]`},
		{"FilterMemberEmailFuzzy", organizations.FilterMemberEmailFuzzy("abc"), "member_email_fuzzy", `"abc"`},
		{"FilterAllowedDomains", organizations.FilterAllowedDomains("a", "b"), "allowed_domains", `["a", "b"]`},
		{"FilterAllowedDomainFuzzy", organizations.FilterAllowedDomainFuzzy("abc"), "allowed_domain_fuzzy", `"abc"`},
		{
			"FilterClaimedEmailDomains", organizations.FilterClaimedEmailDomains("a", "b"),
			"claimed_email_domains", `["a", "b"]`,
		},
		{
			"FilterHasActiveSSOConnection", organizations.FilterHasActiveSSOConnection(true),
			"has_active_sso_connection", `true`,
		},
		{"FilterSSOConnectionID", organizations.FilterSSOConnectionID("a"), "sso_connection_id", `"a"`},
	},
	"b2b/organizations/members": {
		{"FilterIDs", members.FilterIDs("a", "b"), "member_ids", `["a", "b"]`},
		{"FilterEmails", members.FilterEmails("a", "b"), "member_emails", `["a", "b"]`},
		{"FilterEmailFuzzy", members.FilterEmailFuzzy("abc"), "member_email_fuzzy", `"abc"`},
		{"FilterIsBreakglass", members.FilterIsBreakglass(true), "member_is_breakglass", `true`},
		{"FilterStatuses", members.FilterStatuses("a", "b"), "statuses", `["a", "b"]`},
		{"FilterPhoneNumbers", members.FilterPhoneNumbers("a", "b"), "member_phone_numbers", `["a", "b"]`},
		{"FilterPhoneNumberFuzzy", members.FilterPhoneNumberFuzzy("abc"), "member_phone_number_fuzzy", `"abc"`},
		{"FilterMFAPhoneNumbers", members.FilterMFAPhoneNumbers("a", "b"), "member_mfa_phone_numbers", `["a", "b"]`},
		{
			"FilterMFAPhoneNumberFuzzy", members.FilterMFAPhoneNumberFuzzy("abc"),
			"member_mfa_phone_number_fuzzy", `"abc"`,
		},
		{"FilterPasswordExists", members.FilterPasswordExists(false), "member_password_exists", `false`},
		{"FilterRoles", members.FilterRoles("a", "b"), "member_roles", `["a", "b"]`},
	},
	"b2c/users": {
		{
			"FilterCreatedAtGreaterThan", users.FilterCreatedAtGreaterThan(start),
			"created_at_greater_than", `"2026-03-01T07:30:00.000000005Z"`,
		},
		{
			"FilterCreatedAtLessThan", users.FilterCreatedAtLessThan(start),
			"created_at_less_than", `"2026-03-01T07:30:00.000000005Z"`,
		},
		{
			"FilterCreatedAtBetween", users.FilterCreatedAtBetween(start, end),
			"created_at_between", `{"greater_than": "2026-03-01T07:30:00.000000005Z", "less_than": "2026-03-01T19:30:00Z"}`,
		},
		{"FilterStatus", users.FilterStatus(users.UserStatusActive), "status", `"active"`},
		{"FilterOAuthProvider", users.FilterOAuthProvider("a", "b"), "oauth_provider", `["a", "b"]`},
		{"FilterID", users.FilterID("a", "b"), "user_id", `["a", "b"]`},
		{"FilterFullNameFuzzy", users.FilterFullNameFuzzy("abc"), "full_name_fuzzy", `"abc"`},
		{"FilterPhoneNumber", users.FilterPhoneNumber("a", "b"), "phone_number", `["a", "b"]`},
		{"FilterPhoneID", users.FilterPhoneID("a", "b"), "phone_id", `["a", "b"]`},
		{"FilterPhoneVerified", users.FilterPhoneVerified(false), "phone_verified", `false`},
		{"FilterPhoneNumberFuzzy", users.FilterPhoneNumberFuzzy("abc"), "phone_number_fuzzy", `"abc"`},
		{"FilterEmailAddress", users.FilterEmailAddress("a", "b"), "email_address", `["a", "b"]`},
		{"FilterEmailID", users.FilterEmailID("a", "b"), "email_id", `["a", "b"]`},
		{"FilterEmailVerified", users.FilterEmailVerified(true), "email_verified", `true`},
		{"FilterEmailAddressFuzzy", users.FilterEmailAddressFuzzy("abc"), "email_address_fuzzy", `"abc"`},
		{
			"FilterWebAuthnRegistrationVerified", users.FilterWebAuthnRegistrationVerified(true),
			"webauthn_registration_verified", `true`,
		},
		{
			"FilterWebAuthnRegistrationID", users.FilterWebAuthnRegistrationID("a", "b"),
			"webauthn_registration_id", `["a", "b"]`,
		},
		{"FilterCryptoWalletID", users.FilterCryptoWalletID("a", "b"), "crypto_wallet_id", `["a", "b"]`},
		{"FilterCryptoWalletAddress", users.FilterCryptoWalletAddress("a", "b"), "crypto_wallet_address", `["a", "b"]`},
		{"FilterCryptoWalletVerified", users.FilterCryptoWalletVerified(true), "crypto_wallet_verified", `true`},
		{"FilterTOTPID", users.FilterTOTPID("a", "b"), "totp_id", `["a", "b"]`},
		{"FilterTOTPVerified", users.FilterTOTPVerified(true), "totp_verified", `true`},
		{"FilterPasswordExists", users.FilterPasswordExists(true), "password_exists", `true`},
	},
	"b2c/m2m/clients": {
		{"FilterID", clients.FilterID("a", "b"), "client_id", `["a", "b"]`},
		{"FilterName", clients.FilterName("a", "b"), "client_name", `["a", "b"]`},
		{"FilterScopes", clients.FilterScopes("a", "b"), "scopes", `["a", "b"]`},
	},
}

func TestFilters(t *testing.T) {
	t.Parallel()
	for search, list := range filters {
		for _, f := range list {
			t.Run(search+" "+f.constructor+" is "+f.name, func(t *testing.T) {
				t.Parallel()
				got, err := json.Marshal(f.operand)
				require.NoError(t, err)
				assert.JSONEq(t, fmt.Sprintf(`{"filter_name": %q, "filter_value": %s}`, f.name, f.value), string(got))
			})
		}
	}
}

func TestFilters_withoutValues(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(organizations.FilterSlugs())
	require.NoError(t, err)
	assert.JSONEq(t, `{"filter_name": "organization_slugs", "filter_value": []}`, string(got), "an empty list, not null")
}

func TestFilters_copyTheirValues(t *testing.T) {
	t.Parallel()
	slugs := []string{"a"}
	f := organizations.FilterSlugs(slugs...)
	slugs[0] = "b"
	assert.Equal(t, []string{"a"}, f.FilterValue)
}

// The table has every constructor of a filter once.
func TestFilters_areAllInTheTable(t *testing.T) {
	t.Parallel()
	const root = "../.."
	files, err := filepath.Glob(root + "/b2[bc]/*/search_gen.go")
	require.NoError(t, err)
	deeper, err := filepath.Glob(root + "/b2[bc]/*/*/search_gen.go")
	require.NoError(t, err)
	found := 0
	for _, file := range append(files, deeper...) {
		dir, err := filepath.Rel(root, filepath.Dir(file))
		require.NoError(t, err)
		dir = filepath.ToSlash(dir)
		var listed []string
		for _, f := range filters[dir] {
			listed = append(listed, f.constructor)
		}
		slices.Sort(listed)
		assert.Equal(t, constructors(t, file), listed, dir)
		found += len(listed)
	}
	assert.Equal(t, 48, found)
}

// constructors returns the names of a file's constructors of filters, sorted.
func constructors(t *testing.T, file string) []string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var names []string
	for _, d := range tree.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Filter") {
			names = append(names, f.Name.Name)
		}
	}
	slices.Sort(names)
	return names
}
