package state

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// ConnectedApp is an OAuth client of the project.
type ConnectedApp struct {
	ClientID          string                  `json:"client_id"`
	ClientName        string                  `json:"client_name"`
	ClientDescription string                  `json:"client_description"`
	ClientType        connectedapp.ClientType `json:"client_type"`
	LogoURL           string                  `json:"logo_url"`
}

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

type connectedAppTables struct {
	ConnectedApps *store.Table[ConnectedApp]
	Grants        *store.Table[Grant]
	grantsOf      *store.Index[Grant] // by member
	grantsIn      *store.Index[Grant] // by organization
	grantsTo      *store.Index[Grant] // by organization and app
}

func newConnectedAppTables(db *store.DB) connectedAppTables {
	grants := store.NewTable(db, "grants", (*Grant).Key)
	return connectedAppTables{
		ConnectedApps: store.NewTable(db, "connected_apps", func(a *ConnectedApp) string { return a.ClientID }),
		Grants:        grants,
		grantsOf:      grants.Index("member", func(g *Grant) string { return g.MemberID }),
		grantsIn:      grants.Index("organization", func(g *Grant) string { return g.OrganizationID }),
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

// Admits reports whether an organization's rules let members use an app.
func (o *Organization) Admits(app *ConnectedApp) bool {
	rule, allowed := o.ThirdPartyConnectedAppsAllowedType, o.AllowedThirdPartyConnectedApps
	if slices.Contains(firstParty, app.ClientType) {
		rule, allowed = o.FirstPartyConnectedAppsAllowedType, o.AllowedFirstPartyConnectedApps
	}
	return rule == organizations.ConnectedAppsAllowedTypeAllAllowed ||
		rule == organizations.ConnectedAppsAllowedTypeRestricted && slices.Contains(allowed, app.ClientID)
}

var (
	firstParty = []connectedapp.ClientType{
		connectedapp.ClientTypeFirstParty, connectedapp.ClientTypeFirstPartyPublic,
	}
	thirdParty = []connectedapp.ClientType{
		connectedapp.ClientTypeThirdParty, connectedapp.ClientTypeThirdPartyPublic,
	}
)

func (a *ConnectedApp) prepare(*Tx) error {
	switch {
	case !IsName(a.ClientID):
		return errors.New("client_id is empty or too long")
	case !slices.Contains(firstParty, a.ClientType) && !slices.Contains(thirdParty, a.ClientType):
		return errors.New("the client type is unknown")
	}
	return nil
}

func (g *Grant) prepare(*Tx) error {
	isNoScope := func(s string) bool { return s == "" || strings.Contains(s, " ") }
	if slices.ContainsFunc(g.Scopes, isNoScope) || len(distinct(g.Scopes)) != len(g.Scopes) {
		return errors.New("one of its scopes is empty, has a space or occurs twice")
	}
	return nil
}

func (tx *Tx) checkGrants() error {
	for _, g := range tx.Grants.All() {
		m := tx.Members.Get(g.MemberID)
		switch {
		case m == nil || m.OrganizationID != g.OrganizationID:
			return fmt.Errorf("a grant to %s: its organization has no such member", g.ConnectedAppID)
		case tx.ConnectedApps.Get(g.ConnectedAppID) == nil:
			return fmt.Errorf("a grant of %s: there is no such app", g.MemberID)
		}
	}
	return nil
}
