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
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	tenants = 1000
	wave    = 2500 // the race detector follows some eight thousand goroutines
	waves   = 4
)

// tenant is a session of an organization, and what it wants to do there.
type tenant struct {
	text  string
	check question
}

// crowds are a session in each of a thousand organizations, and sessions of some of them that began after a rotation.
// Users have no organizations: there it is a thousand sessions.
var crowds = sync.OnceValue(func() map[string][]tenant {
	made := map[string][]tenant{}
	for _, p := range products() {
		made[p.name] = crowd(p, tenants, minttest.NewKey("jwk-test-1"))
		made[p.name+" after"] = crowd(p, tenants/10, minttest.NewKey("jwk-test-2"))
	}
	return made
})

func crowd(p *product, n int, key *minttest.Key) []tenant {
	list := make([]tenant, n)
	for i := range list {
		id := fmt.Sprintf("organization-test-%d", i)
		claims := minttest.With(lasting(p.claims(dawn)), map[string]any{
			"sub": fmt.Sprintf("somebody-%d", i), minttest.SessionClaim: map[string]any{"id": minttest.Session, "roles": []string{"editor", "local"}},
		})
		if p.name == "b2b" {
			claims[minttest.OrganizationClaim] = map[string]any{"organization_id": id}
		}
		list[i] = tenant{key.Sign(claims), question{OrganizationID: id, ResourceID: "documents", Action: "edit"}}
	}
	return list
}

// storm lets that many callers go at once. What halfway does happens in the middle of it.
func (w *world) storm(crowd []tenant, size int, halfway func()) {
	var callers sync.WaitGroup
	gate := make(chan struct{})
	for i := range size {
		callers.Go(func() {
			<-gate
			if i == size/2 {
				halfway()
			}
			who := crowd[i%len(crowd)]
			_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: who.text, AuthorizationCheck: &who.check})
			if err != nil {
				w.t.Errorf("%v", err)
			}
		})
	}
	close(gate)
	callers.Wait()
	synctest.Wait()
}

func TestAuthenticateJWT_crowd(t *testing.T) {
	t.Parallel()
	for name, tokens := range map[string]int{"": 0, ", with tokens kept": 256} {
		waves := waves
		if tokens > 0 {
			waves /= 2
		}
		promise(t, "ten thousand callers of a thousand organizations, in the midst of refreshes and a rotation"+name, func(w *world) {
			before, after := crowds()[w.name], slices.Clone(crowds()[w.name])
			copy(after, crowds()[w.name+" after"])
			w.storm(before, wave, func() {})
			assert.Equal(w.t, 1, w.api.Requests(minttest.Keys))
			w.publish(w.key, minttest.NewKey("jwk-test-2"))
			for expiry := range waves - 1 {
				w.advance(3*time.Minute + 30*time.Second)
				w.storm(after, wave, func() { w.passed.Add(int64(time.Minute)) }) // to where the policy is fetched anew
				assert.Equal(w.t, expiry+2, w.api.Requests(minttest.Policy), "one fetch per expiry")
			}
			assert.Equal(w.t, 2, w.api.Requests(minttest.Keys), "and one for the new key")
			assert.Zero(w.t, w.api.Requests(w.remote))
			assert.Zero(w.t, w.api.Requests(minttest.Organizations), "the project's roles suffice")
		}, func(c *stytch.Config) { c.Verification.TokenCacheSize = tokens })
	}
	promise(t, "organizations are asked about once per expiry, each", func(w *world) {
		w.api.Serve(minttest.Organizations, ownRoles)
		crowd, asked := stamping(200), 200
		if w.name == "b2c" {
			crowd, asked = crowds()["b2c"][:200], 0
		}
		for expiry := range 3 {
			w.storm(crowd, wave/2, func() {})
			assert.Equal(w.t, expiry+1, w.api.Requests(minttest.Policy))
			assert.Equal(w.t, (expiry+1)*asked, w.api.Requests(minttest.Organizations))
			w.advance(5 * time.Minute)
		}
	})
	promise(t, "no more organizations are kept than MaxOrganizations, and all get their answer", func(w *world) {
		if w.name == "b2c" {
			return
		}
		w.api.Serve(minttest.Organizations, ownRoles)
		w.storm(stamping(200), 400, func() {})
		first := w.api.Requests(minttest.Organizations)
		assert.GreaterOrEqual(w.t, first, 200)
		w.storm(stamping(200), 400, func() {})
		assert.GreaterOrEqual(w.t, w.api.Requests(minttest.Organizations)-first, 200-16)
		w.storm(stamping(1), 100, func() {})
		before := w.api.Requests(minttest.Organizations)
		w.storm(stamping(1), 100, func() {})
		assert.Equal(w.t, before, w.api.Requests(minttest.Organizations), "who is kept is not asked about again")
	}, func(c *stytch.Config) { c.Verification.MaxOrganizations = 16 })
}

// ownRoles are an organization's.
const ownRoles = `{"request_id":"r","status_code":200,"org_policy":{"roles":[
	{"role_id":"local","permissions":[{"resource_id":"documents","actions":["stamp"]}]}]}}`

// stamping are the first members of the crowd, who want to do what only their own organization allows.
func stamping(n int) []tenant {
	list := slices.Clone(crowds()["b2b"][:n])
	for i := range list {
		list[i].check.Action = "stamp"
	}
	return list
}

// forget drops what is remembered, in all ways there are.
func (w *world) forget(i int) {
	switch {
	case w.name == "b2b" && i%3 == 0:
		w.client.B2B.Sessions.Forget(minttest.Session)
	case w.name == "b2b":
		w.client.B2B.Sessions.ForgetAll()
	case i%3 == 0:
		w.client.B2C.Sessions.Forget(minttest.Session)
	default:
		w.client.B2C.Sessions.ForgetAll()
	}
}

func TestAuthenticateJWT_turmoil(t *testing.T) {
	t.Parallel()
	promise(t, "good tokens pass and forged ones do not, whatever else goes on", func(w *world) {
		enemy := minttest.NewKey("jwk-test-enemy")
		crowd := crowds()[w.name][:20]
		var flips atomic.Int64
		w.api.Handle(minttest.Keys, func(*http.Request) (int, []byte, error) {
			if flips.Add(1)%2 == 0 {
				return http.StatusInternalServerError, nil, nil
			}
			return http.StatusOK, minttest.Set(w.key), nil
		})
		forged := []string{enemy.WithKID(w.key.KID).Sign(w.claims(dawn)), enemy.Sign(w.claims(dawn)), crowd[0].text + "A", "."}
		w.verifies(crowd[0].text)
		var callers sync.WaitGroup
		for i := range 1000 {
			callers.Go(func() {
				switch i % 5 {
				case 0:
					w.passed.Add(int64(20 * time.Second))
				case 1:
					w.forget(i)
				case 2:
					_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: forged[i/5%len(forged)]})
					if _, refused := errors.AsType[*stytcherror.TokenError](err); !refused {
						w.t.Errorf("%v", err)
					}
				default:
					who := crowd[i%len(crowd)]
					_, err := w.local(w.t.Context(), w.client, &call{SessionJWT: who.text, AuthorizationCheck: &who.check})
					assert.NoError(w.t, err)
				}
			})
		}
		callers.Wait()
	}, func(c *stytch.Config) { c.Verification.TokenCacheSize = 8 })
	promise(t, "what callers do to their session is nobody else's business", func(w *world) {
		text := w.session(nil)
		var callers sync.WaitGroup
		for i := range 200 {
			callers.Go(func() {
				if w.name == "b2b" {
					s, err := w.client.B2B.Sessions.AuthenticateJWTLocal(w.t.Context(), &b2bsessions.AuthenticateJWTLocalRequest{SessionJWT: text})
					if assert.NoError(w.t, err) && assert.Equal(w.t, minttest.Member, s.MemberID) {
						*s = b2bsessions.MemberSession{MemberID: fmt.Sprint(i)}
					}
					return
				}
				s, err := w.client.B2C.Sessions.AuthenticateJWTLocal(w.t.Context(), &b2csessions.AuthenticateJWTLocalRequest{SessionJWT: text})
				if assert.NoError(w.t, err) && assert.Equal(w.t, minttest.User, s.UserID) {
					*s = b2csessions.Session{UserID: fmt.Sprint(i)}
				}
			})
		}
		callers.Wait()
	}, func(c *stytch.Config) { c.Verification.TokenCacheSize = 8 })
}
