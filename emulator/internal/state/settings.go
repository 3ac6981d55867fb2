package state

import (
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
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
	if err := checkDomains(o.EmailAllowedDomains); err != nil {
		return err
	}
	return checkMethods(o)
}

func checkDomains(domains []string) error {
	for i, d := range domains {
		switch {
		case !IsDomain(d):
			return invalid(stytcherror.CodeOrganizationSettingsInvalidDomain,
				"%q is not a domain.", d[:min(len(d), maxDomain)])
		case slices.Contains(commonDomains, d):
			return invalid(stytcherror.CodeOrganizationSettingsDomainTooCommon, "%s is a common e-mail provider.", d)
		case slices.Contains(domains[:i], d):
			return invalid(stytcherror.CodeOrganizationSettingsDuplicateDomain, "%s occurs twice.", d)
		}
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
