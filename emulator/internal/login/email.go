package login

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// CheckEmail refuses an address that a member of an organization cannot have, because it is another member's, was
// another member's, or is of a domain that another organization has claimed. A new member has no id.
func CheckEmail(tx *state.Tx, organizationID, memberID, email string) error {
	isOther := func(m *state.Member) bool { return m != nil && m.MemberID != memberID }
	switch {
	case isOther(tx.MemberByEmail(organizationID, email)):
		return ops.ErrDuplicateMemberEmail
	case isOther(tx.RetiredBy(organizationID, email)):
		return ops.ErrRetiredMemberEmail
	case isOther(tx.PendingEmailChangeTo(organizationID, email)):
		return ops.ErrDesiredEmailUpdatingForDifferentMember
	case tx.ClaimedElsewhere(organizationID, email):
		return ops.ErrActionNotAllowedEmailDomainIsClaimed
	}
	return nil
}

// adoptEmail makes an address the member's that a provider has for the member's account there now. One that the member
// had before, or cannot have, changes nothing. It returns the row.
func adoptEmail(tx *state.Tx, m *state.Member, email string) *state.Member {
	if slices.ContainsFunc(m.RetiredEmailAddresses, func(r organizations.RetiredEmail) bool {
		return state.Lower(r.EmailAddress) == state.Lower(email)
	}) {
		return m
	}
	changed, err := ChangeEmail(tx, m, email)
	if err != nil {
		return m
	}
	return changed
}

// ChangeEmail makes an address the member's. It is not verified, the old one is retired, the password is gone, links
// and codes that were sent to other addresses are revoked, and accounts at OAuth providers log nobody in until the new
// address is proved with them. It returns the row. The address that the member has already changes nothing.
func ChangeEmail(tx *state.Tx, m *state.Member, email string) (*state.Member, error) {
	if state.Lower(email) == state.Lower(m.EmailAddress) {
		return m, nil
	}
	if err := CheckEmail(tx, m.OrganizationID, m.MemberID, email); err != nil {
		return nil, err
	}
	changed := *m
	changed.EmailID = tx.ID("email")
	retired := slices.DeleteFunc(slices.Clone(m.RetiredEmailAddresses), func(r organizations.RetiredEmail) bool {
		again := state.Lower(r.EmailAddress) == state.Lower(email)
		if again {
			changed.EmailID = r.EmailID
		}
		return again
	})
	retired = append(retired, organizations.RetiredEmail{EmailID: m.EmailID, EmailAddress: m.EmailAddress})
	changed.RetiredEmailAddresses = retired[max(0, len(retired)-state.MaxEntries):]
	changed.EmailAddress, changed.EmailAddressVerified, changed.VouchedFor = email, false, false
	changed.NewEmail, changed.NewEmailExpiresAt = "", time.Time{}
	changed.UpdatedAt = tx.Now
	tx.Members.Put(&changed)
	tx.DeletePasswordOf(m.MemberID)
	tx.DeleteLinksOf(m.MemberID, func(l *state.Link) bool { return state.Lower(l.Email) != state.Lower(email) })
	tx.DeleteEmailCodesOf(m.MemberID)
	for _, r := range tx.RegistrationsOf(m.MemberID) {
		if !r.IsSSO() {
			former := *r
			former.FormerEmail = true
			tx.Registrations.Put(&former)
		}
	}
	return &changed, nil
}
