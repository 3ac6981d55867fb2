package flows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/external"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// connections lists the SSO connections of an organization.
func (h *harness) connections(org string, opts ...shared.RequestOption) (*sso.GetConnectionsResponse, error) {
	h.t.Helper()
	return h.api.B2B.SSO.GetConnections(h.t.Context(), &sso.GetConnectionsRequest{OrganizationID: org}, opts...)
}

// deleteConnection deletes an SSO connection.
func (h *harness) deleteConnection(org, id string, opts ...shared.RequestOption) error {
	h.t.Helper()
	_, err := h.api.B2B.SSO.DeleteConnection(h.t.Context(),
		&sso.DeleteConnectionRequest{OrganizationID: org, ConnectionID: id}, opts...)
	return err
}

// pendingOIDC creates an OIDC connection that is not set up.
func (h *harness) pendingOIDC(org string) *sso.OIDCConnection {
	h.t.Helper()
	created, err := h.api.B2B.SSO.OIDC.CreateConnection(h.t.Context(), &oidc.CreateConnectionRequest{OrganizationID: org})
	require.NoError(h.t, err)
	return created.Connection
}

// activeOIDC creates an OIDC connection to a provider that does not exist.
func (h *harness) activeOIDC(org string) *sso.OIDCConnection {
	h.t.Helper()
	c := h.pendingOIDC(org)
	updated, err := h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) {
		r.Issuer, r.ClientID, r.ClientSecret = new("http://127.0.0.1:1"), new("client"), new("secret")
		r.AuthorizationURL, r.TokenURL = new("http://127.0.0.1:1/auth"), new("http://127.0.0.1:1/token")
		r.UserinfoURL, r.JWKSURL = new("http://127.0.0.1:1/me"), new("http://127.0.0.1:1/keys")
	})
	require.NoError(h.t, err)
	require.Equal(h.t, sso.ConnectionStatusActive, updated.Connection.Status)
	return updated.Connection
}

func (h *harness) updateOIDC(
	org, id string, change func(*oidc.UpdateConnectionRequest), opts ...shared.RequestOption,
) (*oidc.UpdateConnectionResponse, error) {
	h.t.Helper()
	req := &oidc.UpdateConnectionRequest{OrganizationID: org, ConnectionID: id}
	change(req)
	return h.api.B2B.SSO.OIDC.UpdateConnection(h.t.Context(), req, opts...)
}

// external creates an external connection.
func (h *harness) external(
	org, otherOrg, connection string, change func(*external.CreateConnectionRequest),
) (*sso.Connection, error) {
	h.t.Helper()
	req := &external.CreateConnectionRequest{
		OrganizationID: org, ExternalOrganizationID: otherOrg, ExternalConnectionID: connection,
	}
	if change != nil {
		change(req)
	}
	resp, err := h.api.B2B.SSO.External.CreateConnection(h.t.Context(), req)
	if err != nil {
		return nil, err
	}
	return resp.Connection, nil
}

// activeIDs are the ids of the active SSO connections of an organization.
func activeIDs(org organizations.Organization) []string {
	var ids []string
	for _, c := range org.SSOActiveConnections {
		ids = append(ids, c.ConnectionID)
	}
	return ids
}

func TestSSO_organizationFollowsItsConnections(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	pending := h.pendingOIDC(org)
	assert.Empty(t, h.getOrg(org).SSOActiveConnections, "a pending one does not count")
	first, second := h.activeOIDC(org), h.activeOIDC(org)
	got := h.getOrg(org)
	assert.Equal(t, []string{first.ConnectionID, second.ConnectionID}, activeIDs(got))
	assert.Equal(t, first.ConnectionID, got.SSODefaultConnectionID)
	_, err := h.updateOrg(org, func(r *organizations.UpdateRequest) {
		r.SSOJITProvisioningAllowedConnections = []string{first.ConnectionID, second.ConnectionID}
	})
	require.NoError(t, err)
	_, err = h.updateOrg(org, func(r *organizations.UpdateRequest) { r.SSODefaultConnectionID = &pending.ConnectionID })
	require.ErrorIs(t, err, stytcherror.CodeInvalidSSODefaultConnectionID)

	require.ErrorIs(t, h.deleteConnection(org, first.ConnectionID), stytcherror.CodeCannotDeleteDefaultSSOConnection)
	_, err = h.updateOrg(org, func(r *organizations.UpdateRequest) { r.SSODefaultConnectionID = &second.ConnectionID })
	require.NoError(t, err)
	require.NoError(t, h.deleteConnection(org, first.ConnectionID))
	got = h.getOrg(org)
	assert.Equal(t, []string{second.ConnectionID}, activeIDs(got))
	assert.Equal(t, []string{second.ConnectionID}, got.SSOJITProvisioningAllowedConnections)
	require.ErrorIs(t, h.deleteConnection(org, first.ConnectionID), stytcherror.CodeSSOConnectionNotFound)

	_, err = h.updateOIDC(org, second.ConnectionID, func(r *oidc.UpdateConnectionRequest) { r.ClientSecret = new("") })
	require.NoError(t, err)
	got = h.getOrg(org)
	assert.Empty(t, got.SSOActiveConnections, "it is no longer complete")
	assert.Empty(t, got.SSODefaultConnectionID)
	assert.Empty(t, got.SSOJITProvisioningAllowedConnections)
	third := h.activeOIDC(org)
	assert.Equal(t, third.ConnectionID, h.getOrg(org).SSODefaultConnectionID)
	require.NoError(t, h.deleteConnection(org, third.ConnectionID), "the only active one")
	list, err := h.connections(org)
	require.NoError(t, err)
	assert.Len(t, list.OIDCConnections, 2)
}

func TestSSO_connectionsBelongToTheirOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	slug := "acme-sso"
	org := h.organization(func(r *organizations.CreateRequest) {
		r.OrganizationSlug, r.OrganizationExternalID = &slug, new("ext-1")
	}).OrganizationID
	other := h.organization(nil).OrganizationID
	c := h.activeOIDC(org)
	for _, id := range []string{org, slug, "ext-1"} {
		list, err := h.connections(id)
		require.NoError(t, err)
		require.Len(t, list.OIDCConnections, 1)
		assert.Equal(t, *c, list.OIDCConnections[0])
	}
	_, err := h.connections("none")
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	empty, err := h.connections(other)
	require.NoError(t, err)
	assert.Empty(t, empty.OIDCConnections)
	require.ErrorIs(t, h.deleteConnection(other, c.ConnectionID), stytcherror.CodeSSOConnectionOrganizationMismatch)
	_, err = h.updateOIDC(other, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) { r.DisplayName = new("x") })
	require.ErrorIs(t, err, stytcherror.CodeOIDCConnectionNotFound)
	_, err = h.api.B2B.SSO.SAML.UpdateConnection(t.Context(),
		&saml.UpdateConnectionRequest{OrganizationID: org, ConnectionID: c.ConnectionID})
	require.ErrorIs(t, err, stytcherror.CodeSAMLConnectionNotFound, "it is no SAML connection")
	for code, client := range h.strangers() {
		_, err := client.B2B.SSO.GetConnections(t.Context(), &sso.GetConnectionsRequest{OrganizationID: org})
		require.ErrorIs(t, err, code)
	}
}

func TestSSO_callersNeedPermissions(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	_, member := h.ordinary(org)
	stranger := h.create("eve@example.org")
	c, e := h.activeOIDC(org), h.activeOIDC(stranger.Organization.OrganizationID)
	s := h.activeSAML(org)
	ext, err := h.external(org, e.OrganizationID, e.ConnectionID, nil)
	require.NoError(t, err)
	roles := []sso.ConnectionImplicitRoleAssignment{}
	for name, call := range map[string]func(shared.RequestOption) error{
		"get": func(o shared.RequestOption) error { _, err := h.connections(org, o); return err },
		"create OIDC": func(o shared.RequestOption) error {
			_, err := h.api.B2B.SSO.OIDC.CreateConnection(t.Context(), &oidc.CreateConnectionRequest{OrganizationID: org}, o)
			return err
		},
		"create SAML": func(o shared.RequestOption) error {
			_, err := h.api.B2B.SSO.SAML.CreateConnection(t.Context(), &saml.CreateConnectionRequest{OrganizationID: org}, o)
			return err
		},
		"update OIDC": func(o shared.RequestOption) error {
			_, err := h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) { r.DisplayName = new("x") }, o)
			return err
		},
		"update OIDC by issuer": func(o shared.RequestOption) error {
			_, err := h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) { r.Issuer = new("http://127.0.0.1:1") }, o)
			return err
		},
		"update SAML": func(o shared.RequestOption) error {
			_, err := h.updateSAML(org, s.ConnectionID, func(r *saml.UpdateConnectionRequest) {
				r.SAMLConnectionImplicitRoleAssignments = roles
			}, o)
			return err
		},
		"update external": func(o shared.RequestOption) error {
			_, err := h.api.B2B.SSO.External.UpdateConnection(t.Context(), &external.UpdateConnectionRequest{
				OrganizationID: org, ConnectionID: ext.ConnectionID, ExternalConnectionImplicitRoleAssignments: roles,
			}, o)
			return err
		},
	} {
		require.ErrorIs(t, call(as(member)), stytcherror.CodeSessionAuthorizationError, name)
		require.ErrorIs(t, call(as(stranger.SessionToken)), stytcherror.CodeSessionAuthorizationTenancyError, name)
		require.NoError(t, call(as(v.SessionToken)), name)
	}
	require.ErrorIs(t, h.deleteConnection(org, s.ConnectionID, as(member)), stytcherror.CodeSessionAuthorizationError)
	require.ErrorIs(t, h.deleteConnection(org, e.ConnectionID, as(v.SessionToken)),
		stytcherror.CodeSSOConnectionOrganizationMismatch)
	require.NoError(t, h.deleteConnection(org, s.ConnectionID, as(v.SessionToken)))
}

func TestSSO_externalConnectionsReferToThoseOfOtherOrganizations(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, other := h.organization(nil).OrganizationID, h.organization(nil).OrganizationID
	own, theirs, pending := h.activeOIDC(org), h.activeSAML(other), h.pendingOIDC(other)
	for code, c := range map[stytcherror.Code]*sso.OIDCConnection{
		stytcherror.CodeExternalOrganizationIDSameAsOrganizationID: own,
		stytcherror.CodeExternalConnectionNotActive:                pending,
		stytcherror.CodeExternalConnectionIDNotFound:               {OrganizationID: other, ConnectionID: own.ConnectionID},
	} {
		_, err := h.external(org, c.OrganizationID, c.ConnectionID, nil)
		require.ErrorIs(t, err, code)
	}
	_, err := h.external(org, other, theirs.ConnectionID, func(r *external.CreateConnectionRequest) {
		r.ConnectionImplicitRoleAssignments = []sso.ConnectionImplicitRoleAssignment{{RoleID: "nobody"}}
	})
	require.ErrorIs(t, err, stytcherror.CodeInvalidRBACRoleAssignment)
	_, err = h.external(org, other, theirs.ConnectionID, func(r *external.CreateConnectionRequest) {
		r.GroupImplicitRoleAssignments = []sso.GroupImplicitRoleAssignment{{RoleID: "stytch_admin"}}
	})
	require.ErrorIs(t, err, stytcherror.CodeSAMLGroupRoleAssignmentDoesNotContainMemberGroup)
	_, err = h.external(org, other, theirs.ConnectionID, func(r *external.CreateConnectionRequest) {
		r.DisplayName = new(strings.Repeat("x", 129))
	})
	require.ErrorIs(t, err, stytcherror.CodeBadRequest)
	c, err := h.external(org, other, theirs.ConnectionID, func(r *external.CreateConnectionRequest) {
		r.DisplayName = new("Theirs")
		r.GroupImplicitRoleAssignments = []sso.GroupImplicitRoleAssignment{{RoleID: "stytch_admin", Group: "Ops"}}
	})
	require.NoError(t, err)
	assert.Equal(t, &sso.Connection{
		OrganizationID: org, ConnectionID: c.ConnectionID, DisplayName: "Theirs", Status: "active",
		ExternalOrganizationID: other, ExternalConnectionID: theirs.ConnectionID,
		ExternalConnectionImplicitRoleAssignments: []sso.ConnectionImplicitRoleAssignment{},
		ExternalGroupImplicitRoleAssignments:      []sso.GroupImplicitRoleAssignment{{RoleID: "stytch_admin", Group: "Ops"}},
	}, c)
	_, err = h.external(org, other, theirs.ConnectionID, nil)
	require.ErrorIs(t, err, stytcherror.CodeDuplicateExternalSSOConnection)
	third := h.organization(nil).OrganizationID
	_, err = h.external(third, org, c.ConnectionID, nil)
	require.ErrorIs(t, err, stytcherror.CodeExternalConnectionIDNotFound, "it is external itself")

	update := func(org, id string, change func(*external.UpdateConnectionRequest)) (*external.UpdateConnectionResponse, error) {
		req := &external.UpdateConnectionRequest{OrganizationID: org, ConnectionID: id}
		change(req)
		return h.api.B2B.SSO.External.UpdateConnection(t.Context(), req)
	}
	rename := func(r *external.UpdateConnectionRequest) { r.DisplayName = new("Ours") }
	_, err = update(other, c.ConnectionID, rename)
	require.ErrorIs(t, err, stytcherror.CodeSSOConnectionOrganizationMismatch)
	_, err = update(org, own.ConnectionID, rename)
	require.ErrorIs(t, err, stytcherror.CodeSSOConnectionNotFound)
	renamed, err := update(org, c.ConnectionID, rename)
	require.NoError(t, err)
	assert.Equal(t, "Ours", renamed.Connection.DisplayName)
	assert.Len(t, renamed.Connection.ExternalGroupImplicitRoleAssignments, 1, "what is not given stays")
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	list, err := h.connections(org)
	require.NoError(t, err)
	assert.Equal(t, []sso.Connection{*renamed.Connection}, list.ExternalConnections)
	assert.Equal(t, "Ours", h.getOrg(org).SSOActiveConnections[1].DisplayName)

	require.NoError(t, h.deleteConnection(other, theirs.ConnectionID))
	assert.Equal(t, []string{own.ConnectionID}, activeIDs(h.getOrg(org)), "it has nothing to refer to")
	theirs = h.activeSAML(other)
	_, err = h.external(org, other, theirs.ConnectionID, nil)
	require.NoError(t, err)
	_, err = h.api.B2B.Organizations.Delete(t.Context(), &organizations.DeleteRequest{OrganizationID: other})
	require.NoError(t, err)
	assert.Equal(t, []string{own.ConnectionID}, activeIDs(h.getOrg(org)))
}

func TestSSO_connectionsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	for range 100 {
		h.pendingOIDC(org)
	}
	_, err := h.api.B2B.SSO.OIDC.CreateConnection(t.Context(), &oidc.CreateConnectionRequest{OrganizationID: org})
	require.ErrorIs(t, err, stytcherror.CodeTooManySSOConnections)
	_, err = h.api.B2B.SSO.SAML.CreateConnection(t.Context(), &saml.CreateConnectionRequest{OrganizationID: org})
	require.ErrorIs(t, err, stytcherror.CodeTooManySSOConnections)
	other := h.organization(nil).OrganizationID
	_, err = h.external(org, other, h.activeOIDC(other).ConnectionID, nil)
	require.ErrorIs(t, err, stytcherror.CodeTooManySSOConnections)
}

func TestSSO_snapshotsOfConnectionsAreChecked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, other := h.organization(nil).OrganizationID, h.organization(nil).OrganizationID
	c := h.activeOIDC(org)
	ext, err := h.external(other, org, c.ConnectionID, nil)
	require.NoError(t, err)
	row := func(state object, kind string) object {
		for _, r := range state["sso_connections"].([]any) {
			if r.(object)[kind] != nil {
				return r.(object)[kind].(object)
			}
		}
		panic(fmt.Sprint("no ", kind))
	}
	for name, change := range map[string]func(state object){
		"[0]: organization_id names no":                   func(s object) { row(s, "oidc")["organization_id"] = "none" },
		"[0]: oidc.connection_id is empty":                func(s object) { row(s, "oidc")["connection_id"] = "" },
		"[0]: oidc.status must be one of active, pending": func(s object) { row(s, "oidc")["status"] = "on" },
		"[0]: oidc.identity_provider must be one of":      func(s object) { row(s, "oidc")["identity_provider"] = "x" },
		"[1]: external: external_organization_id":         func(s object) { row(s, "external")["external_connection_id"] = ext.ConnectionID },
		"[0]: saml, oidc and external":                    func(s object) { s["sso_connections"] = []any{object{}} },
		"oidc.client_id must": func(s object) {
			row(s, "oidc")["client_id"] = strings.Repeat("x", 2049)
		},
	} {
		require.ErrorContains(t, h.edit(change), name)
	}
}
