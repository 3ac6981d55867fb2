package flows_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
)

// companyOf is an emulator with a SCIM connection, whose base path is returned, of people who all are in all groups.
func companyOf(b *testing.B, people, groups int) (em *emulator.Emulator, base string) {
	b.Helper()
	em, err := emulator.New(emulator.Config{})
	require.NoError(b, err)
	hash := sha256.Sum256([]byte("secret"))
	var users, members, rows, memberships []object
	for i := range people {
		email, member := fmt.Sprintf("user%d@acme.example", i), fmt.Sprintf("member-test-%d", i)
		members = append(members, object{
			"member_id": member, "organization_id": "o", "status": "active", "email_address": email,
		})
		users = append(users, object{
			"registration_id": fmt.Sprintf("scim-registration-test-%d", i), "connection_id": "c", "member_id": member,
			"scim_attributes": object{"user_name": email},
		})
	}
	for g := range groups {
		id := fmt.Sprintf("scim-group-test-%d", g)
		rows = append(rows, object{"group_id": id, "connection_id": "c", "group_name": fmt.Sprintf("g%d", g)})
		for _, u := range users {
			memberships = append(memberships, object{"group_id": id, "registration_id": u["registration_id"]})
		}
	}
	snapshot, err := json.Marshal(object{"version": 1, "state": object{
		"organizations": []object{{"organization_id": "o", "organization_slug": "acme", "organization_name": "Acme"}},
		"members":       members, "scim_users": users, "scim_groups": rows, "scim_memberships": memberships,
		"scim_connections": []object{{
			"connection_id": "c", "organization_id": "o", "identity_provider": "generic", "bearer_token_hash": hash[:],
			"bearer_token_last_four": "cret",
		}},
	}})
	require.NoError(b, err)
	require.NoError(b, em.Project().Restore(snapshot))
	return em, "/v1/b2b/scim/c"
}

// duringEach runs f again and again, and reports the longest that another call had to wait meanwhile.
func duringEach(b *testing.B, em *emulator.Emulator, f func()) {
	b.Helper()
	call := caller(em)
	stop, worst := make(chan struct{}), make(chan time.Duration)
	go func() {
		var longest time.Duration
		for {
			select {
			case <-stop:
				worst <- longest
				return
			case <-time.After(time.Millisecond):
				begin := time.Now()
				call(b, "/v1/b2b/sessions/revoke", `{}`)
				longest = max(longest, time.Since(begin))
			}
		}
	}()
	for b.Loop() {
		f()
	}
	close(stop)
	b.ReportMetric(float64((<-worst).Milliseconds()), "held-ms")
}

// BenchmarkSCIM_largeGroups shows how long calls on many large groups take, and how long others have to wait for them.
func BenchmarkSCIM_largeGroups(b *testing.B) {
	const people, groups = 9_800, 40
	em, base := companyOf(b, people, groups)
	send := func(method, path, body string) func() {
		return func() {
			r := httptest.NewRequestWithContext(b.Context(), method, base+path, strings.NewReader(body))
			r.Header.Set("Authorization", "Bearer secret")
			w := httptest.NewRecorder()
			em.ServeHTTP(w, r)
			require.Less(b, w.Code, http.StatusMultipleChoices, "%.300s", w.Body)
		}
	}
	one := `?count=1&filter=displayName+eq+%22g1%22`
	var additions, addresses []object
	for i := range 380 {
		additions = append(additions, object{"op": "add", "path": "members", "value": refs(fmt.Sprintf("scim-registration-test-%d", i))})
	}
	addresses = append(addresses, operation("replace", "addresses", nil))
	for i := range 400 {
		a := object{"formatted": fmt.Sprint(i), "locality": "a", "region": "b", "country": "c", "postalCode": "d", "type": "f"}
		addresses = append(addresses, operation("add", "addresses", []any{a}))
	}
	body := func(operations []object) string {
		data, err := json.Marshal(patch(operations...))
		require.NoError(b, err)
		return string(data)
	}
	for _, row := range []struct {
		name string
		call func()
	}{
		{"groups, none shown", send("GET", "/Groups?count=0", "")},
		{"groups, one of a name", send("GET", "/Groups"+one, "")},
		{"groups, one of a name without members", send("GET", "/Groups"+one+"&excludedAttributes=members", "")},
		{"groups, those of a user", send("GET", "/Groups?attributes=id&filter=members+eq+%22scim-registration-test-1%22", "")},
		{"groups, all without members", send("GET", "/Groups?excludedAttributes=members", "")},
		{"groups, a page", send("GET", "/Groups?count=7", "")},
		{"users, none shown", send("GET", "/Users?count=0", "")},
		{"users, a page", send("GET", "/Users", "")},
		{"patch of a group", send("PATCH", "/Groups/scim-group-test-1?attributes=id", body(additions))},
		{"patch of addresses", send("PATCH", "/Users/scim-registration-test-1?attributes=id", body(addresses))},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			duringEach(b, em, row.call)
		})
	}
	b.Run("deletion of the connection", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			em, _ := companyOf(b, people, groups)
			b.StartTimer()
			r := httptest.NewRequestWithContext(b.Context(), http.MethodDelete, "/v1/b2b/scim/acme/connection/c", nil)
			r.SetBasicAuth(em.Project().ID(), em.Project().Secret())
			w := httptest.NewRecorder()
			em.ServeHTTP(w, r)
			require.Equal(b, http.StatusOK, w.Code, w.Body)
		}
	})
}
