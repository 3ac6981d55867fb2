package b2b

import (
	"reflect"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func scimConnectionRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BSCIMConnectionCreate, createSCIMConnection),
		engine.Handle(ops.B2BSCIMConnectionGet, getSCIMConnection),
		engine.Handle(ops.B2BSCIMConnectionUpdate, updateSCIMConnection),
		engine.Handle(ops.B2BSCIMConnectionDelete, deleteSCIMConnection),
		engine.Handle(ops.B2BSCIMConnectionGetGroups, getSCIMGroups),
		engine.Handle(ops.B2BSCIMConnectionRotateStart, startSCIMRotation),
		engine.Handle(ops.B2BSCIMConnectionRotateComplete, completeSCIMRotation),
		engine.Handle(ops.B2BSCIMConnectionRotateCancel, cancelSCIMRotation),
	}
}

// createSCIMConnection makes the connection of an organization. Its response is the only one with the token.
func createSCIMConnection(tx *engine.Tx, req *connection.CreateRequest) (*connection.CreateResponse, error) {
	if err := checkSCIMFields(req.DisplayName, req.IdentityProvider); err != nil {
		return nil, err
	}
	org, err := permittedOrganization(tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if tx.SCIMConnectionOf(org.OrganizationID) != nil {
		return nil, ops.ErrActiveSCIMConnectionExists
	}
	token := tx.Token()
	c := &state.SCIMConnection{
		ConnectionID: tx.ID("scim-connection"), OrganizationID: org.OrganizationID,
		IdentityProvider: scim.IdentityProviderGeneric,
		TokenHash:        state.HashSecret(token), TokenLastFour: state.LastFour(token),
	}
	state.Set(&c.DisplayName, req.DisplayName)
	state.Set(&c.IdentityProvider, req.IdentityProvider)
	tx.PutSCIMConnection(c)
	return &connection.CreateResponse{Connection: &scim.SCIMConnectionWithToken{
		OrganizationID: c.OrganizationID, ConnectionID: c.ConnectionID, Status: scim.SCIMConnectionStatusActive,
		DisplayName: c.DisplayName, IdentityProvider: c.IdentityProvider, BaseURL: scimBaseURL(tx, c),
		BearerToken: token,
	}}, nil
}

func checkSCIMFields(name *string, provider *scim.IdentityProvider) error {
	if err := checkDisplayName(name); err != nil {
		return err
	}
	if provider != nil && !slices.Contains(state.SCIMIdentityProviders, *provider) {
		return ops.ErrInvalidSCIMIDP
	}
	return nil
}

// scimBaseURL is where the identity provider finds the SCIM server of a connection. That of Entra ID has the parameter
// by which it sends patches as RFC 7644 has them.
func scimBaseURL(tx *engine.Tx, c *state.SCIMConnection) string {
	base := tx.URL(ops.SCIMOther, c.ConnectionID)
	if c.IdentityProvider == scim.IdentityProviderMicrosoftEntra {
		base += "?aadOptscim062020"
	}
	return base
}

// scimConnection is a connection as the API returns it.
func scimConnection(tx *engine.Tx, c *state.SCIMConnection) *scim.SCIMConnection {
	return &scim.SCIMConnection{
		OrganizationID: c.OrganizationID, ConnectionID: c.ConnectionID, Status: scim.SCIMConnectionStatusActive,
		DisplayName: c.DisplayName, IdentityProvider: c.IdentityProvider, BaseURL: scimBaseURL(tx, c),
		BearerTokenLastFour: c.TokenLastFour, NextBearerTokenLastFour: c.NextTokenLastFour,
		SCIMGroupImplicitRoleAssignments: scimGroupRoles(tx, c),
	}
}

func scimGroupRoles(tx *engine.Tx, c *state.SCIMConnection) []scim.SCIMGroupImplicitRoleAssignments {
	var list []scim.SCIMGroupImplicitRoleAssignments
	for _, r := range c.GroupRoles {
		list = append(list, scim.SCIMGroupImplicitRoleAssignments{
			RoleID: r.RoleID, GroupID: r.GroupID, GroupName: tx.SCIMGroups.Get(r.GroupID).DisplayName,
		})
	}
	return list
}

// permittedSCIMConnection finds the connection of an organization. A connection that is named must be that one.
func permittedSCIMConnection(
	tx *engine.Tx, organizationID string, connectionID *string,
) (*state.SCIMConnection, error) {
	org, err := permittedOrganization(tx, organizationID)
	if err != nil {
		return nil, err
	}
	if connectionID != nil {
		if err := login.CheckTestID("scim-connection", *connectionID); err != nil {
			return nil, err
		}
	}
	c := tx.SCIMConnectionOf(org.OrganizationID)
	if c == nil || connectionID != nil && *connectionID != c.ConnectionID {
		return nil, ops.ErrNoActiveSCIMConnection
	}
	return c, nil
}

func getSCIMConnection(tx *engine.Tx, req *connection.GetRequest) (*connection.GetResponse, error) {
	c, err := permittedSCIMConnection(tx, req.OrganizationID, nil)
	if err != nil {
		return nil, err
	}
	return &connection.GetResponse{Connection: scimConnection(tx, c)}, nil
}

// updateSCIMConnection changes what is given. A list of roles replaces the previous one.
func updateSCIMConnection(tx *engine.Tx, req *connection.UpdateRequest) (*connection.UpdateResponse, error) {
	if err := checkSCIMFields(req.DisplayName, req.IdentityProvider); err != nil {
		return nil, err
	}
	if len(req.SCIMGroupImplicitRoleAssignments) > state.MaxEntries {
		return nil, ops.ErrBadRequest.Because("There are more than %d role assignments.", state.MaxEntries)
	}
	found, err := permittedSCIMConnection(tx, req.OrganizationID, &req.ConnectionID)
	if err != nil {
		return nil, err
	}
	c := *found
	state.Set(&c.DisplayName, req.DisplayName)
	state.Set(&c.IdentityProvider, req.IdentityProvider)
	if req.SCIMGroupImplicitRoleAssignments != nil {
		if c.GroupRoles, err = assignedGroupRoles(tx, &c, req.SCIMGroupImplicitRoleAssignments); err != nil {
			return nil, err
		}
	}
	if !reflect.DeepEqual(*found, c) {
		tx.PutSCIMConnection(&c)
	}
	return &connection.UpdateResponse{Connection: scimConnection(tx, &c)}, nil
}

// assignedGroupRoles are the roles of groups that a request assigns, each once.
func assignedGroupRoles(
	tx *engine.Tx, c *state.SCIMConnection, assignments []scim.SCIMGroupImplicitRoleAssignments,
) ([]state.SCIMGroupRole, error) {
	org := tx.Organizations.Get(c.OrganizationID)
	seen := map[state.SCIMGroupRole]bool{}
	var list []state.SCIMGroupRole
	for _, a := range assignments {
		if a.GroupID == "" {
			return nil, ops.ErrSCIMGroupRoleAssignmentDoesNotContainGroupID
		}
		if g := tx.SCIMGroups.Get(a.GroupID); g == nil || g.ConnectionID != c.ConnectionID {
			return nil, ops.ErrSCIMGroupRoleAssignmentGroupDoesNotExist
		}
		if _, err := login.Assignable(tx.Tx, org, []string{a.RoleID}); err != nil {
			return nil, ops.ErrInvalidRBACRoleAssignment.Because("The role %.128q cannot be assigned.", a.RoleID)
		}
		role := state.SCIMGroupRole{RoleID: a.RoleID, GroupID: a.GroupID}
		if !seen[role] {
			list = append(list, role)
		}
		seen[role] = true
	}
	return list, nil
}

// deleteSCIMConnection deletes a connection. Unverified: members stay, without their records and the roles of groups.
func deleteSCIMConnection(tx *engine.Tx, req *connection.DeleteRequest) (*connection.DeleteResponse, error) {
	c, err := permittedSCIMConnection(tx, req.OrganizationID, &req.ConnectionID)
	if err != nil {
		return nil, err
	}
	tx.DeleteSCIMConnection(c)
	return &connection.DeleteResponse{ConnectionID: c.ConnectionID}, nil
}

// getSCIMGroups lists groups, oldest first.
func getSCIMGroups(tx *engine.Tx, req *connection.GetGroupsRequest) (*connection.GetGroupsResponse, error) {
	c, err := permittedSCIMConnection(tx, req.OrganizationID, &req.ConnectionID)
	if err != nil {
		return nil, err
	}
	search := &engine.Search[state.SCIMGroup]{}
	page, meta, err := search.Page(tx.SCIMGroupsOf(c.ConnectionID), engine.Query{Cursor: req.Cursor, Limit: req.Limit})
	if err != nil {
		return nil, err
	}
	resp := &connection.GetGroupsResponse{NextCursor: meta.NextCursor}
	for _, g := range page {
		resp.SCIMGroups = append(resp.SCIMGroups, scim.SCIMGroup{
			GroupID: g.ID, GroupName: g.DisplayName, OrganizationID: c.OrganizationID, ConnectionID: c.ConnectionID,
		})
	}
	return resp, nil
}

// startSCIMRotation makes a second token, which only this response has. Unverified: a rotation that is started again
// has another second token.
func startSCIMRotation(tx *engine.Tx, req *connection.RotateStartRequest) (*connection.RotateStartResponse, error) {
	found, err := permittedSCIMConnection(tx, req.OrganizationID, &req.ConnectionID)
	if err != nil {
		return nil, err
	}
	token, c := tx.Token(), *found
	c.NextTokenHash, c.NextTokenLastFour = state.HashSecret(token), state.LastFour(token)
	tx.PutSCIMConnection(&c)
	return &connection.RotateStartResponse{Connection: &scim.SCIMConnectionWithNextToken{
		OrganizationID: c.OrganizationID, ConnectionID: c.ConnectionID, Status: scim.SCIMConnectionStatusActive,
		DisplayName: c.DisplayName, IdentityProvider: c.IdentityProvider, BaseURL: scimBaseURL(tx, &c),
		BearerTokenLastFour: c.TokenLastFour, NextBearerToken: token,
		SCIMGroupImplicitRoleAssignments: scimGroupRoles(tx, &c),
	}}, nil
}

// completeSCIMRotation drops the old token.
func completeSCIMRotation(
	tx *engine.Tx, req *connection.RotateCompleteRequest,
) (*connection.RotateCompleteResponse, error) {
	c, err := rotatingSCIMConnection(tx, req.OrganizationID, req.ConnectionID)
	if err != nil {
		return nil, err
	}
	c.TokenHash, c.TokenLastFour = c.NextTokenHash, c.NextTokenLastFour
	return &connection.RotateCompleteResponse{Connection: endSCIMRotation(tx, c)}, nil
}

// cancelSCIMRotation drops the new token.
func cancelSCIMRotation(tx *engine.Tx, req *connection.RotateCancelRequest) (*connection.RotateCancelResponse, error) {
	c, err := rotatingSCIMConnection(tx, req.OrganizationID, req.ConnectionID)
	if err != nil {
		return nil, err
	}
	return &connection.RotateCancelResponse{Connection: endSCIMRotation(tx, c)}, nil
}

// rotatingSCIMConnection returns a copy of a connection whose token is being rotated.
func rotatingSCIMConnection(tx *engine.Tx, organizationID, connectionID string) (*state.SCIMConnection, error) {
	found, err := permittedSCIMConnection(tx, organizationID, &connectionID)
	if err != nil {
		return nil, err
	}
	if !found.IsRotating() {
		return nil, ops.ErrSCIMConnectionNotRotatingToken
	}
	c := *found
	return &c, nil
}

func endSCIMRotation(tx *engine.Tx, c *state.SCIMConnection) *scim.SCIMConnection {
	c.NextTokenHash, c.NextTokenLastFour = nil, ""
	tx.PutSCIMConnection(c)
	return scimConnection(tx, c)
}
