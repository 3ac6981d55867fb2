package state

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/password"
	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// Password is the password of a member or, where passwords are for all organizations, of an address.
type Password struct {
	ID string `json:"member_password_id"`
	// MemberID is whose password it is, empty for that of an address. Of MemberID and Email one is given.
	MemberID string        `json:"member_id,omitzero"`
	Email    string        `json:"email_address,omitzero"`
	Hash     password.Hash `json:"hash"`
	// RequiresReset says that nobody can log in with it.
	RequiresReset bool `json:"requires_reset,omitzero"`
	// Unproved says that whoever set it had not proved the address.
	Unproved bool `json:"unproved,omitzero"`
	// Failures are wrong passwords that were tried for an address since the last right one. Too many lock the password
	// until LockExpiresAt. Those of members are counted by [Member].
	Failures      int       `json:"failures,omitzero"`
	LockExpiresAt time.Time `json:"lock_expires_at,omitzero"`
}

type passwordTables struct {
	Passwords       *store.Table[Password]
	passwordOf      *store.Index[Password] // by member
	passwordByEmail *store.Index[Password]
}

func newPasswordTables(db *store.DB) passwordTables {
	t := store.NewTable(db, "passwords", func(p *Password) string { return p.ID })
	return passwordTables{
		Passwords:       t,
		passwordOf:      t.Unique("member_id", func(p *Password) string { return p.MemberID }),
		passwordByEmail: t.Unique("email_address", func(p *Password) string { return Lower(p.Email) }),
	}
}

// PasswordOf returns the password with which a member logs in, nil if there is none.
func (tx *Tx) PasswordOf(m *Member) *Password {
	if tx.Settings().Passwords.CrossOrganization {
		return tx.PasswordByEmail(m.EmailAddress)
	}
	return tx.passwordOf.First(m.MemberID)
}

// PasswordByEmail returns the password of an address, nil if there is none.
func (tx *Tx) PasswordByEmail(email string) *Password { return tx.passwordByEmail.First(Lower(email)) }

// MemberByPassword finds the member of an organization who has a password, nil if there is none.
func (tx *Tx) MemberByPassword(organizationID, passwordID string) *Member {
	p := tx.Passwords.Get(passwordID)
	if p == nil {
		return nil
	}
	if m := tx.Members.Get(p.MemberID); m != nil && m.OrganizationID == organizationID && !m.IsDeleted() {
		return m
	}
	return nil
}

// PutPassword puts the password of a member or, where passwords are for all organizations, of an address. One that is
// there is replaced, and keeps its id. Whoever sets it has proved the address or not.
func (tx *Tx) PutPassword(memberID, email string, hash *password.Hash, proved bool) {
	row := &Password{MemberID: memberID, Hash: *hash, Unproved: !proved}
	old := tx.passwordOf.First(memberID)
	if tx.Settings().Passwords.CrossOrganization {
		row.MemberID, row.Email = "", Lower(email)
		old = tx.PasswordByEmail(email)
	}
	if old != nil {
		row.ID = old.ID
	} else {
		row.ID = tx.ID("member-password")
	}
	tx.Passwords.Put(row)
}

// DeletePasswordOf deletes the password of a member. That of the member's address stays.
func (tx *Tx) DeletePasswordOf(memberID string) {
	if p := tx.passwordOf.First(memberID); p != nil {
		tx.Passwords.Delete(p.ID)
	}
}

// Salt makes the salt of a new password.
func (tx *Tx) Salt() []byte { return tx.ids.bytes(password.SaltLength) }

func (p *Password) prepare(*Tx) error {
	if (p.MemberID == "") == (p.Email == "") {
		return errors.New("member_id and email_address: exactly one must be given")
	}
	if p.Email != "" {
		if err := checkEmail("email_address", p.Email); err != nil {
			return err
		}
	}
	if err := cmp.Or(checkName("member_password_id", p.ID), checkFailures(p.Failures)); err != nil {
		return err
	}
	err := p.Hash.Check()
	if wrong, is := errors.AsType[*password.Invalid](err); is {
		return fmt.Errorf("hash, whose digest is decoded from base64: %s", wrong.Text)
	}
	return err
}

func (tx *Tx) checkPasswords() error {
	forAll := tx.Settings().Passwords.CrossOrganization
	return each(tx.Passwords, func(p *Password) error {
		switch {
		case forAll && p.MemberID != "":
			return errors.New("member_id is given though the settings have cross_organization")
		case !forAll && p.Email != "":
			return errors.New("email_address is given though the settings do not have cross_organization")
		case forAll:
			return nil
		}
		return refers("member_id", p.MemberID, tx.Members)
	})
}
