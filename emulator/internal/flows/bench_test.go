package flows_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// links are the tokens of n magic links of n members, each of which logs one in.
func links(b *testing.B, em *emulator.Emulator, n int) []string {
	b.Helper()
	p := em.Project()
	call := caller(em)
	created := call(b, "/v1/b2b/organizations", `{"organization_name": "Acme", "organization_slug": "acme"}`)
	require.Equal(b, http.StatusOK, created.Code, created.Body)
	tokens := make([]string, n)
	for i := range n {
		email := fmt.Sprintf("m%d@example.com", i)
		_, err := p.AddMember("acme", email)
		require.NoError(b, err)
		sent := call(b, "/v1/b2b/magic_links/email/login_or_signup",
			fmt.Sprintf(`{"organization_id": "acme", "email_address": %q}`, email))
		require.Equal(b, http.StatusOK, sent.Code, sent.Body)
		tokens[i] = p.Inbox().Messages(email)[0].Token
	}
	return tokens
}

// caller makes calls in the process.
func caller(em *emulator.Emulator) func(tb testing.TB, path, body string) *httptest.ResponseRecorder {
	p := em.Project()
	return func(tb testing.TB, path, body string) *httptest.ResponseRecorder {
		tb.Helper()
		r := httptest.NewRequestWithContext(tb.Context(), http.MethodPost, path, strings.NewReader(body))
		r.SetBasicAuth(p.ID(), p.Secret())
		w := httptest.NewRecorder()
		em.ServeHTTP(w, r)
		return w
	}
}

// BenchmarkMagicLinksAuthenticate compares logins with the signatures that they need, by one caller and by eight. The
// figure is logins or signatures per second.
func BenchmarkMagicLinksAuthenticate(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(b, err)
	for _, callers := range []int{1, 8} {
		b.Run(fmt.Sprintf("signature alone, callers=%d", callers), func(b *testing.B) {
			spread(b, callers, func(i int) {
				sum := sha256.Sum256([]byte(fmt.Sprint(i)))
				_, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
				require.NoError(b, err)
			})
		})
		b.Run(fmt.Sprintf("login, callers=%d", callers), func(b *testing.B) {
			em, err := emulator.New(emulator.Config{})
			require.NoError(b, err)
			tokens, call := links(b, em, b.N), caller(em)
			_, err = em.Project().Sign(nil) // makes the key
			require.NoError(b, err)
			b.ResetTimer()
			spread(b, callers, func(i int) {
				w := call(b, "/v1/b2b/magic_links/authenticate", fmt.Sprintf(`{"magic_links_token": %q}`, tokens[i]))
				require.Equal(b, http.StatusOK, w.Code, w.Body)
			})
		})
	}
}

// spread runs f b.N times, by several callers at once.
func spread(b *testing.B, callers int, f func(i int)) {
	b.Helper()
	var group sync.WaitGroup
	next := make(chan int)
	for range callers {
		group.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "/s")
}

// BenchmarkMembersSearchRoles searches for a hundred members, all of whom have many roles by their domain.
func BenchmarkMembersSearchRoles(b *testing.B) {
	for _, roles := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("roles=%d", roles), func(b *testing.B) {
			server := stytchtest.New(b)
			client := server.Client()
			server.CreateOrganization("ada@example.com", "acme", nil)
			policy := rbacorganizations.SetOrgPolicyRequest{OrganizationID: "acme"}
			update := organizations.UpdateRequest{OrganizationID: "acme"}
			for i := range roles {
				id := fmt.Sprint("r", i)
				policy.OrgPolicy.Roles = append(policy.OrgPolicy.Roles, rbac.PolicyRole{
					RoleID: id, Permissions: []rbac.PolicyRolePermission{{ResourceID: "documents", Actions: []string{"read"}}},
				})
				update.RBACEmailImplicitRoleAssignments = append(update.RBACEmailImplicitRoleAssignments,
					organizations.EmailImplicitRoleAssignment{RoleID: id, Domain: "example.com"})
			}
			_, err := client.B2B.RBAC.Organizations.SetOrgPolicy(b.Context(), &policy)
			require.NoError(b, err)
			_, err = client.B2B.Organizations.Update(b.Context(), &update)
			require.NoError(b, err)
			for i := range 99 {
				_, err = server.AddMember("acme", fmt.Sprintf("m%d@example.com", i))
				require.NoError(b, err)
			}
			for b.Loop() {
				_, err = client.B2B.Organizations.Members.Search(b.Context(), &members.SearchRequest{OrganizationIDs: []string{"acme"}})
				require.NoError(b, err)
			}
		})
	}
}
