package login

import (
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Member is a member as the API returns it.
func Member(tx *state.Tx, m *state.Member) organizations.Member {
	out := m.Member
	out.Roles = rolesOf(tx, m, anyAccount)
	if p := tx.PasswordOf(m); p != nil {
		out.MemberPasswordID = p.ID
	}
	out.OAuthRegistrations, out.SSORegistrations = registrations(tx, m)
	out.SCIMRegistration = scimRegistration(tx, m)
	out.IsAdmin = slices.ContainsFunc(out.Roles, func(r organizations.MemberRole) bool {
		return r.RoleID == state.RoleAdmin
	})
	out.LockCreatedAt, out.LockExpiresAt = lockOf(tx, m)
	out.IsLocked = !out.LockExpiresAt.IsZero()
	return out
}

// Delete marks a member as deleted, and ends what the member had: sessions, links, codes and the access of Connected
// Apps.
func Delete(tx *state.Tx, m *state.Member) {
	changed := *m
	changed.Status, changed.UpdatedAt = organizations.MemberStatusDeleted, tx.Now
	changed.NewEmail, changed.NewEmailExpiresAt = "", time.Time{}
	tx.Members.Put(&changed)
	tx.DeleteAccessOf(m.MemberID)
}

// Reactivate makes a deleted member active again, with an address. What deletion ended stays ended. Addresses that the
// member had before and that are another member's by now belong to that one alone. It returns the row.
func Reactivate(tx *state.Tx, m *state.Member, email string) (*state.Member, error) {
	if err := CheckEmail(tx, m.OrganizationID, m.MemberID, email); err != nil {
		return nil, err
	}
	isTaken := func(id string) bool { return tx.FindMember(m.OrganizationID, id) != nil }
	if isTaken(m.MemberID) || m.ExternalID != "" && isTaken(m.ExternalID) {
		return nil, ops.ErrDuplicateMemberExternalID
	}
	if err := CheckPhone(tx, m.OrganizationID, m.MFAPhoneNumber); err != nil {
		return nil, err
	}
	// The address first: the one that a deleted member has may be another one's, that of an active member may not.
	m, err := ChangeEmail(tx, m, email)
	if err != nil {
		return nil, err
	}
	isOthers := func(r organizations.RetiredEmail) bool {
		return tx.MemberByEmail(m.OrganizationID, r.EmailAddress) != nil ||
			tx.RetiredBy(m.OrganizationID, r.EmailAddress) != nil
	}
	changed := *m
	changed.RetiredEmailAddresses = slices.DeleteFunc(slices.Clone(m.RetiredEmailAddresses), isOthers)
	changed.Status, changed.UpdatedAt = organizations.MemberStatusActive, tx.Now
	tx.Members.Put(&changed)
	tx.DeleteAccessOf(m.MemberID) // what a snapshot has, though the member was deleted
	return &changed, nil
}

// Activate makes a member active after a login, and marks the address as verified if a factor proves it. It returns the
// row.
func Activate(tx *state.Tx, m *state.Member, factors []Factor) *state.Member {
	proved := factor.ProvesEmail(factors, m.EmailAddress)
	verified, vouchedFor := m.EmailAddressVerified || proved, m.VouchedFor && !proved
	isActive := m.Status == organizations.MemberStatusActive
	if isActive && m.EmailAddressVerified == verified && m.VouchedFor == vouchedFor {
		return m
	}
	changed := *m
	changed.EmailAddressVerified, changed.VouchedFor = verified, vouchedFor
	if changed.Status = organizations.MemberStatusActive; !isActive || m.EmailAddressVerified != verified {
		changed.UpdatedAt = tx.Now
	}
	tx.Members.Put(&changed)
	return &changed
}

// verify marks the address of a member as verified, be it that only the organization's identity provider vouches for
// it. It returns the row.
func verify(tx *state.Tx, m *state.Member, vouchedFor bool) *state.Member {
	if m.EmailAddressVerified && (vouchedFor || !m.VouchedFor) {
		return m
	}
	changed := *m
	changed.EmailAddressVerified, changed.VouchedFor, changed.UpdatedAt = true, vouchedFor, tx.Now
	tx.Members.Put(&changed)
	return &changed
}

// FindOrganization finds an organization by its id, slug or external id.
func FindOrganization(tx *state.Tx, id string) (*state.Organization, error) {
	if err := CheckTestID("organization", id); err != nil {
		return nil, err
	}
	if o := tx.FindOrganization(id); o != nil {
		return o, nil
	}
	if !state.IDForm.MatchString(id) && !state.SlugForm.MatchString(id) {
		return nil, ops.ErrInvalidOrganizationID
	}
	return nil, ops.ErrOrganizationNotFound
}

// FindMember finds a member of an organization by id or external id.
func FindMember(tx *state.Tx, organizationID, id string) (*state.Member, error) {
	if err := CheckTestID("member", id); err != nil {
		return nil, err
	}
	if m := tx.FindMember(organizationID, id); m != nil {
		return m, nil
	}
	return nil, ops.ErrMemberNotFound
}

// CheckTestID refuses the id of a live object.
func CheckTestID(kind, id string) error {
	if strings.HasPrefix(id, kind+"-live-") {
		return ops.ErrLiveIDUsedInTestEnvironment
	}
	return nil
}
