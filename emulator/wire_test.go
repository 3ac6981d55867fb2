package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
)

// answer is an HTTP response: body is nil unless it is a JSON object.
type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// send makes an HTTP call without the SDK. Without a user it sends no credentials.
func (h *harness) send(method, path, body, user, password string) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.URL()+path, strings.NewReader(body))
	require.NoError(h.t, err)
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	require.NoError(h.t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(h.t, err)
	a := answer{status: resp.StatusCode, header: resp.Header, text: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

// call is send with the project's credentials.
func (h *harness) call(method, path, body string) answer {
	return h.send(method, path, body, h.ID(), h.Secret())
}

const sendPath = "/v1/b2b/magic_links/email/discovery/send"

func TestWire_refusalsHaveTheFormOfTheAPI(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	good := `{"email_address": "ada@example.com"}`
	for name, row := range map[string]struct {
		answer answer
		status int
		want   string
	}{
		"no credentials":              {h.send("POST", sendPath, good, "", ""), 401, "unauthorized_credentials"},
		"a wrong secret":              {h.send("POST", sendPath, good, h.ID(), "x"), 401, "unauthorized_credentials"},
		"an unknown project":          {h.send("POST", sendPath, good, "project-test-x", "x"), 400, "invalid_project_id_authentication"},
		"an unknown path":             {h.call("POST", "/v1/b2b/nothing", "{}"), 404, "route_not_found"},
		"an unimplemented operation":  {h.call("POST", "/v1/totps", `{}`), 501, "emulator_not_implemented"},
		"a wrong method":              {h.call("GET", sendPath, ""), 405, "method_not_allowed"},
		"a path that is not UTF-8":    {h.call("POST", "/v1/b2b/%ff", "{}"), 404, "route_not_found"},
		"a body that is not JSON":     {h.call("POST", sendPath, "email_address=a"), 400, "bad_request"},
		"a JSON array":                {h.call("POST", sendPath, "[]"), 400, "bad_request"},
		"an unknown field":            {h.call("POST", sendPath, `{"email_address": "a@b.co", "email": "x"}`), 400, "bad_request"},
		"a wrong type":                {h.call("POST", sendPath, `{"email_address": 7}`), 400, "bad_request"},
		"a body larger than 1 MiB":    {h.call("POST", sendPath, `{"email_address": "`+strings.Repeat("x", 1<<20)+`"}`), 400, "bad_request"},
		"the keys of another project": {h.send("GET", "/v1/b2b/sessions/jwks/project-test-x", "", "", ""), 404, "project_not_found"},
	} {
		assert.Equal(t, row.status, row.answer.status, name)
		assert.Equal(t, row.want, row.answer.body["error_type"], name)
		assert.InEpsilon(t, row.status, row.answer.body["status_code"], 0, name)
		assert.Regexp(t, `^request-id-test-`, row.answer.body["request_id"], name)
		assert.NotEmpty(t, row.answer.body["error_message"], name)
	}
	assert.Contains(t, h.call("POST", sendPath, `{"email_address": "a@b.co", "email": "x"}`).text, "email")
}

func TestWire_credentialsComeBeforeThePath(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for name, row := range map[string]struct {
		method, path, user, password string
		status                       int
		want                         string
	}{
		"the root":                           {"GET", "/", "", "", 401, "unauthorized_credentials"},
		"the root, with credentials":         {"GET", "/", h.ID(), h.Secret(), 404, "route_not_found"},
		"an unknown path":                    {"GET", "/v1/nothing", "", "", 401, "unauthorized_credentials"},
		"an unknown path, wrong secret":      {"GET", "/v1/nothing", h.ID(), "x", 401, "unauthorized_credentials"},
		"an unknown path, unknown project":   {"GET", "/v1/nothing", "x", "x", 400, "invalid_project_id_authentication"},
		"an unknown path, with credentials":  {"GET", "/v1/nothing", h.ID(), h.Secret(), 404, "route_not_found"},
		"not implemented":                    {"POST", "/v1/totps", "", "", 401, "unauthorized_credentials"},
		"not implemented, with credentials":  {"POST", "/v1/totps", h.ID(), h.Secret(), 501, "emulator_not_implemented"},
		"an empty parameter at the end":      {"GET", "/v1/b2b/organizations/", h.ID(), h.Secret(), 404, "route_not_found"},
		"an empty parameter":                 {"PUT", "/v1/b2b/organizations//members/m", h.ID(), h.Secret(), 404, "route_not_found"},
		"another method, with credentials":   {"DELETE", sendPath, h.ID(), h.Secret(), 405, "method_not_allowed"},
		"nearly a control path":              {"GET", "/_emulatorx", h.ID(), h.Secret(), 404, "route_not_found"},
		"a public path":                      {"GET", "/v1/public/" + h.ID() + "/nothing", "", "", 404, "route_not_found"},
		"a public path of another project":   {"GET", "/v1/public/x/nothing", "", "", 404, "project_not_found"},
		"a public path, with a wrong secret": {"GET", "/v1/public/" + h.ID() + "/nothing", h.ID(), "x", 401, "unauthorized_credentials"},
		"keys of another project":            {"GET", "/v1/sessions/jwks/x", "", "", 404, "project_not_found"},
		"a start URL of a consumer project":  {"GET", "/v1/public/oauth/google/start", "", "", 404, "project_not_found"},
	} {
		got := h.send(row.method, row.path, "", row.user, row.password)
		assert.Equal(t, row.status, got.status, name)
		assert.Equal(t, row.want, got.body["error_type"], name)
	}
}

func TestWire_aProjectOfOneProductRefusesTheOther(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for product, want := range map[string]struct{ b2b, b2c, both string }{
		"":    {"", "emulator_not_implemented", ""},
		"b2b": {"", "invalid_consumer_endpoint", ""},
		"b2c": {"invalid_b2b_endpoint", "emulator_not_implemented", ""},
	} {
		require.NoError(t, h.SetSettings(emulator.Settings{Product: product}))
		assert.Equal(t, product, h.Settings().Product)
		for path, code := range map[string]string{
			"/v1/b2b/organizations/search": want.b2b,
			"/v1/users/search":             want.b2c,
			"/v1/m2m/clients/search":       want.both,
		} {
			got := h.call("POST", path, `{}`)
			if code == "" {
				assert.Equal(t, 200, got.status, "%s: %s", product, path)
				continue
			}
			assert.Equal(t, code, got.body["error_type"], "%s: %s", product, path)
		}
	}
	require.ErrorContains(t, h.SetSettings(emulator.Settings{Product: "consumer"}), "product: ")
}

func TestWire_parameterOfTheQueryOccursOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com", nil)
	path := "/v1/b2b/sessions?organization_id=" + v.Organization.OrganizationID + "&member_id=" + v.MemberID
	assert.Equal(t, 200, h.call("GET", path, "").status)
	got := h.call("GET", path+"&member_id="+v.MemberID, "")
	assert.Equal(t, 400, got.status)
	assert.Equal(t, "bad_request", got.body["error_type"])
}

func TestWire_absentObjectsTimesAndExternalIDsAreNull(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	token := h.MagicLink("ada@example.com")
	proof := h.call("POST", "/v1/b2b/magic_links/discovery/authenticate", `{"discovery_magic_links_token": "`+token+`"}`)
	require.Equal(t, http.StatusOK, proof.status, proof.text)
	created := h.call("POST", "/v1/b2b/discovery/organizations/create",
		fmt.Sprintf(`{"intermediate_session_token": %q}`, proof.body["intermediate_session_token"]))
	require.Equal(t, http.StatusOK, created.status, created.text)
	for _, name := range []string{"mfa_required", "primary_required", "member_device", "intermediate_session_token_expires_at"} {
		value, present := created.body[name]
		assert.True(t, present, name)
		assert.Nil(t, value, name)
	}
	assert.Empty(t, created.body["intermediate_session_token"])
	member := created.body["member"].(map[string]any)
	assert.Equal(t, []any{}, member["sso_registrations"])
	assert.Equal(t, map[string]any{}, member["trusted_metadata"])
	for _, null := range []string{"lock_created_at", "external_id"} {
		assert.Contains(t, member, null)
		assert.Nil(t, member[null])
	}
	assert.Empty(t, member["member_password_id"])
	assert.Nil(t, created.body["organization"].(map[string]any)["organization_external_id"])
	assert.NotEqual(t, "[redacted]", created.body["session_token"])
}
