package state

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// Organization is an organization as the API returns it.
type Organization struct{ organizations.Organization }

type organizationTables struct {
	Organizations            *store.Table[Organization]
	OrganizationByExternalID *store.Index[Organization]
	OrganizationBySlug       *store.Index[Organization]
	// OrganizationsByAllowedDomain has an organization under each domain whose addresses may join by themselves,
	// OrganizationsByTenant under each OAuth tenant (see [TenantKey]), and OrganizationsByClaimedDomain under each
	// domain that it has claimed.
	OrganizationsByAllowedDomain *store.Index[Organization]
	OrganizationsByTenant        *store.Index[Organization]
	OrganizationsByClaimedDomain *store.Index[Organization]
}

func newOrganizationTables(db *store.DB) organizationTables {
	t := store.NewTable(db, "organizations", func(o *Organization) string { return o.OrganizationID })
	return organizationTables{
		Organizations:      t,
		OrganizationBySlug: t.Unique("organization_slug", func(o *Organization) string { return o.OrganizationSlug }),
		OrganizationByExternalID: t.Unique("organization_external_id", func(o *Organization) string {
			return o.OrganizationExternalID
		}),
		OrganizationsByAllowedDomain: t.IndexEach("allowed domain", func(o *Organization) []string {
			if o.EmailJITProvisioning != organizations.EmailJITProvisioningRestricted {
				return nil
			}
			return Distinct(o.EmailAllowedDomains)
		}),
		OrganizationsByTenant: t.IndexEach("tenant", tenantsOf),
		OrganizationsByClaimedDomain: t.IndexEach("claimed domain", func(o *Organization) []string {
			return Distinct(o.ClaimedEmailDomains)
		}),
	}
}

// TenantKey is the key of an OAuth tenant in OrganizationsByTenant.
func TenantKey(provider, tenant string) string { return provider + " " + tenant }

// tenantsOf are the keys of the tenants whose people may join an organization by themselves.
func tenantsOf(o *Organization) []string {
	if o.OAuthTenantJITProvisioning != organizations.OAuthTenantJITProvisioningRestricted {
		return nil
	}
	var keys []string
	for _, provider := range slices.Sorted(maps.Keys(o.AllowedOAuthTenants)) {
		tenants, _ := o.AllowedOAuthTenants[provider].([]any)
		for _, tenant := range tenants {
			if id, ok := tenant.(string); ok {
				keys = append(keys, TenantKey(provider, id))
			}
		}
	}
	return Distinct(keys)
}

// FindOrganization finds an organization by its id, slug or external id, nil if there is none. None of them is one of
// another organization. Unverified: that the API refuses those.
func (tx *Tx) FindOrganization(id string) *Organization {
	if o := tx.Organizations.Get(id); o != nil {
		return o
	}
	if id == "" {
		return nil
	}
	if o := tx.OrganizationBySlug.First(id); o != nil {
		return o
	}
	return tx.OrganizationByExternalID.First(id)
}

// ClaimedElsewhere reports whether another organization has claimed the domain of an address.
func (tx *Tx) ClaimedElsewhere(organizationID, email string) bool {
	for _, o := range tx.OrganizationsByClaimedDomain.All(Domain(email)) {
		if o.OrganizationID != organizationID {
			return true
		}
	}
	return false
}

// DeleteOrganization deletes an organization, its members, and all that belongs to them.
func (tx *Tx) DeleteOrganization(id string) {
	for _, m := range slices.Backward(tx.MembersOf(id)) {
		tx.DeleteAccessOf(m.MemberID)
		for _, r := range tx.RegistrationsOf(m.MemberID) {
			tx.Registrations.Delete(r.ID)
		}
		tx.TOTPs.Delete(m.MemberID)
		tx.Members.Delete(m.MemberID)
	}
	for _, c := range tx.SSOConnectionsOf(id) {
		_ = tx.DeleteSSOConnection(c) // an organization with fewer connections is not too large
	}
	if c := tx.SCIMConnectionOf(id); c != nil {
		tx.DeleteSCIMConnection(c)
	}
	tx.Intermediates.DeleteFunc(func(i *Intermediate) bool { return i.OrganizationID == id })
	tx.OAuthFlows.DeleteFunc(func(f *OAuthFlow) bool { return f.OrganizationID == id })
	tx.OAuthTokens.DeleteFunc(func(t *OAuthToken) bool { return t.OrganizationID == id })
	tx.Organizations.Delete(id)
}

// DefaultOrganization has the settings of an organization that was created without any.
func DefaultOrganization() organizations.Organization {
	return organizations.Organization{
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

// FreeSlug makes a slug from a name. If that is taken, it appends a number, beginning with 2.
func (tx *Tx) FreeSlug(name string) string {
	base := strings.Map(func(r rune) rune {
		if r < 0x80 && SlugForm.MatchString("xx"+string(r)) {
			return r
		}
		return '-'
	}, Lower(name))
	if len(base) < 2 {
		base += "-org"
	}
	base = base[:min(len(base), maxSlugBase)]
	slug := base
	for n := 2; tx.FindOrganization(slug) != nil; n++ {
		slug = base + "-" + strconv.Itoa(n)
	}
	return slug
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

// fillDefaults sets the settings that a snapshot leaves out.
func (o *Organization) fillDefaults() {
	d := DefaultOrganization()
	o.SSOJITProvisioning = cmp.Or(o.SSOJITProvisioning, d.SSOJITProvisioning)
	o.EmailJITProvisioning = cmp.Or(o.EmailJITProvisioning, d.EmailJITProvisioning)
	o.OAuthTenantJITProvisioning = cmp.Or(o.OAuthTenantJITProvisioning, d.OAuthTenantJITProvisioning)
	o.EmailInvites = cmp.Or(o.EmailInvites, d.EmailInvites)
	o.AuthMethods = cmp.Or(o.AuthMethods, d.AuthMethods)
	o.MFAPolicy = cmp.Or(o.MFAPolicy, d.MFAPolicy)
	o.MFAMethods = cmp.Or(o.MFAMethods, d.MFAMethods)
	o.FirstPartyConnectedAppsAllowedType = cmp.Or(
		o.FirstPartyConnectedAppsAllowedType, d.FirstPartyConnectedAppsAllowedType)
	o.ThirdPartyConnectedAppsAllowedType = cmp.Or(
		o.ThirdPartyConnectedAppsAllowedType, d.ThirdPartyConnectedAppsAllowedType)
}

// checkOrganizations checks that nothing which names an organization names another one too.
func (tx *Tx) checkOrganizations() error {
	return each(tx.Organizations, func(o *Organization) error {
		isOther := func(name string) bool {
			found := tx.FindOrganization(name)
			return found != nil && found.OrganizationID != o.OrganizationID
		}
		switch {
		case isOther(o.OrganizationSlug):
			return errors.New("organization_slug is another row's id")
		case isOther(o.OrganizationExternalID):
			return errors.New("organization_external_id is another row's id or slug")
		}
		return nil
	})
}

func (o *Organization) prepare(*Tx) error {
	if !IsName(o.OrganizationID) {
		return errors.New("organization_id is empty or too long")
	}
	o.fillDefaults()
	FoldDomains(&o.Organization)
	if err := CheckOrganization(&o.Organization); err != nil {
		return err
	}
	return inField("custom_roles", checkRoles(o.CustomRoles))
}
