package state

// Resource is a resource of the project's policy, with the actions that there are on it.
type Resource struct {
	ID, Description string
	Actions         []string
}

// Resources are those that every project has. Unverified: the actions on Connected Apps, external ids and claimed
// domains of an organization, and what is on stytch.self beyond the documented actions.
func Resources() []Resource {
	managed := []string{"create", "get", "update", "delete"}
	return []Resource{
		{ResourceOrganization, "The organization and its settings.", []string{
			"update.info.name", "update.info.slug", "update.info.logo-url", "update.info.external-id",
			"update.settings.allowed-auth-methods", "update.settings.allowed-mfa-methods",
			"update.settings.email-jit-provisioning", "update.settings.email-invites",
			"update.settings.allowed-domains", "update.settings.claimed-email-domains",
			"update.settings.default-sso-connection",
			"update.settings.sso-jit-provisioning", "update.settings.mfa-policy", "update.settings.implicit-roles",
			"update.settings.oauth-tenant-jit-provisioning", "update.settings.allowed-oauth-tenants",
			"update.settings.connected-apps", "get.connected-apps", "delete",
		}},
		{ResourceMember, "The members of the organization.", []string{
			"create", "search", "delete", "update.info.name", "update.info.email", "update.info.untrusted-metadata",
			"update.info.external-id", "update.info.mfa-phone", "update.info.delete.mfa-phone",
			"update.info.delete.mfa-totp", "update.info.delete.password", "update.info.unlink.retired-email",
			"update.settings.is-breakglass", "update.settings.mfa-enrolled", "update.settings.default-mfa-method",
			"update.settings.roles", "revoke-sessions", "get.connected-apps", "revoke.connected-app",
		}},
		{ResourceSelf, "The member who acts.", []string{
			"update.info.name", "update.info.email", "update.info.untrusted-metadata", "update.info.mfa-phone",
			"update.info.delete.mfa-phone", "update.info.delete.mfa-totp", "update.info.delete.password",
			"update.info.unlink.retired-email", "update.settings.mfa-enrolled", "update.settings.default-mfa-method",
			"revoke-sessions", "get.connected-apps", "revoke.connected-app", "delete",
		}},
		{"stytch.sso", "The organization's SSO connections.", managed},
		{"stytch.scim", "The organization's SCIM connection.", managed},
	}
}
