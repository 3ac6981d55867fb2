package flows_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
)

// The size of a large project.
const (
	largeOrganizations = 10_000
	membersOfEach      = 10
)

// large is a snapshot of a large project. Every tenth organization lets people join from its own domain, and one person
// is a member of a hundred.
func large(tb testing.TB) []byte {
	tb.Helper()
	var orgs, people []object
	for i := range largeOrganizations {
		org := object{
			"organization_id": fmt.Sprintf("organization-test-%d", i), "organization_name": fmt.Sprintf("Organization %d", i),
			"organization_slug": fmt.Sprintf("slug-%d", i),
		}
		if i%10 == 0 {
			org["email_jit_provisioning"], org["email_allowed_domains"] = "RESTRICTED", []string{fmt.Sprintf("o%d.example.com", i)}
		}
		orgs = append(orgs, org)
		for j := range membersOfEach {
			email := fmt.Sprintf("m%d@o%d.example.com", j, i)
			if i < 100 && j == 0 {
				email = "everywhere@example.com"
			}
			people = append(people, object{
				"organization_id": org["organization_id"], "member_id": fmt.Sprintf("member-test-%d-%d", i, j), "email_id": "email-test-1",
				"email_address": email, "email_address_verified": true, "status": "active",
			})
		}
	}
	data, err := json.Marshal(object{"version": 1, "state": object{"organizations": orgs, "members": people}})
	require.NoError(tb, err)
	return data
}

// BenchmarkLargeProject measures what people do first in a project of 10 000 organizations and 100 000 members. The
// figures of logins have a signature in them.
func BenchmarkLargeProject(b *testing.B) {
	snapshot := large(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	em, err := emulator.New(emulator.Config{})
	require.NoError(b, err)
	p, call := em.Project(), caller(em)
	require.NoError(b, p.Restore(snapshot))
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Logf("%d MiB", (after.HeapAlloc-before.HeapAlloc)>>20)
	_, err = p.Sign(nil) // makes the key
	require.NoError(b, err)

	post := func(b *testing.B, path, body string) (answer object) {
		b.Helper()
		w := call(b, path, body)
		require.Equal(b, http.StatusOK, w.Code, w.Body)
		require.NoError(b, json.Unmarshal(w.Body.Bytes(), &answer))
		return answer
	}
	ist := func(b *testing.B, email string) string {
		b.Helper()
		post(b, "/v1/b2b/magic_links/email/discovery/send", fmt.Sprintf(`{"email_address": %q}`, email))
		body := fmt.Sprintf(`{"discovery_magic_links_token": %q}`, p.Inbox().Messages(email)[0].Token)
		return post(b, "/v1/b2b/magic_links/discovery/authenticate", body)["intermediate_session_token"].(string)
	}
	everywhere, newcomer := ist(b, "everywhere@example.com"), ist(b, "newcomer@o50.example.com")
	searched := post(b, "/v1/b2b/organizations/search", `{"limit": 1000}`)
	cursor := searched["results_metadata"].(object)["next_cursor"].(string)
	for name, body := range map[string][2]string{
		"discovery, one to join":               {"/v1/b2b/discovery/organizations", fmt.Sprintf(`{"intermediate_session_token": %q}`, newcomer)},
		"discovery, a hundred organizations":   {"/v1/b2b/discovery/organizations", fmt.Sprintf(`{"intermediate_session_token": %q}`, everywhere)},
		"search organizations by slug":         {"/v1/b2b/organizations/search", `{"query": {"operator": "AND", "operands": [{"filter_name": "organization_slugs", "filter_value": ["slug-9999"]}]}}`},
		"search organizations by name":         {"/v1/b2b/organizations/search", `{"query": {"operator": "AND", "operands": [{"filter_name": "organization_name_fuzzy", "filter_value": "tion 999"}]}}`},
		"search organizations by member":       {"/v1/b2b/organizations/search", `{"query": {"operator": "AND", "operands": [{"filter_name": "member_emails", "filter_value": ["m3@o500.example.com"]}]}}`},
		"search organizations by fuzzy member": {"/v1/b2b/organizations/search", `{"query": {"operator": "AND", "operands": [{"filter_name": "member_email_fuzzy", "filter_value": "m3@o500."}]}}`},
		"a page of 100 organizations":          {"/v1/b2b/organizations/search", fmt.Sprintf(`{"cursor": %q}`, cursor)},
		"search members":                       {"/v1/b2b/organizations/members/search", `{"organization_ids": ["slug-500"], "query": {"operator": "AND", "operands": [{"filter_name": "member_email_fuzzy", "filter_value": "m3@"}]}}`},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w := call(b, body[0], body[1])
				require.Equal(b, http.StatusOK, w.Code, w.Body)
			}
		})
	}
	b.Run("login", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			token := ist(b, "m1@o77.example.com")
			b.StartTimer()
			post(b, "/v1/b2b/discovery/intermediate_sessions/exchange",
				fmt.Sprintf(`{"intermediate_session_token": %q, "organization_id": "slug-77"}`, token))
		}
	})
	b.Run("snapshot", func(b *testing.B) {
		for b.Loop() {
			var out bytes.Buffer
			require.NoError(b, p.WriteSnapshot(&out))
		}
	})
	b.Run("restore", func(b *testing.B) {
		for b.Loop() {
			require.NoError(b, p.Restore(snapshot))
		}
	})
}
