package state

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
)

// This file checks the rows of a snapshot: prepare checks one row, and check what only all of them can tell.

// checkNames checks what clients require of a policy: no role, resource or action is without a name.
func checkNames(roles []Role) error {
	for _, r := range roles {
		unnamed := func(p organizations.CustomRolePermission) bool {
			return p.ResourceID == "" || slices.Contains(p.Actions, "")
		}
		if r.RoleID == "" || slices.ContainsFunc(r.Permissions, unnamed) {
			return fmt.Errorf("the role %q has no id, or a permission without a resource or an action", r.RoleID)
		}
	}
	return nil
}

func (o *Organization) prepare() error {
	if !IsName(o.OrganizationID) {
		return errors.New("organization_id is empty or too long")
	}
	o.fillDefaults()
	if err := CheckSettings(&o.Organization); err != nil {
		return err
	}
	return checkNames(o.CustomRoles)
}

var memberStatuses = []string{
	organizations.MemberStatusPending, organizations.MemberStatusInvited, organizations.MemberStatusActive,
	organizations.MemberStatusDeleted,
}

func (m *Member) prepare() error {
	m.fillDefaults()
	_, err := Email(m.EmailAddress)
	switch {
	case !IsName(m.MemberID):
		return errors.New("member_id is empty or too long")
	case !slices.Contains(memberStatuses, m.Status):
		return errors.New("the status is unknown")
	case err != nil:
		return err
	case m.ExternalID != "" && !IDForm.MatchString(m.ExternalID):
		return errors.New("the external id is malformed")
	}
	if err := cmp.Or(CheckMetadata(m.TrustedMetadata), CheckMetadata(m.UntrustedMetadata)); err != nil {
		return err
	}
	if m.NewEmail != "" {
		_, err = Email(m.NewEmail)
	}
	return err
}

func (s *Session) prepare() error {
	claims, err := MergeClaims(nil, s.CustomClaims)
	switch {
	case !IsName(s.ID):
		return errors.New("member_session_id is empty or too long")
	case err != nil || len(claims) != len(s.CustomClaims):
		return errors.New("its custom claims are too large or have a reserved name")
	case len(distinct(s.Tokens)) != len(s.Tokens) || slices.Contains(s.Tokens, ""):
		return errors.New("one of its tokens is empty, or occurs twice")
	}
	return nil
}

// Check checks the bounds of a session that no call has made.
func (s *Session) Check() error {
	if err := checkRow("sessions", s); err != nil {
		return err
	}
	if !encodesWithin(s.Factors, maxRecord) {
		return errors.New("authentication_factors must be UTF-8")
	}
	return nil
}

func (i *Intermediate) prepare() error {
	if !IsName(i.Token) {
		return errors.New("the token is empty")
	}
	_, err := Email(i.Email)
	return err
}

func (l *Link) prepare() error {
	if l.Purpose == "" {
		l.Purpose = LinkDiscovery
	}
	_, err := Email(l.Email)
	switch {
	case !IsName(l.Token):
		return errors.New("the token is empty")
	case err != nil:
		return err
	case l.Challenge != "" && !ChallengeForm.MatchString(l.Challenge):
		return errors.New("the challenge is malformed")
	case !slices.Contains(linkPurposes, l.Purpose):
		return errors.New("the purpose is unknown")
	case (l.MemberID == "") != (l.Purpose == LinkDiscovery):
		return errors.New("it has a member and is for discovery, or has none and is not")
	}
	return nil
}

var linkPurposes = []LinkPurpose{LinkDiscovery, LinkLogin, LinkSignup, LinkInvite, LinkEmailUpdate}

func (p *Passcode) prepare() error {
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
	case p.EmailUpdate && (!byEmail || p.MemberID == ""):
		return errors.New("a code for another address is for a member, by e-mail")
	}
	if byEmail {
		_, err := Email(p.Email)
		return err
	}
	return nil
}

func (m *Message) prepare(tx *Tx) error {
	if tx.Messages.Len() >= MaxMessages {
		return fmt.Errorf("there are more than %d messages", MaxMessages)
	}
	if m.ID == "" {
		m.ID = tx.ID("message")
	}
	return nil
}

// check checks that rows refer to each other as calls make them do, and that no token occurs twice.
func (tx *Tx) check() error {
	for _, m := range tx.Members.All() {
		if tx.Organizations.Get(m.OrganizationID) == nil {
			return fmt.Errorf("member %s: there is no such organization", m.MemberID)
		}
	}
	tokens := map[string]bool{}
	once := func(kind, token string) error {
		if tokens[token] {
			return fmt.Errorf("%s: its token is another one's", kind)
		}
		tokens[token] = true
		return nil
	}
	for _, s := range tx.Sessions.All() {
		if m := tx.Members.Get(s.MemberID); m == nil || m.OrganizationID != s.OrganizationID {
			return fmt.Errorf("session %s: its organization has no such member", s.ID)
		}
		for _, token := range s.Tokens {
			if err := once("session "+s.ID, token); err != nil {
				return err
			}
		}
	}
	for _, i := range tx.Intermediates.All() {
		if i.OrganizationID != "" && tx.Organizations.Get(i.OrganizationID) == nil {
			return fmt.Errorf("an intermediate session: there is no organization %q", i.OrganizationID)
		}
		if err := once("an intermediate session", i.Token); err != nil {
			return err
		}
	}
	for _, l := range tx.Links.All() {
		if l.MemberID != "" && tx.Members.Get(l.MemberID) == nil {
			return errors.New("a magic link has no such member")
		}
		if err := once("a magic link", l.Token); err != nil {
			return err
		}
	}
	for _, p := range tx.Passcodes.All() {
		if p.MemberID != "" && tx.Members.Get(p.MemberID) == nil {
			return errors.New("a passcode has no such member")
		}
	}
	if err := tx.checkRegistrations(); err != nil {
		return err
	}
	return tx.checkGrants()
}
