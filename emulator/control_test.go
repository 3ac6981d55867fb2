package emulator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/impersonation"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestControl_inboxIsNewestFirst(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	first, second := h.MagicLink("ada@example.com"), h.MagicLink("ada@example.com")
	h.MagicLink("bob@example.com")
	var list []map[string]any
	got := h.send("GET", "/_emulator/inbox?to=ada@example.com", "", "", "")
	require.NoError(t, json.Unmarshal([]byte(got.text), &list))
	require.Len(t, list, 2)
	assert.Equal(t, second, list[0]["token"], "newest first")
	assert.Equal(t, first, list[1]["token"])
	assert.ElementsMatch(t, []string{"id", "channel", "to", "template", "code", "token", "link", "sent_at"}, keysOf(list[0]))
	assert.Equal(t, "[]", h.send("GET", "/_emulator/inbox?to=nobody@example.com", "", "", "").text)
	assert.Equal(t, 400, h.send("GET", "/_emulator/inbox?wait=forever", "", "", "").status)
	assert.Equal(t, 400, h.send("GET", "/_emulator/inbox?wait=2m", "", "", "").status)
}

func TestControl_inboxWaitsForAMessage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		assert.Contains(t, h.send("GET", "/_emulator/inbox?to=ada@example.com&wait=30s", "", "", "").text, "ada@example.com")
	})
	h.MagicLink("bob@example.com")
	h.MagicLink("ada@example.com")
	wg.Wait()
	assert.Equal(t, "[]", h.send("GET", "/_emulator/inbox?to=nobody@example.com&wait=10ms", "", "", "").text)
}

func TestControl_clockMovesExpiry(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	now := func(a answer) time.Time {
		parsed, err := time.Parse(time.RFC3339, a.body["now"].(string))
		require.NoError(t, err, a.text)
		return parsed
	}
	before := now(h.send("GET", "/_emulator/clock", "", "", ""))
	after := now(h.send("POST", "/_emulator/clock", `{"advance": "61m"}`, "", ""))
	assert.WithinDuration(t, before.Add(61*time.Minute), after, 10*time.Second)
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	set := now(h.send("POST", "/_emulator/clock", `{"now": "2031-01-02T03:04:05Z"}`, "", ""))
	assert.Equal(t, 2031, set.Year())
	for _, bad := range []string{``, `{}`, `{"advance": "soon"}`, `{"now": "today"}`, `{"advance": "1m", "now": "2031-01-02T03:04:05Z"}`} {
		assert.Equal(t, 400, h.send("POST", "/_emulator/clock", bad, "", "").status, bad)
	}
}

func TestControl_faultsAffectTheCallsTheyName(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	client := h.NewClient(stytch.Config{Retry: shared.RetryPolicy{MaxAttempts: 1}})
	try := func() error {
		_, err := client.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
		return err
	}
	arm := func(fault string) {
		got := h.send("POST", "/_emulator/faults", fault, "", "")
		require.Equal(t, http.StatusOK, got.status, got.text)
	}
	arm(`{"operation": "b2b.sessions.authenticate", "status": 429, "error_type": "too_many_requests", "retry_after": 3, "skip": 1}`)
	require.NoError(t, try(), "the first call is skipped")
	err := try()
	require.ErrorIs(t, err, stytcherror.CodeTooManyRequests)
	apiErr, _ := errors.AsType[*stytcherror.Error](err)
	assert.Equal(t, 3*time.Second, apiErr.RetryAfter)
	require.NoError(t, try(), "a fault affects one call by default")

	arm(`[{"status": 502, "body": "<html>", "count": 2}, {"disconnect": true}, {"delay_ms": 1}]`)
	for range 2 {
		apiErr, ok := errors.AsType[*stytcherror.Error](try())
		require.True(t, ok)
		assert.Equal(t, 502, apiErr.StatusCode)
	}
	_, ok := errors.AsType[*stytcherror.RequestError](try())
	assert.True(t, ok, "the connection was closed")
	require.NoError(t, try(), "a delayed call is run")

	arm(`{"status": 503, "count": -1}`)
	require.Error(t, try())
	arm(`[]`)
	require.NoError(t, try())
	for _, bad := range []string{`{}`, `{"operation": "b2b.nothing", "status": 500}`, `{"status": 99}`, `{"status": 500, "x": 1}`, `nope`} {
		assert.Equal(t, 400, h.send("POST", "/_emulator/faults", bad, "", "").status, bad)
	}
}

// Errors say which field is wrong and what is expected, in the words of JSON.
func TestControl_errorsNameTheField(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const clock, faults, snapshot = "/_emulator/clock", "/_emulator/faults", "/_emulator/snapshot"
	for _, row := range []struct{ path, body, want string }{
		{faults, ``, "a list of faults"}, {faults, `"x"`, "a list of faults"}, {faults, `null`, "a list of faults"}, {faults, `7`, "a list of faults"}, {faults, `nope`, "a list of faults"},
		{faults, `{`, "cut off"}, {faults, `[{"status": 500}`, "cut off"}, {faults, `{"status": nope}`, "byte 12"}, {faults, `{} {}`, "byte 3"}, {faults, `{"body": "\ud83d"}`, "byte"},
		{faults, `{"status": "500"}`, "status must be an integer"}, {faults, `{"status": 1e30}`, "status must be an integer"}, {faults, `{"retry_after": 9223372036854775808}`, "retry_after must be an integer"},
		{faults, `{"disconnect": "yes"}`, "disconnect must be true or false"}, {faults, `{"body": {}}`, "body must be a string"}, {faults, `[7]`, "[0] must be an object"}, {faults, `[[]]`, "[0] must be an object"},
		{faults, `[{"status": 500}, {"count": []}]`, "[1].count must be an integer"}, {faults, `{"Status": 500}`, "no field Status"}, {faults, `{"status": 500, "status": 501}`, "status occurs twice"},
		{faults, `{"operation": "b2b.nothing", "status": 500}`, "b2b.nothing"}, {faults, `[{"status": 500}, {"status": 99}]`, "fault 1: status must be between 200 and 599"}, {faults, `[null]`, "fault 0: one of status"},
		{faults, `{"` + strings.Repeat("x", 100_000) + `": 1}`, "no field x"},
		{clock, ``, `{"advance": "6m"}`}, {clock, `{}`, `{"advance": "6m"}`}, {clock, `null`, `{"advance": "6m"}`}, {clock, `[]`, "the body must be an object"}, {clock, `{"now": "today"}`, "now must be a time"}, {clock, `{"now": 7}`, "now must be a time"},
		{clock, `{"advance": 7}`, "advance must be a string"}, {clock, `{"advance": "soon"}`, "advance must be a duration"}, {clock, `{"advance": "7"}`, "advance must be a duration"}, {clock, `{"advance": "9999999999h"}`, "advance must be a duration"},
		{clock, `{"by": "7m"}`, "no field by"}, {clock, `{"advance": "-1000000h"}`, "years 1970 to 9899"}, {clock, `{`, "cut off"},
		{snapshot, ``, "cut off"}, {snapshot, `[]`, "the body must be an object"}, {snapshot, `{}`, "there is no version, want 1"}, {snapshot, `{"version": "1"}`, "version must be an integer"}, {snapshot, `{"version": 1, "state": []}`, "state must be an object"},
		{snapshot, `{"version": 1, "state": {"members": {}}}`, "state.members must be a list"}, {snapshot, `{"version": 1, "state": {"members": [{"name": 7}]}}`, "state.members[0].name must be a string"},
		{snapshot, `{"version": 1, "state": {"keys": [{"retired_at": ""}]}}`, "no field state.keys[0].retired_at"}, {snapshot, `{"version": 1, "state": {"keys": [{"pkcs8": "?"}]}}`, "state.keys[0].pkcs8 must be base64"},
		{snapshot, `{"version": 1, "state": {"keys": [{"kid": "k", "pkcs8": "eA=="}]}}`, "pkcs8"}, {snapshot, `{"version": 1, "inbox": [{"sent_at": "now"}]}`, "inbox[0].sent_at must be a time"},
		{snapshot, `{"version": 1, "state": {"users": []}}`, "no field state.users"}, {snapshot, `{"version": 1, "state": {"members": [{"member_id": "a", "member_id": "b"}]}}`, "state.members[0].member_id occurs twice"},
	} {
		got := h.send("POST", row.path, row.body, "", "")
		assert.Equal(t, http.StatusBadRequest, got.status, "%.100s", row.body)
		text, _ := got.body["error"].(string)
		assert.Contains(t, text, row.want, "%.100s", row.body)
		assert.Less(t, len(text), 300, "%.100s", row.body)
		for _, internal := range []string{"json:", "jsontext", "unmarshal", "Go ", "Fault", "time:", "x509", "asn1", "parsing", "emulator."} {
			assert.NotContains(t, text, internal, "%.100s", row.body)
		}
	}
}

func TestControl_faultsAffectRetries(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	client := h.NewClient(stytch.Config{Retry: shared.RetryPolicy{MinDelay: time.Millisecond}})
	arm := h.send("POST", "/_emulator/faults", `{"status": 503, "count": 2}`, "", "")
	require.Equal(t, http.StatusOK, arm.status)
	_, err := client.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &created.SessionToken})
	require.NoError(t, err, "authenticating a session is a read, which is retried")
	h.send("POST", "/_emulator/faults", `{"status": 503, "count": 2}`, "", "")
	_, err = client.B2B.Discovery.Organizations.Create(t.Context(),
		&discoveryorganizations.CreateRequest{IntermediateSessionToken: h.Secret()})
	apiErr, ok := errors.AsType[*stytcherror.Error](err)
	require.True(t, ok)
	assert.Zero(t, apiErr.Retries, "a single-use token is not sent twice")
}

func TestControl_snapshotRestoresWhatAResetRemoves(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com", nil)
	snapshot := h.send("GET", "/_emulator/snapshot", "", "", "")
	require.Equal(t, http.StatusOK, snapshot.status)
	require.Equal(t, http.StatusOK, h.send("POST", "/_emulator/reset", "", "", "").status)
	assert.Empty(t, h.Inbox().Messages(""))
	require.Equal(t, http.StatusOK, h.send("POST", "/_emulator/snapshot", snapshot.text, "", "").status)
	assert.Len(t, h.Inbox().Messages(""), 1)
	assert.Equal(t, 400, h.send("POST", "/_emulator/snapshot", "{}", "", "").status)
}

func TestControl_rotatePublishesAnotherKey(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com", nil)
	assert.Contains(t, h.send("POST", "/_emulator/keys/rotate", "", "", "").body["kid"], "jwk-test-")
	assert.Len(t, h.keys(), 2)
}

func TestControl_impersonationBeginsAsInTheDashboard(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ada := h.create("ada@example.com", nil).MemberID
	begun := h.send("POST", "/_emulator/impersonate",
		`{"member_id": "`+ada+`", "impersonator_email_address": "support@example.org"}`, "", "")
	require.Equal(t, http.StatusOK, begun.status)
	token, _ := begun.body["token"].(string)
	assert.Equal(t, "http://localhost:3000/authenticate?stytch_token_type=multi_tenant_impersonation&token="+token, begun.body["url"])
	resp, err := h.api.B2B.Impersonation.Authenticate(t.Context(), &impersonation.AuthenticateRequest{ImpersonationToken: token})
	require.NoError(t, err)
	assert.Contains(t, resp.MemberSession.AuthenticationFactors[0].ImpersonatedFactor.ImpersonatorID, "impersonator-test-")
	good := `{"member_id": "` + ada + `", "impersonator_email_address": "support@example.org"`
	for body, field := range map[string]string{
		"": "", "{}": "member_id", `{"member": "` + ada + `"}`: "member", `{"member_id": "nobody"}`: "member_id",
		`{"member_id": "` + ada + `"}`:                                         "impersonator_email_address",
		`{"member_id": "` + ada + `", "impersonator_email_address": "x"}`:      "impersonator_email_address",
		good + `, "impersonator_id": "a b"}`:                                   "impersonator_id",
		good + `, "redirect_url": "javascript:alert(1)"}`:                      "redirect_url",
		good + `, "redirect_url": 1}`:                                          "redirect_url",
		good + `, "redirect_url": "` + strings.Repeat("https://x", 500) + `"}`: "redirect_url",
	} {
		got := h.send("POST", "/_emulator/impersonate", body, "", "")
		assert.Equal(t, 400, got.status, body)
		assert.Contains(t, got.body["error"], field, body)
	}
}

func TestControl_healthNamesTheProject(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	assert.Equal(t, h.ID(), h.send("GET", "/_emulator/health", "", "", "").body["project_id"])
	assert.Equal(t, 404, h.send("GET", "/_emulator/health?project_id=other", "", "", "").status)
}

func TestControl_unknownPathsAndMethodsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	unknown := h.send("GET", "/_emulator/nothing", "", "", "")
	assert.Equal(t, 404, unknown.status)
	assert.JSONEq(t, `{"error": "there is no endpoint \"/_emulator/nothing\""}`, unknown.text)
	other := h.send("GET", "/_emulator/reset", "", "", "")
	assert.Equal(t, 405, other.status)
	assert.JSONEq(t, `{"error": "the endpoint takes POST"}`, other.text)
	assert.Equal(t, "POST", other.header.Get("Allow"))
}

func TestControl_pageEscapesMessages(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &magiclinksemaildiscovery.SendRequest{
		EmailAddress: "ada@example.com", DiscoveryRedirectURL: new(`https://app.example.com/?x="><script>alert(1)</script>`),
	})
	require.NoError(t, err)
	page := h.send("GET", "/_emulator/", "", "", "").text
	assert.Contains(t, page, "ada@example.com")
	assert.NotContains(t, page, "<script>")
	assert.Contains(t, h.send("GET", "/_emulator/?to=nobody@example.com", "", "", "").text, "Nothing was sent")
}

func TestControl_pageRunsNothing(t *testing.T) {
	t.Parallel()
	policy := newHarness(t).send("GET", "/_emulator/", "", "", "").header.Get("Content-Security-Policy")
	for _, rule := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'"} {
		assert.Contains(t, policy, rule)
	}
	assert.NotContains(t, policy, "script-src")
}

// A page of another origin can send simple requests: without a preflight, of three media types. None changes anything.
func TestControl_refusesEveryRequestOfAPage(t *testing.T) {
	t.Parallel()
	em, addr := served(t, emulator.Config{})
	before, err := em.Project().Snapshot()
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	for path, body := range map[string]string{
		"/_emulator/reset": "", "/_emulator/keys/rotate": "", "/_emulator/clock": `{"advance":"1h"}`, "/_emulator/faults": `{"status":500}`,
		"/_emulator/snapshot": `{"version":1,"state":{}}`, "/_emulator/reset?project_id=" + em.Project().ID(): "",
	} {
		for _, origin := range []string{
			"Origin: http://evil.example", "Origin: https://evil.example", "Origin: null", "Origin: http://localhost:3000", "Origin: http://127.0.0.1:1", "Origin: http://" + addr + ".evil.example",
			"Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: http://localhost:" + port + "\r\nSec-Fetch-Site: cross-site", "Origin: x",
		} {
			for _, mediaType := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", ""} {
				status, header, _ := raw(t, addr, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: %s\r\n%s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
					path, addr, origin, mediaType, len(body), body))
				assert.Equal(t, http.StatusForbidden, status, "%s %s %s", path, origin, mediaType)
				assert.Empty(t, header.Get("Access-Control-Allow-Origin"))
			}
		}
		status, header, _ := raw(t, addr, "OPTIONS "+path+" HTTP/1.1\r\nHost: "+addr+"\r\nOrigin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n")
		assert.NotEqual(t, http.StatusOK, status, "a preflight is not answered")
		assert.Empty(t, header.Get("Access-Control-Allow-Origin"))
	}
	after, err := em.Project().Snapshot()
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	assert.WithinDuration(t, time.Now(), em.Project().Clock().Now(), time.Minute)
}

// What a page may request without reading it, as a script or picture, is not taken for one.
func TestControl_isNoScriptOfAPage(t *testing.T) {
	t.Parallel()
	_, addr := served(t, emulator.Config{})
	for _, path := range []string{"inbox", "snapshot", "clock", "health", "", "inbox?wait=x"} {
		_, header, _ := raw(t, addr, "GET /_emulator/"+path+" HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n\r\n")
		assert.Equal(t, "nosniff", header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "same-origin", header.Get("Cross-Origin-Resource-Policy"), path)
		assert.Equal(t, "no-store", header.Get("Cache-Control"), path)
		assert.Empty(t, header.Get("Access-Control-Allow-Origin"), path)
	}
}
