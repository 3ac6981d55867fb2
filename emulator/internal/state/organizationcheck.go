package state

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// FoldDomains makes the domains of an organization lower case: those of addresses are compared in it. Unverified: that
// the API does not refuse capitals.
func FoldDomains(o *organizations.Organization) {
	o.EmailAllowedDomains, o.ClaimedEmailDomains = lowered(o.EmailAllowedDomains), lowered(o.ClaimedEmailDomains)
	rules := slices.Clone(o.RBACEmailImplicitRoleAssignments)
	for i := range rules {
		rules[i].Domain = Lower(rules[i].Domain)
	}
	o.RBACEmailImplicitRoleAssignments = rules
}

func lowered(texts []string) []string {
	list := slices.Clone(texts)
	for i := range list {
		list[i] = Lower(list[i])
	}
	return list
}

// CheckOrganization checks an organization as the API does: sizes, forms and known values. Slug and external id may be
// empty.
func CheckOrganization(o *organizations.Organization) error {
	switch {
	case o.OrganizationSlug != "" && !SlugForm.MatchString(o.OrganizationSlug):
		return invalid(stytcherror.CodeInvalidOrganizationSlug, "organization_slug must match %s.", SlugForm)
	case o.OrganizationExternalID != "" && !IDForm.MatchString(o.OrganizationExternalID):
		return invalid(stytcherror.CodeInvalidOrganizationExternalID, "organization_external_id must match %s.", IDForm)
	}
	if err := checkSizes(o); err != nil {
		return err
	}
	if err := inField("email_allowed_domains", allowedDomains.check(o.EmailAllowedDomains)); err != nil {
		return err
	}
	if err := inField("claimed_email_domains", claimedDomains.check(o.ClaimedEmailDomains)); err != nil {
		return err
	}
	if err := checkTenants(o.AllowedOAuthTenants); err != nil {
		return err
	}
	if err := checkMethods(o); err != nil {
		return err
	}
	return checkRestrictions(o)
}

// checkSizes bounds an organization's name, lists and metadata. What is not checked here has a form that bounds it.
func checkSizes(o *organizations.Organization) error {
	switch {
	case utf8.RuneCountInString(o.OrganizationName) > MaxName:
		return invalid(stytcherror.CodeInvalidOrganizationName,
			"organization_name must have 1 to %d characters.", MaxName)
	case len(o.OrganizationLogoURL) > MaxURL:
		return invalid(stytcherror.CodeOrganizationLogoURLTooLong,
			"organization_logo_url is longer than %d bytes.", MaxURL)
	case o.OrganizationLogoURL != "" && !isURL(o.OrganizationLogoURL):
		return invalid(stytcherror.CodeInvalidURL, "organization_logo_url is malformed.")
	case max(len(o.EmailAllowedDomains), len(o.ClaimedEmailDomains)) > MaxEntries:
		return invalid(stytcherror.CodeTooManyDomains,
			"email_allowed_domains or claimed_email_domains has more than %d domains.", MaxEntries)
	case len(o.AllowedAuthMethods) > len(authMethods):
		return invalid(stytcherror.CodeInvalidOrganizationAllowedAuthMethods, "allowed_auth_methods repeats a method.")
	case len(o.AllowedMFAMethods) > len(mfaMethods):
		return invalid(stytcherror.CodeInvalidOrganizationAllowedMFAMethods, "allowed_mfa_methods repeats a method.")
	case !encodesWithin(o.AllowedOAuthTenants, maxObject):
		return invalid(stytcherror.CodeInvalidOAuthAllowedTenantsFormat,
			"allowed_oauth_tenants are larger than %d bytes.", maxObject)
	}
	if err := inField("trusted_metadata", CheckMetadata(o.TrustedMetadata)); err != nil {
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
	return inField("rbac_email_implicit_role_assignments", checkImplicitRoles(o.RBACEmailImplicitRoleAssignments))
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
		case !isDomain(rule.Domain):
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

// commonDomains are those of common e-mail providers, which no organization can allow.
var commonDomains = []string{
	"163.com", "aol.com", "comcast.net", "fastmail.com", "gmail.com", "gmx.de", "gmx.net", "googlemail.com",
	"hotmail.co.uk", "hotmail.com", "icloud.com", "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com",
	"outlook.com", "proton.me", "protonmail.com", "qq.com", "web.de", "yahoo.co.uk", "yahoo.com", "yandex.com",
	"yandex.ru", "ymail.com", "zoho.com",
}

// disposableDomains are some of those of mailboxes that anybody can read.
var disposableDomains = []string{
	"10minutemail.com", "guerrillamail.com", "mailinator.com", "sharklasers.com", "temp-mail.org", "trashmail.com",
	"yopmail.com",
}

// domainCodes are the errors for a list of domains.
type domainCodes struct{ malformed, common, disposable, duplicate stytcherror.Code }

var (
	allowedDomains = domainCodes{
		stytcherror.CodeOrganizationSettingsInvalidDomain, stytcherror.CodeOrganizationSettingsDomainTooCommon,
		stytcherror.CodeOrganizationSettingsDisposableDomain, stytcherror.CodeOrganizationSettingsDuplicateDomain,
	}
	claimedDomains = domainCodes{
		stytcherror.CodeOrganizationSettingsInvalidClaimedDomain,
		stytcherror.CodeOrganizationSettingsClaimedDomainTooCommon,
		stytcherror.CodeOrganizationSettingsDisposableDomain,
		stytcherror.CodeOrganizationSettingsDuplicateClaimedDomain,
	}
)

func (c *domainCodes) check(domains []string) error {
	seen := map[string]bool{}
	for _, d := range domains {
		switch {
		case !isDomain(d):
			return invalid(c.malformed, "%q is not a domain.", d[:min(len(d), maxDomain)])
		case slices.Contains(commonDomains, d):
			return invalid(c.common, "%s is a common e-mail provider.", d)
		case slices.Contains(disposableDomains, d):
			return invalid(c.disposable, "%s has mailboxes that anybody can read.", d)
		case seen[d]:
			return invalid(c.duplicate, "%s occurs twice.", d)
		}
		seen[d] = true
	}
	return nil
}

// tenantProviders are the OAuth providers that have tenants.
var tenantProviders = []string{"slack", "hubspot", "github"}

func checkTenants(tenants shared.Object) error {
	isNoID := func(tenant any) bool {
		id, _ := tenant.(string)
		return id == ""
	}
	for provider, value := range tenants {
		ids, isList := value.([]any)
		if !slices.Contains(tenantProviders, provider) || !isList || slices.ContainsFunc(ids, isNoID) {
			return invalid(stytcherror.CodeInvalidOAuthAllowedTenantsFormat,
				"allowed_oauth_tenants must be lists of ids under %s.", strings.Join(tenantProviders, ", "))
		}
	}
	return nil
}

// checkRestrictions checks that there is something on the lists that settings are restricted to. SSO has no such rule,
// since the connections are added to an organization that exists already.
func checkRestrictions(o *organizations.Organization) error {
	byDomain := o.EmailInvites == organizations.EmailInvitesRestricted ||
		o.EmailJITProvisioning == organizations.EmailJITProvisioningRestricted
	byTenant := o.OAuthTenantJITProvisioning == organizations.OAuthTenantJITProvisioningRestricted
	switch {
	case byDomain && len(o.EmailAllowedDomains) == 0:
		return invalid(stytcherror.CodeInvalidRestrictedEmailSetting, "email_allowed_domains is empty.")
	case byTenant && len(tenantsOf(&Organization{*o})) == 0:
		return invalid(stytcherror.CodeInvalidRestrictedOAuthTenantsSetting, "allowed_oauth_tenants is empty.")
	}
	return nil
}

var (
	authMethods = []string{
		organizations.AuthMethodSSO, organizations.AuthMethodMagicLink, organizations.AuthMethodEmailOTP,
		organizations.AuthMethodPassword, organizations.AuthMethodGoogleOAuth, organizations.AuthMethodMicrosoftOAuth,
		organizations.AuthMethodSlackOAuth, organizations.AuthMethodGitHubOAuth, organizations.AuthMethodHubSpotOAuth,
	}
	mfaMethods = []string{organizations.MFAMethodSMSOTP, organizations.MFAMethodTOTP}
)

func checkMethods(o *organizations.Organization) error {
	const all, restricted, none = "ALL_ALLOWED", "RESTRICTED", "NOT_ALLOWED"
	const badFactor = stytcherror.CodeInvalidOrganizationAuthFactorSetting
	anyOf := []string{all, restricted, none}
	settings := []struct {
		name, value string
		known       []string
		code        stytcherror.Code
	}{
		{"auth_methods", o.AuthMethods, []string{all, restricted}, badFactor},
		{"mfa_methods", o.MFAMethods, []string{all, restricted}, stytcherror.CodeInvalidOrganizationMFAFactorSetting},
		{"mfa_policy", o.MFAPolicy, []string{organizations.MFAPolicyOptional, organizations.MFAPolicyRequiredForAll},
			stytcherror.CodeInvalidOrganizationMFAPolicy},
		{"email_invites", o.EmailInvites, anyOf, badFactor},
		{"email_jit_provisioning", o.EmailJITProvisioning, []string{restricted, none},
			stytcherror.CodeInvalidOrganizationAuthFactorSettingForEmailJITProvisioning},
		{"oauth_tenant_jit_provisioning", o.OAuthTenantJITProvisioning, []string{restricted, none},
			stytcherror.CodeInvalidOrganizationAuthFactorSettingForOAuthTenantJITProvisioning},
		{"sso_jit_provisioning", o.SSOJITProvisioning, anyOf, badFactor},
		{"first_party_connected_apps_allowed_type", string(o.FirstPartyConnectedAppsAllowedType), anyOf, badFactor},
		{"third_party_connected_apps_allowed_type", string(o.ThirdPartyConnectedAppsAllowedType), anyOf, badFactor},
	}
	for _, s := range settings {
		if !slices.Contains(s.known, s.value) {
			return invalid(s.code, "%s must be one of %s.", s.name, strings.Join(s.known, ", "))
		}
	}
	unknown := func(known []string) func(string) bool {
		return func(method string) bool { return !slices.Contains(known, method) }
	}
	switch {
	case slices.ContainsFunc(o.AllowedAuthMethods, unknown(authMethods)):
		return invalid(stytcherror.CodeInvalidOrganizationAllowedAuthMethods,
			"allowed_auth_methods names an unknown method.")
	case slices.ContainsFunc(o.AllowedMFAMethods, unknown(mfaMethods)):
		return invalid(stytcherror.CodeInvalidOrganizationAllowedMFAMethods,
			"allowed_mfa_methods names an unknown method.")
	case o.AuthMethods == restricted && len(o.AllowedAuthMethods) == 0:
		return invalid(stytcherror.CodeAllowedAuthMethodsRequiredForRestricted, "allowed_auth_methods is empty.")
	case o.MFAMethods == restricted && len(o.AllowedMFAMethods) == 0:
		return invalid(stytcherror.CodeAllowedMFAMethodsRequiredForRestricted, "allowed_mfa_methods is empty.")
	}
	return nil
}
