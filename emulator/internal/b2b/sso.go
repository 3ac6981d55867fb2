package b2b

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func ssoRoutes() []engine.Route {
	return slices.Concat([]engine.Route{
		engine.Handle(ops.B2BSSOAuthenticate, authenticateSSO),
		engine.Handle(ops.B2BSSOGetConnections, getConnections),
		engine.Handle(ops.B2BSSODeleteConnection, deleteConnection),
		engine.Handle(ops.B2BSSOExternalCreateConnection, createExternalConnection),
		engine.Handle(ops.B2BSSOExternalUpdateConnection, updateExternalConnection),
		engine.Handle(ops.B2BSSOOIDCCreateConnection, createOIDCConnection),
		engine.Handle(ops.B2BSSOOIDCUpdateConnection, updateOIDCConnection),
	}, samlRoutes(), ssoEndpoints())
}

// getConnections lists the connections of an organization, oldest first.
func getConnections(tx *engine.Tx, req *sso.GetConnectionsRequest) (*sso.GetConnectionsResponse, error) {
	org, err := permittedOrganization(tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	resp := &sso.GetConnectionsResponse{}
	for _, c := range tx.SSOConnectionsOf(org.OrganizationID) {
		switch {
		case c.SAML != nil:
			resp.SAMLConnections = append(resp.SAMLConnections, *samlResponse(tx, c))
		case c.OIDC != nil:
			resp.OIDCConnections = append(resp.OIDCConnections, *oidcResponse(tx, c))
		default:
			resp.ExternalConnections = append(resp.ExternalConnections, *c.External)
		}
	}
	return resp, nil
}

// deleteConnection deletes a connection, and the external ones that refer to it. Unverified: that the default is
// refused only while the organization has another active connection.
func deleteConnection(tx *engine.Tx, req *sso.DeleteConnectionRequest) (*sso.DeleteConnectionResponse, error) {
	org, c, err := permittedConnection(tx, req.OrganizationID, req.ConnectionID)
	if err != nil {
		return nil, err
	}
	if org.SSODefaultConnectionID == c.ID() && len(org.SSOActiveConnections) > 1 {
		return nil, ops.ErrCannotDeleteDefaultSSOConnection
	}
	if err := tx.DeleteSSOConnection(c); err != nil {
		return nil, err
	}
	return &sso.DeleteConnectionResponse{ConnectionID: c.ID()}, nil
}

// checkConnectionID refuses the id of a connection of a live project.
func checkConnectionID(id string) error {
	return cmp.Or(login.CheckTestID("saml-connection", id), login.CheckTestID("oidc-connection", id),
		login.CheckTestID("external-connection", id))
}

// permittedConnection finds a connection of any kind for an operation that takes the session of a caller.
func permittedConnection(tx *engine.Tx, organizationID, id string) (*state.Organization, *state.SSOConnection, error) {
	org, err := permittedOrganization(tx, organizationID)
	if err != nil {
		return nil, nil, err
	}
	if err := checkConnectionID(id); err != nil {
		return nil, nil, err
	}
	switch c := tx.FindSSOConnection(org.OrganizationID, id); {
	case c != nil:
		return org, c, nil
	case tx.SSOConnections.Get(id) != nil:
		return nil, nil, ops.ErrSSOConnectionOrganizationMismatch
	}
	return nil, nil, ops.ErrSSOConnectionNotFound
}

// checkNew validates what a request says of a new connection, and returns its identity provider.
func checkNew(displayName *string, provider *sso.IdentityProvider) (sso.IdentityProvider, error) {
	if err := checkDisplayName(displayName); err != nil {
		return "", err
	}
	if provider == nil || *provider == "" {
		return sso.IdentityProviderGeneric, nil
	}
	return *provider, checkProvider(provider)
}

func checkDisplayName(name *string) error {
	if name != nil && utf8.RuneCountInString(*name) > state.MaxName {
		return ops.ErrBadRequest.Because("The display name is longer than %d characters.", state.MaxName)
	}
	return nil
}

func checkProvider(provider *sso.IdentityProvider) error {
	if provider != nil && !slices.Contains(state.SSOIdentityProviders, *provider) {
		return ops.ErrInvalidSSOIDP
	}
	return nil
}

// checkSpace refuses one connection too many.
func checkSpace(tx *engine.Tx, org *state.Organization) error {
	if len(tx.SSOConnectionsOf(org.OrganizationID)) >= state.MaxSSOConnections {
		return ops.ErrTooManySSOConnections.Because(
			"An organization has at most %d connections.", state.MaxSSOConnections)
	}
	return nil
}

// checkImplicitRoles checks the roles that a connection gives.
func checkImplicitRoles(
	tx *engine.Tx, org *state.Organization, everyones []sso.ConnectionImplicitRoleAssignment,
	groups []sso.GroupImplicitRoleAssignment,
) error {
	if max(len(everyones), len(groups)) > state.MaxEntries {
		return ops.ErrBadRequest.Because("There are more than %d role assignments.", state.MaxEntries)
	}
	var roles []string
	for _, a := range everyones {
		roles = append(roles, a.RoleID)
	}
	for _, a := range groups {
		if a.Group == "" || len(a.Group) > state.MaxText {
			return ops.ErrSAMLGroupRoleAssignmentDoesNotContainMemberGroup.Because(
				"The group of a role assignment is empty or longer than %d bytes.", state.MaxText)
		}
		roles = append(roles, a.RoleID)
	}
	if slices.Contains(roles, state.RoleMember) {
		return ops.ErrInvalidRBACRoleAssignment.Because("Every member has the role %s.", state.RoleMember)
	}
	if _, err := login.Assignable(tx.Tx, org, roles); err != nil {
		return ops.ErrInvalidRBACRoleAssignment
	}
	return nil
}

// flat reports whether an attribute mapping has texts only.
func flat(mapping map[string]any) bool {
	for _, value := range mapping {
		if _, isText := value.(string); !isText {
			return false
		}
	}
	return true
}
