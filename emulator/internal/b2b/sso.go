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
		engine.Handle(ops.B2BSSOGetConnections, getSSOConnections),
		engine.Handle(ops.B2BSSODeleteConnection, deleteSSOConnection),
		engine.Handle(ops.B2BSSOExternalCreateConnection, createExternalConnection),
		engine.Handle(ops.B2BSSOExternalUpdateConnection, updateExternalConnection),
		engine.Handle(ops.B2BSSOOIDCCreateConnection, createOIDCConnection),
		engine.Handle(ops.B2BSSOOIDCUpdateConnection, updateOIDCConnection),
	}, samlRoutes(), ssoEndpoints())
}

// getSSOConnections lists the connections of an organization, oldest first.
func getSSOConnections(tx *engine.Tx, req *sso.GetConnectionsRequest) (*sso.GetConnectionsResponse, error) {
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

// deleteSSOConnection deletes a connection, and the external ones that refer to it. Unverified: that the default is
// refused only while the organization has another active connection.
func deleteSSOConnection(tx *engine.Tx, req *sso.DeleteConnectionRequest) (*sso.DeleteConnectionResponse, error) {
	org, c, err := permittedSSOConnection(tx, req.OrganizationID, req.ConnectionID)
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

// checkSSOConnectionID refuses the id of a connection of a live project.
func checkSSOConnectionID(id string) error {
	return cmp.Or(login.CheckTestID("saml-connection", id), login.CheckTestID("oidc-connection", id),
		login.CheckTestID("external-connection", id))
}

// permittedSSOConnection finds a connection of any kind for an operation that takes the session of a caller.
func permittedSSOConnection(
	tx *engine.Tx, organizationID, id string,
) (*state.Organization, *state.SSOConnection, error) {
	org, err := permittedOrganization(tx, organizationID)
	if err != nil {
		return nil, nil, err
	}
	if err := checkSSOConnectionID(id); err != nil {
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

// checkNewConnection validates what a request says of a new connection, and returns its identity provider.
func checkNewConnection(displayName *string, provider *sso.IdentityProvider) (sso.IdentityProvider, error) {
	if err := checkDisplayName(displayName); err != nil {
		return "", err
	}
	if provider == nil || *provider == "" {
		return sso.IdentityProviderGeneric, nil
	}
	return *provider, checkIdentityProvider(provider)
}

// checkDisplayName checks the name of a connection, of SSO or SCIM.
func checkDisplayName(name *string) error {
	if name != nil && utf8.RuneCountInString(*name) > state.MaxName {
		return ops.ErrBadRequest.Because("The display name is longer than %d characters.", state.MaxName)
	}
	return nil
}

func checkIdentityProvider(provider *sso.IdentityProvider) error {
	if provider != nil && !slices.Contains(state.SSOIdentityProviders, *provider) {
		return ops.ErrInvalidSSOIDP
	}
	return nil
}

// checkConnectionCount refuses one connection too many.
func checkConnectionCount(tx *engine.Tx, org *state.Organization) error {
	if len(tx.SSOConnectionsOf(org.OrganizationID)) >= state.MaxSSOConnections {
		return ops.ErrTooManySSOConnections.Because(
			"An organization has at most %d connections.", state.MaxSSOConnections)
	}
	return nil
}

// checkImplicitRoles checks the roles that a connection gives.
func checkImplicitRoles(
	tx *engine.Tx, org *state.Organization, connectionRoles []sso.ConnectionImplicitRoleAssignment,
	groupRoles []sso.GroupImplicitRoleAssignment,
) error {
	if max(len(connectionRoles), len(groupRoles)) > state.MaxEntries {
		return ops.ErrBadRequest.Because("There are more than %d role assignments.", state.MaxEntries)
	}
	var roles []string
	for _, a := range connectionRoles {
		roles = append(roles, a.RoleID)
	}
	for _, a := range groupRoles {
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
