package b2b

import (
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/organizations/members/connectedapps"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func memberAppRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BOrganizationsMembersGetConnectedApps, getMemberApps),
		engine.Handle(ops.B2BOrganizationsMembersConnectedAppsRevoke, revokeMemberApp),
	}
}

// getMemberApps lists the apps to which a member has granted access, and which the organization admits.
func getMemberApps(tx *engine.Tx, req *members.GetConnectedAppsRequest) (*members.GetConnectedAppsResponse, error) {
	org, m, err := permittedMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	resp := &members.GetConnectedAppsResponse{}
	for _, g := range tx.GrantsOf(m.MemberID) {
		app := tx.ConnectedApps.Get(g.ConnectedAppID)
		if !org.Admits(app) {
			continue
		}
		resp.ConnectedApps = append(resp.ConnectedApps, organizations.MemberConnectedApp{
			ConnectedAppID: app.ClientID, Name: app.ClientName, Description: app.ClientDescription,
			ClientType: app.ClientType, ScopesGranted: strings.Join(g.Scopes, " "), LogoURL: app.LogoURL,
		})
	}
	return resp, nil
}

// checkAppID refuses the id of an app of a live project.
func checkAppID(id string) error { return login.CheckTestID("connected-app", id) }

// revokeMemberApp ends the access of an app to a member. An app without access is as if unknown.
func revokeMemberApp(tx *engine.Tx, req *connectedapps.RevokeRequest) (*connectedapps.RevokeResponse, error) {
	_, m, err := permittedMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	if err := checkAppID(req.ConnectedAppID); err != nil {
		return nil, err
	}
	if tx.Grants.Get(state.GrantKey(m.MemberID, req.ConnectedAppID)) == nil {
		return nil, ops.ErrConnectedAppNotFound
	}
	tx.RevokeGrant(m.MemberID, req.ConnectedAppID)
	return &connectedapps.RevokeResponse{}, nil
}
