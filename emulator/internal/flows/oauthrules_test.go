package flows_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients/secrets"
	m2mclientssecrets "github.com/seed75add069/stytch-go/b2c/m2m/clients/secrets"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestOAuthEndpoints_takeTheirMethodsOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for endpoint, allowed := range map[string]string{
		"token": "POST", "introspect": "POST", "revoke": "POST", "register": "POST", "authorize": "GET", "userinfo": "GET, POST",
	} {
		for _, method := range []string{"GET", "POST", "PUT", "DELETE", "HEAD"} {
			if strings.Contains(allowed, method) {
				continue
			}
			req, err := http.NewRequestWithContext(t.Context(), method, "http://emulator.example/v1/public/"+h.ID()+"/oauth2/"+endpoint, http.NoBody)
			require.NoError(t, err)
			resp, err := h.Transport().RoundTrip(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			assert.Equal(t, 405, resp.StatusCode, "%s %s", method, endpoint)
			assert.Equal(t, allowed, resp.Header.Get("Allow"), "%s %s", method, endpoint)
		}
	}
}

func TestOAuthTokens_endWithTheirAppAndTheirOrganization(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		end  func(h *harness, org, client string)
		err  string
		kind connectedapp.ClientType
	}{
		"the app is inactive": {func(h *harness, _, client string) {
			h.alter("connected_apps", "client_id", client, object{"status": "inactive"})
		}, "invalid_client", connectedapp.ClientTypeThirdParty},
		"the public app is inactive": {func(h *harness, _, client string) {
			h.alter("connected_apps", "client_id", client, object{"status": "inactive"})
		}, "invalid_client", connectedapp.ClientTypeFirstPartyPublic},
		"a snapshot does not admit the app": {func(h *harness, org, _ string) {
			h.alter("organizations", "organization_id", org, object{"third_party_connected_apps_allowed_type": "NOT_ALLOWED"})
		}, "invalid_grant", connectedapp.ClientTypeThirdParty},
		"the app is deleted": {func(h *harness, _, client string) {
			_, err := h.api.B2B.ConnectedApp.Clients.Delete(h.t.Context(), &clients.DeleteRequest{ClientID: client})
			require.NoError(h.t, err)
		}, "invalid_client", connectedapp.ClientTypeThirdParty},
		"the organization is deleted": {func(h *harness, org, _ string) {
			_, err := h.api.B2B.Organizations.Delete(h.t.Context(), &organizations.DeleteRequest{OrganizationID: org})
			require.NoError(h.t, err)
		}, "invalid_grant", connectedapp.ClientTypeThirdParty},
	} {
		h := newHarness(t)
		v := h.create("ada@acme.example")
		app := h.newApp(row.kind, nil)
		tokens := h.tokens(v.SessionToken, app, "openid", "offline_access")
		code := h.codeFor(v.SessionToken, app.ClientID, "openid")
		require.Equal(t, 200, h.userInfo(tokens.access).status)
		row.end(h, v.Organization.OrganizationID, app.ClientID)
		assert.Equal(t, 401, h.userInfo(tokens.access).status, name)
		assert.Equal(t, row.err, h.refreshToken(app, tokens.refresh).body["error"], name)
		assert.Equal(t, row.err, h.redeem(app, code, "redirect_uri", callback, "code_verifier", verifier).body["error"], name)
		require.NoError(t, h.edit(func(object) {}), name)
	}
}

func TestRegister_boundsWhatAnAppSaysOfItself(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	require.NoError(t, h.SetSettings(emulator.Settings{DynamicClientRegistration: true}))
	many := func(n int) []string {
		urls := make([]string, n)
		for i := range urls {
			urls[i] = fmt.Sprintf("https://app.example/%d", i)
		}
		return urls
	}
	register := func(metadata object) answer {
		body, err := json.Marshal(metadata)
		require.NoError(t, err)
		return h.post("/v1/public/"+h.ID()+"/oauth2/register", "application/json", string(body), "")
	}
	for name, uris := range map[string]any{
		"null": nil, "none": []string{}, "an empty one": []string{""}, "one twice": []string{callback, callback}, "too many": many(101),
		"a user": []string{"https://app.example@evil.example/"}, "a fragment": []string{callback + "#x"}, "a wildcard": []string{"https://*.example/"},
		"a backslash": []string{`https://evil.example\@app.example/`}, "a line break": []string{"https://app.example/\r\nSet-Cookie: a=b"},
		"no host": []string{"https:///callback"}, "another scheme": []string{"myapp://callback"}, "data": []string{"data:text/html,x"},
		"http elsewhere": []string{"http://localhost.evil.example/"}, "a long one": []string{"https://app.example/" + strings.Repeat("x", 2048)},
		"one that is hostile": []string{callback, "javascript:alert(1)"}, "an odd port": []string{"https://app.example:port/"},
	} {
		got := register(object{"redirect_uris": uris})
		isOAuthError(t, got, "invalid_redirect_uri")
		assert.Equal(t, 400, got.status, name)
	}
	for name, extra := range map[string]object{
		"a long name": {"client_name": strings.Repeat("x", 129)}, "a name that is none": {"client_name": 7}, "no method": {"token_endpoint_auth_method": ""},
		"a hostile logo": {"logo_uri": "data:image/svg+xml,x"}, "another grant": {"grant_types": []string{"authorization_code", "client_credentials"}},
		"another type": {"response_types": []string{"code", "token"}}, "a null in a list": {"response_types": []any{nil}},
	} {
		extra["redirect_uris"] = []string{callback}
		isOAuthError(t, register(extra), "invalid_client_metadata")
		assert.Empty(t, h.rows("connected_apps"), name)
	}
	got := register(object{"redirect_uris": many(100), "client_name": strings.Repeat("é", 128), "grant_types": []string{}, "response_types": nil, "x": object{"y": 1}})
	require.Equal(t, 201, got.status, got.body)
	assert.Equal(t, []any{"authorization_code"}, got.body["grant_types"], "an empty list is as if absent")
	assert.Equal(t, []any{"code"}, got.body["response_types"])
}

// Of parallel calls each starts, completes or cancels whole: there is never more than one current and one next secret.
func TestClientSecrets_rotateOneAtATime(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	app, machine := h.newApp(connectedapp.ClientTypeThirdParty, nil), h.machine(nil)
	ofApps, ofMachines := h.api.B2B.ConnectedApp.Clients.Secrets, h.api.B2B.M2M.Clients.Secrets
	for _, kind := range []struct {
		id, first             string
		start                 func() (string, error)
		complete, cancel      func() error
		rotating, notRotating stytcherror.Code
		list                  string
	}{
		{app.ClientID, app.ClientSecret, func() (string, error) {
			resp, err := ofApps.RotateStart(t.Context(), &secrets.RotateStartRequest{ClientID: app.ClientID})
			if err != nil {
				return "", err
			}
			return resp.ConnectedApp.NextClientSecret, nil
		}, func() error {
			_, err := ofApps.Rotate(t.Context(), &secrets.RotateRequest{ClientID: app.ClientID})
			return err
		}, func() error {
			_, err := ofApps.RotateCancel(t.Context(), &secrets.RotateCancelRequest{ClientID: app.ClientID})
			return err
		}, stytcherror.CodeConnectedAppAlreadyRotatingSecret, stytcherror.CodeConnectedAppNotRotatingSecret, "connected_apps"},
		{machine.ClientID, machine.ClientSecret, func() (string, error) {
			resp, err := ofMachines.RotateStart(t.Context(), &m2mclientssecrets.RotateStartRequest{ClientID: machine.ClientID})
			if err != nil {
				return "", err
			}
			return resp.M2MClient.NextClientSecret, nil
		}, func() error {
			_, err := ofMachines.Rotate(t.Context(), &m2mclientssecrets.RotateRequest{ClientID: machine.ClientID})
			return err
		}, func() error {
			_, err := ofMachines.RotateCancel(t.Context(), &m2mclientssecrets.RotateCancelRequest{ClientID: machine.ClientID})
			return err
		}, stytcherror.CodeM2MClientAlreadyRotatingSecret, stytcherror.CodeM2MClientNotRotatingSecret, "clients"},
	} {
		var group sync.WaitGroup
		var mu sync.Mutex
		all, started, ended := []string{kind.first}, 0, 0
		for i := range 48 {
			group.Go(func() {
				var secret string
				var err error
				switch i % 3 {
				case 0:
					secret, err = kind.start()
				case 1:
					err = kind.complete()
				default:
					err = kind.cancel()
				}
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil && i%3 == 0:
					started++
					all = append(all, secret)
				case err == nil:
					ended++
				case i%3 == 0:
					assert.ErrorIs(t, err, kind.rotating)
				default:
					assert.ErrorIs(t, err, kind.notRotating)
				}
			})
		}
		group.Wait()
		row := h.rows(kind.list)[0]
		rotating := 0
		if row["next_client_secret_last_four"] != "" && row["next_client_secret_last_four"] != nil {
			rotating = 1
		}
		assert.Equal(t, rotating, started-ended, "each rotation ends once")
		works := 0
		for _, secret := range all {
			if h.oauth("introspect", basic(kind.id, secret), "token", "x").status == 200 {
				works++
			}
			h.Clock().Advance(time.Minute) // so that wrong ones are not too many
		}
		assert.Equal(t, 1+rotating, works)
	}
}
