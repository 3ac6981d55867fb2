package emulator_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// values calls visit for each value below v, with its path and what puts another value into its place.
func values(path string, v any, put func(any), visit func(path string, v any, put func(any))) {
	switch v := v.(type) {
	case object:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			values(path+"."+name, v[name], func(other any) { v[name] = other }, visit)
		}
	case []any:
		for i, value := range v {
			values(fmt.Sprintf("%s[%d]", path, i), value, func(other any) { v[i] = other }, visit)
		}
	}
	visit(path, v, put)
}

// variants calls restore for each value below v, with what may not take its place.
func variants(path string, v any, put func(any), restore func(path string)) {
	values(path, v, put, func(path string, v any, put func(any)) {
		try := func(name string, value any) {
			put(value)
			restore(path + name)
			put(v)
		}
		switch v := v.(type) {
		case []any:
			if strings.Count(path, ".") > 2 && len(v) > 0 { // else it is a list of records, which has no bound
				n := 2000
				if _, text := v[0].(string); text {
					n = 20_000
				}
				try(" many times", slices.Repeat(v[:1], n))
			}
		case string:
			try(" of 70 kB", strings.Repeat("x", 70_000))
			try(" of 70 kB more", v+strings.Repeat("\U0001f600", 17_500))
		}
	})
}

func TestRestore_boundsEveryValue(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	snapshot := full(t)
	restore := func() error {
		data, err := json.Marshal(snapshot)
		require.NoError(t, err)
		return h.Restore(data)
	}
	require.NoError(t, restore(), "the snapshot itself is valid")
	tried := 0
	variants("", snapshot, nil, func(path string) {
		tried++
		err := restore()
		require.Error(t, err, path)
		assert.Less(t, len(err.Error()), 500, path)
	})
	assert.Greater(t, tried, 150)
	require.NoError(t, restore())
}

func TestRestore_boundsByField(t *testing.T) {
	t.Parallel()
	token, emoji, email := strings.Repeat("x", 44), "\U0001f600", strings.Repeat("e", 242)+"@example.com"
	factor, deep := object{"type": "magic_link"}, any(1)
	for range 102 {
		deep = []any{deep}
	}
	many := func(n int, v any) []any { return slices.Repeat([]any{v}, n) }
	domains := func(n int) []any {
		list := make([]any, n)
		for i := range list {
			list[i] = fmt.Sprintf("d%d.example.org", i)
		}
		return list
	}
	role := func(id, description string) object { return object{"role_id": id, "description": description} }
	emailFactor := func(id, address string) []any {
		return []any{object{"type": "magic_link", "email_factor": object{"email_id": id, "email_address": address}}}
	}
	rows := []struct {
		list, field string
		good, bad   []any
	}{
		{"organizations", "organization_id", nil, []any{"a b", "a\n", "a/b", "a\x00", strings.Repeat("x", 129)}},
		{"organizations", "organization_name", []any{"", strings.Repeat(emoji, 128), "a\x00\n"}, []any{strings.Repeat(emoji, 129), strings.Repeat("x", 129)}},
		{"organizations", "organization_logo_url", []any{"https://example.com/" + strings.Repeat("x", 2028)}, []any{"https://example.com/" + strings.Repeat("x", 2029), "x", "example.com", "javascript:x"}},
		{"organizations", "claimed_email_domains", []any{domains(1000)}, []any{domains(1001), many(2, "example.org"), []any{"gmail.com"}, []any{"x"}}},
		{"organizations", "custom_roles", []any{[]any{role(strings.Repeat("x", 128), strings.Repeat("x", 4096))}, many(1000, role("r", "d"))},
			[]any{many(1001, role("r", "d")), []any{role(strings.Repeat("x", 129), "")}, []any{role("r", strings.Repeat("x", 4097))}, many(1000, role("r", strings.Repeat("x", 4096)))}},
		{"organizations", "trusted_metadata", []any{object{"k": strings.Repeat("x", 4088)}}, []any{object{"k": strings.Repeat("x", 4089)}, object{"k": deep}}},
		{"members", "name", []any{"", strings.Repeat(emoji, 128)}, []any{strings.Repeat("x", 129), strings.Repeat(emoji, 129)}},
		{"members", "email_id", []any{"", strings.Repeat("x", 128)}, []any{strings.Repeat("x", 129), "a\x00", "a b", "e\u00e9"}},
		{"members", "assigned_roles", []any{[]any{strings.Repeat("x", 128), "none such"}, many(1000, "r")}, []any{[]any{strings.Repeat("x", 129)}, many(1001, "r")}},
		{"members", "mfa_phone_number", []any{"+12025550162"}, []any{strings.Repeat("1", 129)}},
		{"members", "untrusted_metadata", []any{object{"k": strings.Repeat("x", 4088)}}, []any{object{"k": strings.Repeat("x", 4089)}, object{"k": deep}}},
		{"members", "retired_email_addresses", []any{[]any{object{"email_address": email}}}, []any{[]any{object{"email_address": "e" + email}}, []any{object{"email_id": "a b"}}, many(1001, object{})}},
		{"members", "sso_registrations", []any{[]any{object{"sso_attributes": object{"k": "v"}}}}, []any{[]any{object{"sso_attributes": object{"k": strings.Repeat("x", 65_529)}}}, many(40, object{"sso_attributes": object{"k": strings.Repeat("x", 65_000)}})}},
		{"members", "new_email_address", []any{"", "a@example.com"}, []any{"nobody", "e" + email}},
		{"sessions", "tokens", []any{[]any{}, []any{token}, []any{token, strings.Repeat("-", 44), strings.Repeat("_", 44)}},
			[]any{[]any{"x"}, []any{token[:43]}, []any{token + "x"}, []any{token[:43] + "\n"}, []any{token[:43] + "="}, []any{token[:43] + "\x00"}, []any{token[:42] + "\u00e9"}, []any{token + "\n"}, []any{strings.Repeat("x", 1<<20)}}},
		{"sessions", "member_session_id", []any{strings.Repeat("x", 128)}, []any{"a\x00", "a b", strings.Repeat("x", 129)}},
		{"sessions", "authentication_factors", []any{[]any{}, many(20, factor), emailFactor("e", email)},
			[]any{many(21, factor), many(30_000, factor), emailFactor("e", "e"+email), emailFactor("e\x00", "a@example.com"), emailFactor(strings.Repeat("e", 129), ""), []any{object{"type": strings.Repeat("x", 255)}},
				[]any{object{"phone_number_factor": object{"phone_number": strings.Repeat("1", 129)}}}, []any{object{"webauthn_factor": object{"user_agent": strings.Repeat("x", 255)}}}}},
		{"sessions", "custom_claims", []any{object{"k": strings.Repeat("x", 4088)}}, []any{object{"k": strings.Repeat("x", 4089)}, object{"k": deep}, object{"iss": "x"}}},
		{"intermediate_sessions", "token", []any{token}, []any{"", "x", token + "x", token[:43] + "\n", token[:43] + "\x00"}},
		{"intermediate_sessions", "authentication_factors", []any{many(20, factor)}, []any{many(21, factor), emailFactor("e", "e"+email)}},
		{"intermediate_sessions", "oauth_tenants", []any{many(1000, object{"provider": "slack"})}, []any{many(1001, object{}), []any{object{"tenant_id": strings.Repeat("x", 4097)}}}},
		{"magic_links", "token", []any{token, "link-1", strings.Repeat("x", 128)}, []any{"", "a b", "a\n", "a\x00", "\u00e9", strings.Repeat("x", 129)}},
		{"magic_links", "email_address", []any{"ADA@Example.com"}, []any{"e" + email, "nobody", "a\x00@example.com"}},
		{"roles", "role_id", []any{strings.Repeat(emoji, 128)}, []any{"", strings.Repeat("x", 129)}},
		{"roles", "description", []any{strings.Repeat("x", 4096)}, []any{strings.Repeat("x", 4097)}},
		{"keys", "kid", []any{"k"}, []any{"", "a\x00", "a b", strings.Repeat("x", 129)}},
		{"keys", "x5c", nil, []any{make([]byte, 4097), make([]byte, 1<<20)}},
		{"clients", "client_id", []any{"a|b", strings.Repeat("x", 128)}, []any{"", "a b", "a\n", strings.Repeat("x", 129)}},
		{"clients", "client_name", []any{"", strings.Repeat(emoji, 128)}, []any{strings.Repeat("x", 129)}},
		{"clients", "client_description", []any{strings.Repeat("x", 4096)}, []any{strings.Repeat("x", 4097)}},
		{"clients", "status", []any{"", "active"}, []any{"asleep"}},
		{"clients", "scopes", []any{[]any{}, many(1000, "a")}, []any{many(1001, "a"), []any{""}, []any{"a b"}, []any{strings.Repeat("x", 129)}}},
		{"clients", "client_secret_hash", nil, []any{"", make([]byte, 31), make([]byte, 33)}},
		{"clients", "next_client_secret_hash", nil, []any{"", make([]byte, 31)}},
		{"clients", "next_client_secret_last_four", nil, []any{""}},
		{"clients", "trusted_metadata", nil, []any{object{"k": strings.Repeat("x", 64<<10)}}},
		{"totps", "secret", []any{strings.Repeat("A", 16), strings.Repeat("A", 103)}, []any{"", strings.Repeat("A", 15), strings.Repeat("A", 104), strings.Repeat("a", 16), strings.Repeat("A", 16) + "="}},
		{"totps", "recovery_codes", []any{[]any{}, []any{recoveryCode("r", strings.Repeat(emoji, 128))}},
			[]any{[]any{recoveryCode("r", "")}, []any{recoveryCode("", "a")}, []any{recoveryCode("a b", "a")}, []any{recoveryCode("r", strings.Repeat("x", 129))}, many(2, recoveryCode("r", "a")), many(2000, object{})}},
		{"members", "failures", []any{0, 1000}, []any{-1, 1001, int64(math.MaxInt64)}},
		{"passcodes", "failures", []any{0, 1000}, []any{-1, 1001, int64(math.MaxInt64)}},
		{"authorizations", "member_id", nil, []any{"", "m"}},
		{"authorizations", "organization_id", nil, []any{"", "o"}},
		{"authorizations", "connected_app_id", nil, []any{"", "b"}},
		{"authorizations", "scopes", []any{[]any{}, []any{"openid", strings.Repeat("x", 128)}}, []any{[]any{""}, []any{"a b"}, []any{"a\"b"}, []any{"a\n"}, []any{strings.Repeat("x", 129)}, many(2, "openid"), many(1001, "openid")}},
		{"authorizations", "resources", []any{many(20, "a")}, []any{many(21, "a"), []any{strings.Repeat("x", 4097)}}},
		{"authorizations", "redirect_uri", []any{"http://127.0.0.1/cb?a=1"}, []any{"", "x", "javascript:alert(1)", "https://a.example/" + strings.Repeat("x", 4096)}},
		{"authorizations", "code_challenge", []any{""}, []any{"x", strings.Repeat("x", 42), strings.Repeat("x", 44), strings.Repeat("+", 43)}},
		{"authorizations", "nonce", []any{"", strings.Repeat("x", 2048)}, []any{strings.Repeat("x", 2049)}},
		{"authorizations", "created_at", []any{"9999-12-31T23:59:59Z"}, []any{"10000-01-01T00:00:00Z", "1969-12-31T23:59:59Z"}},
		{"app_tokens", "token", []any{strings.Repeat("x", 128)}, []any{"", "a b", strings.Repeat("x", 129)}},
		{"app_tokens", "kind", []any{"authorization_code", "access_token"}, []any{"", "session", "refresh_token "}},
		{"app_tokens", "authorization_id", nil, []any{"", "y"}},
		{"app_tokens", "expires_at", []any{"9999-12-31T23:59:59Z"}, []any{"10000-01-01T00:00:00Z"}},
		{"impersonations", "token", []any{strings.Repeat("y", 44)}, []any{"", "x", strings.Repeat("y", 45)}},
		{"impersonations", "member_id", nil, []any{"", "m"}},
		{"impersonations", "impersonator_id", []any{strings.Repeat("x", 128)}, []any{"a b", strings.Repeat("x", 129)}},
		{"impersonations", "impersonator_email_address", []any{"a@example.com"}, []any{"", "nobody", "e" + email}},
		{"impersonations", "expires_at", []any{"9999-12-31T23:59:59Z"}, []any{"10000-01-01T00:00:00Z"}},
		{"scopes", "scope", []any{strings.Repeat("x", 128)}, []any{"", "openid", "full_access", "a b", "a\"", strings.Repeat("x", 129)}},
		{"passcodes", "code", []any{"123456"}, []any{"", "12 34", "1\x00", strings.Repeat("1", 129)}},
	}
	valid, err := json.Marshal(full(t))
	require.NoError(t, err)
	h := newHarness(t)
	for _, row := range rows {
		for i, value := range append(row.good, row.bad...) {
			var snapshot object
			require.NoError(t, json.Unmarshal(valid, &snapshot))
			set(row.list, row.field, value)(snapshot["state"].(object))
			data, err := json.Marshal(snapshot)
			require.NoError(t, err)
			got := h.send("POST", "/_emulator/snapshot", string(data), "", "")
			if i < len(row.good) {
				assert.Equal(t, http.StatusOK, got.status, "%s.%s %d: %.200s", row.list, row.field, i, got.text)
			} else {
				assert.Equal(t, http.StatusBadRequest, got.status, "%s.%s %.60q", row.list, row.field, value)
				assert.Less(t, len(got.text), 500)
			}
		}
	}
}

func recoveryCode(id, code string) object { return object{"recovery_code_id": id, "code": code} }

// A certificate can be valid and carry anything.
func TestRestore_boundsCertificates(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	snapshot := full(t)
	key := one(snapshot["state"].(object), "keys", 0)
	der, err := base64.StdEncoding.DecodeString(key["pkcs8"].(string))
	require.NoError(t, err)
	private, err := x509.ParsePKCS8PrivateKey(der)
	require.NoError(t, err)
	for size, accepted := range map[int]bool{1: true, 3000: true, 5000: false, 1 << 20: false} {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), ExtraExtensions: []pkix.Extension{{Id: []int{1, 2, 3}, Value: make([]byte, size)}}}
		key["x5c"], err = x509.CreateCertificate(rand.Reader, template, template, private.(*rsa.PrivateKey).Public(), private)
		require.NoError(t, err)
		data, err := json.Marshal(snapshot)
		require.NoError(t, err)
		assert.Equal(t, accepted, h.Restore(data) == nil, size)
	}
}
