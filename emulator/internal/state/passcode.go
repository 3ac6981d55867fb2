package state

import (
	"cmp"
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// Passcode is a code that was sent. Of each owner there is the newest one only.
type Passcode struct {
	// Channel is email or sms.
	Channel string `json:"channel"`
	// MemberID is whom the code logs in, empty for discovery, where the address says for whom it is.
	MemberID string `json:"member_id"`
	Email    string `json:"email_address,omitzero"`
	Phone    string `json:"phone_number,omitzero"`
	Code     string `json:"code"`
	// EmailUpdate says that the code makes Email the member's address.
	EmailUpdate bool `json:"email_update,omitzero"`
	Used        bool `json:"used,omitzero"`
	// Failures are wrong codes that were tried.
	Failures  int       `json:"failures,omitzero"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Owner is the key of a code: the newest one of each owner counts.
func (p *Passcode) Owner() string {
	if p.EmailUpdate {
		return EmailUpdateOwner(p.MemberID)
	}
	return passcodeOwner(p.Channel, p.MemberID, p.Email)
}

// EmailUpdateOwner is the owner of codes by which a member confirms another address.
func EmailUpdateOwner(memberID string) string { return "email_update " + memberID }

// passcodeOwner is the owner of codes that are sent to a member by a channel, or for discovery to an address.
func passcodeOwner(channel, memberID, email string) string {
	if memberID != "" {
		email = ""
	}
	return channel + " " + memberID + " " + Lower(email)
}

// The channels of codes and messages.
const (
	ChannelEmail = "email"
	ChannelSMS   = "sms"
)

type passcodeTables struct {
	Passcodes    *store.Table[Passcode]
	passcodesTo  *store.Index[Passcode] // by address
	passcodesDue due
}

func newPasscodeTables(db *store.DB) passcodeTables {
	t := store.NewTable(db, "passcodes", (*Passcode).Owner)
	return passcodeTables{
		Passcodes:   t,
		passcodesTo: t.Index("address", func(p *Passcode) string { return Lower(p.Email) }),
	}
}

// DeleteEmailCodesTo deletes the codes that were sent to an address, to whichever member, and those for discovery.
func (tx *Tx) DeleteEmailCodesTo(email string) {
	for _, p := range tx.passcodesTo.Rows(Lower(email)) {
		tx.Passcodes.Delete(p.Owner())
	}
}

// DeleteEmailCodesOf deletes the codes that were sent to a member by e-mail.
func (tx *Tx) DeleteEmailCodesOf(memberID string) {
	tx.Passcodes.Delete(passcodeOwner(ChannelEmail, memberID, ""))
	tx.Passcodes.Delete(EmailUpdateOwner(memberID))
}

// DeleteSMSCodesOf deletes the codes that were sent to a member by text message.
func (tx *Tx) DeleteSMSCodesOf(memberID string) {
	tx.Passcodes.Delete(passcodeOwner(ChannelSMS, memberID, ""))
}

func (p *Passcode) prepare(*Tx) error {
	p.Channel = cmp.Or(p.Channel, ChannelSMS)
	byEmail := p.Channel == ChannelEmail
	err := cmp.Or(
		oneOf("channel", p.Channel, []string{ChannelEmail, ChannelSMS}), checkName("code", p.Code),
		checkFailures(p.Failures))
	switch {
	case err != nil:
		return err
	case byEmail == (p.Email == ""):
		return errors.New("email_address is missing, or the channel is not email")
	case byEmail == (p.Phone != ""):
		return errors.New("phone_number is missing, or the channel is not sms")
	case !byEmail && p.MemberID == "":
		return errors.New("member_id is missing, and the channel is sms")
	case p.EmailUpdate && (!byEmail || p.MemberID == ""):
		return errors.New("email_update is for a code with a member_id, whose channel is email")
	case byEmail:
		return checkEmail("email_address", p.Email)
	}
	return nil
}

func (tx *Tx) checkPasscodes() error {
	return each(tx.Passcodes, func(p *Passcode) error { return tx.refersToMemberOrNone(p.MemberID) })
}
