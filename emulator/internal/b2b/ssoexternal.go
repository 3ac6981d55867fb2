package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/external"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// createExternalConnection creates a connection that refers to an active one of another organization. Unverified: that
// it cannot refer to an external one.
func createExternalConnection(
	tx *engine.Tx, req *external.CreateConnectionRequest,
) (*external.CreateConnectionResponse, error) {
	if err := checkDisplayName(req.DisplayName); err != nil {
		return nil, err
	}
	org, err := permittedOrganization(tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	if err := checkReferred(tx, org, req); err != nil {
		return nil, err
	}
	to := tx.SSOConnections.Get(req.ExternalConnectionID)
	err = checkExternalRoles(tx, org, to, req.ConnectionImplicitRoleAssignments, req.GroupImplicitRoleAssignments)
	if err != nil {
		return nil, err
	}
	c := &sso.Connection{
		OrganizationID: org.OrganizationID, ConnectionID: tx.ID("external-connection"),
		Status: sso.ConnectionStatusActive, ExternalOrganizationID: req.ExternalOrganizationID,
		ExternalConnectionID: req.ExternalConnectionID,
	}
	state.Set(&c.DisplayName, req.DisplayName)
	state.SetList(&c.ExternalConnectionImplicitRoleAssignments, req.ConnectionImplicitRoleAssignments)
	state.SetList(&c.ExternalGroupImplicitRoleAssignments, req.GroupImplicitRoleAssignments)
	if err := tx.PutSSOConnection(&state.SSOConnection{External: c}); err != nil {
		return nil, err
	}
	return &external.CreateConnectionResponse{Connection: c}, nil
}

// checkReferred checks the connection that a new external connection refers to.
func checkReferred(tx *engine.Tx, org *state.Organization, req *external.CreateConnectionRequest) error {
	if req.ExternalOrganizationID == org.OrganizationID {
		return ops.ErrExternalOrganizationIDSameAsOrganizationID.Because(
			"The external organization is the organization itself.")
	}
	to := tx.FindSSOConnection(req.ExternalOrganizationID, req.ExternalConnectionID)
	switch {
	case to == nil || to.External != nil:
		return ops.ErrExternalConnectionIDNotFound
	case !to.IsActive():
		return ops.ErrExternalConnectionNotActive
	}
	for _, c := range tx.SSOConnectionsOf(org.OrganizationID) {
		if c.External != nil && c.External.ExternalConnectionID == req.ExternalConnectionID {
			return ops.ErrDuplicateExternalSSOConnection
		}
	}
	return checkConnectionCount(tx, org)
}

// checkExternalRoles checks the roles that an external connection gives: none if it refers to one of OIDC. Unverified:
// with which error the API refuses them.
func checkExternalRoles(
	tx *engine.Tx, org *state.Organization, to *state.SSOConnection,
	connectionRoles []sso.ConnectionImplicitRoleAssignment, groupRoles []sso.GroupImplicitRoleAssignment,
) error {
	if to.OIDC != nil && len(connectionRoles)+len(groupRoles) > 0 {
		return ops.ErrInvalidRBACRoleAssignment.Because(
			"An external connection that refers to an OIDC connection gives no roles.")
	}
	return checkImplicitRoles(tx, org, connectionRoles, groupRoles)
}

func updateExternalConnection(
	tx *engine.Tx, req *external.UpdateConnectionRequest,
) (*external.UpdateConnectionResponse, error) {
	if err := checkDisplayName(req.DisplayName); err != nil {
		return nil, err
	}
	org, found, err := permittedSSOConnection(tx, req.OrganizationID, req.ConnectionID)
	if err != nil {
		return nil, err
	}
	if found.External == nil {
		return nil, ops.ErrSSOConnectionNotFound.Because("The connection is not an external one.")
	}
	err = checkExternalRoles(tx, org, tx.Referred(found),
		req.ExternalConnectionImplicitRoleAssignments, req.ExternalGroupImplicitRoleAssignments)
	if err != nil {
		return nil, err
	}
	c := *found.External
	state.Set(&c.DisplayName, req.DisplayName)
	state.SetList(&c.ExternalConnectionImplicitRoleAssignments, req.ExternalConnectionImplicitRoleAssignments)
	state.SetList(&c.ExternalGroupImplicitRoleAssignments, req.ExternalGroupImplicitRoleAssignments)
	if err := tx.PutSSOConnection(&state.SSOConnection{External: &c}); err != nil {
		return nil, err
	}
	return &external.UpdateConnectionResponse{Connection: &c}, nil
}
