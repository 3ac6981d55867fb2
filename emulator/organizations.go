package emulator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// organization returns the organization with an id that is stored in another record.
func (c *call) organization(id string) *organizations.Organization {
	return find(c.Organizations, func(o *organizations.Organization) bool { return o.OrganizationID == id })
}

// findOrganization finds an organization by id, slug or external id.
func (c *call) findOrganization(id string) (*organizations.Organization, error) {
	if strings.HasPrefix(id, "organization-live-") {
		return nil, fail(stytcherror.CodeLiveIDUsedInTestEnvironment, "The id is of the live environment.")
	}
	org := find(c.Organizations, func(o *organizations.Organization) bool {
		return id != "" && (o.OrganizationID == id || o.OrganizationSlug == id || o.OrganizationExternalID == id)
	})
	if org == nil {
		return nil, fail(stytcherror.CodeOrganizationNotFound, "There is no such organization.")
	}
	return org, nil
}

// defaultOrganization has the settings of an organization that was created without any.
func defaultOrganization() *organizations.Organization {
	return &organizations.Organization{
		SSOJITProvisioning:         organizations.SSOJITProvisioningAllAllowed,
		EmailJITProvisioning:       organizations.EmailJITProvisioningNotAllowed,
		OAuthTenantJITProvisioning: organizations.OAuthTenantJITProvisioningNotAllowed,
		EmailInvites:               organizations.EmailInvitesAllAllowed,
		AuthMethods:                organizations.AuthMethodsPolicyAllAllowed,
		MFAPolicy:                  organizations.MFAPolicyOptional,
		MFAMethods:                 organizations.MFAMethodsPolicyAllAllowed,

		FirstPartyConnectedAppsAllowedType: organizations.ConnectedAppsAllowedTypeAllAllowed,
		ThirdPartyConnectedAppsAllowedType: organizations.ConnectedAppsAllowedTypeAllAllowed,
	}
}

// newOrganization returns the organization that a request describes, with defaults for what it omits. It does not store
// it.
func (c *call) newOrganization(
	req *discoveryorganizations.CreateRequest, ist *intermediate,
) (*organizations.Organization, error) {
	org := defaultOrganization()
	org.OrganizationID = c.ids.id("organization")
	org.CreatedAt, org.UpdatedAt = c.now, c.now
	org.OrganizationName = nameFromEmail(ist.Email)
	if restrictsAccess(req) {
		org.EmailInvites = organizations.EmailInvitesNotAllowed
	}
	given, err := json.Marshal(req) // settings have the same names in requests and organizations
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(given, org); err != nil {
		return nil, err
	}
	if req.OrganizationSlug == nil {
		org.OrganizationSlug = c.freeSlug(org.OrganizationName)
	}
	return org, c.checkNew(org)
}

// restrictsAccess reports whether a request sets JIT provisioning, auth methods or MFA. Invitations are then off by
// default.
func restrictsAccess(req *discoveryorganizations.CreateRequest) bool {
	return req.SSOJITProvisioning != nil || req.EmailJITProvisioning != nil || req.OAuthTenantJITProvisioning != nil ||
		req.AuthMethods != nil || req.MFAPolicy != nil || req.MFAMethods != nil
}

// checkNew validates an organization that is created: its settings, and that slug and external id are free.
func (c *call) checkNew(o *organizations.Organization) error {
	switch {
	case o.OrganizationName == "":
		return fail(stytcherror.CodeInvalidOrganizationName, "The name must have 1 to %d characters.", maxName)
	case o.OrganizationSlug == "":
		return fail(stytcherror.CodeInvalidOrganizationSlug, "The slug must match %s.", slugForm)
	}
	if err := checkSettings(o); err != nil {
		return err
	}
	for _, other := range c.Organizations {
		switch {
		case other.OrganizationSlug == o.OrganizationSlug:
			return fail(stytcherror.CodeOrganizationSlugAlreadyUsed, "The slug is taken.")
		case o.OrganizationExternalID != "" && other.OrganizationExternalID == o.OrganizationExternalID:
			return fail(stytcherror.CodeOrganizationExternalIDAlreadyUsed, "The external id is taken.")
		}
	}
	return nil
}

// checkSettings validates settings as the API does: sizes, forms and known values. Slug and external id may be empty.
func checkSettings(o *organizations.Organization) error {
	switch {
	case o.OrganizationSlug != "" && !slugForm.MatchString(o.OrganizationSlug):
		return fail(stytcherror.CodeInvalidOrganizationSlug, "The slug must match %s.", slugForm)
	case o.OrganizationExternalID != "" && !idForm.MatchString(o.OrganizationExternalID):
		return fail(stytcherror.CodeInvalidOrganizationExternalID, "The external id must match %s.", idForm)
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
		case !isDomain(d):
			return fail(stytcherror.CodeOrganizationSettingsInvalidDomain,
				"%q is not a domain.", d[:min(len(d), maxDomain)])
		case slices.Contains(commonDomains, d):
			return fail(stytcherror.CodeOrganizationSettingsDomainTooCommon, "%s is a common e-mail provider.", d)
		case slices.Contains(domains[:i], d):
			return fail(stytcherror.CodeOrganizationSettingsDuplicateDomain, "%s occurs twice.", d)
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
	const invalid = stytcherror.CodeInvalidOrganizationAuthFactorSetting
	anyOf := []string{all, restricted, none}
	settings := []struct {
		name, value string
		known       []string
		code        stytcherror.Code
	}{
		{"auth_methods", o.AuthMethods, []string{all, restricted}, invalid},
		{"mfa_methods", o.MFAMethods, []string{all, restricted}, stytcherror.CodeInvalidOrganizationMFAFactorSetting},
		{"mfa_policy", o.MFAPolicy, []string{organizations.MFAPolicyOptional, organizations.MFAPolicyRequiredForAll},
			stytcherror.CodeInvalidOrganizationMFAPolicy},
		{"email_invites", o.EmailInvites, anyOf, invalid},
		{"email_jit_provisioning", o.EmailJITProvisioning, []string{restricted, none},
			stytcherror.CodeInvalidOrganizationAuthFactorSettingForEmailJITProvisioning},
		{"oauth_tenant_jit_provisioning", o.OAuthTenantJITProvisioning, []string{restricted, none},
			stytcherror.CodeInvalidOrganizationAuthFactorSettingForOAuthTenantJITProvisioning},
		{"sso_jit_provisioning", o.SSOJITProvisioning, anyOf, invalid},
		{"first_party_connected_apps_allowed_type", string(o.FirstPartyConnectedAppsAllowedType), anyOf, invalid},
		{"third_party_connected_apps_allowed_type", string(o.ThirdPartyConnectedAppsAllowedType), anyOf, invalid},
	}
	for _, s := range settings {
		if !slices.Contains(s.known, s.value) {
			return fail(s.code, "%s must be one of %s.", s.name, strings.Join(s.known, ", "))
		}
	}
	unknown := func(known []string) func(string) bool {
		return func(method string) bool { return !slices.Contains(known, method) }
	}
	switch {
	case slices.ContainsFunc(o.AllowedAuthMethods, unknown(authMethods)):
		return fail(stytcherror.CodeInvalidOrganizationAllowedAuthMethods,
			"allowed_auth_methods names an unknown method.")
	case slices.ContainsFunc(o.AllowedMFAMethods, unknown(mfaMethods)):
		return fail(stytcherror.CodeInvalidOrganizationAllowedMFAMethods,
			"allowed_mfa_methods names an unknown method.")
	case o.AuthMethods == restricted && len(o.AllowedAuthMethods) == 0:
		return fail(stytcherror.CodeAllowedAuthMethodsRequiredForRestricted, "allowed_auth_methods is empty.")
	case o.MFAMethods == restricted && len(o.AllowedMFAMethods) == 0:
		return fail(stytcherror.CodeAllowedMFAMethodsRequiredForRestricted, "allowed_mfa_methods is empty.")
	}
	return nil
}

// nameFromEmail is the default name of an organization: the first label of the domain or, for a common e-mail provider
// and .edu, the local part of its creator's address.
func nameFromEmail(email string) string {
	local, domain, _ := strings.Cut(lower(email), "@")
	if slices.Contains(commonDomains, domain) || strings.HasSuffix(domain, ".edu") {
		return local
	}
	name, _, _ := strings.Cut(domain, ".")
	runes := []rune(name)
	return string(runes[:min(len(runes), maxName)])
}

// freeSlug makes a slug from a name. If that is taken, it appends a number, beginning with 2.
func (c *call) freeSlug(name string) string {
	base := strings.Map(func(r rune) rune {
		if r < 0x80 && slugForm.MatchString("xx"+string(r)) {
			return r
		}
		return '-'
	}, lower(name))
	if len(base) < 2 {
		base += "-org"
	}
	base = base[:min(len(base), 120)]
	slug := base
	for n := 2; slices.ContainsFunc(c.Organizations, func(o *organizations.Organization) bool {
		return o.OrganizationSlug == slug
	}); n++ {
		slug = fmt.Sprintf("%s-%d", base, n)
	}
	return slug
}
