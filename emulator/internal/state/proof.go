package state

import (
	"cmp"
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// Link is a magic link that was sent.
type Link struct {
	Token   string  `json:"token"`
	Purpose Purpose `json:"purpose"`
	Email   string  `json:"email_address"`
	// MemberID is whom the link logs in, empty for discovery.
	MemberID  string    `json:"member_id,omitzero"`
	Challenge string    `json:"pkce_code_challenge"`
	Used      bool      `json:"used"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Purpose is what a link or a code was sent for.
type Purpose string

// The purposes of links and codes.
const (
	PurposeDiscovery   Purpose = "discovery"
	PurposeLogin       Purpose = "login"
	PurposeSignup      Purpose = "signup"
	PurposeInvite      Purpose = "invite"
	PurposeEmailUpdate Purpose = "email_update"
	// PurposePasswordReset sets the password of a member, PurposeDiscoveryPasswordReset that of an address.
	PurposePasswordReset          Purpose = "password_reset"
	PurposeDiscoveryPasswordReset Purpose = "discovery_password_reset"
)

var purposes = []Purpose{
	PurposeDiscovery, PurposeLogin, PurposeSignup, PurposeInvite, PurposeEmailUpdate, PurposePasswordReset,
	PurposeDiscoveryPasswordReset,
}

// hasMember reports whether what was sent for a purpose is for a member: what was sent for discovery is not.
func (p Purpose) hasMember() bool { return p != PurposeDiscovery && p != PurposeDiscoveryPasswordReset }

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
	return PasscodeOwner(p.Channel, p.MemberID, p.Email)
}

// EmailUpdateOwner is the owner of codes by which a member confirms another address.
func EmailUpdateOwner(memberID string) string { return "email_update " + memberID }

// PasscodeOwner is the owner of codes that are sent to a member by a channel, or for discovery to an address.
func PasscodeOwner(channel, memberID, email string) string {
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

type proofTables struct {
	Links     *store.Table[Link]
	linksOf   *store.Index[Link] // by member
	Passcodes *store.Table[Passcode]
	codesTo   *store.Index[Passcode] // by address

	linksDue, passcodesDue due
}

func newProofTables(db *store.DB) proofTables {
	links := store.NewTable(db, "magic_links", func(l *Link) string { return l.Token })
	codes := store.NewTable(db, "passcodes", (*Passcode).Owner)
	return proofTables{
		Links:     links,
		linksOf:   links.Index("member", func(l *Link) string { return l.MemberID }),
		Passcodes: codes,
		codesTo:   codes.Index("address", func(p *Passcode) string { return Lower(p.Email) }),
	}
}

// DeleteLinksOf deletes those links of a member for which is returns true.
func (tx *Tx) DeleteLinksOf(memberID string, is func(*Link) bool) {
	for _, l := range tx.linksOf.Rows(memberID) {
		if is(l) {
			tx.Links.Delete(l.Token)
		}
	}
}

// DeleteEmailCodesTo deletes the codes that were sent to an address, to whichever member, and those for discovery.
func (tx *Tx) DeleteEmailCodesTo(email string) {
	for _, p := range tx.codesTo.Rows(Lower(email)) {
		tx.Passcodes.Delete(p.Owner())
	}
}

// DeleteEmailCodesOf deletes the codes that were sent to a member by e-mail.
func (tx *Tx) DeleteEmailCodesOf(memberID string) {
	tx.Passcodes.Delete(PasscodeOwner(ChannelEmail, memberID, ""))
	tx.Passcodes.Delete(EmailUpdateOwner(memberID))
}

// DeleteSMSCodesOf deletes the codes that were sent to a member by text message.
func (tx *Tx) DeleteSMSCodesOf(memberID string) {
	tx.Passcodes.Delete(PasscodeOwner(ChannelSMS, memberID, ""))
}

func (l *Link) prepare(*Tx) error {
	l.Purpose = cmp.Or(l.Purpose, PurposeDiscovery)
	if (l.MemberID != "") != l.Purpose.hasMember() {
		return errors.New("member_id is empty, or the purpose has no member")
	}
	return cmp.Or(
		checkName("token", l.Token), checkEmail("email_address", l.Email),
		checkChallenge("pkce_code_challenge", l.Challenge), oneOf("purpose", l.Purpose, purposes))
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

func (tx *Tx) checkProofs(all tokens) error {
	refersToMember := func(id string) error {
		if id == "" {
			return nil
		}
		return refers("member_id", id, tx.Members)
	}
	err := each(tx.Links, func(l *Link) error {
		return cmp.Or(refersToMember(l.MemberID), all.once("token", l.Token))
	})
	if err != nil {
		return err
	}
	return each(tx.Passcodes, func(p *Passcode) error { return refersToMember(p.MemberID) })
}
