package emulator

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// memberByEmail finds the member of an organization that an address belongs to; deleted ones do not count.
func (c *call) memberByEmail(org *organizations.Organization, email string) *member {
	return c.oneMember(func(m *member) bool {
		return m.OrganizationID == org.OrganizationID && sameEmail(m.EmailAddress, email)
	})
}

// findMember finds a member of an organization by id or external id.
func (c *call) findMember(org *organizations.Organization, id string) (*member, error) {
	m := c.oneMember(func(m *member) bool {
		return m.OrganizationID == org.OrganizationID && id != "" && (m.MemberID == id || m.ExternalID == id)
	})
	if m == nil {
		return nil, notFound(stytcherror.CodeMemberNotFound, "The organization has no such member.")
	}
	return m, nil
}

func (c *call) oneMember(is func(*member) bool) *member {
	i := slices.IndexFunc(c.Members, func(m *member) bool {
		return m.Status != organizations.MemberStatusDeleted && is(m)
	})
	if i < 0 {
		return nil
	}
	return c.Members[i]
}

// newMember makes a pending member, who becomes active with the first login.
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

// show is a member as the API shows it.
func (c *call) show(m *member) organizations.Member {
	shown := m.Member
	shown.Roles = c.rolesOf(m)
	shown.IsAdmin = slices.Contains(m.AssignedRoles, roleAdmin)
	return shown
}

// activate makes a member active after a login, and the address verified if a factor proves it.
func (c *call) activate(m *member, factors []sessions.AuthenticationFactor) {
	before := m.Member
	m.Status = organizations.MemberStatusActive
	m.EmailAddressVerified = m.EmailAddressVerified || verifiesEmail(factors, m.EmailAddress)
	if m.Status != before.Status || m.EmailAddressVerified != before.EmailAddressVerified {
		m.UpdatedAt = c.now
	}
}

// admit finds or makes the member that an intermediate session becomes in an organization, and says why not if none.
func (c *call) admit(org *organizations.Organization, ist *intermediate) (*member, error) {
	if m := c.memberByEmail(org, ist.Email); m != nil {
		return m, nil
	}
	if c.claimedElsewhere(org, ist.Email) {
		return nil, badRequest(stytcherror.CodeActionNotAllowedEmailDomainIsClaimed,
			"Another organization has claimed the e-mail domain.")
	}
	if c.eligibility(org, ist) == nil {
		if org.EmailJITProvisioning != organizations.EmailJITProvisioningRestricted {
			return nil, badRequest(stytcherror.CodeEmailJITProvisioningNotAllowed,
				"The organization admits nobody by e-mail domain.")
		}
		return nil, badRequest(stytcherror.CodeInvalidEmailForJITProvisioning,
			"The organization does not admit the domain %s.", domainOf(ist.Email))
	}
	return c.newMember(org, ist.Email), nil
}

// claimedElsewhere reports whether another organization has claimed the domain of an address.
func (c *call) claimedElsewhere(org *organizations.Organization, email string) bool {
	return slices.ContainsFunc(c.Organizations, func(other *organizations.Organization) bool {
		return other.OrganizationID != org.OrganizationID && slices.Contains(other.ClaimedEmailDomains, domainOf(email))
	})
}
