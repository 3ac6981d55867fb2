package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/stytchtest"
)

// writer makes random calls, whose values are as large and odd as calls accept, and larger.
type writer struct {
	*harness
	random *rand.Rand

	ists, sessions, orgs []string
	done                 map[string]int // calls that were accepted, by name
}

func pick[T any](w *writer, from ...T) T { return from[w.random.IntN(len(from))] }

func (w *writer) text(n int) string {
	unit := pick(w, "x", "\U0001f600", "\x00", "\"\\", "\u2028<>&", "\u00e9", " ", "\t\r\n", "\u202e", "%", "a=&", "")
	return strings.Repeat(unit, w.random.IntN(n+1))
}

func (w *writer) email() string {
	return pick(w, "ada", "bob", "ADA", "eve+"+strings.Repeat("x", w.random.IntN(64)), strings.Repeat("l", 64), "\u00e9\u00e9", "\u212aate", "a'b", "#%") +
		"@" + pick(w, "example.com", "EXAMPLE.org", "gmail.com", "mit.edu", strings.Repeat("d", 63)+"."+strings.Repeat("e", 63)+".com", strings.Repeat("a.", 90)+"com", "\u00e9x\u00e4mple.com", "x_y.co")
}

func (w *writer) data(n int) object {
	deep := any(json.RawMessage(pick(w, "1e999", "9007199254740993", "1e20", "-0", "1.0", "true", "[]")))
	for range w.random.IntN(101) {
		deep = pick(w, any([]any{deep}), any(object{"k": deep}))
	}
	return object{"k" + w.text(20): w.text(n), "deep": deep}
}

// post makes a call and remembers what later calls can use.
func (w *writer) post(name, path string, body object) {
	if w.random.IntN(3) == 0 && body["session_token"] != nil {
		body["session_custom_claims"], body["session_duration_minutes"] = w.data(4096), pick(w, 5, 60, 527_040)
	}
	data, err := json.Marshal(body)
	require.NoError(w.t, err)
	got := w.call("POST", path, string(data))
	require.Less(w.t, got.status, 500, "%s %.1000s %s", name, data, got.text)
	if got.status == http.StatusOK {
		w.done[name]++
	}
	remember := func(list *[]string, value any) {
		if text, _ := value.(string); text != "" {
			*list = append(*list, text)
		}
	}
	remember(&w.ists, got.body["intermediate_session_token"])
	remember(&w.sessions, got.body["session_token"])
	if org, ok := got.body["organization"].(object); ok {
		remember(&w.orgs, org["organization_id"])
	}
}

func (w *writer) organization() object {
	body := object{"intermediate_session_token": pick(w, w.ists...)}
	settings := object{
		"organization_name": w.text(128), "organization_slug": strings.Repeat(pick(w, "s", "~._-"), w.random.IntN(130)), "organization_external_id": strings.Repeat("|", w.random.IntN(130)),
		"organization_logo_url": "https://example.com/" + w.text(2000), "trusted_metadata": w.data(4096), "session_custom_claims": w.data(4096), "email_allowed_domains": []string{"example.com", "example.org"},
		"email_jit_provisioning": "RESTRICTED", "mfa_policy": "REQUIRED_FOR_ALL", "allowed_oauth_tenants": object{"slack": []any{w.text(1000)}, "github": []any{}},
		"rbac_email_implicit_role_assignments": []object{{"domain": "example.com", "role_id": "stytch_admin"}}, "allowed_first_party_connected_apps": []string{strings.Repeat("a", 128)},
		"session_duration_minutes": 527_040, "auth_methods": "RESTRICTED", "allowed_auth_methods": []string{"magic_link"},
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) { // the same in every run
		if w.random.IntN(8) == 0 {
			body[name] = settings[name]
		}
	}
	return body
}

// join logs somebody in to an organization in which everybody of example.com may become a member.
func (w *writer) join() {
	org := w.create(fmt.Sprintf("boss%d@example.com", len(w.orgs)), allowing("example.com")).Organization.OrganizationID
	w.orgs = append(w.orgs, org)
	ist := w.IntermediateSession(pick(w, "ada", "bob", "eve") + "@example.com")
	w.post("exchange", "/v1/b2b/discovery/intermediate_sessions/exchange", object{"intermediate_session_token": ist, "organization_id": org})
}

// step makes random calls.
func (w *writer) step() {
	w.post("send", sendPath, object{"email_address": w.email(), "discovery_redirect_url": "https://example.com/" + w.text(1000) + "?" + w.text(1000)})
	if sent := w.Inbox().Messages(""); len(sent) > 0 {
		w.post("follow", "/v1/b2b/magic_links/discovery/authenticate", object{"discovery_magic_links_token": sent[w.random.IntN(min(len(sent), 3))].Token})
	}
	if len(w.ists) > 0 {
		w.post("create", createPath, w.organization())
	}
	if len(w.orgs) > 0 {
		w.join()
	}
	if len(w.sessions) > 0 {
		session := pick(w, w.sessions...)
		w.post("authenticate", "/v1/b2b/sessions/authenticate", object{"session_token": session})
		w.post("switch", "/v1/b2b/sessions/exchange", object{"session_token": session, "organization_id": pick(w, w.orgs...)})
		if w.random.IntN(2) == 0 {
			w.post("revoke", "/v1/b2b/sessions/revoke", object{"session_token": session})
		}
	}
	switch w.random.IntN(8) {
	case 0:
		w.Clock().Set(pick(w, time.Unix(0, 0), time.Date(9899, 12, 31, 23, 59, 0, 999_999_999, time.UTC), time.Date(2030, 1, 1, 0, 0, 0, 0, time.FixedZone("", 3600))))
	case 1:
		w.send("POST", "/_emulator/clock", fmt.Sprintf(`{"advance": "%dm"}`, w.random.IntN(2_000_000)-1_000_000), "", "")
	case 2:
		_, err := w.RotateKeys()
		require.NoError(w.t, err)
	}
}

// What the emulator has written is never refused, and comes back the same.
func TestSnapshot_ofTheEmulatorAlwaysRestores(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			server := stytchtest.New(t, stytchtest.WithSeed(seed))
			w := &writer{harness: &harness{Server: server, t: t, api: server.Client()}, random: rand.New(rand.NewPCG(seed, 1)), done: map[string]int{}}
			other := newHarness(t)
			for range 40 {
				w.step()
				data, err := w.Snapshot()
				require.NoError(t, err)
				require.NoError(t, other.Restore(data))
				again, err := other.Snapshot()
				require.NoError(t, err)
				require.Equal(t, string(data), string(again))
				if w.random.IntN(3) == 0 {
					require.NoError(t, w.Restore(data), "in the emulator itself")
				}
			}
			for _, name := range []string{"send", "follow", "create", "exchange", "authenticate", "switch", "revoke"} {
				assert.Positive(t, w.done[name], "%s: %v", name, w.done)
			}
		})
	}
}
