package state

import "errors"

// check checks what only all rows of a snapshot can tell: that they refer to each other as calls make them do, and that
// no token occurs twice. What one row can tell is checked by its prepare. It changes nothing.
func (tx *Tx) check() error {
	all := tokens{}
	for _, check := range []func() error{
		tx.checkOrganizations, tx.checkMembers,
		func() error { return tx.checkSessions(all) }, func() error { return tx.checkLinks(all) },
		tx.checkPasscodes, func() error { return tx.checkOAuthLogins(all) },
		tx.checkClients, tx.checkPasswords, tx.checkTOTPs,
		tx.checkSSOConnections, tx.checkRegistrations, func() error { return tx.checkSSOLogins(all) }, tx.checkSCIM,
		func() error { return tx.checkImpersonations(all) }, func() error { return tx.checkGrants(all) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// derive sets what rows say of others: the connections of the organizations, whatever the snapshot says, and the
// issuers of accounts, if it does not say them.
func (tx *Tx) derive() error {
	if err := tx.setIssuers(); err != nil {
		return err
	}
	for _, org := range tx.Organizations.Rows() {
		derived := *org
		tx.showSSO(&derived)
		tx.showSCIM(&derived)
		tx.Organizations.Put(&derived)
	}
	return each(tx.Organizations, func(o *Organization) error { return CheckOrganization(&o.Organization) })
}

func (tx *Tx) checkMembers() error {
	return each(tx.Members, func(m *Member) error {
		other := tx.FindMember(m.OrganizationID, m.ExternalID)
		if other != nil && other.MemberID != m.MemberID && !m.IsDeleted() {
			return errors.New("external_id is the member_id of another row")
		}
		return refers("organization_id", m.OrganizationID, tx.Organizations)
	})
}

func (tx *Tx) checkClients() error {
	return each(tx.Clients, func(c *Client) error {
		if tx.ConnectedApps.Get(c.ClientID) != nil {
			return errors.New("client_id is a connected app's")
		}
		return nil
	})
}
