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

type linkTables struct {
	Links    *store.Table[Link]
	linksOf  *store.Index[Link] // by member
	linksDue due
}

func newLinkTables(db *store.DB) linkTables {
	t := store.NewTable(db, "magic_links", func(l *Link) string { return l.Token })
	return linkTables{Links: t, linksOf: t.Index("member", func(l *Link) string { return l.MemberID })}
}

// DeleteLinksOf deletes those links of a member for which is returns true.
func (tx *Tx) DeleteLinksOf(memberID string, is func(*Link) bool) {
	for _, l := range tx.linksOf.Rows(memberID) {
		if is(l) {
			tx.Links.Delete(l.Token)
		}
	}
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

func (tx *Tx) checkLinks(all tokens) error {
	return each(tx.Links, func(l *Link) error {
		return cmp.Or(tx.refersToMemberOrNone(l.MemberID), all.once("token", l.Token))
	})
}
