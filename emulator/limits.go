package emulator

import (
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Bounds of what is stored. Those of names and ids are the API's; the others are the emulator's own, because the API's
// are not known.
const (
	maxName     = 128 // characters
	maxEntries  = 1000
	maxMetadata = 64 << 10 // bytes of JSON
)

// checkSizes bounds an organization's name, lists and metadata. What is not checked here has a form that bounds it.
func checkSizes(o *organizations.Organization) error {
	switch {
	case utf8.RuneCountInString(o.OrganizationName) > maxName:
		return fail(stytcherror.CodeInvalidOrganizationName, "The name must have 1 to %d characters.", maxName)
	case len(o.OrganizationLogoURL) > maxURL:
		return fail(stytcherror.CodeOrganizationLogoURLTooLong, "The URL is longer than %d bytes.", maxURL)
	case len(o.EmailAllowedDomains) > maxEntries:
		return fail(stytcherror.CodeTooManyDomains, "There are more than %d domains.", maxEntries)
	case len(o.AllowedAuthMethods) > len(authMethods):
		return fail(stytcherror.CodeInvalidOrganizationAllowedAuthMethods, "allowed_auth_methods repeats a method.")
	case len(o.AllowedMFAMethods) > len(mfaMethods):
		return fail(stytcherror.CodeInvalidOrganizationAllowedMFAMethods, "allowed_mfa_methods repeats a method.")
	case tooLarge(o.TrustedMetadata):
		return fail(stytcherror.CodeMetadataTooLarge, "The metadata is larger than %d bytes.", maxMetadata)
	case tooLarge(o.AllowedOAuthTenants):
		return fail(stytcherror.CodeInvalidOAuthAllowedTenantsFormat,
			"The tenants are larger than %d bytes.", maxMetadata)
	}
	for name, ids := range map[string][]string{
		"allowed_first_party_connected_apps": o.AllowedFirstPartyConnectedApps,
		"allowed_third_party_connected_apps": o.AllowedThirdPartyConnectedApps,
	} {
		if err := checkIDs(name, ids); err != nil {
			return err
		}
	}
	return checkImplicitRoles(o.RBACEmailImplicitRoleAssignments)
}

func checkIDs(name string, ids []string) error {
	if len(ids) > maxEntries {
		return fail(stytcherror.CodeBadRequest, "%s has more than %d entries.", name, maxEntries)
	}
	for _, id := range ids {
		if !idForm.MatchString(id) {
			return fail(stytcherror.CodeBadRequest, "An entry of %s does not match %s.", name, idForm)
		}
	}
	return nil
}

func checkImplicitRoles(rules []organizations.EmailImplicitRoleAssignment) error {
	if len(rules) > maxEntries {
		return fail(stytcherror.CodeBadRequest, "There are more than %d implicit role assignments.", maxEntries)
	}
	for _, rule := range rules {
		switch {
		case !isDomain(rule.Domain):
			return fail(stytcherror.CodeOrganizationSettingsInvalidDomain,
				"An implicit role assignment has a malformed domain.")
		case !shortText(rule.RoleID):
			return fail(stytcherror.CodeBadRequest, "The role id of an implicit role assignment is empty or too long.")
		}
	}
	return nil
}

// shortText reports whether a text is neither empty nor longer than a name.
func shortText(s string) bool { return s != "" && utf8.RuneCountInString(s) <= maxName }

func isDomain(s string) bool { return len(s) <= maxDomain && domainForm.MatchString(s) }

// tooLarge reports whether metadata is larger than allowed, or cannot be encoded.
func tooLarge(metadata shared.Object) bool { return !encodesWithin(metadata, maxMetadata) }

// encodesWithin reports whether a value can be encoded as JSON of at most limit bytes.
func encodesWithin(v any, limit int) bool {
	data, err := json.Marshal(v)
	return err == nil && len(data) <= limit
}
