package verify_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// takes makes the API take d for its response.
func takes(d time.Duration, body string) minttest.Handler {
	return func(r *http.Request) (int, []byte, error) {
		select {
		case <-time.After(d):
			return http.StatusOK, []byte(body), nil
		case <-r.Context().Done():
			return 0, nil, r.Context().Err()
		}
	}
}

// atOnce calls do on twenty goroutines, and returns their errors.
func atOnce(do func() error) []error {
	errs := make([]error, 20)
	var wait sync.WaitGroup
	for i := range errs {
		wait.Go(func() { errs[i] = do() })
	}
	wait.Wait()
	return errs
}

func TestStaleness(t *testing.T) {
	t.Parallel()
	const without = `{"request_id":"r","status_code":200,"policy":{"roles":[{"role_id":"editor","permissions":[]}]}}`
	const withoutOwn = `{"request_id":"r","status_code":200,"org_policy":{"roles":[{"role_id":"local","permissions":[]}]}}`
	for _, idle := range []time.Duration{5 * time.Minute, 59 * time.Minute, 64 * time.Minute, 25 * time.Hour} {
		for _, fetch := range []time.Duration{0, time.Second, 2*time.Second - 1} {
			forEachProduct(t, "a permission that was taken away is denied after "+idle.String()+", to all callers, by a fetch of "+fetch.String(), func(f *fixture) {
				text := f.sessionWithRoles("editor")
				f.allows(text, on("documents", "edit"))
				f.api.Handle(minttest.Policy, takes(fetch, without))
				f.advance(idle)
				for _, err := range atOnce(func() error {
					_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text, AuthorizationCheck: on("documents", "edit")})
					return err
				}) {
					assert.IsType(f.t, new(stytcherror.PermissionError), err)
				}
			})
			forB2B(t, "and so is one of the organization, after "+idle.String()+", by a fetch of "+fetch.String(), func(f *fixture) {
				f.api.Serve(minttest.Organizations, ownRoles)
				text := f.sessionWithRoles("local")
				f.allows(text, on("documents", "stamp"))
				f.api.Handle(minttest.Organizations, takes(fetch, withoutOwn))
				f.advance(idle)
				for _, err := range atOnce(func() error {
					_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text, AuthorizationCheck: on("documents", "stamp")})
					return err
				}) {
					assert.IsType(f.t, new(stytcherror.PermissionError), err)
				}
			})
		}
	}
	second := minttest.NewKey("jwk-test-2")
	for _, idle := range []time.Duration{time.Hour, 5 * time.Hour, 23*time.Hour + 59*time.Minute, 30 * time.Hour} {
		for _, fetch := range []time.Duration{0, time.Second, 2*time.Second - 1} {
			forEachProduct(t, "a withdrawn key verifies nothing after "+idle.String()+", for all callers, by a fetch of "+fetch.String(), func(f *fixture) {
				text := f.longLivedJWT(f.key)
				f.accepts(text)
				f.api.Handle(minttest.Keys, takes(fetch, string(minttest.Set(second))))
				f.advance(idle)
				for _, err := range atOnce(func() error {
					_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
					return err
				}) {
					assert.ErrorIs(f.t, err, stytcherror.ErrKeyUnknown)
				}
			})
		}
	}
	forEachProduct(t, "a fetch that takes more than two seconds holds nobody up for longer, and its result counts", func(f *fixture) {
		text := f.longLivedJWT(f.key)
		f.accepts(text)
		f.api.Handle(minttest.Keys, takes(5*time.Second, string(minttest.Set(second))))
		f.advance(23 * time.Hour)
		began := time.Now()
		for _, err := range atOnce(func() error {
			_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
			return err
		}) {
			require.NoError(f.t, err)
		}
		assert.Equal(f.t, 2*time.Second, time.Since(began))
		f.advance(3 * time.Second)
		_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text})
		require.ErrorIs(f.t, err, stytcherror.ErrKeyUnknown)
	})
}
