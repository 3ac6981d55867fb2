package b2b

import (
	"reflect"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func organizationRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BOrganizationsCreate, createOrganization),
		engine.Handle(ops.B2BOrganizationsGet, getOrganization),
		engine.Handle(ops.B2BOrganizationsUpdate, updateOrganization),
		engine.Handle(ops.B2BOrganizationsDelete, deleteOrganization),
		engine.Handle(ops.B2BOrganizationsSearch, searchOrganizations),
		engine.Handle(ops.B2BOrganizationsMetrics, countMembers),
		engine.Handle(ops.B2BOrganizationsConnectedApps, listOrganizationApps),
		engine.Handle(ops.B2BOrganizationsGetConnectedApp, getOrganizationApp),
		engine.Handle(ops.B2BOrganizationsDeleteExternalID, deleteOrganizationExternalID),
	}
}

// createOrganization creates an organization without members.
func createOrganization(
	tx *engine.Tx, req *organizations.CreateRequest,
) (*organizations.CreateResponse, error) {
	org, err := settingsOfCreation(req).create(tx, "")
	if err != nil {
		return nil, err
	}
	return &organizations.CreateResponse{Organization: org.Organization}, nil
}

func getOrganization(tx *engine.Tx, req *organizations.GetRequest) (*organizations.GetResponse, error) {
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	return &organizations.GetResponse{Organization: org.Organization}, nil
}

// permittedOrganization finds the organization for an operation that takes the session of a caller.
func permittedOrganization(tx *engine.Tx, id string) (*state.Organization, error) {
	org, err := login.FindOrganization(tx.Tx, id)
	if err != nil {
		return nil, err
	}
	return org, tx.Permit(org.OrganizationID, nil)
}

// updateOrganization changes what is given. Apps that are no longer allowed lose what members have granted.
func updateOrganization(
	tx *engine.Tx, req *organizations.UpdateRequest,
) (*organizations.UpdateResponse, error) {
	found, err := permittedOrganization(tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	org := *found
	s := (*settings)(req)
	s.apply(&org)
	if !reflect.DeepEqual(*found, org) {
		org.UpdatedAt = tx.Now
	}
	if err := s.put(tx, &org); err != nil {
		return nil, err
	}
	for _, g := range tx.GrantsIn(org.OrganizationID) {
		if !org.Admits(tx.ConnectedApps.Get(g.ConnectedAppID)) {
			tx.RevokeGrant(g.MemberID, g.ConnectedAppID)
		}
	}
	return &organizations.UpdateResponse{Organization: org.Organization}, nil
}

func deleteOrganization(
	tx *engine.Tx, req *organizations.DeleteRequest,
) (*organizations.DeleteResponse, error) {
	org, err := permittedOrganization(tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	tx.DeleteOrganization(org.OrganizationID)
	return &organizations.DeleteResponse{OrganizationID: org.OrganizationID}, nil
}

// countMembers counts the members of an organization. Unverified: all count but deleted ones.
func countMembers(tx *engine.Tx, req *organizations.MetricsRequest) (*organizations.MetricsResponse, error) {
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	resp := &organizations.MetricsResponse{}
	for _, m := range tx.MembersOf(org.OrganizationID) {
		if !m.IsDeleted() {
			resp.MemberCount++
		}
	}
	return resp, nil
}

// listOrganizationApps lists the apps to which members have granted access, oldest first.
func listOrganizationApps(
	tx *engine.Tx, req *organizations.ConnectedAppsRequest,
) (*organizations.ConnectedAppsResponse, error) {
	org, err := permittedOrganization(tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	resp := &organizations.ConnectedAppsResponse{}
	for _, app := range tx.ConnectedApps.All() {
		if len(usersOf(tx, org, app)) > 0 {
			resp.ConnectedApps = append(resp.ConnectedApps, organizations.OrganizationConnectedApp{
				ConnectedAppID: app.ClientID, Name: app.ClientName, Description: app.ClientDescription,
				ClientType: app.ClientType, LogoURL: app.LogoURL,
			})
		}
	}
	return resp, nil
}

// getOrganizationApp returns an app and the members who have granted it access, be it none.
func getOrganizationApp(
	tx *engine.Tx, req *organizations.GetConnectedAppRequest,
) (*organizations.GetConnectedAppResponse, error) {
	org, err := permittedOrganization(tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if err := checkAppID(req.ConnectedAppID); err != nil {
		return nil, err
	}
	app := tx.ConnectedApps.Get(req.ConnectedAppID)
	if app == nil {
		return nil, ops.ErrConnectedAppNotFound
	}
	return &organizations.GetConnectedAppResponse{
		ConnectedAppID: app.ClientID, Name: app.ClientName, Description: app.ClientDescription,
		ClientType: app.ClientType, LogoURL: app.LogoURL, ActiveMembers: usersOf(tx, org, app),
	}, nil
}

// usersOf are the members of an organization who use an app that it allows.
func usersOf(
	tx *engine.Tx, org *state.Organization, app *state.ConnectedApp,
) []organizations.OrganizationConnectedAppActiveMember {
	if !org.Admits(app) {
		return nil
	}
	var users []organizations.OrganizationConnectedAppActiveMember
	for _, g := range tx.GrantsTo(org.OrganizationID, app.ClientID) {
		if !tx.Members.Get(g.MemberID).IsDeleted() {
			user := organizations.OrganizationConnectedAppActiveMember{MemberID: g.MemberID, GrantedScopes: g.Scopes}
			users = append(users, user)
		}
	}
	return users
}

func deleteOrganizationExternalID(
	tx *engine.Tx, req *organizations.DeleteExternalIDRequest,
) (*organizations.DeleteExternalIDResponse, error) {
	found, err := permittedOrganization(tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	org := *found
	if org.OrganizationExternalID != "" {
		org.OrganizationExternalID, org.UpdatedAt = "", tx.Now
		tx.Organizations.Put(&org)
	}
	return &organizations.DeleteExternalIDResponse{Organization: org.Organization}, nil
}
