package scim

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
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

// given is what the record of a user last gave to the member.
type given struct{ email, name string }

// givenBy is what a user gave. A snapshot may leave it out: then it is what the record says.
func givenBy(u *state.SCIMUser) given {
	if u.GivenEmail != "" {
		return given{u.GivenEmail, u.GivenName}
	}
	email, _ := addressOf(&u.Attributes) // a new user has had none
	return given{email, nameOf(&u.Attributes)}
}

// provision does to the member of a user what a change of the user means, and says in u who that is. What the identity
// provider did not change stays as the API may have set it.
func (r *request) provision(old, u *state.SCIMUser, isActive bool) error {
	email, err := addressOf(&u.Attributes)
	if err != nil {
		return err
	}
	before, now := givenBy(old), given{email, nameOf(&u.Attributes)}
	m := r.Members.Get(u.MemberID)
	wasActive := m != nil && !m.IsDeleted()
	switch {
	case !isActive && wasActive:
		login.Delete(r.Tx.Tx, m)
		return nil
	case !isActive:
		return nil
	case !wasActive:
		m, err = r.join(m, before.email, email)
	case before.email != email:
		m, err = login.ChangeEmail(r.Tx.Tx, m, email)
	}
	if err != nil {
		return err
	}
	isNew := now.name != before.name || m.MemberID != u.MemberID
	if isNew && now.name != "" && now.name != m.Name {
		changed := *m
		changed.Name, changed.UpdatedAt = now.name, r.Now
		r.Members.Put(&changed)
	}
	u.MemberID, u.GivenEmail, u.GivenName = m.MemberID, now.email, now.name
	return nil
}

// join returns the member whom an active user is: the one who has the address, the user's own one before, or a new one.
// The own one keeps the address that the API has set, unless the identity provider has given another since. Unverified:
// that a new member is active, and that the address is not verified.
func (r *request) join(own *state.Member, before, email string) (*state.Member, error) {
	tx, organizationID := r.Tx.Tx, r.connection.OrganizationID
	if own != nil && before == email {
		email = own.EmailAddress
	}
	if m := tx.MemberByEmail(organizationID, email); m != nil {
		if tx.SCIMUserOf(m.MemberID) != nil {
			return nil, conflict("Another user is the member who has the address.")
		}
		return m, nil
	}
	if own != nil {
		return login.Reactivate(tx, own, email)
	}
	if err := login.CheckEmail(tx, organizationID, "", email); err != nil {
		return nil, err
	}
	m := *tx.NewMember(organizationID, email)
	m.Status = organizations.MemberStatusActive
	tx.Members.Put(&m)
	return &m, nil
}
