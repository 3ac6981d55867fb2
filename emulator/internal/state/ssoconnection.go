package state

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// SSOConnection is an SSO connection of an organization as the API returns it. One of the three is set. URLs of the
// emulator are filled in for each response; here they are empty.
type SSOConnection struct {
	// IsReal says that an OIDC connection's provider is there: its metadata could be read when the issuer was set.
	// Others are played by the emulator.
	IsReal   bool                `json:"is_real,omitzero"`
	SAML     *sso.SAMLConnection `json:"saml,omitzero"`
	OIDC     *sso.OIDCConnection `json:"oidc,omitzero"`
	External *sso.Connection     `json:"external,omitzero"`
}

// SSOConnectionSummary is what SSO connections of all kinds have.
type SSOConnectionSummary struct {
	OrganizationID, ConnectionID, DisplayName, Status string
	// IdentityProvider is empty for an external connection.
	IdentityProvider sso.IdentityProvider
	// ConnectionRoles are those of everyone whose session has a login through the connection, GroupRoles those of
	// groups of the identity provider.
	ConnectionRoles []sso.ConnectionImplicitRoleAssignment
	GroupRoles      []sso.GroupImplicitRoleAssignment
}

// Summary is what the connection has whatever its kind.
func (c *SSOConnection) Summary() SSOConnectionSummary {
	switch {
	case c.SAML != nil:
		return SSOConnectionSummary{
			c.SAML.OrganizationID, c.SAML.ConnectionID, c.SAML.DisplayName, c.SAML.Status, c.SAML.IdentityProvider,
			c.SAML.SAMLConnectionImplicitRoleAssignments, c.SAML.SAMLGroupImplicitRoleAssignments,
		}
	case c.OIDC != nil:
		return SSOConnectionSummary{
			c.OIDC.OrganizationID, c.OIDC.ConnectionID, c.OIDC.DisplayName, c.OIDC.Status, c.OIDC.IdentityProvider,
			nil, nil,
		}
	case c.External != nil:
		return SSOConnectionSummary{
			c.External.OrganizationID, c.External.ConnectionID, c.External.DisplayName, c.External.Status, "",
			c.External.ExternalConnectionImplicitRoleAssignments, c.External.ExternalGroupImplicitRoleAssignments,
		}
	}
	return SSOConnectionSummary{}
}

// ID is the connection's id.
func (c *SSOConnection) ID() string { return c.Summary().ConnectionID }

// IsActive reports whether the connection itself is complete, see [Tx.IsUsableSSO].
func (c *SSOConnection) IsActive() bool { return c.Summary().Status == sso.ConnectionStatusActive }

// AttributeMapping says which of what the identity provider sends is what of the person. An external connection has
// none of its own.
func (c *SSOConnection) AttributeMapping() map[string]any {
	switch {
	case c.SAML != nil:
		return c.SAML.AttributeMapping
	case c.OIDC != nil:
		return c.OIDC.AttributeMapping
	}
	return nil
}

// Issuer is the identity provider that a connection leads to: the issuer of OIDC, the entity id of SAML. An external
// connection has none of its own.
func (c *SSOConnection) Issuer() string {
	switch {
	case c.SAML != nil:
		return c.SAML.IDPEntityID
	case c.OIDC != nil:
		return c.OIDC.Issuer
	}
	return ""
}

// referred is the connection that an external one refers to, empty for the others.
func (c *SSOConnection) referred() string {
	if c.External == nil {
		return ""
	}
	return c.External.ExternalConnectionID
}

// Bounds of connections. Unverified: the API's number of connections.
const (
	MaxSSOConnections = 100      // of an organization
	MaxSAMLKeys       = 5        // of a SAML connection: verification certificates, and encryption keys
	MaxPEM            = 16 << 10 // bytes, of a certificate or a key
)

// DefaultOIDCScopes are the scopes that a login requests from an OIDC provider.
const DefaultOIDCScopes = "openid email profile"

// DefaultNameIDFormat is the name id format that SAML logins ask for.
const DefaultNameIDFormat = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

// SSOIdentityProviders are the products that connections may name.
var SSOIdentityProviders = []sso.IdentityProvider{
	sso.IdentityProviderClasslink, sso.IdentityProviderCyberArk, sso.IdentityProviderDuo, sso.IdentityProviderGeneric,
	sso.IdentityProviderGoogleWorkspace, sso.IdentityProviderJumpCloud, sso.IdentityProviderKeycloak,
	sso.IdentityProviderMiniOrange, sso.IdentityProviderMicrosoftEntra, sso.IdentityProviderOkta,
	sso.IdentityProviderOneLogin, sso.IdentityProviderPingFederate, sso.IdentityProviderRippling,
	sso.IdentityProviderSalesforce, sso.IdentityProviderShibboleth,
}

type ssoConnectionTables struct {
	SSOConnections    *store.Table[SSOConnection]
	ssoConnectionsOf  *store.Index[SSOConnection] // by organization
	ssoConnectionsFor *store.Index[SSOConnection] // external ones, by the connection that they refer to
}

func newSSOConnectionTables(db *store.DB) ssoConnectionTables {
	t := store.NewTable(db, "sso_connections", (*SSOConnection).ID)
	return ssoConnectionTables{
		SSOConnections:    t,
		ssoConnectionsOf:  t.Index("organization", func(c *SSOConnection) string { return c.Summary().OrganizationID }),
		ssoConnectionsFor: t.Index("connection", (*SSOConnection).referred),
	}
}

// SSOConnectionsOf returns the SSO connections of an organization, oldest first.
func (tx *Tx) SSOConnectionsOf(organizationID string) []*SSOConnection {
	return tx.ssoConnectionsOf.Rows(organizationID)
}

// FindSSOConnection finds an SSO connection of an organization, nil if there is none.
func (tx *Tx) FindSSOConnection(organizationID, id string) *SSOConnection {
	if c := tx.SSOConnections.Get(id); c != nil && c.Summary().OrganizationID == organizationID {
		return c
	}
	return nil
}

// Referred is the connection to the identity provider: the one that an external connection refers to, of another
// connection itself.
func (tx *Tx) Referred(c *SSOConnection) *SSOConnection {
	if c.External == nil {
		return c
	}
	return tx.FindSSOConnection(c.External.ExternalOrganizationID, c.External.ExternalConnectionID)
}

// IsUsableSSO reports whether members can log in through a connection: it is active, and so is the one that it refers
// to.
func (tx *Tx) IsUsableSSO(c *SSOConnection) bool {
	to := tx.Referred(c)
	return to != nil && c.IsActive() && to.IsActive()
}

// PutSSOConnection puts an SSO connection, and brings the organizations up to date that have it, or one that refers to
// it.
func (tx *Tx) PutSSOConnection(c *SSOConnection) error {
	tx.SSOConnections.Put(c)
	for _, external := range tx.ssoConnectionsFor.Rows(c.ID()) {
		if err := tx.followSSO(external.Summary().OrganizationID); err != nil {
			return err
		}
	}
	return tx.followSSO(c.Summary().OrganizationID)
}

// DeleteSSOConnection deletes an SSO connection, the external ones that refer to it, and the accounts that members have
// by them. Members and their sessions stay.
func (tx *Tx) DeleteSSOConnection(c *SSOConnection) error {
	for _, external := range tx.ssoConnectionsFor.Rows(c.ID()) {
		if err := tx.DeleteSSOConnection(external); err != nil {
			return err
		}
	}
	for _, r := range slices.Backward(tx.registrationsBy.Rows(c.ID())) { // from the end, where nothing has to move
		tx.Registrations.Delete(r.ID)
	}
	tx.deleteSSOLoginsBy(c.ID())
	tx.SSOConnections.Delete(c.ID())
	return tx.followSSO(c.Summary().OrganizationID)
}

// followSSO brings what an organization says of its SSO connections up to date.
func (tx *Tx) followSSO(organizationID string) error {
	org := *tx.Organizations.Get(organizationID)
	tx.showSSO(&org)
	return tx.putIfChanged(&org)
}

// showSSO sets what an organization says of its SSO connections: the active ones, the default, which is the first that
// becomes active, and those whose people may join.
func (tx *Tx) showSSO(org *Organization) {
	before := org.SSOActiveConnections
	org.SSOActiveConnections = nil
	for _, c := range tx.ssoConnectionsOf.All(org.OrganizationID) {
		if s := c.Summary(); tx.IsUsableSSO(c) {
			org.SSOActiveConnections = append(org.SSOActiveConnections, organizations.ActiveSSOConnection{
				ConnectionID: s.ConnectionID, DisplayName: s.DisplayName,
				IdentityProvider: string(tx.identityProvider(c)),
			})
		}
	}
	isActive := func(id string) bool {
		return slices.ContainsFunc(org.SSOActiveConnections, func(c organizations.ActiveSSOConnection) bool {
			return c.ConnectionID == id
		})
	}
	if !isActive(org.SSODefaultConnectionID) {
		org.SSODefaultConnectionID = ""
		wasActive := func(c organizations.ActiveSSOConnection) bool { return isActive(c.ConnectionID) }
		if len(org.SSOActiveConnections) > 0 && !slices.ContainsFunc(before, wasActive) {
			org.SSODefaultConnectionID = org.SSOActiveConnections[0].ConnectionID
		}
	}
	allowed := slices.DeleteFunc(slices.Clone(org.SSOJITProvisioningAllowedConnections),
		func(id string) bool { return !isActive(id) })
	org.SSOJITProvisioningAllowedConnections = append([]string(nil), allowed...)
}

// putIfChanged puts an organization whose connections are others than before.
func (tx *Tx) putIfChanged(org *Organization) error {
	old := tx.Organizations.Get(org.OrganizationID)
	if slices.Equal(old.SSOActiveConnections, org.SSOActiveConnections) &&
		old.SSODefaultConnectionID == org.SSODefaultConnectionID &&
		slices.Equal(old.SSOJITProvisioningAllowedConnections, org.SSOJITProvisioningAllowedConnections) {
		return nil
	}
	org.UpdatedAt = tx.Now
	if err := CheckOrganization(&org.Organization); err != nil {
		return err
	}
	tx.Organizations.Put(org)
	return nil
}

// SSOProvider is the provider of accounts by a connection: ProviderSAML or ProviderOIDC.
func (tx *Tx) SSOProvider(c *SSOConnection) string {
	if tx.Referred(c).OIDC != nil {
		return ProviderOIDC
	}
	return ProviderSAML
}

// identityProvider is the product that a connection leads to.
func (tx *Tx) identityProvider(c *SSOConnection) sso.IdentityProvider {
	if to := tx.Referred(c); to != nil {
		return to.Summary().IdentityProvider
	}
	return sso.IdentityProviderGeneric
}

func (c *SSOConnection) prepare(*Tx) error {
	kinds, kind := 0, ""
	for name, set := range map[string]bool{
		"saml.": c.SAML != nil, "oidc.": c.OIDC != nil, "external.": c.External != nil,
	} {
		if set {
			kinds, kind = kinds+1, name
		}
	}
	switch {
	case kinds != 1:
		return errors.New("saml, oidc and external: exactly one must be given")
	case c.IsReal && c.OIDC == nil:
		return errors.New("is_real is for OIDC")
	case c.SAML != nil && len(c.SAML.VerificationCertificates) > MaxSAMLKeys:
		return fmt.Errorf("saml.verification_certificates has more than %d", MaxSAMLKeys)
	}
	c.fillDefaults()
	s := c.Summary()
	err := cmp.Or(
		checkName(kind+"connection_id", s.ConnectionID),
		oneOf(kind+"status", s.Status, []string{sso.ConnectionStatusActive, sso.ConnectionStatusPending}))
	if err == nil && c.External == nil {
		err = oneOf(kind+"identity_provider", s.IdentityProvider, SSOIdentityProviders)
	}
	if err == nil && c.OIDC != nil {
		err = c.checkOIDC()
	}
	return err
}

// fillDefaults sets what a snapshot leaves out to what the API sets it to.
func (c *SSOConnection) fillDefaults() {
	switch {
	case c.SAML != nil:
		c.SAML.IdentityProvider = cmp.Or(c.SAML.IdentityProvider, sso.IdentityProviderGeneric)
	case c.OIDC != nil:
		c.OIDC.IdentityProvider = cmp.Or(c.OIDC.IdentityProvider, sso.IdentityProviderGeneric)
	}
}

// IsCompleteOIDC reports whether an OIDC connection has all that makes it active.
func IsCompleteOIDC(c *sso.OIDCConnection) bool {
	return !slices.Contains([]string{
		c.Issuer, c.ClientID, c.ClientSecret, c.AuthorizationURL, c.TokenURL, c.UserinfoURL, c.JWKSURL,
	}, "")
}

// checkOIDC checks that the URLs can be asked, if there are any, and that a login at a real provider can begin.
func (c *SSOConnection) checkOIDC() error {
	for _, field := range []struct{ name, url string }{
		{"issuer", c.OIDC.Issuer}, {"authorization_url", c.OIDC.AuthorizationURL}, {"token_url", c.OIDC.TokenURL},
		{"userinfo_url", c.OIDC.UserinfoURL}, {"jwks_url", c.OIDC.JWKSURL},
	} {
		if field.url == "" {
			continue
		}
		if err := CheckServerURL(field.url); err != nil {
			return fmt.Errorf("oidc.%s is %w", field.name, err)
		}
	}
	if c.IsReal && c.IsActive() && !IsCompleteOIDC(c.OIDC) {
		return errors.New("oidc is active and is_real, but has no issuer, client_id, client_secret, " +
			"authorization_url, token_url, userinfo_url or jwks_url")
	}
	return nil
}

func (tx *Tx) checkSSOConnections() error {
	return each(tx.SSOConnections, func(c *SSOConnection) error {
		s := c.Summary()
		if tx.ssoConnectionsOf.Len(s.OrganizationID) > MaxSSOConnections {
			return fmt.Errorf("organization_id names an organization with more than %d connections", MaxSSOConnections)
		}
		to := tx.Referred(c)
		if to == nil || c.External != nil &&
			(to.External != nil || c.External.ExternalOrganizationID == s.OrganizationID) {
			return errors.New("external: external_organization_id and external_connection_id name no connection of " +
				"another organization")
		}
		if c.External != nil && to.OIDC != nil && len(s.ConnectionRoles)+len(s.GroupRoles) > 0 {
			return errors.New("external: it refers to an OIDC connection, and must give no roles")
		}
		return refers("organization_id", s.OrganizationID, tx.Organizations)
	})
}
