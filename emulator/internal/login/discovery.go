package login

import (
	"cmp"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Discover lists the organizations that an intermediate session can be exchanged for: those that the person belongs to,
// and those that the person may join by JIT provisioning.
func Discover(tx *state.Tx, i *state.Intermediate) []discovery.DiscoveredOrganization {
	list := Memberships(tx, i, !i.EmailProved && !i.EmailKnown)
	if i.Bound {
		return slices.DeleteFunc(list, func(o discovery.DiscoveredOrganization) bool {
			return o.Organization.OrganizationID != i.OrganizationID
		})
	}
	stranger := &state.Member{Member: organizations.Member{
		EmailAddress: i.Email, EmailAddressVerified: i.EmailProved,
	}}
	for _, org := range joinable(tx, i) {
		if CheckEmail(tx, org.OrganizationID, "", i.Email) != nil {
			continue
		}
		if membership := eligibility(tx, org, i); membership != nil {
			missing := requirementsFor(tx, org, stranger, i.Factors, !i.EmailProved)
			list = append(list, discovered(org, membership, missing))
		}
	}
	return list
}

// joinable are the organizations that the person might join, each once.
func joinable(tx *state.Tx, i *state.Intermediate) []*state.Organization {
	list := tx.OrganizationsByAllowedDomain.Rows(state.Domain(i.Email))
	for _, t := range i.Tenants {
		for _, org := range tx.OrganizationsByTenant.All(state.TenantKey(t.Provider, t.ID)) {
			if !slices.Contains(list, org) {
				list = append(list, org)
			}
		}
	}
	return list
}

// Memberships lists the organizations that an address belongs to, as an active, pending or invited member, the oldest
// organization first. In others than that of the intermediate session, which need not be stored, only those factors
// count that are valid everywhere, and one must prove the address if mustProveEmail is set.
func Memberships(tx *state.Tx, i *state.Intermediate, mustProveEmail bool) []discovery.DiscoveredOrganization {
	portable := factor.Portable(tx, i.Factors)
	list := []discovery.DiscoveredOrganization{}
	members := tx.MembersByEmail.Rows(state.Lower(i.Email))
	slices.SortStableFunc(members, func(a, b *state.Member) int {
		return cmp.Compare(tx.Organizations.Number(a.OrganizationID), tx.Organizations.Number(b.OrganizationID))
	})
	for _, m := range members {
		org := tx.Organizations.Get(m.OrganizationID)
		membership := &discovery.Membership{Type: m.Status + "_member", Member: new(Member(tx, m))}
		known := *m
		known.EmailAddressVerified = m.EmailAddressVerified || i.EmailProved
		valid, mustProve := i.Factors, false
		if org.OrganizationID != i.OrganizationID {
			valid, mustProve = portable, mustProveEmail || !factor.HasPrimary(portable)
		}
		mustProve = mustProve || hasStrangeAccount(tx, m, i.Accounts)
		missing := requirementsFor(tx, org, &known, valid, mustProve && !i.EmailProved)
		list = append(list, discovered(org, membership, missing))
	}
	return list
}

func discovered(
	org *state.Organization, membership *discovery.Membership, missing requirements,
) discovery.DiscoveredOrganization {
	isLocked := membership.Member != nil && membership.Member.IsLocked
	return discovery.DiscoveredOrganization{
		Organization: new(org.Organization), Membership: membership,
		MemberAuthenticated: missing.none() && !isLocked, PrimaryRequired: missing.primary, MFARequired: missing.mfa,
	}
}

// eligibility is the JIT provisioning rule by which somebody who is not a member may join, nil if there is none.
func eligibility(tx *state.Tx, org *state.Organization, i *state.Intermediate) *discovery.Membership {
	domain := state.Domain(i.Email)
	// An allowed domain is not enough: the organization must have a member with a verified address on it.
	if org.EmailJITProvisioning == organizations.EmailJITProvisioningRestricted &&
		slices.Contains(org.EmailAllowedDomains, domain) &&
		(i.EmailProved || factor.ProvesEmail(i.Factors, i.Email)) && tx.HasVerifiedMember(org.OrganizationID, domain) {
		return &discovery.Membership{
			Type: discovery.MembershipTypeEligibleToJoinByEmailDomain, Details: map[string]any{"domain": domain},
		}
	}
	if t := tenantOf(org, i.Tenants); t != nil {
		return &discovery.Membership{
			Type:    discovery.MembershipTypeEligibleToJoinByOAuthTenant,
			Details: map[string]any{"provider": t.Provider, "tenant": t.ID},
		}
	}
	return nil
}
