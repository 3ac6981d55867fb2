package verify_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	stytch "github.com/seed75add069/stytch-go"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	organizations = 1000
	callers       = 2500 // at a time: the race detector's limit is some eight thousand goroutines
	rounds        = 4
)

// sessionOf is a session of an organization, and a check in it.
type sessionOf struct {
	jwt   string
	check check
}

// sessions has, for each product, a session in each of a thousand organizations and, under "after", sessions in some of
// them that are signed with a second key. In B2C, they are sessions of a thousand users.
var sessions = sync.OnceValue(func() map[string][]sessionOf {
	made := map[string][]sessionOf{}
	for _, p := range products() {
		made[p.name] = newSessions(p, organizations, minttest.NewKey("jwk-test-1"))
		made[p.name+" after"] = newSessions(p, organizations/10, minttest.NewKey("jwk-test-2"))
	}
	return made
})

func newSessions(p *product, n int, key *minttest.Key) []sessionOf {
	list := make([]sessionOf, n)
	for i := range list {
		id := fmt.Sprintf("organization-test-%d", i)
		claims := minttest.With(longLived(p.claims(start)), map[string]any{
			"sub": fmt.Sprintf("subject-%d", i), minttest.SessionClaim: map[string]any{"id": minttest.Session, "roles": []string{"editor", "local"}},
		})
		if p.isB2B() {
			claims[minttest.OrganizationClaim] = map[string]any{"organization_id": id}
		}
		list[i] = sessionOf{key.Sign(claims), check{OrganizationID: id, ResourceID: "documents", Action: "edit"}}
	}
	return list
}

// authenticateAll authenticates sessions from n goroutines at once, and calls halfway in the middle.
func (f *fixture) authenticateAll(list []sessionOf, n int, halfway func()) {
	var wait sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		wait.Go(func() {
			<-gate
			if i == n/2 {
				halfway()
			}
			s := list[i%len(list)]
			_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: s.jwt, AuthorizationCheck: &s.check})
			if err != nil {
				f.t.Errorf("%v", err)
			}
		})
	}
	close(gate)
	wait.Wait()
	synctest.Wait()
}

func TestAuthenticateJWT_manyCallers(t *testing.T) {
	t.Parallel()
	for name, cacheSize := range map[string]int{"": 0, ", with a token cache": 256} {
		rounds := rounds
		if cacheSize > 0 {
			rounds /= 2
		}
		forEachProduct(t, "ten thousand callers of a thousand organizations, during refreshes and a key rotation"+name, func(f *fixture) {
			before, after := sessions()[f.name], slices.Clone(sessions()[f.name])
			copy(after, sessions()[f.name+" after"])
			f.authenticateAll(before, callers, func() {})
			assert.Equal(f.t, 1, f.api.Requests(minttest.Keys))
			f.publish(f.key, minttest.NewKey("jwk-test-2"))
			for round := range rounds - 1 {
				f.advance(3*time.Minute + 30*time.Second)
				f.authenticateAll(after, callers, func() { f.passed.Add(int64(time.Minute)) }) // the policy is to be renewed then
				assert.Equal(f.t, round+2, f.api.Requests(minttest.Policy), "one request per renewal")
			}
			assert.Equal(f.t, 2, f.api.Requests(minttest.Keys), "one request for the new key")
			assert.Zero(f.t, f.api.Requests(f.authenticatePath))
			assert.Zero(f.t, f.api.Requests(minttest.Organizations), "the project's roles allow the action")
		}, func(c *stytch.Config) { c.Verification.TokenCacheSize = cacheSize })
	}
	forEachProduct(t, "each organization is fetched once per renewal", func(f *fixture) {
		f.api.Serve(minttest.Organizations, ownRoles)
		list, fetches := stamping(200), 200
		if !f.isB2B() {
			list, fetches = sessions()["b2c"][:200], 0
		}
		for round := range 3 {
			f.authenticateAll(list, callers/2, func() {})
			assert.Equal(f.t, round+1, f.api.Requests(minttest.Policy))
			assert.Equal(f.t, (round+1)*fetches, f.api.Requests(minttest.Organizations))
			f.advance(5 * time.Minute)
		}
	})
	forB2B(t, "at most MaxOrganizations are cached, and checks in others succeed too", func(f *fixture) {
		f.api.Serve(minttest.Organizations, ownRoles)
		f.authenticateAll(stamping(200), 400, func() {})
		first := f.api.Requests(minttest.Organizations)
		assert.GreaterOrEqual(f.t, first, 200)
		f.authenticateAll(stamping(200), 400, func() {})
		assert.GreaterOrEqual(f.t, f.api.Requests(minttest.Organizations)-first, 200-16)
		f.authenticateAll(stamping(1), 100, func() {})
		before := f.api.Requests(minttest.Organizations)
		f.authenticateAll(stamping(1), 100, func() {})
		assert.Equal(f.t, before, f.api.Requests(minttest.Organizations), "a cached organization is not fetched again")
	}, func(c *stytch.Config) { c.Verification.MaxOrganizations = 16 })
}

// ownRoles is the policy of an organization whose role "local" allows to stamp documents.
const ownRoles = `{"request_id":"r","status_code":200,"org_policy":{"roles":[
	{"role_id":"local","permissions":[{"resource_id":"documents","actions":["stamp"]}]}]}}`

// stamping returns the first B2B sessions, with an action that only the organization's own role allows.
func stamping(n int) []sessionOf {
	list := slices.Clone(sessions()["b2b"][:n])
	for i := range list {
		list[i].check.Action = "stamp"
	}
	return list
}

func TestAuthenticateJWT_concurrentChanges(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "valid tokens are accepted and forged ones refused, while the clock moves, tokens are forgotten and fetches fail", func(f *fixture) {
		attacker := minttest.NewKey("jwk-test-attacker")
		list := sessions()[f.name][:20]
		var fetches atomic.Int64
		f.api.Handle(minttest.Keys, func(*http.Request) (int, []byte, error) {
			if fetches.Add(1)%2 == 0 {
				return http.StatusInternalServerError, nil, nil
			}
			return http.StatusOK, minttest.Set(f.key), nil
		})
		forged := []string{
			attacker.WithKID(f.key.KID).Sign(f.claims(start)), attacker.Sign(f.claims(start)), list[0].jwt + "A", ".",
		}
		f.accepts(list[0].jwt)
		var wait sync.WaitGroup
		for i := range 1000 {
			wait.Go(func() {
				switch i % 5 {
				case 0:
					f.passed.Add(int64(20 * time.Second))
				case 1:
					f.forget(minttest.Session)
					if i%3 == 0 {
						f.forgetAll()
					}
				case 2:
					_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: forged[i/5%len(forged)]})
					if _, refused := errors.AsType[*stytcherror.TokenError](err); !refused {
						f.t.Errorf("%v", err)
					}
				default:
					s := list[i%len(list)]
					_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: s.jwt, AuthorizationCheck: &s.check})
					assert.NoError(f.t, err)
				}
			})
		}
		wait.Wait()
	}, func(c *stytch.Config) { c.Verification.TokenCacheSize = 8 })
	forEachProduct(t, "callers may change all that they get, and append to it", func(f *fixture) {
		text, access := f.sessionJWT(nil), f.accessToken(map[string]any{"nested": map[string]any{"list": []any{1}}})
		machine := f.key.Sign(minttest.With(minttest.M2MToken(start), map[string]any{"nested": map[string]any{"list": []any{1}}}))
		var wait sync.WaitGroup
		for i := range 100 {
			wait.Go(func() {
				f.changeSession(text, i)
				claims, err := f.introspectLocal(f.t.Context(), &localRequest{Token: access})
				if assert.NoError(f.t, err) && assert.Equal(f.t, []string{minttest.Project}, claims.Audience) {
					claims.Audience[0], claims.Organization.Slug = "changed", "changed"
					_ = append(claims.Audience, fmt.Sprint(i))
					changeClaims(f.t, claims.CustomClaims, "plan", "pro")
				}
				token, err := f.client.B2B.M2M.AuthenticateToken(f.t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: machine})
				if assert.NoError(f.t, err) && assert.Equal(f.t, []string{"read:users", "write:books"}, token.Scopes) {
					token.Scopes[0] = "changed"
					_ = append(token.Scopes, fmt.Sprint(i))
					changeClaims(f.t, token.CustomClaims, "region", "eu")
				}
			})
		}
		wait.Wait()
	}, func(c *stytch.Config) { c.Verification.TokenCacheSize = 8 })
}

// changeClaims asserts a claim of claims that also have a nested list, and changes them.
func changeClaims(t *testing.T, claims shared.Object, name, want string) {
	t.Helper()
	assert.Equal(t, want, claims[name])
	nested := claims["nested"].(map[string]any)
	assert.Equal(t, []any{1.0}, nested["list"])
	nested["list"].([]any)[0] = 2
	nested["other"], claims[name], claims["other"] = 1, "changed", 1
}

// changeSession verifies a session's JWT, asserts that nobody has changed the result, and changes it.
func (f *fixture) changeSession(text string, i int) {
	var roles []string
	var factors []b2csessions.AuthenticationFactor
	var claims shared.Object
	if f.isB2B() {
		s, err := f.client.B2B.Sessions.AuthenticateJWTLocal(f.t.Context(), &b2bsessions.AuthenticateJWTLocalRequest{SessionJWT: text})
		if !assert.NoError(f.t, err) || !assert.Equal(f.t, minttest.Member, s.MemberID) {
			return
		}
		roles, factors, claims = s.Roles, s.AuthenticationFactors, s.CustomClaims
		*s = b2bsessions.MemberSession{MemberID: fmt.Sprint(i)}
	} else {
		s, err := f.client.B2C.Sessions.AuthenticateJWTLocal(f.t.Context(), &b2csessions.AuthenticateJWTLocalRequest{SessionJWT: text})
		if !assert.NoError(f.t, err) || !assert.Equal(f.t, minttest.User, s.UserID) {
			return
		}
		roles, factors, claims = s.Roles, s.AuthenticationFactors, s.CustomClaims
		assert.Empty(f.t, s.Attributes.IPAddress)
		s.Attributes.IPAddress = "192.0.2.1"
		*s = b2csessions.Session{UserID: fmt.Sprint(i)}
	}
	assert.Contains(f.t, roles, "editor")
	assert.Equal(f.t, "ada@example.com", factors[0].EmailFactor.EmailAddress)
	assert.Equal(f.t, map[string]any{"seats": 10.0}, claims["limits"])
	_ = append(roles, fmt.Sprint(i))
	_ = append(factors, b2csessions.AuthenticationFactor{})
	clear(roles)
	factors[0].EmailFactor.EmailAddress = fmt.Sprint(i)
	clear(factors)
	claims["limits"].(map[string]any)["seats"] = i
	claims["plan"] = i
}
