package state

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// SCIMConnection lets an identity provider manage the members of an organization, which has at most one. Of its bearer
// tokens it has hashes.
type SCIMConnection struct {
	ConnectionID     string                `json:"connection_id"`
	OrganizationID   string                `json:"organization_id"`
	DisplayName      string                `json:"display_name"`
	IdentityProvider scim.IdentityProvider `json:"identity_provider"`

	TokenHash     []byte `json:"bearer_token_hash"`
	TokenLastFour string `json:"bearer_token_last_four"`
	// NextTokenHash and NextTokenLastFour are those of the new token while a rotation is in progress, otherwise empty.
	NextTokenHash     []byte `json:"next_bearer_token_hash,omitzero"`
	NextTokenLastFour string `json:"next_bearer_token_last_four,omitzero"`

	GroupRoles []SCIMGroupRole `json:"scim_group_implicit_role_assignments"`
}

// SCIMGroupRole is a role that the members of a group have.
type SCIMGroupRole struct {
	RoleID  string `json:"role_id"`
	GroupID string `json:"group_id"`
}

// SCIMUser is a person's record at the identity provider. In its attributes, Active and Groups are empty: they follow
// from the member and from [SCIMMembership].
type SCIMUser struct {
	ID           string `json:"registration_id"`
	ConnectionID string `json:"connection_id"`
	// MemberID is empty until the person is active for the first time.
	MemberID   string              `json:"member_id"`
	Attributes scim.SCIMAttributes `json:"scim_attributes"`
	// GivenEmail and GivenName are what the member has, or had, from the record: while the person is not active, the
	// attributes may say something else.
	GivenEmail string    `json:"given_email_address,omitzero"`
	GivenName  string    `json:"given_name,omitzero"`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// SCIMGroup is a group at the identity provider.
type SCIMGroup struct {
	ID           string    `json:"group_id"`
	ConnectionID string    `json:"connection_id"`
	ExternalID   string    `json:"external_id"`
	DisplayName  string    `json:"group_name"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`
}

// SCIMMembership says that a person is in a group.
type SCIMMembership struct {
	GroupID string `json:"group_id"`
	UserID  string `json:"registration_id"`
}

// key is the key of a membership in its table. Ids have no spaces.
func (m *SCIMMembership) key() string {
	if m.UserID == "" {
		return ""
	}
	return within(m.GroupID, m.UserID)
}

type scimTables struct {
	SCIMConnections             *store.Table[SCIMConnection]
	scimConnectionOf            *store.Index[SCIMConnection] // by organization
	SCIMUsers                   *store.Table[SCIMUser]
	scimUsersOf, scimUserOf     *store.Index[SCIMUser] // by connection; by member
	scimUserByName              *store.Index[SCIMUser] // by connection and user name
	SCIMGroups                  *store.Table[SCIMGroup]
	scimGroupsOf                *store.Index[SCIMGroup] // by connection
	SCIMMemberships             *store.Table[SCIMMembership]
	scimMembersOf, scimGroupsIn *store.Index[SCIMMembership] // by group; by user
}

func newSCIMTables(db *store.DB) scimTables {
	connections := store.NewTable(db, "scim_connections", func(c *SCIMConnection) string { return c.ConnectionID })
	users := store.NewTable(db, "scim_users", func(u *SCIMUser) string { return u.ID })
	groups := store.NewTable(db, "scim_groups", func(g *SCIMGroup) string { return g.ID })
	memberships := store.NewTable(db, "scim_memberships", (*SCIMMembership).key)
	return scimTables{
		SCIMConnections: connections,
		scimConnectionOf: connections.Unique("organization_id", func(c *SCIMConnection) string {
			return c.OrganizationID
		}),
		SCIMUsers:   users,
		scimUsersOf: users.Index("connection", func(u *SCIMUser) string { return u.ConnectionID }),
		scimUserOf:  users.Unique("member_id", func(u *SCIMUser) string { return u.MemberID }),
		scimUserByName: users.Unique("scim_attributes.user_name", func(u *SCIMUser) string {
			return within(u.ConnectionID, Lower(u.Attributes.UserName))
		}),
		SCIMGroups:      groups,
		scimGroupsOf:    groups.Index("connection", func(g *SCIMGroup) string { return g.ConnectionID }),
		SCIMMemberships: memberships,
		scimMembersOf:   memberships.Index("group", func(m *SCIMMembership) string { return m.GroupID }),
		scimGroupsIn:    memberships.Index("user", func(m *SCIMMembership) string { return m.UserID }),
	}
}

// SCIMConnectionOf returns the connection of an organization, nil if there is none.
func (tx *Tx) SCIMConnectionOf(organizationID string) *SCIMConnection {
	return tx.scimConnectionOf.First(organizationID)
}

// SCIMUsersOf returns the users of a connection, oldest first.
func (tx *Tx) SCIMUsersOf(connectionID string) []*SCIMUser { return tx.scimUsersOf.Rows(connectionID) }

// SCIMUserOf returns the record of a member, nil if SCIM does not manage the member.
func (tx *Tx) SCIMUserOf(memberID string) *SCIMUser { return tx.scimUserOf.First(memberID) }

// SCIMUserNamed returns the user of a connection that has a name, be it in another case; nil if there is none.
func (tx *Tx) SCIMUserNamed(connectionID, userName string) *SCIMUser {
	return tx.scimUserByName.First(within(connectionID, Lower(userName)))
}

// SCIMGroupsOf yields the groups of a connection as [store.Table.All] does.
func (tx *Tx) SCIMGroupsOf(connectionID string) iter.Seq2[uint64, *SCIMGroup] {
	return tx.scimGroupsOf.All(connectionID)
}

// SCIMGroupsWith returns the groups that a user is in, in the order in which the user came into them.
func (tx *Tx) SCIMGroupsWith(userID string) []*SCIMGroup {
	var list []*SCIMGroup
	for _, m := range tx.scimGroupsIn.All(userID) {
		list = append(list, tx.SCIMGroups.Get(m.GroupID))
	}
	return list
}

// SCIMMembers returns the users that are in a group, in the order in which they came into it.
func (tx *Tx) SCIMMembers(groupID string) []*SCIMUser {
	var list []*SCIMUser
	for _, m := range tx.scimMembersOf.All(groupID) {
		list = append(list, tx.SCIMUsers.Get(m.UserID))
	}
	return list
}

// IsInSCIMGroup reports whether a user is in a group.
func (tx *Tx) IsInSCIMGroup(groupID, userID string) bool {
	return tx.SCIMMemberships.Get(within(groupID, userID)) != nil
}

// PutSCIMConnection puts a connection, and shows it in its organization.
func (tx *Tx) PutSCIMConnection(c *SCIMConnection) {
	tx.SCIMConnections.Put(c)
	tx.followSCIM(c.OrganizationID)
}

// DeleteSCIMConnection deletes a connection with its users and groups. Their members stay.
func (tx *Tx) DeleteSCIMConnection(c *SCIMConnection) {
	for _, g := range slices.Backward(tx.scimGroupsOf.Rows(c.ConnectionID)) {
		tx.DeleteSCIMGroup(g.ID)
	}
	for _, u := range slices.Backward(tx.SCIMUsersOf(c.ConnectionID)) {
		tx.SCIMUsers.Delete(u.ID)
	}
	tx.SCIMConnections.Delete(c.ConnectionID)
	tx.followSCIM(c.OrganizationID)
}

// followSCIM shows the SCIM connection of an organization in it.
func (tx *Tx) followSCIM(organizationID string) {
	org := *tx.Organizations.Get(organizationID)
	tx.showSCIM(&org)
	tx.Organizations.Put(&org)
}

func (tx *Tx) showSCIM(org *Organization) {
	org.SCIMActiveConnection = nil
	if c := tx.scimConnectionOf.First(org.OrganizationID); c != nil {
		org.SCIMActiveConnection = &organizations.ActiveSCIMConnection{
			ConnectionID: c.ConnectionID, DisplayName: c.DisplayName, BearerTokenLastFour: c.TokenLastFour,
		}
	}
}

// DeleteSCIMUser deletes a user, who is in no group any more.
func (tx *Tx) DeleteSCIMUser(id string) {
	for _, m := range slices.Backward(tx.scimGroupsIn.Rows(id)) {
		tx.SCIMMemberships.Delete(m.key())
	}
	tx.SCIMUsers.Delete(id)
}

// DeleteSCIMGroup deletes a group, in which nobody is any more.
func (tx *Tx) DeleteSCIMGroup(id string) {
	for _, m := range slices.Backward(tx.scimMembersOf.Rows(id)) {
		tx.SCIMMemberships.Delete(m.key())
	}
	tx.SCIMGroups.Delete(id)
}

// DeleteSCIMMembership takes a user out of a group.
func (tx *Tx) DeleteSCIMMembership(groupID, userID string) {
	tx.SCIMMemberships.Delete(within(groupID, userID))
}

// HasToken reports whether a bearer token is the connection's, or the new one of its rotation. It takes the same time
// for every wrong one.
func (c *SCIMConnection) HasToken(token string) bool {
	return hasHash(token, c.TokenHash, c.NextTokenHash)
}

// IsRotating reports whether a rotation of the bearer token is in progress.
func (c *SCIMConnection) IsRotating() bool { return len(c.NextTokenHash) > 0 }

// SCIMIdentityProviders are the identity providers that there are.
var SCIMIdentityProviders = []scim.IdentityProvider{
	scim.IdentityProviderGeneric, scim.IdentityProviderOkta, scim.IdentityProviderMicrosoftEntra,
	scim.IdentityProviderCyberArk, scim.IdentityProviderJumpCloud, scim.IdentityProviderOneLogin,
	scim.IdentityProviderPingFederate, scim.IdentityProviderRippling,
}

func (c *SCIMConnection) prepare(*Tx) error {
	switch {
	case len(c.TokenHash) != sha256.Size:
		return fmt.Errorf("bearer_token_hash must have %d bytes", sha256.Size)
	case c.IsRotating() && len(c.NextTokenHash) != sha256.Size:
		return fmt.Errorf("next_bearer_token_hash must have %d bytes or none", sha256.Size)
	case c.IsRotating() != (c.NextTokenLastFour != ""):
		return errors.New("next_bearer_token_hash and next_bearer_token_last_four: one is given without the other")
	}
	c.IdentityProvider = cmp.Or(c.IdentityProvider, scim.IdentityProviderGeneric) // as the API's
	return cmp.Or(
		checkName("connection_id", c.ConnectionID),
		oneOf("identity_provider", c.IdentityProvider, SCIMIdentityProviders))
}

// Check checks the bounds of a user that a call stores.
func (u *SCIMUser) Check() error {
	if err := checkRow("scim_users", u); err != nil {
		return err
	}
	if !encodesWithin(u.Attributes, maxObject) {
		return fmt.Errorf("scim_attributes must have at most %d bytes of JSON", maxObject)
	}
	return nil
}

func (u *SCIMUser) prepare(*Tx) error {
	switch {
	case !IsName(u.ID):
		return errors.New("registration_id is empty or too long")
	case u.Attributes.UserName == "":
		return errors.New("scim_attributes.user_name is empty")
	case u.Attributes.Active || u.Attributes.ID != "" || len(u.Attributes.Groups) > 0:
		return errors.New("scim_attributes has id, active or groups, which follow from other rows")
	}
	return u.Check()
}

// Check checks the bounds of a group that a call stores.
func (g *SCIMGroup) Check() error { return checkRow("scim_groups", g) }

func (g *SCIMGroup) prepare(*Tx) error {
	if g.DisplayName == "" {
		return errors.New("group_name is empty")
	}
	return checkName("group_id", g.ID)
}

func (*SCIMMembership) prepare(*Tx) error { return nil }

// checkSCIM checks that the rows of SCIM belong together.
func (tx *Tx) checkSCIM() error {
	err := each(tx.SCIMConnections, func(c *SCIMConnection) error {
		for _, r := range c.GroupRoles {
			if g := tx.SCIMGroups.Get(r.GroupID); g == nil || g.ConnectionID != c.ConnectionID {
				return errors.New("scim_group_implicit_role_assignments: a group_id names no group of the connection")
			}
		}
		return refers("organization_id", c.OrganizationID, tx.Organizations)
	})
	if err != nil {
		return err
	}
	err = each(tx.SCIMUsers, func(u *SCIMUser) error {
		c, m := tx.SCIMConnections.Get(u.ConnectionID), tx.Members.Get(u.MemberID)
		if c != nil && u.MemberID != "" && (m == nil || m.OrganizationID != c.OrganizationID) {
			return errors.New("member_id names no member of the organization of connection_id")
		}
		return refers("connection_id", u.ConnectionID, tx.SCIMConnections)
	})
	if err != nil {
		return err
	}
	err = each(tx.SCIMGroups, func(g *SCIMGroup) error {
		return refers("connection_id", g.ConnectionID, tx.SCIMConnections)
	})
	if err != nil {
		return err
	}
	return each(tx.SCIMMemberships, func(m *SCIMMembership) error {
		g, u := tx.SCIMGroups.Get(m.GroupID), tx.SCIMUsers.Get(m.UserID)
		if g != nil && u != nil && g.ConnectionID != u.ConnectionID {
			return errors.New("group_id and registration_id are of two connections")
		}
		return cmp.Or(
			refers("group_id", m.GroupID, tx.SCIMGroups), refers("registration_id", m.UserID, tx.SCIMUsers))
	})
}
