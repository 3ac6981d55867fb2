package state

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// commonDomains are those of common e-mail providers, which no organization can allow.
var commonDomains = []string{
	"aol.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com", "live.com", "mail.com",
	"mail.ru", "me.com", "msn.com", "outlook.com", "proton.me", "protonmail.com", "qq.com", "web.de", "yahoo.com",
	"yandex.com", "zoho.com",
}

// checkSizes bounds an organization's name, lists and metadata. What is not checked here has a form that bounds it.
func checkSizes(o *organizations.Organization) error {
	switch {
	case utf8.RuneCountInString(o.OrganizationName) > MaxName:
		return invalid(stytcherror.CodeInvalidOrganizationName, "The name must have 1 to %d characters.", MaxName)
	case len(o.OrganizationLogoURL) > MaxURL:
		return invalid(stytcherror.CodeOrganizationLogoURLTooLong, "The URL is longer than %d bytes.", MaxURL)
	case o.OrganizationLogoURL != "" && !isURL(o.OrganizationLogoURL):
		return invalid(stytcherror.CodeInvalidURL, "The URL of the logo is malformed.")
	case max(len(o.EmailAllowedDomains), len(o.ClaimedEmailDomains)) > MaxEntries:
		return invalid(stytcherror.CodeTooManyDomains, "There are more than %d domains.", MaxEntries)
	case len(o.AllowedAuthMethods) > len(authMethods):
		return invalid(stytcherror.CodeInvalidOrganizationAllowedAuthMethods, "allowed_auth_methods repeats a method.")
	case len(o.AllowedMFAMethods) > len(mfaMethods):
		return invalid(stytcherror.CodeInvalidOrganizationAllowedMFAMethods, "allowed_mfa_methods repeats a method.")
	case !encodesWithin(o.AllowedOAuthTenants, maxObject):
		return invalid(stytcherror.CodeInvalidOAuthAllowedTenantsFormat,
			"The tenants are larger than %d bytes.", maxObject)
	}
	if err := CheckMetadata(o.TrustedMetadata); err != nil {
		return err
	}
	for name, ids := range map[string][]string{
		"allowed_first_party_connected_apps": o.AllowedFirstPartyConnectedApps,
		"allowed_third_party_connected_apps": o.AllowedThirdPartyConnectedApps,
	} {
		if err := checkIDs(name, ids); err != nil {
			return err
		}
	}
	if !encodesWithin(o, maxRecord) {
		return invalid(stytcherror.CodeBadRequest, "The organization is larger than %d bytes.", maxRecord)
	}
	return checkImplicitRoles(o.RBACEmailImplicitRoleAssignments)
}

func isURL(s string) bool {
	_, err := RedirectURL(s)
	return err == nil
}

func checkIDs(name string, ids []string) error {
	if len(ids) > MaxEntries {
		return invalid(stytcherror.CodeBadRequest, "%s has more than %d entries.", name, MaxEntries)
	}
	for _, id := range ids {
		if !IDForm.MatchString(id) {
			return invalid(stytcherror.CodeBadRequest, "An entry of %s does not match %s.", name, IDForm)
		}
	}
	return nil
}

func checkImplicitRoles(rules []organizations.EmailImplicitRoleAssignment) error {
	if len(rules) > MaxEntries {
		return invalid(stytcherror.CodeBadRequest, "There are more than %d implicit role assignments.", MaxEntries)
	}
	for _, rule := range rules {
		switch {
		case !IsDomain(rule.Domain):
			return invalid(stytcherror.CodeRBACInvalidDomain, "An implicit role assignment has a malformed domain.")
		case slices.Contains(commonDomains, rule.Domain):
			return invalid(stytcherror.CodeRBACDomainTooCommon, "%s is a common e-mail provider.", rule.Domain)
		case !IsName(rule.RoleID):
			return invalid(stytcherror.CodeInvalidRBACRoleID,
				"The role id of an implicit role assignment is empty or too long.")
		}
	}
	return nil
}

// NameFromEmail is the default name of an organization: the first label of the domain or, for a common e-mail provider
// and .edu, the local part of its creator's address.
func NameFromEmail(email string) string {
	local, domain, _ := strings.Cut(Lower(email), "@")
	if slices.Contains(commonDomains, domain) || strings.HasSuffix(domain, ".edu") {
		return local
	}
	name, _, _ := strings.Cut(domain, ".")
	runes := []rune(name)
	return string(runes[:min(len(runes), MaxName)])
}
