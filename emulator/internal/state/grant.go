package state

import (
	"cmp"
	"errors"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// Grant is the access that a member has granted to a Connected App. There is one for each member and app.
type Grant struct {
	MemberID       string   `json:"member_id"`
	OrganizationID string   `json:"organization_id"`
	ConnectedAppID string   `json:"connected_app_id"`
	Scopes         []string `json:"scopes"`
}

// Key is the key of a grant in its table. Ids have no spaces.
func (g *Grant) Key() string {
	if g.MemberID == "" || g.ConnectedAppID == "" {
		return ""
	}
	return GrantKey(g.MemberID, g.ConnectedAppID)
}

// GrantKey is the key of what a member has granted to an app.
func GrantKey(memberID, appID string) string { return memberID + " " + appID }

type grantTables struct {
	Grants   *store.Table[Grant]
	grantsOf *store.Index[Grant] // by member
	grantsIn *store.Index[Grant] // by organization
	grantsTo *store.Index[Grant] // by organization and app
}

func newGrantTables(db *store.DB) grantTables {
	grants := store.NewTable(db, "grants", (*Grant).Key)
	return grantTables{
		Grants:   grants,
		grantsOf: grants.Index("member", func(g *Grant) string { return g.MemberID }),
		grantsIn: grants.Index("organization", func(g *Grant) string { return g.OrganizationID }),
		grantsTo: grants.Index("app in its organization", func(g *Grant) string {
			return within(g.OrganizationID, g.ConnectedAppID)
		}),
	}
}

// GrantsOf returns what a member has granted, oldest first.
func (tx *Tx) GrantsOf(memberID string) []*Grant { return tx.grantsOf.Rows(memberID) }

// GrantsIn returns what the members of an organization have granted, oldest first.
func (tx *Tx) GrantsIn(organizationID string) []*Grant { return tx.grantsIn.Rows(organizationID) }

// GrantsTo returns what the members of an organization have granted to an app, oldest first.
func (tx *Tx) GrantsTo(organizationID, appID string) []*Grant {
	return tx.grantsTo.Rows(within(organizationID, appID))
}

// RevokeGrant ends the access of an app to a member: it deletes what was granted, and revokes the authorizations. They
// stay revoked when the member grants access again.
func (tx *Tx) RevokeGrant(memberID, appID string) {
	tx.Grants.Delete(GrantKey(memberID, appID))
	for _, a := range tx.authorizationsOf.Rows(memberID) {
		if a.ConnectedAppID == appID && !a.Revoked {
			revoked := *a
			revoked.Revoked = true
			tx.Authorizations.Put(&revoked)
		}
	}
}

func (g *Grant) prepare(*Tx) error { return checkScopes(g.Scopes) }

// checkGrants checks that members and apps exist, and that there is no access that nobody has granted.
func (tx *Tx) checkGrants(all tokens) error {
	err := each(tx.Grants, func(g *Grant) error {
		return tx.refersToAccess(g.OrganizationID, g.MemberID, g.ConnectedAppID)
	})
	if err != nil {
		return err
	}
	err = each(tx.Authorizations, func(a *Authorization) error {
		if err := tx.refersToAccess(a.OrganizationID, a.MemberID, a.ConnectedAppID); err != nil || a.Revoked {
			return err
		}
		if tx.Grants.Get(GrantKey(a.MemberID, a.ConnectedAppID)) == nil {
			return errors.New("revoked is false, but member_id has granted connected_app_id nothing")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return each(tx.AppTokens, func(t *AppToken) error {
		return cmp.Or(refers("authorization_id", t.AuthorizationID, tx.Authorizations), all.once("token", t.Token))
	})
}

// refersToAccess checks that a member and an app exist.
func (tx *Tx) refersToAccess(organizationID, memberID, appID string) error {
	return cmp.Or(tx.refersToMember(organizationID, memberID), refers("connected_app_id", appID, tx.ConnectedApps))
}
