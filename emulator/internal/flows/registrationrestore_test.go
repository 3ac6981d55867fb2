package flows_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
)

// An account of A's identity provider that were registered with a member of B would open B to whoever controls A's.
func TestSnapshot_accountsOfSSOLogInToTheirOrganizationOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a, b := h.create("ada@example.com"), h.create("bob@example.org")
	samlID, oidcID := h.activeSAML(a.Organization.OrganizationID).ConnectionID, h.activeOIDC(b.Organization.OrganizationID).ConnectionID
	rightful := object{"registration_id": "r", "member_id": a.MemberID, "provider": "saml", "connection_id": samlID, "provider_subject": "1"}
	restore := func(rows ...object) error {
		return h.edit(func(state object) {
			list := []any{}
			for _, changes := range rows {
				row := maps.Clone(rightful)
				maps.Copy(row, changes)
				list = append(list, row)
			}
			state["registrations"] = list
		})
	}
	require.NoError(t, restore(object{}))
	for says, rows := range map[string][]object{
		"[0]: member_id names no row of members":                                  {{"member_id": "m"}},
		"[0]: connection_id names no connection of the organization of member_id": {{"member_id": b.MemberID}},
		"[1]: connection_id names no connection of the organization of member_id": {{}, {"registration_id": "s", "connection_id": "none"}},
		"[1]: connection_id names no connection of the organization":              {{}, {"registration_id": "s", "connection_id": oidcID}},
		"[0]: provider is not that of the connection of connection_id":            {{"provider": "oidc"}},
		"[0]: provider must be one of google, microsoft":                          {{"provider": "x", "connection_id": ""}},
		"[0]: connection_id is missing":                                           {{"connection_id": ""}},
		"[1]: connection_id, issuer and provider_subject is another row's too":    {{}, {"registration_id": "s"}},
		"[1]: registration_id is another row's too":                               {{}, {"provider_subject": "2"}},
		"[0]: provider_subject is empty":                                          {{"provider_subject": ""}},
	} {
		assert.ErrorContains(t, restore(rows...), "state.registrations"+says)
	}
}

// Whoever logs in with an account takes it along to the member whom the login is of.
func TestSSO_anAccountIsOneMembers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.activeSAML(org).ConnectionID
	first, err := h.authenticateSSO(h.ssoToken(c, "bob@example.com"))
	require.NoError(t, err)
	account := first.Member.SSORegistrations[0].RegistrationID
	h.alter("members", "member_id", first.MemberID, object{"email_address_verified": false})
	h.alter("registrations", "registration_id", account, object{"provider_subject": "carol@example.com"})
	for range 2 {
		second, err := h.authenticateSSO(h.ssoToken(c, "carol@example.com"))
		require.NoError(t, err)
		assert.NotEqual(t, first.MemberID, second.MemberID)
		assert.Len(t, second.Member.SSORegistrations, 1)
	}
	assert.Empty(t, h.member(org, first.MemberID).SSORegistrations)
}

func TestSSO_aMemberHasTwentyAccountsAtAConnection(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c, other := h.activeSAML(org).ConnectionID, h.activeOIDC(org).ConnectionID
	logIn := func(connection, subject string) *sso.AuthenticateResponse {
		resp, err := h.authenticateSSO(h.ssoToken(connection, "bob@example.com", "provider_subject", subject))
		require.NoError(t, err)
		return resp
	}
	logIn(other, "1")
	for i := range 22 {
		logIn(c, fmt.Sprint(i))
	}
	var subjects []string
	for _, r := range logIn(c, "21").Member.SSORegistrations {
		subjects = append(subjects, r.ExternalID)
	}
	require.Len(t, subjects, 21)
	assert.Equal(t, []string{"1", "2", "3"}, subjects[:3], "the oldest two of the connection are gone")
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	assert.ErrorContains(t, h.edit(func(state object) {
		rows := state["registrations"].([]any)
		row := maps.Clone(rows[1].(object))
		row["registration_id"], row["provider_subject"] = "another", "another"
		state["registrations"] = append(rows, row)
	}), "member_id has more than 20 accounts of connection_id")
}

// What an organization says of its connections follows from them, whatever the snapshot says.
func TestSnapshot_connectionsOfOrganizationsAreThoseThatThereAre(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	none := h.create("bob@example.org").Organization.OrganizationID
	org := created.Organization.OrganizationID
	c, scim := h.activeSAML(org).ConnectionID, h.connectTo(org).id
	fields := func(id string) object {
		return object{
			"sso_active_connections": []any{object{"connection_id": id}}, "sso_default_connection_id": id,
			"sso_jit_provisioning_allowed_connections": []any{id}, "scim_active_connection": object{"connection_id": id},
		}
	}
	before := h.getOrg(org)
	for name, changes := range map[string]object{
		"ghosts": fields("ghost"), "nothing": {
			"sso_active_connections": nil, "sso_default_connection_id": "", "scim_active_connection": nil,
		},
	} {
		for _, id := range []string{org, none} {
			h.alter("organizations", "organization_id", id, changes)
		}
		after := h.getOrg(org)
		require.Len(t, after.SSOActiveConnections, 1, name)
		assert.Equal(t, c, after.SSOActiveConnections[0].ConnectionID, name)
		assert.Equal(t, c, after.SSODefaultConnectionID, name)
		assert.Empty(t, after.SSOJITProvisioningAllowedConnections, name)
		assert.Equal(t, scim, after.SCIMActiveConnection.ConnectionID, name)
		assert.Equal(t, before.UpdatedAt, after.UpdatedAt, name)
		without := h.getOrg(none)
		assert.Empty(t, without.SSOActiveConnections, name)
		assert.Empty(t, without.SSODefaultConnectionID, name)
		assert.Empty(t, without.SSOJITProvisioningAllowedConnections, name)
		assert.Nil(t, without.SCIMActiveConnection, name)
	}
}

// A call that changes nothing of what an organization says of its connections does not update the organization.
func TestSSO_organizationIsUpdatedByWhatItShows(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.activeSAML(org)
	before := h.getOrg(org).UpdatedAt
	h.Clock().Advance(time.Hour)
	update := &saml.UpdateConnectionRequest{OrganizationID: org, ConnectionID: c.ConnectionID, AttributeMapping: object{"email": "mail", "full_name": "name"}}
	_, err := h.api.B2B.SSO.SAML.UpdateConnection(t.Context(), update)
	require.NoError(t, err)
	assert.Equal(t, before, h.getOrg(org).UpdatedAt, "the mapping is the connection's alone")
	update.DisplayName = new("Another")
	_, err = h.api.B2B.SSO.SAML.UpdateConnection(t.Context(), update)
	require.NoError(t, err)
	assert.True(t, h.getOrg(org).UpdatedAt.After(before))
}
