package b2b

import (
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// newOrganization is an organization with default settings, which is not stored.
func newOrganization(tx *engine.Tx) *state.Organization {
	org := &state.Organization{Organization: state.DefaultOrganization()}
	org.OrganizationID = tx.ID("organization")
	org.CreatedAt, org.UpdatedAt = tx.Now, tx.Now
	return org
}

// putOrganization validates an organization and stores it. Its slug and external id must be free.
func putOrganization(tx *engine.Tx, org *state.Organization) error {
	switch {
	case org.OrganizationName == "":
		return ops.ErrInvalidOrganizationName
	case org.OrganizationSlug == "":
		return ops.ErrInvalidOrganizationSlug
	}
	if err := state.CheckSettings(&org.Organization); err != nil {
		return err
	}
	isOther := func(o *state.Organization) bool { return o != nil && o.OrganizationID != org.OrganizationID }
	switch {
	case isOther(tx.OrganizationBySlug.First(org.OrganizationSlug)):
		return ops.ErrOrganizationSlugAlreadyUsed
	case isOther(tx.OrganizationByExternalID.First(org.OrganizationExternalID)):
		return ops.ErrOrganizationExternalIDAlreadyUsed
	}
	tx.Organizations.Put(org)
	return nil
}

// settings are what a request sets of an organization. Their names are those of organizations.UpdateRequest.
type settings organizations.UpdateRequest

// settingsOfDiscovery are the settings of an organization that is created with an intermediate session.
func settingsOfDiscovery(r *discoveryorganizations.CreateRequest) *settings {
	return &settings{
		OrganizationName: r.OrganizationName, OrganizationSlug: r.OrganizationSlug,
		OrganizationLogoURL: r.OrganizationLogoURL, TrustedMetadata: r.TrustedMetadata,
		OrganizationExternalID: r.OrganizationExternalID, SSOJITProvisioning: r.SSOJITProvisioning,
		EmailAllowedDomains: r.EmailAllowedDomains, EmailJITProvisioning: r.EmailJITProvisioning,
		EmailInvites: r.EmailInvites, AuthMethods: r.AuthMethods, AllowedAuthMethods: r.AllowedAuthMethods,
		MFAPolicy: r.MFAPolicy, RBACEmailImplicitRoleAssignments: r.RBACEmailImplicitRoleAssignments,
		MFAMethods: r.MFAMethods, AllowedMFAMethods: r.AllowedMFAMethods,
		OAuthTenantJITProvisioning: r.OAuthTenantJITProvisioning, AllowedOAuthTenants: r.AllowedOAuthTenants,
		FirstPartyConnectedAppsAllowedType: r.FirstPartyConnectedAppsAllowedType,
		AllowedFirstPartyConnectedApps:     r.AllowedFirstPartyConnectedApps,
		ThirdPartyConnectedAppsAllowedType: r.ThirdPartyConnectedAppsAllowedType,
		AllowedThirdPartyConnectedApps:     r.AllowedThirdPartyConnectedApps,
	}
}

// restrictAccess reports whether the settings name JIT provisioning, auth methods or MFA. Invitations are then off by
// default.
func (s *settings) restrictAccess() bool {
	return s.SSOJITProvisioning != nil || s.EmailJITProvisioning != nil || s.OAuthTenantJITProvisioning != nil ||
		s.AuthMethods != nil || s.MFAPolicy != nil || s.MFAMethods != nil
}

// apply sets what is given.
func (s *settings) apply(o *state.Organization) {
	set(&o.OrganizationName, s.OrganizationName)
	set(&o.OrganizationSlug, s.OrganizationSlug)
	set(&o.OrganizationLogoURL, s.OrganizationLogoURL)
	set(&o.OrganizationExternalID, s.OrganizationExternalID)
	set(&o.SSODefaultConnectionID, s.SSODefaultConnectionID)
	set(&o.SSOJITProvisioning, s.SSOJITProvisioning)
	setList(&o.SSOJITProvisioningAllowedConnections, s.SSOJITProvisioningAllowedConnections)
	setList(&o.EmailAllowedDomains, s.EmailAllowedDomains)
	set(&o.EmailJITProvisioning, s.EmailJITProvisioning)
	if s.EmailInvites == nil && s.restrictAccess() {
		o.EmailInvites = organizations.EmailInvitesNotAllowed
	}
	set(&o.EmailInvites, s.EmailInvites)
	set(&o.AuthMethods, s.AuthMethods)
	setList(&o.AllowedAuthMethods, s.AllowedAuthMethods)
	set(&o.MFAPolicy, s.MFAPolicy)
	set(&o.MFAMethods, s.MFAMethods)
	setList(&o.AllowedMFAMethods, s.AllowedMFAMethods)
	setList(&o.RBACEmailImplicitRoleAssignments, s.RBACEmailImplicitRoleAssignments)
	set(&o.OAuthTenantJITProvisioning, s.OAuthTenantJITProvisioning)
	setList(&o.ClaimedEmailDomains, s.ClaimedEmailDomains)
	set(&o.FirstPartyConnectedAppsAllowedType, s.FirstPartyConnectedAppsAllowedType)
	setList(&o.AllowedFirstPartyConnectedApps, s.AllowedFirstPartyConnectedApps)
	set(&o.ThirdPartyConnectedAppsAllowedType, s.ThirdPartyConnectedAppsAllowedType)
	setList(&o.AllowedThirdPartyConnectedApps, s.AllowedThirdPartyConnectedApps)
	if s.TrustedMetadata != nil {
		o.TrustedMetadata = s.TrustedMetadata
	}
	if s.AllowedOAuthTenants != nil {
		o.AllowedOAuthTenants = s.AllowedOAuthTenants
	}
}

// set sets a field to a value that is given.
func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// setList sets a field to a list that is given, be it empty.
func setList[T any](field *[]T, value []T) {
	if value != nil {
		*field = value
	}
}
