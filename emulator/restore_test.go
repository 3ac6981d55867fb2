package emulator_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

type object = map[string]any

// one is the record at a place of a list in a state.
func one(state object, list string, i int) object { return state[list].([]any)[i].(object) }

// add appends a copy of a list's first record, with some fields changed.
func add(state object, list string, fields object) {
	record := maps.Clone(one(state, list, 0))
	maps.Copy(record, fields)
	state[list] = append(state[list].([]any), record)
}

// set changes a field of a list's first record.
func set(list, field string, value any) func(object) {
	return func(state object) { one(state, list, 0)[field] = value }
}

// granting adds a Connected App and a member's grant to it, with some fields changed.
func granting(app, grant object) func(object) {
	return func(state object) {
		member := one(state, "members", 0)
		state["connected_apps"] = []any{object{"client_id": "a", "client_type": "first_party"}}
		state["grants"] = []any{object{
			"member_id": member["member_id"], "organization_id": member["organization_id"], "connected_app_id": "a",
			"scopes": []any{"openid"},
		}}
		maps.Copy(one(state, "connected_apps", 0), app)
		maps.Copy(one(state, "grants", 0), grant)
	}
}

// withKey replaces the first key and its certificate.
func withKey(t *testing.T, private crypto.Signer, err error) func(object) {
	t.Helper()
	require.NoError(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	return func(state object) {
		one(state, "keys", 0)["pkcs8"], one(state, "keys", 0)["x5c"] = key, cert
	}
}

// changed has two organizations with a member each, a session, a link, an intermediate session and two keys, and then a
// change that no call could have made.
func changed(t *testing.T) map[string]func(state object) {
	t.Helper()
	long, deep := strings.Repeat("x", 100_000), any(1)
	for range 200 {
		deep = []any{deep}
	}
	changes := map[string]func(object){
		"a session of another organization than its member's": func(s object) {
			one(s, "sessions", 0)["organization_id"] = one(s, "organizations", 1)["organization_id"]
		},
		"a session of another member": func(s object) { one(s, "sessions", 0)["member_id"] = one(s, "members", 1)["member_id"] },
		"a doubled key":               func(s object) { add(s, "keys", nil) },
		"two keys of one id":          func(s object) { one(s, "keys", 1)["kid"] = one(s, "keys", 0)["kid"] },
		"another key's certificate":   func(s object) { one(s, "keys", 0)["x5c"] = one(s, "keys", 1)["x5c"] },
		"a doubled organization":      func(s object) { add(s, "organizations", nil) },
		"a doubled slug":              func(s object) { add(s, "organizations", object{"organization_id": "o"}) },
		"a doubled external id": func(s object) {
			one(s, "organizations", 0)["organization_external_id"], one(s, "organizations", 1)["organization_external_id"] = "x", "x"
		},
		"a doubled member":        func(s object) { add(s, "members", nil) },
		"a doubled address":       func(s object) { add(s, "members", object{"member_id": "m"}) },
		"an address in two cases": func(s object) { add(s, "members", object{"member_id": "m", "email_address": "ADA@Example.com"}) },
		"a doubled external id of members": func(s object) {
			one(s, "members", 0)["external_id"] = "x"
			add(s, "members", object{"member_id": "m", "email_address": "x@example.com"})
		},
		"a doubled session":       func(s object) { add(s, "sessions", nil) },
		"a doubled session token": func(s object) { add(s, "sessions", object{"member_session_id": "s"}) },
		"a session's token twice": func(s object) {
			tokens := one(s, "sessions", 0)["tokens"].([]any)
			one(s, "sessions", 0)["tokens"] = append(tokens, tokens...)
		},
		"a doubled link":                 func(s object) { add(s, "magic_links", nil) },
		"a doubled intermediate session": func(s object) { add(s, "intermediate_sessions", nil) },
		"one token for two kinds": func(s object) {
			one(s, "magic_links", 0)["token"] = one(s, "intermediate_sessions", 0)["token"]
		},
		"a doubled role":                  func(s object) { add(s, "roles", nil) },
		"a permission on nothing":         set("roles", "permissions", []object{{"actions": []string{"a"}}}),
		"a permission of a null":          set("roles", "permissions", []any{nil}),
		"a permission of an empty action": set("roles", "permissions", []object{{"resource_id": "r", "actions": []string{"a", ""}}}),
		"a custom role without id":        set("organizations", "custom_roles", []object{{"description": "d"}}),
		"a custom permission on nothing":  set("organizations", "custom_roles", []object{{"role_id": "r", "permissions": []object{{"resource_id": ""}}}}),
		"a passcode of nobody": func(s object) {
			s["passcodes"] = []any{object{"code": "123456", "phone_number": "+1", "member_id": "m"}}
		},
		"a code with fewer than no failures": func(s object) {
			s["passcodes"] = []any{object{
				"code": "123456", "phone_number": "+1", "member_id": one(s, "members", 0)["member_id"], "failures": -1,
			}}
		},
		"a member with fewer than no failures": func(s object) { one(s, "members", 0)["failures"] = -1 },
		"a passcode without code": func(s object) {
			s["passcodes"] = []any{object{"phone_number": "+1", "member_id": one(s, "members", 0)["member_id"]}}
		},
		"two organizations of one id": func(s object) { add(s, "organizations", object{"organization_slug": "another"}) },
		"two members of one id":       func(s object) { add(s, "members", object{"email_address": "x@example.com"}) },
		"a member without id":         func(s object) { add(s, "members", object{"member_id": "", "email_address": "x@example.com"}) },
		"a member of no organization": func(s object) { add(s, "members", object{"member_id": "m", "organization_id": "o"}) },
		"an app without id":           granting(object{"client_id": ""}, nil),
		"an app of an unknown type":   granting(object{"client_type": "odd"}, nil),
		"a doubled app": func(s object) {
			granting(nil, nil)(s)
			add(s, "connected_apps", nil)
		},
		"a grant to no app":                     granting(nil, object{"connected_app_id": "b"}),
		"a grant to an empty app":               granting(nil, object{"connected_app_id": ""}),
		"a grant of nobody":                     granting(nil, object{"member_id": "m"}),
		"a grant in another organization":       granting(nil, object{"organization_id": "o"}),
		"a grant of a scope twice":              granting(nil, object{"scopes": []any{"openid", "openid"}}),
		"a grant of an empty scope":             granting(nil, object{"scopes": []any{""}}),
		"a grant of a scope with a space in it": granting(nil, object{"scopes": []any{"openid email"}}),
		"a doubled grant": func(s object) {
			granting(nil, nil)(s)
			add(s, "grants", nil)
		},
		"an unknown list": func(s object) { s["users"] = []any{} },
	}
	for list, fields := range map[string]object{
		"organizations": {"organization_id": "", "organization_slug": "a b", "organization_external_id": "a b", "organization_name": long,
			"auth_methods": "SOME", "mfa_policy": "NEVER", "email_allowed_domains": []string{"\u212aiosk.com"}, "trusted_metadata": object{"k": long},
			"allowed_oauth_tenants": object{"slack": deep}, "created_at": "1969-12-31T23:59:59Z", "updated_at": "9999-12-31T23:59:59-01:00", "bogus": 1,
			"organization_logo_url": long, "rbac_email_implicit_role_assignments": []object{{"domain": "x", "role_id": "r"}}},
		"members": {"member_id": "", "organization_id": "organization-test-none", "email_address": "nobody", "status": "odd",
			"untrusted_metadata": object{"k": long}, "trusted_metadata": object{"k": deep}, "created_at": "-001-01-01T00:00:00Z", "lock_expires_at": "1000-01-01T00:00:00Z",
			"external_id": "a b", "mfa_phone_number": long, "bogus": 1, "retired_email_addresses": []object{{"bogus": 1}}},
		"sessions": {"member_session_id": "", "member_id": "member-test-none", "organization_id": "organization-test-none", "tokens": []string{""},
			"started_at": "1969-01-01T00:00:00Z", "expires_at": "10000-01-01T00:00:00Z", "last_accessed_at": 7, "custom_claims": object{"sub": "x"},
			"authentication_factors": []object{{"type": "magic_link", "last_authenticated_at": "0001-01-02T00:00:00Z"}}, "bogus": 1},
		"intermediate_sessions": {"token": "", "email_address": "nobody", "organization_id": "organization-test-none", "expires_at": "0000-01-01T00:00:00Z", "bogus": 1},
		"magic_links":           {"token": "", "email_address": "", "pkce_code_challenge": "x", "expires_at": "1500-01-01T00:00:00Z", "used": 1, "bogus": 1},
		"keys":                  {"kid": "", "x5c": "", "created_at": "1900-01-01T00:00:00Z", "bogus": 1},
		"roles":                 {"role_id": "", "bogus": 1},
	} {
		for field, value := range fields {
			changes[list+"."+field] = set(list, field, value)
		}
		changes[list+" with null"] = func(s object) { s[list] = append(s[list].([]any), nil) }
		changes[list+" of another type"] = func(s object) { s[list] = object{} }
	}
	changes["claims of Stytch's"] = set("sessions", "custom_claims", object{"https://stytch.com/organization": "x"})
	changes["large claims"] = set("sessions", "custom_claims", object{"k": long})
	changes["deep claims"] = set("sessions", "custom_claims", object{"k": deep})
	changes["a long token"] = set("magic_links", "token", long)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	changes["a key of 1024 bits"] = withKey(t, small, err)
	large, err := rsa.GenerateKey(rand.Reader, 3072)
	changes["a key of 3072 bits"] = withKey(t, large, err)
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	changes["a key of a curve"] = withKey(t, ec, err)
	changes["no key at all"] = set("keys", "pkcs8", []byte{})
	changes["a key that is damaged"] = set("keys", "pkcs8", []byte("x"))
	return changes
}

// refusals are what changes are refused for, but for those that refusalOf tells by their names.
var refusals = map[string]string{
	"a code with fewer than no failures":                  "passcodes[0]: failures must be between 0 and 1000",
	"a custom permission on nothing":                      "organizations[0]: custom_roles: permissions: one has an empty resource_id, or an empty one of actions",
	"a custom role without id":                            "organizations[0]: custom_roles: role_id is empty",
	"a doubled address":                                   "members[2]: email_address is another row's too",
	"a doubled app":                                       "connected_apps[1]: client_id is another row's too",
	"a doubled external id":                               "organizations[1]: organization_external_id is another row's too",
	"a doubled external id of members":                    "members[2]: external_id is another row's too",
	"a doubled grant":                                     "grants[1]: member_id and connected_app_id is another row's too",
	"a doubled intermediate session":                      "intermediate_sessions[1]: token is another row's too",
	"a doubled key":                                       "keys[2]: kid is another row's too",
	"a doubled link":                                      "magic_links[3]: token is another row's too",
	"a doubled member":                                    "members[2]: member_id is another row's too",
	"a doubled organization":                              "organizations[2]: organization_id is another row's too",
	"a doubled role":                                      "roles[2]: role_id is another row's too",
	"a doubled session":                                   "sessions[2]: member_session_id is another row's too",
	"a doubled session token":                             "sessions[2]: tokens is another row's too",
	"a doubled slug":                                      "organizations[2]: organization_slug is another row's too",
	"a grant in another organization":                     "grants[0]: member_id names no member of the organization of organization_id",
	"a grant of a scope twice":                            "grants[0]: scopes has one that is malformed or occurs twice",
	"a grant of a scope with a space in it":               "grants[0]: scopes has one that is malformed or occurs twice",
	"a grant of an empty scope":                           "grants[0]: scopes has one that is malformed or occurs twice",
	"a grant of nobody":                                   "grants[0]: member_id names no member of the organization of organization_id",
	"a grant to an empty app":                             "grants[0]: member_id and connected_app_id is empty",
	"a grant to no app":                                   "grants[0]: connected_app_id names no row of connected_apps",
	"a key of 1024 bits":                                  "keys[0]: pkcs8 is not a valid RSA key of 2048 bits",
	"a key of 3072 bits":                                  "keys[0]: pkcs8 is not a valid RSA key of 2048 bits",
	"a key of a curve":                                    "keys[0]: pkcs8 is not a valid RSA key of 2048 bits",
	"a key that is damaged":                               "keys[0]: pkcs8 is not a private key in PKCS #8",
	"a long token":                                        "magic_links[0]: token must match",
	"a member of no organization":                         "members[2]: organization_id names no row of organizations",
	"a member with fewer than no failures":                "members[0]: failures must be between 0 and 1000",
	"a member without id":                                 "members[2]: member_id is empty or too long",
	"a passcode of nobody":                                "passcodes[0]: member_id names no row of members",
	"a passcode without code":                             "passcodes[0]: code is empty or too long",
	"a permission of a null":                              "roles[0]: permissions: one has an empty resource_id, or an empty one of actions",
	"a permission of an empty action":                     "roles[0]: permissions: one has an empty resource_id, or an empty one of actions",
	"a permission on nothing":                             "roles[0]: permissions: one has an empty resource_id, or an empty one of actions",
	"a session of another member":                         "sessions[0]: member_id names no member of the organization of organization_id",
	"a session of another organization than its member's": "sessions[0]: member_id names no member of the organization of organization_id",
	"a session's token twice":                             "sessions[0]: tokens has one that is empty, or that occurs twice",
	"an address in two cases":                             "members[2]: email_address is another row's too",
	"an app of an unknown type":                           "connected_apps[0]: client_type must be one of",
	"an app without id":                                   "connected_apps[0]: client_id is empty or too long",
	"an unknown list":                                     "there is no field state.users",
	"another key's certificate":                           "keys[0]: x5c is the certificate of another key",
	"claims of Stytch's":                                  "sessions[0]: custom_claims are too large or have a reserved name",
	"deep claims":                                         "sessions[0]: custom_claims is nested deeper than 100 levels",
	"large claims":                                        "sessions[0]: custom_claims must have at most 65536 bytes of JSON",
	"no key at all":                                       "keys[0]: pkcs8 is not a private key in PKCS #8",
	"one token for two kinds":                             "magic_links[0]: token is another row's token too",
	"two keys of one id":                                  "keys[1]: kid is another row's too",
	"two members of one id":                               "members[2]: member_id is another row's too",
	"two organizations of one id":                         "organizations[2]: organization_id is another row's too",
}

// refusalOf are texts that the refusal of a change has: of a field, where that is.
func refusalOf(name string) []string {
	if text, known := refusals[name]; known {
		return []string{text}
	}
	if list, isNull := strings.CutSuffix(name, " with null"); isNull {
		return []string{"state." + list + "[", "]: it is null"}
	}
	if list, isOther := strings.CutSuffix(name, " of another type"); isOther {
		return []string{"state." + list + " must be a list"}
	}
	list, field, _ := strings.Cut(name, ".")
	return []string{"state." + list + "[0]", field}
}

func TestRestore_refusesInconsistentSnapshotsWhole(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	h.create("bob@example.org", nil)
	h.IntermediateSession("eve@example.net")
	_, err := h.RotateKeys()
	require.NoError(t, err)
	before, err := h.Snapshot()
	require.NoError(t, err)
	for name, change := range changed(t) {
		var snapshot object
		require.NoError(t, json.Unmarshal(before, &snapshot))
		change(snapshot["state"].(object))
		data, err := json.Marshal(snapshot)
		require.NoError(t, err)
		require.NotEqual(t, string(before), string(data), name)
		got := h.send("POST", "/_emulator/snapshot", string(data), "", "")
		assert.Equal(t, http.StatusBadRequest, got.status, name)
		assert.Contains(t, got.text, "error", name)
		assert.Less(t, len(got.text), 2000, name)
		err = h.Restore(data)
		for _, text := range refusalOf(name) {
			require.ErrorContains(t, err, text, name)
		}
	}
	version := func(other string) string { return strings.Replace(string(before), `"version":1,`, other, 1) }
	for _, row := range []struct{ data, says string }{
		{version(`"version":2,`), "version 2, want 1"},
		{version(``), "there is no version, want 1"},
		{version(`"version":1.5,`), "version 1.5, want 1"},
		{version(`"version":-1,`), "version -1, want 1"},
		{version(`"version":1,"state":{},`), "the field state occurs twice"},
		{version(`"version":1,"x":1,`), "there is no field x"},
		{string(before[:len(before)/2]), "the JSON is cut off"},
		{string(before) + string(before), "there is more than one JSON value"},
		{`{"version":1,"state":{},"inbox":[{"to":"` + strings.Repeat("x", 10_000) + `"}]}`, "inbox[0]: to must have at most 254 bytes"},
		{`{"version":1,"state":{},"inbox":[{"id":"a"},{"id":"a"}]}`, "inbox[1]: id is another row's too"},
		{`{"version":1,"state":{},"inbox":[{"sent_at":"1200-01-01T00:00:00Z"}]}`, "inbox[0]: sent_at must be in the years 1970 to 9999"},
		{`{"version":1,"state":{},"inbox":[` + strings.Repeat("{},", 10_000) + `{}]}`, "inbox[10000]: there are more than 10000 messages"},
		{``, "the JSON is cut off"},
		{`{}`, "there is no version, want 1"},
		{`null`, "the body must be an object"},
		{`[]`, "the body must be an object"},
		{`{"version":1,"state":null}`, "state must be an object"},
		{`{"version":1,"state":{"members":[{"member_id":"m","organization_id":"o"}]}}`, "state.members[0]: email_address is not an e-mail address"},
		{`{"version":1,"state":{"sessions":[{"member_id":"m"}]}}`, "state.sessions[0]: member_session_id is empty or too long"},
	} {
		assert.Equal(t, http.StatusBadRequest, h.send("POST", "/_emulator/snapshot", row.data, "", "").status, row.says)
		require.ErrorContains(t, h.Restore([]byte(row.data)), row.says)
	}
	after, err := h.Snapshot()
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after), "nothing was changed")
	require.NoError(t, h.Restore(after))
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
	require.NoError(t, err)
}

func TestRestore_replacesTheWholeState(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	require.NoError(t, h.Restore([]byte(`{"version": 1, "state": {}}`)))
	_, err := h.api.B2B.Discovery.Organizations.List(t.Context(), &discoveryorganizations.ListRequest{SessionToken: &created.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

// An empty token of a link would match a request without one.
func TestRestore_anEmptyTokenIsNobody(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	require.ErrorContains(t, h.Restore([]byte(`{"version": 1, "state": {"magic_links": [{"email_address": "ada@example.com", "expires_at": "2999-01-01T00:00:00Z"}]}}`)),
		"magic_links[0]: token is empty")
	got := h.call("POST", "/v1/b2b/magic_links/discovery/authenticate", `{"discovery_magic_links_token": ""}`)
	assert.Equal(t, "magic_link_not_found", got.body["error_type"])
}
