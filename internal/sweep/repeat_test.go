package sweep_test

import (
	"net/http"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/shared"
)

// After a 502, the first attempt may have had its effect. Of what changes something, only what is listed here has the
// same effect and the same answer again.
func TestServices_repeatedWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var method, name string
		sent := 0
		c := client(t, func(r *http.Request) (*http.Response, error) {
			method, name = r.Method, shared.OperationFromContext(r.Context())
			sent++
			return respond(r, http.StatusBadGateway, ""), nil
		})
		var repeated []string
		changes := 0
		for _, m := range methods(c) {
			if !m.isOperation() {
				continue
			}
			req, _ := filled(m.call.Type().In(1).Elem())
			method, sent = "", 0
			m.call.Call([]reflect.Value{reflect.ValueOf(t.Context()), req})
			if method == http.MethodPut || method == http.MethodDelete {
				if changes++; sent > 1 {
					repeated = append(repeated, name)
				}
			}
		}
		slices.Sort(repeated)
		assert.Equal(t, []string{
			"b2b.rbac.organizations.set_org_policy", "b2c.users.update", "b2c.webauthn.update",
		}, repeated)
		assert.Greater(t, changes, 30)
	})
}
