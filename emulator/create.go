package emulator

import (
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
)

// newOrganization returns the organization that a request describes, with defaults for what it omits. It does not store
// it.
func (c *call) newOrganization(
	req *discoveryorganizations.CreateRequest, ist *intermediate,
) (*organizations.Organization, error) {
	org := defaultOrganization()
	org.OrganizationID = c.ids.id("organization")
	org.CreatedAt, org.UpdatedAt = c.now, c.now
	org.OrganizationName = nameFromEmail(ist.Email)
	override(&org.OrganizationName, req.OrganizationName)
	org.OrganizationSlug = c.freeSlug(nameFromEmail(ist.Email))
	if req.OrganizationName != nil {
		org.OrganizationSlug = c.freeSlug(*req.OrganizationName)
	}
	override(&org.OrganizationSlug, req.OrganizationSlug)
	override(&org.OrganizationExternalID, req.OrganizationExternalID)
	override(&org.OrganizationLogoURL, req.OrganizationLogoURL)
	org.TrustedMetadata = req.TrustedMetadata

	if restrictsAccess(req) {
		org.EmailInvites = organizations.EmailInvitesNotAllowed
	}
	override(&org.EmailInvites, req.EmailInvites)
	override(&org.SSOJITProvisioning, req.SSOJITProvisioning)
	override(&org.EmailJITProvisioning, req.EmailJITProvisioning)
	override(&org.OAuthTenantJITProvisioning, req.OAuthTenantJITProvisioning)
	override(&org.AuthMethods, req.AuthMethods)
	override(&org.MFAPolicy, req.MFAPolicy)
	override(&org.MFAMethods, req.MFAMethods)
	override(&org.FirstPartyConnectedAppsAllowedType, req.FirstPartyConnectedAppsAllowedType)
	override(&org.ThirdPartyConnectedAppsAllowedType, req.ThirdPartyConnectedAppsAllowedType)
	org.EmailAllowedDomains = req.EmailAllowedDomains
	org.AllowedAuthMethods = req.AllowedAuthMethods
	org.AllowedMFAMethods = req.AllowedMFAMethods
	org.AllowedOAuthTenants = req.AllowedOAuthTenants
	org.AllowedFirstPartyConnectedApps = req.AllowedFirstPartyConnectedApps
	org.AllowedThirdPartyConnectedApps = req.AllowedThirdPartyConnectedApps
	org.RBACEmailImplicitRoleAssignments = req.RBACEmailImplicitRoleAssignments
	return org, c.checkOrganization(org)
}

// restrictsAccess reports whether a request sets JIT provisioning, auth methods or MFA. Invitations are then off by
// default.
func restrictsAccess(req *discoveryorganizations.CreateRequest) bool {
	return req.SSOJITProvisioning != nil || req.EmailJITProvisioning != nil || req.OAuthTenantJITProvisioning != nil ||
		req.AuthMethods != nil || req.MFAPolicy != nil || req.MFAMethods != nil
}

// override sets a field to the given value, if there is one.
func override[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}
