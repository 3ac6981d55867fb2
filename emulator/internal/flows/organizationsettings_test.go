package flows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// orgUpdate is a change of an organization.
type orgUpdate = func(*organizations.UpdateRequest)

// numbered are domains.
func numbered(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("d%d.example", i)
	}
	return list
}

func implicit(domain, role string) orgUpdate {
	return func(r *organizations.UpdateRequest) {
		r.RBACEmailImplicitRoleAssignments = []organizations.EmailImplicitRoleAssignment{{Domain: domain, RoleID: role}}
	}
}

// Updates that are refused, several for each code.
var refusedUpdates = map[stytcherror.Code][]orgUpdate{
	stytcherror.CodeInvalidOrganizationName: {
		func(r *organizations.UpdateRequest) { r.OrganizationName = new("") },
		func(r *organizations.UpdateRequest) { r.OrganizationName = new(strings.Repeat("é", 129)) },
	},
	stytcherror.CodeInvalidOrganizationSlug: {
		func(r *organizations.UpdateRequest) { r.OrganizationSlug = new("") },
		func(r *organizations.UpdateRequest) { r.OrganizationSlug = new("a") },
		func(r *organizations.UpdateRequest) { r.OrganizationSlug = new("a b") },
		func(r *organizations.UpdateRequest) { r.OrganizationSlug = new(strings.Repeat("a", 129)) },
	},
	stytcherror.CodeOrganizationSlugAlreadyUsed: {
		func(r *organizations.UpdateRequest) { r.OrganizationSlug = new("other") },
	},
	stytcherror.CodeInvalidOrganizationExternalID: {
		func(r *organizations.UpdateRequest) { r.OrganizationExternalID = new("a b") },
		func(r *organizations.UpdateRequest) { r.OrganizationExternalID = new(strings.Repeat("a", 129)) },
	},
	stytcherror.CodeOrganizationExternalIDAlreadyUsed: {
		func(r *organizations.UpdateRequest) { r.OrganizationExternalID = new("org-2") },
	},
	stytcherror.CodeInvalidURL: {
		func(r *organizations.UpdateRequest) { r.OrganizationLogoURL = new("acme.example/logo.png") },
		func(r *organizations.UpdateRequest) { r.OrganizationLogoURL = new("javascript:alert(1)") },
	},
	stytcherror.CodeOrganizationLogoURLTooLong: {
		func(r *organizations.UpdateRequest) {
			r.OrganizationLogoURL = new("https://a.example/" + strings.Repeat("a", 2031))
		},
	},
	stytcherror.CodeMetadataTooLarge: {
		func(r *organizations.UpdateRequest) {
			r.TrustedMetadata = shared.Object{"k": strings.Repeat("a", 4089)}
		},
	},
	stytcherror.CodeOrganizationSettingsInvalidDomain: {
		func(r *organizations.UpdateRequest) { r.EmailAllowedDomains = []string{"acme"} },
		func(r *organizations.UpdateRequest) { r.EmailAllowedDomains = []string{"@acme.example"} },
	},
	stytcherror.CodeOrganizationSettingsDomainTooCommon: {
		func(r *organizations.UpdateRequest) { r.EmailAllowedDomains = []string{"gmail.com"} },
	},
	stytcherror.CodeOrganizationSettingsDuplicateDomain: {
		func(r *organizations.UpdateRequest) { r.EmailAllowedDomains = []string{"a.example", "a.example"} },
	},
	stytcherror.CodeTooManyDomains: {
		func(r *organizations.UpdateRequest) { r.EmailAllowedDomains = numbered(1001) },
		func(r *organizations.UpdateRequest) { r.ClaimedEmailDomains = numbered(1001) },
	},
	stytcherror.CodeOrganizationSettingsInvalidClaimedDomain: {
		func(r *organizations.UpdateRequest) { r.ClaimedEmailDomains = []string{"acme"} },
	},
	stytcherror.CodeOrganizationSettingsClaimedDomainTooCommon: {
		func(r *organizations.UpdateRequest) { r.ClaimedEmailDomains = []string{"gmail.com"} },
	},
	stytcherror.CodeOrganizationSettingsDuplicateClaimedDomain: {
		func(r *organizations.UpdateRequest) { r.ClaimedEmailDomains = []string{"a.example", "a.example"} },
		func(r *organizations.UpdateRequest) { r.ClaimedEmailDomains = []string{"claimed.example"} },
	},
	stytcherror.CodeInvalidRestrictedEmailSetting: {
		func(r *organizations.UpdateRequest) { r.EmailInvites = new("RESTRICTED") },
		func(r *organizations.UpdateRequest) { r.EmailJITProvisioning = new("RESTRICTED") },
	},
	stytcherror.CodeInvalidOrganizationAuthFactorSetting: {
		func(r *organizations.UpdateRequest) { r.AuthMethods = new("NOT_ALLOWED") },
		func(r *organizations.UpdateRequest) { r.EmailInvites = new("") },
		func(r *organizations.UpdateRequest) { r.SSOJITProvisioning = new("SOME") },
		func(r *organizations.UpdateRequest) {
			r.ThirdPartyConnectedAppsAllowedType = new(organizations.ConnectedAppsAllowedType("SOME"))
		},
	},
	stytcherror.CodeInvalidOrganizationAuthFactorSettingForEmailJITProvisioning: {
		func(r *organizations.UpdateRequest) { r.EmailJITProvisioning = new("ALL_ALLOWED") },
	},
	stytcherror.CodeInvalidOrganizationAuthFactorSettingForOAuthTenantJITProvisioning: {
		func(r *organizations.UpdateRequest) { r.OAuthTenantJITProvisioning = new("ALL_ALLOWED") },
	},
	stytcherror.CodeInvalidOrganizationAllowedAuthMethods: {
		func(r *organizations.UpdateRequest) { r.AllowedAuthMethods = []string{"carrier_pigeon"} },
	},
	stytcherror.CodeAllowedAuthMethodsRequiredForRestricted: {
		func(r *organizations.UpdateRequest) { r.AuthMethods = new("RESTRICTED") },
	},
	stytcherror.CodeInvalidOrganizationMFAPolicy: {
		func(r *organizations.UpdateRequest) { r.MFAPolicy = new("NEVER") },
	},
	stytcherror.CodeInvalidOrganizationMFAFactorSetting: {
		func(r *organizations.UpdateRequest) { r.MFAMethods = new("NOT_ALLOWED") },
	},
	stytcherror.CodeInvalidOrganizationAllowedMFAMethods: {
		func(r *organizations.UpdateRequest) { r.AllowedMFAMethods = []string{"password"} },
	},
	stytcherror.CodeAllowedMFAMethodsRequiredForRestricted: {
		func(r *organizations.UpdateRequest) { r.MFAMethods = new("RESTRICTED") },
	},
	stytcherror.CodeInvalidRestrictedOAuthTenantsSetting: {
		func(r *organizations.UpdateRequest) { r.OAuthTenantJITProvisioning = new("RESTRICTED") },
		func(r *organizations.UpdateRequest) {
			r.OAuthTenantJITProvisioning, r.AllowedOAuthTenants = new("RESTRICTED"), shared.Object{"slack": []any{}}
		},
	},
	stytcherror.CodeInvalidOAuthAllowedTenantsFormat: {
		func(r *organizations.UpdateRequest) { r.AllowedOAuthTenants = shared.Object{"google": []any{"T1"}} },
		func(r *organizations.UpdateRequest) { r.AllowedOAuthTenants = shared.Object{"slack": "T1"} },
		func(r *organizations.UpdateRequest) { r.AllowedOAuthTenants = shared.Object{"github": []any{""}} },
		func(r *organizations.UpdateRequest) { r.AllowedOAuthTenants = shared.Object{"hubspot": []any{1.0}} },
	},
	stytcherror.CodeRBACInvalidDomain:             {implicit("acme", "stytch_admin")},
	stytcherror.CodeRBACDomainTooCommon:           {implicit("gmail.com", "stytch_admin")},
	stytcherror.CodeCannotAssignDefaultRBACRoleID: {implicit("acme.example", "stytch_member")},
	stytcherror.CodeInvalidRBACRoleID: {
		implicit("acme.example", "nobody"), implicit("acme.example", ""), implicit("acme.example", strings.Repeat("r", 129)),
	},
	stytcherror.CodeInvalidSSODefaultConnectionID: {
		func(r *organizations.UpdateRequest) { r.SSODefaultConnectionID = new("connection-2") },
	},
	stytcherror.CodeSSOConnectionNotFound: {
		func(r *organizations.UpdateRequest) {
			r.SSOJITProvisioningAllowedConnections = []string{"connection-1", "connection-2"}
		},
	},
	stytcherror.CodeBadRequest: {
		func(r *organizations.UpdateRequest) { r.AllowedFirstPartyConnectedApps = numbered(1001) },
		func(r *organizations.UpdateRequest) { r.AllowedThirdPartyConnectedApps = []string{"a b"} },
	},
}

// withConnection gives an organization an active SSO connection.
func (h *harness) withConnection(organizationID, connectionID string) {
	h.t.Helper()
	require.NoError(h.t, h.edit(func(state object) {
		state["sso_connections"] = append(state["sso_connections"].([]any), object{"saml": object{
			"organization_id": organizationID, "connection_id": connectionID, "status": "active", "identity_provider": "generic",
		}})
	}))
}

func TestOrganizations_updateRefusesBadSettings(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil)
	h.organization(func(r *organizations.CreateRequest) {
		r.OrganizationSlug, r.OrganizationExternalID = new("other"), new("org-2")
		r.ClaimedEmailDomains = []string{"claimed.example"}
	})
	h.withConnection(org.OrganizationID, "connection-1")
	org = h.getOrg(org.OrganizationID)
	for code, updates := range refusedUpdates {
		for _, change := range updates {
			_, err := h.updateOrg(org.OrganizationID, change)
			require.ErrorIs(t, err, code)
		}
	}
	assert.Equal(t, org, h.getOrg(org.OrganizationID), "nothing of that was stored")
}

func TestOrganizations_createRefusesBadSettings(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.organization(func(r *organizations.CreateRequest) {
		r.OrganizationSlug, r.OrganizationExternalID = new("other"), new("org-2")
		r.ClaimedEmailDomains = []string{"claimed.example"}
	})
	for code, updates := range refusedUpdates {
		for _, change := range updates {
			u := organizations.UpdateRequest{OrganizationName: new("Acme")}
			change(&u)
			if u.SSODefaultConnectionID != nil || u.SSOJITProvisioningAllowedConnections != nil || *u.OrganizationName == "" {
				continue // what a request to create one does not have, or the client refuses
			}
			_, err := h.api.B2B.Organizations.Create(t.Context(), &organizations.CreateRequest{
				OrganizationName: *u.OrganizationName, OrganizationSlug: u.OrganizationSlug,
				OrganizationLogoURL: u.OrganizationLogoURL, TrustedMetadata: u.TrustedMetadata,
				OrganizationExternalID: u.OrganizationExternalID, SSOJITProvisioning: u.SSOJITProvisioning,
				EmailAllowedDomains: u.EmailAllowedDomains, EmailJITProvisioning: u.EmailJITProvisioning,
				EmailInvites: u.EmailInvites, AuthMethods: u.AuthMethods, AllowedAuthMethods: u.AllowedAuthMethods,
				MFAPolicy: u.MFAPolicy, RBACEmailImplicitRoleAssignments: u.RBACEmailImplicitRoleAssignments,
				MFAMethods: u.MFAMethods, AllowedMFAMethods: u.AllowedMFAMethods,
				OAuthTenantJITProvisioning: u.OAuthTenantJITProvisioning, AllowedOAuthTenants: u.AllowedOAuthTenants,
				ClaimedEmailDomains:                u.ClaimedEmailDomains,
				FirstPartyConnectedAppsAllowedType: u.FirstPartyConnectedAppsAllowedType,
				AllowedFirstPartyConnectedApps:     u.AllowedFirstPartyConnectedApps,
				ThirdPartyConnectedAppsAllowedType: u.ThirdPartyConnectedAppsAllowedType,
				AllowedThirdPartyConnectedApps:     u.AllowedThirdPartyConnectedApps,
			})
			require.ErrorIs(t, err, code)
		}
	}
}

func TestOrganizations_settingsAtTheirBounds(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil)
	h.withConnection(org.OrganizationID, "connection-1")
	long := strings.Repeat("a", 128)
	got, err := h.updateOrg(org.OrganizationID, func(r *organizations.UpdateRequest) {
		r.OrganizationName, r.OrganizationSlug = new(strings.Repeat("é", 128)), &long
		r.OrganizationExternalID = new(strings.Repeat("|", 128))
		r.OrganizationLogoURL = new("https://a.example/" + strings.Repeat("a", 2030))
		r.TrustedMetadata = shared.Object{"k": strings.Repeat("a", 4088)}
		r.EmailAllowedDomains, r.ClaimedEmailDomains = numbered(1000), numbered(1000)
		r.AllowedFirstPartyConnectedApps, r.AllowedThirdPartyConnectedApps = numbered(1000), []string{long}
		r.SSODefaultConnectionID = new("connection-1")
		r.SSOJITProvisioningAllowedConnections = []string{"connection-1"}
		r.SSOJITProvisioning = new(organizations.SSOJITProvisioningRestricted)
		r.AllowedOAuthTenants = shared.Object{"slack": []any{"T1"}, "hubspot": []any{"1"}, "github": []any{}}
	})
	require.NoError(t, err)
	assert.Equal(t, "connection-1", got.SSODefaultConnectionID)
	assert.Equal(t, []string{"connection-1"}, got.SSOJITProvisioningAllowedConnections)
	same, err := h.updateOrg(long, func(r *organizations.UpdateRequest) { r.ClaimedEmailDomains = numbered(1000) })
	require.NoError(t, err, "what it has claimed itself can be claimed again")
	assert.Equal(t, got, same)
	short := h.organization(func(r *organizations.CreateRequest) { r.OrganizationName, r.OrganizationSlug = "x", new("ab") })
	assert.Equal(t, "x", short.OrganizationName)
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	assert.Equal(t, got, h.getOrg(long))
}

func TestOrganizations_domainsAreInLowerCase(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	set := func(r *organizations.UpdateRequest) {
		r.EmailAllowedDomains, r.ClaimedEmailDomains = []string{"Acme.EXAMPLE"}, []string{"ACME.example"}
		r.EmailJITProvisioning = new(organizations.EmailJITProvisioningRestricted)
		r.RBACEmailImplicitRoleAssignments = []organizations.EmailImplicitRoleAssignment{
			{Domain: "ACME.Example", RoleID: "stytch_admin"},
		}
	}
	same := func(got organizations.Organization) {
		t.Helper()
		assert.Equal(t, []string{"acme.example"}, got.EmailAllowedDomains)
		assert.Equal(t, []string{"acme.example"}, got.ClaimedEmailDomains)
		assert.Equal(t, "acme.example", got.RBACEmailImplicitRoleAssignments[0].Domain)
	}
	got, err := h.updateOrg(org, set)
	require.NoError(t, err)
	same(got)
	h.alter("organizations", "organization_id", org, object{
		"email_allowed_domains": []any{"ACME.EXAMPLE"}, "claimed_email_domains": []any{"ACME.EXAMPLE"},
		"rbac_email_implicit_role_assignments": []any{object{"domain": "ACME.EXAMPLE", "role_id": "stytch_admin"}},
	})
	same(h.getOrg(org))
	joined, err := h.follow(h.link(org, "ada@Acme.Example"))
	require.NoError(t, err)
	assert.Contains(t, joined.MemberSession.Roles, "stytch_admin")
	for code, domains := range map[stytcherror.Code][]string{
		stytcherror.CodeOrganizationSettingsDuplicateDomain:  {"acme.example", "ACME.example"},
		stytcherror.CodeOrganizationSettingsDomainTooCommon:  {"Gmail.com"},
		stytcherror.CodeOrganizationSettingsDisposableDomain: {"MAILINATOR.com"},
	} {
		_, err := h.updateOrg(org, func(r *organizations.UpdateRequest) { r.EmailAllowedDomains = domains })
		require.ErrorIs(t, err, code)
	}
	other := h.organization(func(r *organizations.CreateRequest) { r.OrganizationSlug = new("other") }).OrganizationID
	_, err = h.updateOrg(other, func(r *organizations.UpdateRequest) { r.ClaimedEmailDomains = []string{"ACME.EXAMPLE"} })
	require.ErrorIs(t, err, stytcherror.CodeOrganizationSettingsDuplicateClaimedDomain)
}

// A role that is gone is no reason to refuse other changes.
func TestOrganizations_implicitRolesMayBeTheOrganizationsOwn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil)
	_, err := h.updateOrg(org.OrganizationID, implicit("acme.example", "editor"))
	require.ErrorIs(t, err, stytcherror.CodeInvalidRBACRoleID)
	require.NoError(t, h.setPolicy(org.OrganizationID, editor()))
	got, err := h.updateOrg(org.OrganizationID, implicit("acme.example", "editor"))
	require.NoError(t, err)
	assert.Equal(t, "editor", got.RBACEmailImplicitRoleAssignments[0].RoleID)
	require.NoError(t, h.setPolicy(org.OrganizationID))
	_, err = h.updateOrg(org.OrganizationID, func(r *organizations.UpdateRequest) { r.OrganizationName = new("Ajax") })
	require.NoError(t, err)
	_, err = h.updateOrg(org.OrganizationID, implicit("acme.example", "editor"))
	require.ErrorIs(t, err, stytcherror.CodeInvalidRBACRoleID)
}

func TestOrganizations_discoveryChecksSettingsToo(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ist := h.IntermediateSession("ada@acme.example")
	create := func(change func(*discoveryorganizations.CreateRequest)) error {
		req := &discoveryorganizations.CreateRequest{IntermediateSessionToken: ist}
		change(req)
		_, err := h.api.B2B.Discovery.Organizations.Create(t.Context(), req)
		return err
	}
	roles := func(role string) func(*discoveryorganizations.CreateRequest) {
		return func(r *discoveryorganizations.CreateRequest) {
			r.RBACEmailImplicitRoleAssignments = []organizations.EmailImplicitRoleAssignment{
				{Domain: "acme.example", RoleID: role},
			}
		}
	}
	require.ErrorIs(t, create(roles("nobody")), stytcherror.CodeInvalidRBACRoleID)
	require.ErrorIs(t, create(roles("stytch_member")), stytcherror.CodeCannotAssignDefaultRBACRoleID)
	require.ErrorIs(t, create(func(r *discoveryorganizations.CreateRequest) { r.OrganizationLogoURL = new("logo") }),
		stytcherror.CodeInvalidURL)
	require.NoError(t, create(roles("stytch_admin")))
}
