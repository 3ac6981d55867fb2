package scim

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// addressOf is the address of the member whom a record is of: the primary e-mail address, else one for work, else the
// first, else the user name. Unverified: which one the API takes.
func addressOf(attributes *scim.SCIMAttributes) (string, error) {
	emails := attributes.Emails
	i := slices.IndexFunc(emails, func(e scim.Email) bool { return e.Primary })
	if i < 0 {
		i = slices.IndexFunc(emails, func(e scim.Email) bool { return state.Lower(e.Type) == "work" })
	}
	i = max(i, 0)
	address := attributes.UserName
	if i < len(emails) && emails[i].Value != "" {
		address = emails[i].Value
	}
	email, err := state.Email(address)
	if err != nil {
		return "", bad(invalidValue, "Neither an e-mail address of the user nor the userName is one: %.128q.", address)
	}
	return email, nil
}

// nameOf is the name of the member whom a record is of, empty if it has none.
func nameOf(attributes *scim.SCIMAttributes) string {
	parts := cmp.Or(attributes.Name, &scim.Name{})
	name := cmp.Or(attributes.DisplayName, parts.Formatted, strings.TrimSpace(parts.GivenName+" "+parts.FamilyName))
	runes := []rune(name)
	return string(runes[:min(len(runes), state.MaxName)])
}

// provision does to the member of a user what a change of the user means, and returns the member's id. What the
// identity provider did not change stays as the API may have set it.
func (r *request) provision(old, u *state.SCIMUser, isActive bool) (memberID string, err error) {
	address, err := addressOf(&u.Attributes)
	if err != nil {
		return "", err
	}
	before, _ := addressOf(&old.Attributes) // a new user has had none
	m := r.Members.Get(u.MemberID)
	wasActive := m != nil && !m.IsDeleted()
	name := nameOf(&u.Attributes)
	switch {
	case !isActive && wasActive:
		login.Delete(r.Tx.Tx, m)
		return u.MemberID, nil
	case !isActive:
		return u.MemberID, nil
	case !wasActive:
		if m, err = r.join(m, before, address); err != nil {
			return "", err
		}
	default:
		if before != address {
			if m, err = login.ChangeEmail(r.Tx.Tx, m, address); err != nil {
				return "", err
			}
		}
		if name == nameOf(&old.Attributes) {
			name = ""
		}
	}
	if name != "" && name != m.Name {
		changed := *m
		changed.Name, changed.UpdatedAt = name, r.Now
		r.Members.Put(&changed)
	}
	return m.MemberID, nil
}

// join returns the member whom an active user is: the one who has the address, the user's own one before, or a new one.
// Unverified: that a new member is active, and that the address is not verified.
func (r *request) join(own *state.Member, before, address string) (*state.Member, error) {
	tx, organizationID, ownID := r.Tx.Tx, r.connection.OrganizationID, ""
	if own != nil && before == address {
		address, ownID = own.EmailAddress, own.MemberID
	}
	if m := tx.MemberByEmail(organizationID, address); m != nil {
		if tx.SCIMUserOf(m.MemberID) != nil {
			return nil, conflict("Another user is the member who has the address.")
		}
		return m, nil
	}
	if err := login.CheckEmail(tx, organizationID, ownID, address); err != nil {
		return nil, err
	}
	if ownID == "" {
		m := *tx.NewMember(organizationID, address)
		m.Status = organizations.MemberStatusActive
		tx.Members.Put(&m)
		return &m, nil
	}
	if own.ExternalID != "" && tx.FindMember(organizationID, own.ExternalID) != nil {
		return nil, conflict("%s", ops.ErrDuplicateMemberExternalID.Text)
	}
	m := *own
	m.Status, m.UpdatedAt = organizations.MemberStatusActive, tx.Now
	tx.Members.Put(&m)
	tx.EndMember(m.MemberID) // what a snapshot has, though the member was deleted
	return &m, nil
}
