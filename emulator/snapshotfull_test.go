package emulator_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// full is a snapshot with a value in every kind of field: those that calls store and those that only a person writes.
func full(t *testing.T) object {
	t.Helper()
	h := newHarness(t)
	h.create("ada@example.com", allowing("example.com"))
	h.IntermediateSession("eve@example.net")
	data, err := h.Snapshot()
	require.NoError(t, err)
	var snapshot object
	require.NoError(t, json.Unmarshal(data, &snapshot))
	s := snapshot["state"].(object)
	role := object{"role_id": "editor", "description": "d", "permissions": []any{object{"resource_id": "documents", "actions": []any{"read"}}}}
	for field, value := range map[string]any{
		"organization_external_id": "o", "organization_logo_url": "https://example.com/l", "trusted_metadata": object{"k": "v"}, "claimed_email_domains": []any{"example.org"},
		"allowed_auth_methods": []any{"sso"}, "allowed_mfa_methods": []any{"totp"}, "sso_default_connection_id": "c", "custom_roles": []any{role},
		"allowed_oauth_tenants": object{"slack": []any{"T1"}}, "allowed_first_party_connected_apps": []any{"a"}, "sso_jit_provisioning_allowed_connections": []any{"c"},
		"sso_active_connections":               []any{object{"connection_id": "c", "display_name": "n"}},
		"rbac_email_implicit_role_assignments": []any{object{"domain": "example.com", "role_id": "editor"}},
	} {
		set("organizations", field, value)(s)
	}
	for field, value := range map[string]any{
		"name": "Ada", "external_id": "a", "assigned_roles": []any{"editor"}, "mfa_phone_number": "+12025550162", "default_mfa_method": "totp", "totp_registration_id": "t", "mfa_phone_id": "p",
		"new_email_address": "b@example.com", "new_email_expires_at": "2030-01-01T00:00:00Z",
		"untrusted_metadata": object{"k": "v"}, "retired_email_addresses": []any{object{"email_id": "e", "email_address": "a@example.com"}},
		"sso_registrations":   []any{object{"connection_id": "c", "external_id": "x", "registration_id": "r", "sso_attributes": object{"k": "v"}}},
		"oauth_registrations": []any{object{"provider_type": "Google", "provider_subject": "1", "profile_picture_url": "https://example.com/p", "locale": "en"}},
		"roles":               []any{object{"role_id": "editor", "sources": []any{object{"type": "direct_assignment", "details": object{"k": "v"}}}}},
		"scim_registration":   object{"connection_id": "c", "scim_attributes": object{"display_name": "n", "emails": []any{object{"value": "a@example.com", "type": "work"}}}},
	} {
		set("members", field, value)(s)
	}
	factors := []any{one(s, "sessions", 0)["authentication_factors"].([]any)[0],
		object{"type": "oauth", "delivery_method": "oauth_google", "google_oauth_factor": object{"id": "g", "provider_subject": "1", "email_id": "e"}},
		object{"type": "otp", "delivery_method": "sms", "phone_number_factor": object{"phone_id": "p", "phone_number": "+1"}}}
	set("sessions", "authentication_factors", factors)(s)
	set("sessions", "custom_claims", object{"k": "v"})(s)
	set("intermediate_sessions", "authentication_factors", factors)(s)
	set("intermediate_sessions", "oauth_tenants", []any{object{"provider": "slack", "tenant_id": "T1"}})(s)
	set("magic_links", "pkce_code_challenge", strings.Repeat("x", 43))(s)
	s["roles"] = append(s["roles"].([]any), role)
	hash := make([]byte, 32)
	s["clients"] = []any{object{
		"client_id": "billing", "client_name": "Billing", "client_description": "d", "status": "inactive", "scopes": []any{"read:users"},
		"client_secret_last_four": "abcd", "next_client_secret_last_four": "efgh", "trusted_metadata": object{"k": "v"},
		"client_secret_hash": hash, "next_client_secret_hash": hash, "created_at": "2026-01-02T03:04:05Z",
	}}
	s["passcodes"] = []any{object{"code": "123456", "phone_number": "+1", "member_id": one(s, "members", 0)["member_id"]}}
	s["totps"] = []any{object{"totp_registration_id": "t", "member_id": one(s, "members", 0)["member_id"], "secret": "GEZDGNBVGY3TQOJQ", "next_step": 1,
		"recovery_codes": []any{object{"recovery_code_id": "r", "code": "a1b2-c3d4-e5f6"}}}}
	s["connected_apps"] = []any{object{"client_id": "a", "client_name": "n", "client_description": "d", "client_type": "third_party", "logo_url": "https://example.com/l"}}
	s["registrations"] = []any{object{"registration_id": "r", "member_id": one(s, "members", 0)["member_id"], "provider": "oidc", "connection_id": "c", "provider_subject": "1",
		"provider_tenant_ids": []any{"T1"}, "access_token": "a", "access_token_expires_at": "2030-01-01T00:00:00Z", "scopes": []any{"read"}, "sso_attributes": object{"k": "v"}}}
	s["grants"] = []any{object{"member_id": one(s, "members", 0)["member_id"], "organization_id": one(s, "organizations", 0)["organization_id"], "connected_app_id": "a", "scopes": []any{"openid"}}}
	access := maps.Clone(one(s, "grants", 0))
	maps.Copy(access, object{
		"authorization_id": "z", "resources": []any{"https://api.example"}, "redirect_uri": "https://app.example", "code_challenge": strings.Repeat("x", 43),
		"nonce": "n", "created_at": "2026-01-02T03:04:05Z",
	})
	s["authorizations"] = []any{access}
	s["app_tokens"] = []any{object{"token": "app-token-1", "kind": "refresh_token", "authorization_id": "z", "expires_at": "2030-01-01T00:00:00Z"}}
	s["scopes"] = []any{object{"scope": "read", "description": "d", "permissions": []any{object{"resource_id": "documents", "actions": []any{"read"}}}}}
	maps.Copy(one(s, "connected_apps", 0), object{
		"redirect_urls": []any{"https://app.example"}, "post_logout_redirect_urls": []any{"https://app.example"}, "access_token_custom_audience": "a",
		"access_token_template_content": "{}", "id_token_template_content": "{}", "client_secret_hash": hash, "client_secret_last_four": "abcd",
		"next_client_secret_hash": hash, "next_client_secret_last_four": "efgh", "client_id_metadata_url": "https://app.example/m",
	})
	s["scim_connections"] = []any{object{"connection_id": "s", "organization_id": one(s, "organizations", 0)["organization_id"], "display_name": "n", "identity_provider": "okta",
		"bearer_token_hash": hash, "bearer_token_last_four": "abcd", "next_bearer_token_hash": hash, "next_bearer_token_last_four": "efgh",
		"scim_group_implicit_role_assignments": []any{object{"role_id": "editor", "group_id": "g"}}}}
	s["scim_users"] = []any{object{"registration_id": "u", "connection_id": "s", "member_id": one(s, "members", 0)["member_id"], "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
		"scim_attributes": object{"user_name": "a", "external_id": "a b", "name": object{"given_name": "A"}, "emails": []any{object{"value": "a@example.com", "type": "work", "primary": true}},
			"addresses": []any{object{"formatted": "a"}}, "enterprise_extension": object{"manager": object{"value": "1"}}}}}
	s["scim_groups"] = []any{object{"group_id": "g", "connection_id": "s", "external_id": "a b", "group_name": "n", "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z"}}
	s["scim_memberships"] = []any{object{"group_id": "g", "registration_id": "u"}}
	s["impersonations"] = []any{object{"token": strings.Repeat("i", 44), "member_id": one(s, "members", 0)["member_id"], "impersonator_id": "i",
		"impersonator_email_address": "support@example.org", "expires_at": "2030-01-01T00:00:00Z"}}
	snapshot["inbox"].([]any)[0].(object)["code"] = "123456"
	addLogins(t, s)
	addSSO(s)
	data, err = json.Marshal(snapshot)
	require.NoError(t, err)
	var unshared object // of which no two parts are the same map
	require.NoError(t, json.Unmarshal(data, &unshared))
	return unshared
}

// addSSO adds a connection of each kind to the state of a full snapshot, and logins by them.
func addSSO(s object) {
	const at = "2026-01-02T03:04:05Z"
	org := one(s, "organizations", 0)["organization_id"]
	s["organizations"] = append(s["organizations"].([]any), object{"organization_id": "o2"})
	roles := []any{object{"role_id": "editor"}}
	groups := []any{object{"role_id": "editor", "group": "g"}}
	s["sso_connections"] = []any{
		object{"is_real": true, "oidc": object{
			"organization_id": org, "connection_id": "c", "display_name": "n", "status": "active", "identity_provider": "okta", "client_id": "i", "client_secret": "s",
			"issuer": "https://idp.example", "authorization_url": "https://idp.example/a", "token_url": "https://idp.example/t", "userinfo_url": "https://idp.example/u",
			"jwks_url": "https://idp.example/j", "custom_scopes": "openid", "attribute_mapping": object{"k": "v"}, "redirect_url": "https://app.example",
		}},
		object{"saml": object{
			"organization_id": org, "connection_id": "c2", "display_name": "n", "status": "active", "identity_provider": "okta", "idp_entity_id": "i", "idp_sso_url": "https://idp.example",
			"attribute_mapping": object{"k": "v"}, "nameid_format": "f", "alternative_audience_uri": "a", "alternative_acs_url": "https://app.example", "audience_uri": "a", "acs_url": "https://app.example",
			"verification_certificates":                 []any{object{"certificate_id": "v", "certificate": "c", "issuer": "i", "created_at": at, "updated_at": at, "expires_at": at}},
			"signing_certificates":                      []any{object{"certificate_id": "w", "certificate": "c", "issuer": "i", "created_at": at}},
			"encryption_private_keys":                   []any{object{"private_key_id": "k", "private_key": "p", "created_at": at}},
			"saml_connection_implicit_role_assignments": roles, "saml_group_implicit_role_assignments": groups,
		}},
		object{"external": object{
			"organization_id": "o2", "connection_id": "c3", "display_name": "n", "status": "active", "external_organization_id": org, "external_connection_id": "c2",
			"external_connection_implicit_role_assignments": roles, "external_group_implicit_role_assignments": groups,
		}},
	}
	s["sso_flows"] = []any{object{
		"state": strings.Repeat("f", 44), "connection_id": "c", "login_redirect_url": "https://app.example", "signup_redirect_url": "https://app.example", "pkce_code_challenge": strings.Repeat("x", 43),
		"cookie": strings.Repeat("c", 44), "nonce": strings.Repeat("n", 44), "code_verifier": strings.Repeat("v", 44), "callback_url": "https://app.example", "used": true, "expires_at": at,
	}}
	s["sso_tokens"] = []any{object{
		"token": strings.Repeat("g", 44), "connection_id": "c2", "email_address": "a@example.com", "name": "n", "pkce_code_challenge": strings.Repeat("x", 43), "used": true, "expires_at": at,
		"account": object{"provider": "saml", "connection_id": "c2", "provider_subject": "2", "sso_attributes": object{"k": "v"}, "sso_groups": []any{"g"}},
	}}
}

// addLogins adds logins by OAuth, a password, settings and a token that was used to the state of a full snapshot.
func addLogins(t *testing.T, s object) {
	t.Helper()
	const at = "2026-01-02T03:04:05Z"
	org, member := one(s, "organizations", 0)["organization_id"], one(s, "members", 0)["member_id"]
	account := object{"provider": "slack", "provider_subject": "1", "provider_tenant_ids": []any{"T1"}, "id_token": "i", "access_token": "a", "refresh_token": "r",
		"bot_access_token": "b", "bot_scopes": []any{"read"}, "profile_picture_url": "https://example.com/p", "locale": "en", "email_unverified": true}
	s["oauth_flows"] = []any{object{
		"state": strings.Repeat("h", 44), "provider": "slack", "organization_id": org, "login_redirect_url": "https://app.example", "signup_redirect_url": "https://app.example",
		"pkce_code_challenge": strings.Repeat("x", 43), "scopes": []any{"read"}, "offline": true, "used": true, "expires_at": at,
	}}
	s["oauth_tokens"] = []any{object{
		"token": strings.Repeat("j", 44), "organization_id": org, "email_address": "a@example.com", "name": "n", "account": account,
		"pkce_code_challenge": strings.Repeat("x", 43), "used": true, "expires_at": at,
	}}
	set("intermediate_sessions", "oauth_accounts", []any{account})(s)
	for _, provider := range []string{"google", "microsoft", "slack", "hubspot", "github"} {
		add(s, "registrations", object{"registration_id": provider, "provider": provider, "connection_id": "", "bot_access_token": "b", "bot_scopes": []any{"read"}})
	}
	s["passwords"] = []any{object{
		"member_password_id": "q", "member_id": member, "requires_reset": true, "failures": 1, "lock_expires_at": at, "hash": object{
			"hash_type": "argon_2id", "digest": make([]byte, 32), "salt": make([]byte, 16), "append_salt": make([]byte, 1), "iterations": 1, "memory": 64, "threads": 1,
			"n": 2, "r": 1, "p": 1, "algorithm": "sha256",
		},
	}}
	der, err := base64.StdEncoding.DecodeString(one(s, "keys", 0)["pkcs8"].(string))
	require.NoError(t, err)
	private, err := x509.ParsePKCS8PrivateKey(der)
	require.NoError(t, err)
	public, err := x509.MarshalPKIXPublicKey(private.(*rsa.PrivateKey).Public())
	require.NoError(t, err)
	s["settings"] = []any{object{
		"product": "b2b", "redirect_urls": []any{"https://app.example"}, "rate_limits": true, "max_session_duration_minutes": 60, "userinfo_url": "https://app.example",
		"authorization_url": "https://app.example", "dynamic_client_registration": true, "remote_providers": true,
		"trusted_token_profiles": []any{object{"profile_id": "t", "issuer": "i", "audience": "a", "creates_members": true,
			"public_keys": []any{string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))}}},
		"passwords": object{"strength_policy": "luds", "luds_min_length": 9, "luds_min_complexity": 2, "allow_breached_on_create": true,
			"allow_breached_on_authenticate": true, "breached_passwords": []any{"secret"}},
	}}
	s["used_tokens"] = []any{object{"hash": "h", "expires_at": at}}
}
