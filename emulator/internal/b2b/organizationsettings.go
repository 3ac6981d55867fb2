package b2b

import (
	"slices"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// settings are what a request sets of an organization. Their names are those of organizations.UpdateRequest.
type settings organizations.UpdateRequest

// newOrganization is an organization with default settings, which is not stored.
func newOrganization(tx *engine.Tx) *state.Organization {
	org := &state.Organization{Organization: state.DefaultOrganization()}
	org.OrganizationID = tx.ID("organization")
	org.CreatedAt, org.UpdatedAt = tx.Now, tx.Now
	return org
}

// create creates an organization that has the settings and, where they name none, a name. A slug that is not given is
// made from the name.
func (s *settings) create(tx *engine.Tx, name string) (*state.Organization, error) {
	org := newOrganization(tx)
	org.OrganizationName = name
	s.apply(org)
	if s.EmailInvites == nil && s.restrictAccess() {
		org.EmailInvites = organizations.EmailInvitesNotAllowed
	}
	if !state.IsName(org.OrganizationName) {
		return nil, ops.ErrInvalidOrganizationName
	}
	if s.OrganizationSlug == nil {
		org.OrganizationSlug = tx.FreeSlug(org.OrganizationName)
	}
	if err := s.put(tx, org); err != nil {
		return nil, err
	}
	return org, nil
}

// put validates an organization to which the settings were applied, and stores it.
func (s *settings) put(tx *engine.Tx, org *state.Organization) error {
	switch {
	case s.OrganizationName != nil && *s.OrganizationName == "":
		return ops.ErrInvalidOrganizationName
	case s.OrganizationSlug != nil && *s.OrganizationSlug == "":
		return ops.ErrInvalidOrganizationSlug
	}
	state.FoldDomains(&org.Organization)
	if err := state.CheckOrganization(&org.Organization); err != nil {
		return err
	}
	if s.closes(tx, org) {
		return ops.ErrInvalidOrganizationAuthMethodSettings.Because(
			"Nobody can become a member: invitations and all kinds of JIT provisioning are NOT_ALLOWED.")
	}
	isOther := func(o *state.Organization) bool { return o != nil && o.OrganizationID != org.OrganizationID }
	switch {
	case state.Given(s.OrganizationExternalID) && *s.OrganizationExternalID == org.OrganizationID:
		return ops.ErrExternalOrganizationIDSameAsOrganizationID
	case isOther(tx.FindOrganization(org.OrganizationSlug)):
		return ops.ErrOrganizationSlugAlreadyUsed
	case isOther(tx.FindOrganization(org.OrganizationExternalID)):
		return ops.ErrOrganizationExternalIDAlreadyUsed
	}
	if err := s.checkReferences(tx, org); err != nil {
		return err
	}
	tx.Organizations.Put(org)
	return nil
}

// closes reports whether the settings leave no way to become a member of an organization. Unverified: that invitations
// which are off by default count only after the creation.
func (s *settings) closes(tx *engine.Tx, o *state.Organization) bool {
	given := s.EmailInvites != nil || tx.Organizations.Has(o) &&
		(s.SSOJITProvisioning != nil || s.EmailJITProvisioning != nil || s.OAuthTenantJITProvisioning != nil)
	const off = organizations.EmailInvitesNotAllowed
	return given && o.EmailInvites == off && o.SSOJITProvisioning == off && o.EmailJITProvisioning == off &&
		o.OAuthTenantJITProvisioning == off
}

// checkReferences checks what the settings refer to. What is stored already is not checked again: it may be gone.
func (s *settings) checkReferences(tx *engine.Tx, org *state.Organization) error {
	for _, domain := range s.ClaimedEmailDomains {
		if tx.ClaimedElsewhere(org.OrganizationID, domain) {
			return ops.ErrOrganizationSettingsDuplicateClaimedDomain.Because(
				"Another organization has claimed %s.", domain)
		}
	}
	var roles []string
	for _, rule := range s.RBACEmailImplicitRoleAssignments {
		roles = append(roles, rule.RoleID)
	}
	if _, err := login.Assignable(tx.Tx, org, roles); err != nil {
		return err
	}
	isUnknown := func(connectionID string) bool {
		return !slices.ContainsFunc(org.SSOActiveConnections, func(c organizations.ActiveSSOConnection) bool {
			return c.ConnectionID == connectionID
		})
	}
	switch {
	case state.Given(s.SSODefaultConnectionID) && isUnknown(*s.SSODefaultConnectionID):
		return ops.ErrInvalidSSODefaultConnectionID
	case slices.ContainsFunc(s.SSOJITProvisioningAllowedConnections, isUnknown):
		return ops.ErrSSOConnectionNotFound.Because(
			"sso_jit_provisioning_allowed_connections names what is no active connection of the organization.")
	case s.admitsNobody(tx, org):
		return ops.ErrInvalidRestrictedSSOSetting.Because("sso_jit_provisioning_allowed_connections is empty.")
	}
	return nil
}

// admitsNobody reports whether the settings restrict JIT provisioning by SSO to no connections. A new organization has
// none yet.
func (s *settings) admitsNobody(tx *engine.Tx, o *state.Organization) bool {
	given := s.SSOJITProvisioning != nil || s.SSOJITProvisioningAllowedConnections != nil
	return given && tx.Organizations.Has(o) && len(o.SSOJITProvisioningAllowedConnections) == 0 &&
		o.SSOJITProvisioning == organizations.SSOJITProvisioningRestricted
}

// settingsOfCreation are the settings of an organization that is created without members.
func settingsOfCreation(r *organizations.CreateRequest) *settings {
	return &settings{
		OrganizationName: &r.OrganizationName, OrganizationSlug: r.OrganizationSlug,
		OrganizationLogoURL: r.OrganizationLogoURL, TrustedMetadata: r.TrustedMetadata,
		OrganizationExternalID: r.OrganizationExternalID, SSOJITProvisioning: r.SSOJITProvisioning,
		EmailAllowedDomains: r.EmailAllowedDomains, EmailJITProvisioning: r.EmailJITProvisioning,
		EmailInvites: r.EmailInvites, AuthMethods: r.AuthMethods, AllowedAuthMethods: r.AllowedAuthMethods,
		MFAPolicy: r.MFAPolicy, RBACEmailImplicitRoleAssignments: r.RBACEmailImplicitRoleAssignments,
		ClaimedEmailDomains: r.ClaimedEmailDomains, MFAMethods: r.MFAMethods, AllowedMFAMethods: r.AllowedMFAMethods,
		OAuthTenantJITProvisioning: r.OAuthTenantJITProvisioning, AllowedOAuthTenants: r.AllowedOAuthTenants,
		FirstPartyConnectedAppsAllowedType: r.FirstPartyConnectedAppsAllowedType,
		AllowedFirstPartyConnectedApps:     r.AllowedFirstPartyConnectedApps,
		ThirdPartyConnectedAppsAllowedType: r.ThirdPartyConnectedAppsAllowedType,
		AllowedThirdPartyConnectedApps:     r.AllowedThirdPartyConnectedApps,
	}
}

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
	state.Set(&o.OrganizationName, s.OrganizationName)
	state.Set(&o.OrganizationSlug, s.OrganizationSlug)
	state.Set(&o.OrganizationLogoURL, s.OrganizationLogoURL)
	state.Set(&o.OrganizationExternalID, s.OrganizationExternalID)
	state.Set(&o.SSODefaultConnectionID, s.SSODefaultConnectionID)
	state.Set(&o.SSOJITProvisioning, s.SSOJITProvisioning)
	state.SetList(&o.SSOJITProvisioningAllowedConnections, s.SSOJITProvisioningAllowedConnections)
	state.SetList(&o.EmailAllowedDomains, s.EmailAllowedDomains)
	state.Set(&o.EmailJITProvisioning, s.EmailJITProvisioning)
	state.Set(&o.EmailInvites, s.EmailInvites)
	state.Set(&o.AuthMethods, s.AuthMethods)
	state.SetList(&o.AllowedAuthMethods, s.AllowedAuthMethods)
	state.Set(&o.MFAPolicy, s.MFAPolicy)
	state.Set(&o.MFAMethods, s.MFAMethods)
	state.SetList(&o.AllowedMFAMethods, s.AllowedMFAMethods)
	state.SetList(&o.RBACEmailImplicitRoleAssignments, s.RBACEmailImplicitRoleAssignments)
	state.Set(&o.OAuthTenantJITProvisioning, s.OAuthTenantJITProvisioning)
	state.SetList(&o.ClaimedEmailDomains, s.ClaimedEmailDomains)
	state.Set(&o.FirstPartyConnectedAppsAllowedType, s.FirstPartyConnectedAppsAllowedType)
	state.SetList(&o.AllowedFirstPartyConnectedApps, s.AllowedFirstPartyConnectedApps)
	state.Set(&o.ThirdPartyConnectedAppsAllowedType, s.ThirdPartyConnectedAppsAllowedType)
	state.SetList(&o.AllowedThirdPartyConnectedApps, s.AllowedThirdPartyConnectedApps)
	o.TrustedMetadata = state.MergeMetadata(o.TrustedMetadata, s.TrustedMetadata)
	if s.AllowedOAuthTenants != nil {
		o.AllowedOAuthTenants = nil
		if len(s.AllowedOAuthTenants) > 0 {
			o.AllowedOAuthTenants = s.AllowedOAuthTenants
		}
	}
}
