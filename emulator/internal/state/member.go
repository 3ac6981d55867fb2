package state

import (
	"cmp"
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// Member is a member as the API returns it, and what the API does not return. Roles, IsAdmin, IsLocked
// and MemberPasswordID are computed for each response; here they are empty.
type Member struct {
	organizations.Member
	EmailID string `json:"email_id"`
	// VouchedFor says that an SSO connection alone has verified the address, which proves nothing elsewhere.
	VouchedFor bool `json:"vouched_for,omitzero"`
	// AssignedRoles are the roles that were assigned to the member directly.
	AssignedRoles []string `json:"assigned_roles"`
	// NewEmail is an address that the member is changing to. It is reserved until NewEmailExpiresAt.
	NewEmail          string    `json:"new_email_address,omitzero"`
	NewEmailExpiresAt time.Time `json:"new_email_expires_at,omitzero"`
	// PhoneID is the id of the number for the second factor, empty until the number is verified.
	PhoneID string `json:"mfa_phone_id,omitzero"`
	// Failures are attempts to log in that failed since the last one that did not.
	Failures int `json:"failures,omitzero"`
}

// IsDeleted reports whether the member was deleted. Such a member can be reactivated, but is not found otherwise.
func (m *Member) IsDeleted() bool { return m.Status == organizations.MemberStatusDeleted }

type memberTables struct {
	Members *store.Table[Member]
	// membersOf has all members of an organization, deleted ones too; the others only those that are not deleted.
	membersOf           *store.Index[Member]
	memberByAddress     *store.Index[Member] // by organization and address
	memberByExternalID  *store.Index[Member] // by organization and external id
	membersByExternalID *store.Index[Member]
	// MembersByEmail has the members of all organizations under their addresses, in lower case.
	MembersByEmail *store.Index[Member]
	// MembersByEmailPart has them under their addresses in lower case, whatever the alphabet.
	MembersByEmailPart *store.Index[Member]
	// verifiedOn has members under their organization and the domain of their verified address.
	verifiedOn    *store.Index[Member]
	retiredEmails *store.Index[Member] // by organization and address
	// changingTo has members under their organization and the address that they are changing to, be that expired.
	changingTo     *store.Index[Member]
	membersByPhone *store.Index[Member] // by organization and MFA number
}

func newMemberTables(db *store.DB) memberTables {
	t := store.NewTable(db, "members", func(m *Member) string { return m.MemberID })
	found := func(value func(*Member) string) func(*Member) string {
		return func(m *Member) string {
			if m.IsDeleted() {
				return ""
			}
			return value(m)
		}
	}
	return memberTables{
		Members:   t,
		membersOf: t.Index("organization", func(m *Member) string { return m.OrganizationID }),
		memberByAddress: t.Unique("email_address", found(func(m *Member) string {
			return within(m.OrganizationID, Lower(m.EmailAddress))
		})),
		memberByExternalID: t.Unique("external_id", found(func(m *Member) string {
			return within(m.OrganizationID, m.ExternalID)
		})),
		membersByExternalID: t.Index("external id", found(func(m *Member) string { return m.ExternalID })),
		MembersByEmail:      t.Index("address", found(func(m *Member) string { return Lower(m.EmailAddress) })),
		MembersByEmailPart: t.Text("address to search for", found(func(m *Member) string {
			return strings.ToLower(m.EmailAddress)
		})),
		verifiedOn: t.Index("verified domain", found(func(m *Member) string {
			if !m.EmailAddressVerified {
				return ""
			}
			return within(m.OrganizationID, Domain(m.EmailAddress))
		})),
		changingTo: t.Index("new address", found(func(m *Member) string {
			return within(m.OrganizationID, Lower(m.NewEmail))
		})),
		membersByPhone: t.Index("number", found(func(m *Member) string {
			return within(m.OrganizationID, m.MFAPhoneNumber)
		})),
		retiredEmails: t.IndexEach("retired address", func(m *Member) []string {
			if m.IsDeleted() {
				return nil
			}
			var list []string
			for _, retired := range m.RetiredEmailAddresses {
				list = append(list, within(m.OrganizationID, Lower(retired.EmailAddress)))
			}
			return Distinct(list)
		}),
	}
}

// within is the key of a value in an organization, empty for an empty value. Ids have no spaces.
func within(organizationID, value string) string {
	if value == "" {
		return ""
	}
	return organizationID + " " + value
}

// FindMember finds a member of an organization by id or external id, nil if there is none or it was deleted.
func (tx *Tx) FindMember(organizationID, id string) *Member {
	if m := tx.Members.Get(id); m != nil && m.OrganizationID == organizationID && !m.IsDeleted() {
		return m
	}
	return tx.memberByExternalID.First(within(organizationID, id))
}

// MemberByEmail finds the member of an organization that has an address, nil if there is none.
func (tx *Tx) MemberByEmail(organizationID, email string) *Member {
	return tx.memberByAddress.First(within(organizationID, Lower(email)))
}

// MembersOf returns the members of an organization, oldest first, deleted ones too.
func (tx *Tx) MembersOf(organizationID string) []*Member { return tx.membersOf.Rows(organizationID) }

// MembersIn yields the members of several organizations, deleted ones too, as [store.Table.All] does. No id may occur
// twice.
func (tx *Tx) MembersIn(organizationIDs []string) iter.Seq2[uint64, *Member] {
	if len(organizationIDs) == 1 {
		return tx.membersOf.All(organizationIDs[0])
	}
	rows := map[uint64]*Member{}
	var numbers []uint64
	for _, id := range organizationIDs {
		for number, m := range tx.membersOf.All(id) {
			rows[number] = m
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return func(yield func(uint64, *Member) bool) {
		for _, number := range numbers {
			if !yield(number, rows[number]) {
				return
			}
		}
	}
}

// EmailChangeTo returns the member of an organization who is changing to an address or, if there is none, has not
// confirmed it in time; nil if there is neither.
func (tx *Tx) EmailChangeTo(organizationID, email string) *Member {
	if m := tx.PendingEmailChangeTo(organizationID, email); m != nil {
		return m
	}
	return tx.changingTo.First(within(organizationID, Lower(email)))
}

// PendingEmailChangeTo returns the member of an organization who is changing to an address, nil if there is none.
func (tx *Tx) PendingEmailChangeTo(organizationID, email string) *Member {
	for _, m := range tx.changingTo.All(within(organizationID, Lower(email))) {
		if tx.Now.Before(m.NewEmailExpiresAt) {
			return m
		}
	}
	return nil
}

// HasMFAPhone reports whether a member of an organization has a number for the second factor.
func (tx *Tx) HasMFAPhone(organizationID, phone string) bool {
	return tx.membersByPhone.Len(within(organizationID, phone)) > 0
}

// HasVerifiedMember reports whether an organization has a member with a verified address on a domain.
func (tx *Tx) HasVerifiedMember(organizationID, domain string) bool {
	return tx.verifiedOn.Len(within(organizationID, domain)) > 0
}

// RetiredBy returns the member of an organization that had an address before, nil if there is none.
func (tx *Tx) RetiredBy(organizationID, email string) *Member {
	return tx.retiredEmails.First(within(organizationID, Lower(email)))
}

// NewMember puts a pending member, who becomes active with the first login. It returns the row.
func (tx *Tx) NewMember(organizationID, email string) *Member {
	m := &Member{
		Member: organizations.Member{
			OrganizationID: organizationID, MemberID: tx.ID("member"), EmailAddress: email,
			Status: organizations.MemberStatusPending, CreatedAt: tx.Now, UpdatedAt: tx.Now,
		},
		EmailID: tx.ID("email"),
	}
	tx.Members.Put(m)
	return m
}

// MemberAnywhere finds a member by id or external id in any organization, nil if there is none or it was deleted. Of
// several with the same external id it finds none.
func (tx *Tx) MemberAnywhere(id string) *Member {
	if m := tx.Members.Get(id); m != nil && !m.IsDeleted() {
		return m
	}
	if tx.membersByExternalID.Len(id) != 1 {
		return nil
	}
	return tx.membersByExternalID.First(id)
}

// DeleteAccessOf deletes all by which somebody has access as a member: the password, an authenticator app that is
// pending, sessions, intermediate sessions, links, codes, impersonations, and what apps were granted.
func (tx *Tx) DeleteAccessOf(memberID string) {
	tx.DeletePasswordOf(memberID)
	tx.DeleteSessionsOf(memberID, func(*Session) bool { return true })
	tx.DeleteLinksOf(memberID, func(*Link) bool { return true })
	tx.DeleteEmailCodesOf(memberID)
	tx.DeleteSMSCodesOf(memberID)
	for _, i := range tx.impersonationsOf.Rows(memberID) {
		tx.Impersonations.Delete(i.Token)
	}
	tx.deletePendingTOTP(memberID)
	for _, g := range tx.GrantsOf(memberID) {
		tx.Grants.Delete(g.Key())
	}
	tx.DeleteAuthorizationsOf(memberID)
	if m := tx.Members.Get(memberID); m != nil {
		tx.DeleteIntermediatesFor(m, func(*Intermediate) bool { return true })
	}
}

// fillDefaults sets what a snapshot may leave out, and drops roles that nobody can be assigned and what is computed.
func (m *Member) fillDefaults() {
	m.MemberPasswordID = ""
	m.Status = cmp.Or(m.Status, organizations.MemberStatusPending)
	m.AssignedRoles = slices.DeleteFunc(Distinct(m.AssignedRoles), func(id string) bool {
		return id == "" || id == RoleMember
	})
}

// MemberStatuses are the statuses that there are.
var MemberStatuses = []string{
	organizations.MemberStatusPending, organizations.MemberStatusInvited, organizations.MemberStatusActive,
	organizations.MemberStatusDeleted,
}

func (m *Member) prepare(*Tx) error {
	m.fillDefaults()
	if m.ExternalID != "" && !IDForm.MatchString(m.ExternalID) {
		return errors.New("external_id is malformed")
	}
	err := cmp.Or(
		checkName("member_id", m.MemberID), oneOf("status", m.Status, MemberStatuses),
		checkEmail("email_address", m.EmailAddress), checkFailures(m.Failures),
		inField("trusted_metadata", CheckMetadata(m.TrustedMetadata)),
		inField("untrusted_metadata", CheckMetadata(m.UntrustedMetadata)))
	if err == nil && m.NewEmail != "" {
		err = checkEmail("new_email_address", m.NewEmail)
	}
	return err
}
