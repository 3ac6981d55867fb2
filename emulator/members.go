package emulator

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// findMember finds the first member for which a condition holds, nil if there is none. It skips deleted members.
func (c *call) findMember(is func(*member) bool) *member {
	return find(c.Members, func(m *member) bool { return m.Status != organizations.MemberStatusDeleted && is(m) })
}

// memberByEmail finds the member of an organization that has an address, nil if there is none.
func (c *call) memberByEmail(org *organizations.Organization, email string) *member {
	return c.findMember(func(m *member) bool {
		return m.OrganizationID == org.OrganizationID && lower(m.EmailAddress) == lower(email)
	})
}

// is reports whether a member has an id or external id.
func (m *member) is(id string) bool { return id != "" && (m.MemberID == id || m.ExternalID == id) }

// newMember stores a pending member, who becomes active with the first login.
func (c *call) newMember(org *organizations.Organization, email string) *member {
	m := &member{
		Member: organizations.Member{
			OrganizationID: org.OrganizationID, MemberID: c.ids.id("member"), EmailAddress: email,
			Status: organizations.MemberStatusPending, CreatedAt: c.now, UpdatedAt: c.now,
		},
		EmailID: c.ids.id("email"),
	}
	c.Members = append(c.Members, m)
	return m
}

// apiMember is a member as the API returns it.
func (c *call) apiMember(m *member) organizations.Member {
	out := m.Member
	out.Roles = c.rolesOf(m)
	out.IsAdmin = slices.Contains(m.AssignedRoles, roleAdmin)
	return out
}

// activate makes a member active after a login, and marks the address as verified if a factor proves it.
func (c *call) activate(m *member, factors []sessions.AuthenticationFactor) {
	verified := m.EmailAddressVerified || provesEmail(factors, m.EmailAddress)
	if m.Status != organizations.MemberStatusActive || m.EmailAddressVerified != verified {
		m.Status, m.EmailAddressVerified, m.UpdatedAt = organizations.MemberStatusActive, verified, c.now
	}
}

// memberForExchange returns the member that an intermediate session is exchanged for: an existing one, or a new one
// where JIT provisioning allows.
func (c *call) memberForExchange(org *organizations.Organization, ist *intermediate) (*member, error) {
	if m := c.memberByEmail(org, ist.Email); m != nil {
		return m, nil
	}
	if c.domainClaimedElsewhere(org, ist.Email) {
		return nil, fail(stytcherror.CodeActionNotAllowedEmailDomainIsClaimed,
			"Another organization has claimed the e-mail domain.")
	}
	if c.eligibility(org, ist) == nil {
		if org.EmailJITProvisioning != organizations.EmailJITProvisioningRestricted {
			return nil, fail(stytcherror.CodeEmailJITProvisioningNotAllowed,
				"The organization does not allow joining by e-mail domain.")
		}
		return nil, fail(stytcherror.CodeInvalidEmailForJITProvisioning,
			"The organization does not allow joining from the domain %s.", domainOf(ist.Email))
	}
	return c.newMember(org, ist.Email), nil
}

// domainClaimedElsewhere reports whether another organization has claimed the domain of an address.
func (c *call) domainClaimedElsewhere(org *organizations.Organization, email string) bool {
	return slices.ContainsFunc(c.Organizations, func(other *organizations.Organization) bool {
		return other.OrganizationID != org.OrganizationID && slices.Contains(other.ClaimedEmailDomains, domainOf(email))
	})
}
