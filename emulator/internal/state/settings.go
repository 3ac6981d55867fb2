package state

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// CheckSettings validates settings as the API does: sizes, forms and known values. Slug and external id may be empty.
func CheckSettings(o *organizations.Organization) error {
	switch {
	case o.OrganizationSlug != "" && !SlugForm.MatchString(o.OrganizationSlug):
		return invalid(stytcherror.CodeInvalidOrganizationSlug, "The slug must match %s.", SlugForm)
	case o.OrganizationExternalID != "" && !IDForm.MatchString(o.OrganizationExternalID):
		return invalid(stytcherror.CodeInvalidOrganizationExternalID, "The external id must match %s.", IDForm)
	}
	if err := checkSizes(o); err != nil {
		return err
	}
	if err := allowedDomains.check(o.EmailAllowedDomains); err != nil {
		return err
	}
	if err := claimedDomains.check(o.ClaimedEmailDomains); err != nil {
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

// domainCodes are the errors for a list of domains.
type domainCodes struct{ malformed, common, duplicate stytcherror.Code }

var (
	allowedDomains = domainCodes{
		stytcherror.CodeOrganizationSettingsInvalidDomain, stytcherror.CodeOrganizationSettingsDomainTooCommon,
		stytcherror.CodeOrganizationSettingsDuplicateDomain,
	}
	claimedDomains = domainCodes{
		stytcherror.CodeOrganizationSettingsInvalidClaimedDomain,
		stytcherror.CodeOrganizationSettingsClaimedDomainTooCommon,
		stytcherror.CodeOrganizationSettingsDuplicateClaimedDomain,
	}
)

func (c *domainCodes) check(domains []string) error {
	seen := map[string]bool{}
	for _, d := range domains {
		switch {
		case !IsDomain(d):
			return invalid(c.malformed, "%q is not a domain.", d[:min(len(d), maxDomain)])
		case slices.Contains(commonDomains, d):
			return invalid(c.common, "%s is a common e-mail provider.", d)
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
				"The tenants must be lists of ids under %s.", strings.Join(tenantProviders, ", "))
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
