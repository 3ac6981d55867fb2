package state

import (
	"errors"
	"fmt"
	"slices"
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

// DeleteLinksOf deletes the links of a member for which is holds.
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
	if l.Purpose == "" {
		l.Purpose = PurposeDiscovery
	}
	_, err := Email(l.Email)
	switch {
	case !IsName(l.Token):
		return errors.New("the token is empty")
	case err != nil:
		return err
	case l.Challenge != "" && !ChallengeForm.MatchString(l.Challenge):
		return errors.New("the challenge is malformed")
	case !slices.Contains(purposes, l.Purpose):
		return errors.New("the purpose is unknown")
	case (l.MemberID != "") != l.Purpose.hasMember():
		return errors.New("it has a member and is for discovery, or has none and is not")
	}
	return nil
}

func (p *Passcode) prepare(*Tx) error {
	if p.Channel == "" {
		p.Channel = ChannelSMS
	}
	byEmail := p.Channel == ChannelEmail
	switch {
	case !byEmail && p.Channel != ChannelSMS:
		return errors.New("the channel is unknown")
	case !IsName(p.Code):
		return errors.New("the code is empty or too long")
	case byEmail == (p.Email == ""):
		return errors.New("a code by e-mail has an address, and one by text message has none")
	case byEmail == (p.Phone != "") || len(p.Phone) > MaxName:
		return errors.New("a code by text message has a number, and one by e-mail has none")
	case !byEmail && p.MemberID == "":
		return errors.New("a code by text message is for a member")
	case p.Failures < 0 || p.Failures > MaxFailures:
		return fmt.Errorf("failures must be between 0 and %d", MaxFailures)
	case p.EmailUpdate && (!byEmail || p.MemberID == ""):
		return errors.New("a code for another address is for a member, by e-mail")
	}
	if byEmail {
		_, err := Email(p.Email)
		return err
	}
	return nil
}
