package emulator_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each of these changes makes one rule of snapshots wrong that no call breaks, and the text says which.
func TestRestore_saysWhichRuleIsBroken(t *testing.T) {
	t.Parallel()
	within := func(list, field, name string, value any) func(object) {
		return func(s object) { one(s, list, 0)[field].(object)[name] = value }
	}
	twice := func(list, key string) func(object) {
		return func(s object) { add(s, list, object{key: "another"}) }
	}
	h := newHarness(t)
	valid, err := json.Marshal(full(t))
	require.NoError(t, err)
	for _, row := range []struct {
		change func(object)
		says   string
	}{
		{within("oauth_tokens", "account", "member_id", "m"), "oauth_tokens[0]: account: one has a registration_id or a member_id"},
		{within("oauth_tokens", "account", "registration_id", "r"), "oauth_tokens[0]: account: one has a registration_id or a member_id"},
		{within("oauth_tokens", "account", "provider", "saml"), "oauth_tokens[0]: account: one has"},
		{within("oauth_tokens", "account", "provider_subject", ""), "oauth_tokens[0]: account: provider_subject is empty"},
		{within("sso_tokens", "account", "member_id", "m"), "sso_tokens[0]: account has a registration_id or a member_id"},
		{within("sso_tokens", "account", "connection_id", "c"), "sso_tokens[0]: account.connection_id is another one than connection_id"},
		{within("sso_tokens", "account", "provider", "oidc"), "sso_tokens[0]: account.provider is not that of the connection"},
		{set("sso_flows", "connection_id", "c2"), "sso_flows[0]: callback_url is for OIDC"},
		{set("grants", "connected_app_id", "b"), "grants[0]: connected_app_id names no row of connected_apps"},
		{func(s object) { s["grants"] = []any{} }, "authorizations[0]: revoked is false, but member_id has granted connected_app_id nothing"},
		{set("app_tokens", "authorization_id", "y"), "app_tokens[0]: authorization_id names no row of authorizations"},
		{set("scim_groups", "connection_id", "x"), "scim_connections[0]: scim_group_implicit_role_assignments: a group_id"},
		{func(s object) {
			one(s, "scim_connections", 0)["scim_group_implicit_role_assignments"] = []any{}
			one(s, "scim_groups", 0)["connection_id"] = "x"
		}, "scim_groups[0]: connection_id names no row of scim_connections"},
		{set("totps", "totp_registration_id", "u"), "totps[0]: totp_registration_id is not that of the member"},
		{set("totps", "expires_at", "2030-01-01T00:00:00Z"), "totps[0]: expires_at is set"},
		{set("impersonations", "member_id", "m"), "impersonations[0]: member_id names no row of members"},
		{set("magic_links", "member_id", one(fullState(t, valid), "members", 0)["member_id"]), "magic_links[0]: member_id is empty, or the purpose has no member"},
		{set("passcodes", "member_id", "m"), "passcodes[0]: member_id names no row of members"},
		{within("passwords", "hash", "hash_type", "bcrypt"), "passwords[0]: hash, whose digest is decoded from base64: The hash must match ^"},
		{set("passwords", "email_address", "a@example.com"), "passwords[0]: member_id and email_address: exactly one"},
		{set("intermediate_sessions", "organization_id", "o"), "intermediate_sessions[0]: organization_id names no row of organizations"},
		{set("sessions", "organization_id", "o2"), "sessions[0]: member_id names no member of the organization of organization_id"},
		{set("clients", "client_id", "a"), "clients[0]: client_id is a connected app's"},
		{set("sessions", "custom_claims", object{"k": string(make([]byte, 5000))}), "sessions[0]: custom_claims are too large"},
		{set("members", "trusted_metadata", object{"k": string(make([]byte, 5000))}), "members[0]: trusted_metadata: The metadata is larger than 4096 bytes."},
		{set("members", "untrusted_metadata", object{"k": string(make([]byte, 5000))}), "members[0]: untrusted_metadata: The metadata is larger than 4096 bytes."},
		{set("organizations", "allowed_oauth_tenants", object{"slack": []any{object{}}}), "organizations[0]: allowed_oauth_tenants must be lists of ids"},
		{twice("sessions", "member_session_id"), "sessions[1]: tokens is another row's too"},
		{twice("members", "member_id"), "members[1]: email_address is another row's too"},
		{twice("organizations", "organization_id"), "organizations[2]: organization_slug is another row's too"},
		{twice("passwords", "member_password_id"), "passwords[1]: member_id is another row's too"},
		{twice("scim_connections", "connection_id"), "scim_connections[1]: organization_id is another row's too"},
		{twice("roles", "description"), "roles[3]: role_id is another row's too"},
		{twice("keys", "created_at"), "keys[1].created_at must be a time"},
	} {
		s := fullState(t, valid)
		row.change(s)
		data, err := json.Marshal(object{"version": 1, "state": s})
		require.NoError(t, err)
		assert.ErrorContains(t, h.Restore(data), "snapshot: state."+row.says)
	}
}

// A secret never stands in an error: neither one that occurs twice nor one that is malformed.
func TestRestore_refusalsHaveNoSecrets(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	valid, err := json.Marshal(full(t))
	require.NoError(t, err)
	for list, field := range map[string]string{
		"sessions": "tokens", "intermediate_sessions": "token", "magic_links": "token", "impersonations": "token", "sso_flows": "state",
		"sso_tokens": "token", "oauth_flows": "state", "oauth_tokens": "token", "app_tokens": "token", "totps": "secret", "passcodes": "code",
	} {
		s := fullState(t, valid)
		secret, isText := one(s, list, 0)[field].(string)
		if !isText {
			secret = one(s, list, 0)[field].([]any)[0].(string)
		}
		malformed := secret + "!"
		for _, change := range []func(object){
			func(s object) { add(s, list, object{"member_session_id": "another"}) },
			func(s object) { set(list, field, malformed)(s) },
			func(s object) { set(list, field, []any{malformed})(s) },
		} {
			s := fullState(t, valid)
			change(s)
			if list != "sessions" {
				for _, row := range s[list].([]any) {
					delete(row.(object), "member_session_id")
				}
			}
			data, err := json.Marshal(object{"version": 1, "state": s})
			require.NoError(t, err)
			err = h.Restore(data)
			require.Error(t, err, list)
			assert.NotContains(t, err.Error(), secret, list)
		}
	}
}

func fullState(t *testing.T, snapshot []byte) object {
	t.Helper()
	var decoded object
	require.NoError(t, json.Unmarshal(snapshot, &decoded))
	return decoded["state"].(object)
}
