package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
)

const createPath = "/v1/b2b/discovery/organizations/create"

// createWith creates an organization from JSON members, which follow the token.
func (h *harness) createWith(email, members string) answer {
	h.t.Helper()
	return h.call("POST", createPath, fmt.Sprintf(`{"intermediate_session_token": %q, %s}`, h.IntermediateSession(email), members))
}

// nested are n levels of lists or objects.
func nested(n int, begin, end string) string {
	return strings.Repeat(begin, n) + "1" + strings.Repeat(end, n)
}

// What was accepted is part of every later response, in some of them deeper than in the request.
func TestLimits_anAcceptedValueAlwaysEncodes(t *testing.T) {
	t.Parallel()
	for field, refused := range map[string]string{
		"trusted_metadata": "metadata_too_large", "session_custom_claims": "custom_claims_too_large",
	} {
		for _, form := range [][2]string{{"[", "]"}, {`{"k":`, "}"}, {`[{"k":`, "}]"}} {
			t.Run(field+form[0], func(t *testing.T) {
				t.Parallel()
				h := newHarness(t)
				for _, depth := range []int{1, 10, 49, 50, 90, 97, 98, 99, 100, 101, 500, 990, 998, 999, 1000, 1001, 4990, 9990, 9998, 9999, 20_000} {
					got := h.createWith("ada@example.com", fmt.Sprintf(`%q: {"k": %s}`, field, nested(depth, form[0], form[1])))
					levels := 2 + depth*(strings.Count(form[0], "[")+strings.Count(form[0], "{"))
					assert.Equal(t, levels <= 100, got.status == http.StatusOK, "%d levels", levels)
					if got.status == http.StatusBadRequest {
						assert.Contains(t, []any{"bad_request", refused}, got.body["error_type"])
						continue
					}
					require.Equal(t, http.StatusOK, got.status, got.text[:min(len(got.text), 300)])
					body := fmt.Sprintf(`{"session_token": %q}`, got.body["session_token"])
					for _, path := range []string{"/v1/b2b/sessions/authenticate", "/v1/b2b/discovery/organizations"} {
						assert.Equal(t, http.StatusOK, h.call("POST", path, body).status, "%s %d", path, depth)
					}
					data, err := h.Snapshot()
					require.NoError(t, err)
					require.NoError(t, h.Restore(data), "a snapshot can be restored")
				}
			})
		}
	}
}

func TestLimits_numbersSurvive(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, field := range []string{"trusted_metadata", "session_custom_claims"} {
		got := h.createWith(field+"@example.com", fmt.Sprintf(`%q: {"big": 9007199254740993, "huge": 1e999, "s": "9007199254740993"}`, field))
		require.Equal(t, http.StatusOK, got.status, got.text)
		data, err := h.Snapshot()
		require.NoError(t, err)
		require.NoError(t, h.Restore(data))
		again := h.call("POST", "/v1/b2b/sessions/authenticate", fmt.Sprintf(`{"session_token": %q}`, got.body["session_token"]))
		require.Equal(t, http.StatusOK, again.status, again.text)
		for _, text := range []string{got.text, again.text} {
			assert.Contains(t, text, `"big":9007199254740993,"huge":1e999,"s":"9007199254740993"`)
		}
	}
}

func TestLimits_storedStringsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	long, list := strings.Repeat("x", 900_000), func(entry string, n int) string {
		return "[" + strings.Repeat(entry+",", n-1) + entry + "]"
	}
	for name, row := range map[string]struct{ body, want string }{
		"a long local part":  {`{"email_address": "` + long + `@example.com"}`, "invalid_email"},
		"a long domain":      {`{"email_address": "a@` + long + `.com"}`, "invalid_email"},
		"many labels":        {`{"email_address": "a@` + strings.Repeat("a.", 100_000) + `com"}`, "invalid_email"},
		"255 bytes":          {`{"email_address": "a@` + strings.Repeat("a.", 125) + `com"}`, "invalid_email"},
		"a local part of 65": {`{"email_address": "` + strings.Repeat("a", 65) + `@example.com"}`, "invalid_email"},
		"a long redirect": {`{"email_address": "a@example.com", "discovery_redirect_url": "https://example.com/` + long + `"}`,
			"invalid_discovery_redirect_url"},
		"a long challenge": {`{"email_address": "a@example.com", "pkce_code_challenge": "` + long + `"}`, "invalid_pkce_code_challenge"},
	} {
		got := h.call("POST", sendPath, row.body)
		assert.Equal(t, 400, got.status, name)
		assert.Equal(t, row.want, got.body["error_type"], name)
		assert.Less(t, len(got.text), 2000, "%s: the answer does not repeat it", name)
	}
	assert.Empty(t, h.Inbox().Messages(""))
	for name, row := range map[string]struct{ members, want string }{
		"a name of 129":           {`"organization_name": "` + long[:129] + `"`, "invalid_organization_name"},
		"an empty name":           {`"organization_name": ""`, "invalid_organization_name"},
		"a long name":             {`"organization_name": "` + long + `"`, "invalid_organization_name"},
		"a long slug":             {`"organization_slug": "` + long + `"`, "invalid_organization_slug"},
		"an empty slug":           {`"organization_slug": ""`, "invalid_organization_slug"},
		"a long external id":      {`"organization_external_id": "` + long + `"`, "invalid_organization_external_id"},
		"a long logo":             {`"organization_logo_url": "https://` + long + `"`, "organization_logo_url_too_long"},
		"large metadata":          {`"trusted_metadata": {"k": "` + long + `"}`, "metadata_too_large"},
		"a large key":             {`"trusted_metadata": {"` + long + `": 1}`, "metadata_too_large"},
		"large claims":            {`"session_custom_claims": {"k": "` + long + `"}`, "custom_claims_too_large"},
		"large tenants":           {`"allowed_oauth_tenants": {"slack": ["` + long + `"]}`, "invalid_oauth_allowed_tenants_format"},
		"a long domain":           {`"email_allowed_domains": ["` + long + `.com"]`, "organization_settings_invalid_domain"},
		"many domains":            {`"email_allowed_domains": ` + list(`"a.com"`, 100_000), "too_many_domains"},
		"a repeated method":       {`"allowed_auth_methods": ` + list(`"sso"`, 100_000), "invalid_organization_allowed_auth_methods"},
		"a repeated factor":       {`"allowed_mfa_methods": ` + list(`"totp"`, 100_000), "invalid_organization_allowed_mfa_methods"},
		"a long method":           {`"auth_methods": "` + long + `"`, "invalid_organization_auth_factor_setting"},
		"a long app":              {`"allowed_first_party_connected_apps": ["` + long + `"]`, "bad_request"},
		"many apps":               {`"allowed_third_party_connected_apps": ` + list(`"a"`, 100_000), "bad_request"},
		"a long role":             {`"rbac_email_implicit_role_assignments": [{"domain": "a.com", "role_id": "` + long + `"}]`, "invalid_rbac_role_id"},
		"a long domain of a role": {`"rbac_email_implicit_role_assignments": [{"domain": "` + long + `.com", "role_id": "r"}]`, "rbac_invalid_domain"},
		"many roles":              {`"rbac_email_implicit_role_assignments": ` + list(`{"domain":"a.co","role_id":"r"}`, 20_000), "bad_request"},
	} {
		got := h.createWith("ada@example.com", row.members)
		assert.Equal(t, 400, got.status, name)
		assert.Equal(t, row.want, got.body["error_type"], name)
		assert.Less(t, len(got.text), 2000, "%s: the answer does not repeat it", name)
	}
	data, err := h.Snapshot()
	require.NoError(t, err)
	assert.Less(t, len(data), 100_000, "nothing of that is kept")
	assert.NotEqual(t, 400, h.createWith("ada@example.com", `"trusted_metadata": {"k": "`+strings.Repeat("<", 4000)+`"}`).status,
		"the bound is in bytes of the JSON that is sent")
	assert.NotEqual(t, 400, h.createWith("ada@example.com", `"organization_name": "`+strings.Repeat("é", 128)+`"`).status,
		"the bound is in characters")
}

func TestLimits_claimsOfStytchAreRefused(t *testing.T) {
	t.Parallel()
	got := newHarness(t).createWith("ada@example.com", `"session_custom_claims": {"https://stytch.com/session": 1}`)
	assert.Equal(t, http.StatusBadRequest, got.status)
	assert.Equal(t, "stytch_claims_in_custom_claims", got.body["error_type"])
}

// Addresses that look or fold alike are those of different people.
func TestAddresses_areNotFoldedBeyondASCII(t *testing.T) {
	t.Parallel()
	for want, others := range map[string][]string{
		"boss@example.com": {"bo\u017f\u017f@example.com", "bos\u017f@example.com", "bo\u1e9e@example.com", "bo\u00df@example.com",
			"\uff42oss@example.com", "boss\u0301@example.com", "b\u043ess@example.com"},
		"kate@example.com":     {"\u212aate@example.com", "\uff4bate@example.com", "kate\u0308@example.com"},
		"mike@example.com":     {"m\u0131ke@example.com", "m\u0130ke@example.com", "mi\u0307ke@example.com"},
		"ada@kilo.com":         {"ada@\u212ailo.com", "ada@k\u0131lo.com", "ada@\uff4bilo.com", "ada@kilo\uff0ecom.com"},
		"ada@sos.com":          {"ada@\u017fo\u017f.com", "ada@sos\u3002com.com"},
		"\u00e5sa@example.com": {"\u212bsa@example.com", "a\u030asa@example.com", "\u00c5sa@example.com"},
		"\u03c3@example.com":   {"\u03c2@example.com", "\u03a3@example.com"},
		"\u01c6@example.com":   {"\u01c5@example.com", "\u01c4@example.com"},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			created := h.create(want, nil)
			for _, other := range others {
				sent := h.call("POST", sendPath, fmt.Sprintf(`{"email_address": %q}`, other))
				if sent.status == http.StatusBadRequest {
					assert.Equal(t, "invalid_email", sent.body["error_type"], other)
					continue
				}
				require.Equal(t, http.StatusOK, sent.status, sent.text)
				require.Len(t, h.Inbox().Messages(other), 1, other)
				require.Len(t, h.Inbox().Messages(want), 1, "the message to %s is in another inbox", other)
				proof := h.call("POST", "/v1/b2b/magic_links/discovery/authenticate",
					fmt.Sprintf(`{"discovery_magic_links_token": %q}`, h.Inbox().Messages(other)[0].Token))
				require.Equal(t, http.StatusOK, proof.status, proof.text)
				assert.NotEqual(t, want, proof.body["email_address"])
				assert.Empty(t, proof.body["discovered_organizations"], other)
				_, err := h.exchange(proof.body["intermediate_session_token"].(string), created.Organization.OrganizationID)
				require.Error(t, err, "%s does not log in as %s", other, want)
			}
		})
	}
}

func TestAddresses_withInvisibleCharactersAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, r := range "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u2066\u034f\u115f\u3164\ufe0f\u180e\u00a0\u2003\u3000\u2028\u0085\x00\x01\x7f\U000e0061" {
		for _, address := range []string{"bo" + string(r) + "ss@example.com", "boss" + string(r) + "@example.com", "boss@exam" + string(r) + "ple.com"} {
			body, err := json.Marshal(map[string]string{"email_address": address})
			require.NoError(t, err)
			got := h.call("POST", sendPath, string(body))
			assert.Equal(t, 400, got.status, "%q", address)
			assert.Contains(t, []any{"invalid_email", "forbidden_character_zero_width_space"}, got.body["error_type"], "%q", address)
		}
	}
	assert.Empty(t, h.Inbox().Messages(""))
}

// Letters of ASCII do fold: one person may write an address in several ways.
func TestAddresses_ofOtherCaseAreTheSame(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	resp, err := h.exchange(h.IntermediateSession("Ada@EXAMPLE.com"), created.Organization.OrganizationID)
	require.NoError(t, err)
	assert.Equal(t, created.MemberID, resp.MemberID)
	assert.Len(t, h.Inbox().Messages("ADA@example.COM"), 2)
}

// Domains that fold alike are not allowed by one another.
func TestAddresses_ofAnAllowedDomain(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@kiosk.com", allowing("kiosk.com"))
	for _, email := range []string{"eve@\u212aiosk.com", "eve@kio\u017fk.com", "eve@kiosk.com.evil.dev", "eve@k\u0131osk.com"} {
		_, err := h.exchange(h.IntermediateSession(email), created.Organization.OrganizationID)
		assert.Error(t, err, email)
	}
	_, err := h.exchange(h.IntermediateSession("bob@KIOSK.com"), created.Organization.OrganizationID)
	require.NoError(t, err)
	for _, bad := range []string{"\u212aiosk.com", "kio\u017fk.com", "k\u00adiosk.com", "kiosk.com\u200b", "kiosk\u3002com"} {
		got := h.createWith("ada@example.com", fmt.Sprintf(`"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": [%q]`, bad))
		assert.Equal(t, "organization_settings_invalid_domain", got.body["error_type"], bad)
	}
}

func TestSlugs_areASCII(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, name := range []string{"\u212aiosk", "\u017fo\u017f", "\u0130stanbul", "caf\u00e9", "\uff4bate", "x\u00adx"} {
		created := h.create("ada@example.com", func(req *discoveryorganizations.CreateRequest) { req.OrganizationName = &name })
		assert.Regexp(t, `^[a-z0-9._~-]+$`, created.Organization.OrganizationSlug)
		assert.NotContains(t, []string{"kiosk", "sos", "istanbul", "kate"}, created.Organization.OrganizationSlug)
		got := h.createWith("ada@example.com", fmt.Sprintf(`"organization_slug": %q`, name))
		assert.Equal(t, "invalid_organization_slug", got.body["error_type"], name)
	}
}
