package state

import (
	"cmp"
	"errors"
	"fmt"
)

// check checks what only all rows of a snapshot can tell: that they refer to each other as calls make them do, and that
// no token occurs twice. What one row can tell is checked by its prepare.
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
	if err := tx.checkOAuth(once); err != nil {
		return err
	}
	for _, p := range tx.Passcodes.All() {
		if p.MemberID != "" && tx.Members.Get(p.MemberID) == nil {
			return errors.New("a passcode has no such member")
		}
	}
	for _, c := range tx.Clients.All() {
		if tx.ConnectedApps.Get(c.ClientID) != nil {
			return fmt.Errorf("client %s: its id is a connected app's", c.ClientID)
		}
	}
	err := cmp.Or(
		tx.checkPasswords(), tx.checkTOTPs(), tx.checkRegistrations(), tx.checkConnections(), tx.checkSSOLogins(once),
		tx.checkSCIM(), tx.checkImpersonations(once), tx.checkGrants(once))
	if err == nil {
		tx.setIssuers()
	}
	return err
}
