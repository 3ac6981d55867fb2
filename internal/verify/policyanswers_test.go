package verify_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// emptyPolicy is a policy of the project, and so none of an organization.
const emptyPolicy = `{"request_id":"r","status_code":200,"policy":{"roles":[]}}`

// answer is a response with a status.
type answer struct {
	status int
	body   string
}

// incompleteRoles are lists that have a role without all that roles have. An empty list is none of them.
func incompleteRoles() []string {
	list := []string{
		`null`, `{}`, `{"role_id":""}`, `{"role_id":"","permissions":[]}`, `{"role_id":null,"permissions":[]}`, `{"permissions":[]}`,
		`{"id":"editor","perms":[]}`, `{"role_id":"editor"}`, `{"role_id":"editor","permissions":null}`, `{"Role_ID":"editor","permissions":[]}`,
		`{"role_id":"editor","actions":[]}`,
	}
	for _, permission := range []string{
		`null`, `{}`, `{"resource_id":"documents"}`, `{"resource_id":"documents","actions":null}`, `{"actions":["edit"]}`, `{"actions":[]}`,
		`{"resource_id":"","actions":["edit"]}`, `{"resource_id":null,"actions":["edit"]}`, `{"resource_id":"documents","actions":[null]}`,
		`{"resource_id":"documents","actions":[""]}`, `{"resource_id":"documents","actions":["edit",""]}`, `{"resource":"documents","actions":["edit"]}`,
	} {
		list = append(list, `{"role_id":"editor","permissions":[`+permission+`]}`)
	}
	for i, role := range list {
		list[i] = "[" + role + "]"
	}
	return append(list, `[{"role_id":"local","permissions":[]},null]`, `[{},{"role_id":"local","permissions":[]}]`)
}

// notSuccesses are members beside a policy that say that the response is not a success.
func notSuccesses() []string {
	list := []string{
		`"request_id":"","status_code":200`, `"request_id":null,"status_code":200`, `"status_code":200`, `"request_id":"r"`,
		`"request_id":"r","status_code":200,"error_type":"x"`, `"request_id":"r","status_code":201,"error_type":"organization_not_found"`,
		`"request_id":"r","status_code":200,"error_type":{}`, `"error_type":"x"`,
	}
	for _, status := range []string{"302", "-1", "0", "1", "100", "199", "300", "304", "399", "-200", "-9223372036854775808", "null", "400", "600"} {
		list = append(list, `"request_id":"r","status_code":`+status)
	}
	return list
}

// notPolicies are responses that are no policy of an organization. Some are in the form of the API's, and may mean that
// there is none: the value says so.
func notPolicies() map[answer]bool {
	list := map[answer]bool{}
	for _, status := range []int{http.StatusForbidden, http.StatusNotFound} {
		for _, page := range []string{
			"<html>forbidden</html>", "", "{}", "[]", "null", `{"message":"Forbidden"}`, `{"error":"forbidden","request_id":"r"}`,
			`{"request_id":"r","status_code":403}`, `{"error_type":"forbidden"}`, `{"error_type":"forbidden","request_id":"r"}`,
			`{"type":"about:blank","title":"Forbidden","status":403,"request_id":"r"}`,
			`{"error_type":"forbidden","request_id":"r","status_code":"403"}`, `{"error_type":"forbidden","request_id":"r","status_code":500}`,
			`{"org_policy":{"roles":[]},"request_id":"r","status_code":200}`,
		} {
			list[answer{status, page}] = false
		}
		for _, code := range []string{"waf_blocked", "unauthorized_action", "organization_not_found", "route_not_found"} {
			list[answer{status, refusal(status, stytcherror.Code(code))}] = true
		}
	}
	for _, body := range []string{
		"<html>Sign in to the Wi-Fi</html>", "", "{}", "[]", `"ok"`, `{"status":"ok"}`, `{"org_policy":{"roles":[]}}`, `{"org_policy":{}}`,
		`{"request_id":"r","status_code":200,"org_policy":[]}`, `{"request_id":"r","status_code":200,"org_policy":{"roles":{}}}`,
		`{"request_id":"r","status_code":200,"org_policy":{"roles":[1]}}`, `{"request_id":"r","status_code":200,"org_policy":"none"}`,
		`{"request_id":"r","status_code":503,"org_policy":{"roles":[]}}`, `{"request_id":"r","status_code":200,"org_policy":{"roles":[]}`,
		`{"request_id":"r","status_code":401,"error_type":"unauthorized_credentials"}`,
		`{"request_id":"r","status_code":200,"org_policy":{"roles":[],"roles":[]}}`,
	} {
		list[answer{http.StatusOK, body}] = false
	}
	for _, roles := range incompleteRoles() {
		list[answer{http.StatusOK, `{"request_id":"r","status_code":200,"org_policy":{"roles":` + roles + `}}`}] = false
	}
	for _, envelope := range notSuccesses() {
		list[answer{http.StatusOK, `{` + envelope + `,"org_policy":{"roles":[]}}`}] = false
	}
	for _, body := range []string{
		`{"request_id":"r","status_code":200}`, `{"request_id":"r","status_code":200,"org_policy":null}`,
		`{"request_id":"r","status_code":200,"org_policy":{}}`, `{"request_id":"r","status_code":200,"org_policy":{"roles":null}}`,
		emptyPolicy,
	} {
		list[answer{http.StatusOK, body}] = true
	}
	for _, status := range []int{302, 304, 400, 401, 407, 410, 429, 451, 500, 503} {
		list[answer{status, refusal(status, "organization_not_found")}] = false
	}
	return list
}

func TestAuthorizationCheck_whatIsNoPolicy(t *testing.T) {
	t.Parallel()
	local := func(f *fixture) error {
		_, err := f.authenticateLocal(f.t.Context(), &request{
			SessionJWT: f.sessionWithRoles("local"), AuthorizationCheck: on("documents", "stamp"),
		})
		return err
	}
	forB2B(t, "what is no policy of an organization replaces none, for an hour", func(f *fixture) {
		for not := range notPolicies() {
			f.api.Serve(minttest.Organizations, ownRoles)
			f.client.B2B.RBAC.ForgetPolicy()
			require.NoError(f.t, local(f))
			f.api.Handle(minttest.Organizations, minttest.Status(not.status, not.body))
			for range 5 {
				f.advance(11 * time.Minute)
				require.NoError(f.t, local(f), "%v", not)
			}
			f.api.Serve(minttest.Organizations, ownRoles)
			f.advance(2 * time.Minute)
			require.NoError(f.t, local(f), "%v", not)
		}
	}, noRetry)
	forB2B(t, "without a policy, it denies nothing for longer than half a minute", func(f *fixture) {
		for not, none := range notPolicies() {
			f.api.Handle(minttest.Organizations, minttest.Status(not.status, not.body))
			f.client.B2B.RBAC.ForgetPolicy()
			err := local(f)
			if none {
				assert.IsType(f.t, new(stytcherror.PermissionError), err, "%v", not)
			} else {
				assert.IsType(f.t, new(stytcherror.PolicyError), err, "%v", not)
			}
			f.api.Serve(minttest.Organizations, ownRoles)
			f.advance(30 * time.Second)
			require.NoError(f.t, local(f), "%v", not)
		}
	}, noRetry)
	forB2B(t, "a policy without roles is one", func(f *fixture) {
		f.api.Serve(minttest.Organizations, ownRoles)
		require.NoError(f.t, local(f))
		f.api.Serve(minttest.Organizations, `{"request_id":"r","status_code":200,"org_policy":{"roles":[]}}`)
		f.advance(5 * time.Minute)
		assert.IsType(f.t, new(stytcherror.PermissionError), local(f))
		f.advance(3 * time.Minute)
		assert.IsType(f.t, new(stytcherror.PermissionError), local(f))
		assert.Equal(f.t, 2, f.api.Requests(minttest.Organizations))
	})
	forEachProduct(t, "what is no policy of the project replaces none", func(f *fixture) {
		text := f.sessionWithRoles("editor")
		policy := `{"request_id":"r","status_code":200,"policy":{"roles":[
			{"role_id":"editor","permissions":[{"resource_id":"documents","actions":["edit"]}]}]}}`
		answers := []answer{
			{200, `{"request_id":"r","status_code":200,"policy":{}}`}, {200, `{"request_id":"r","status_code":200,"policy":{"roles":null}}`},
			{200, `{"request_id":"r","status_code":200,"policy":{"scopes":[]}}`}, {200, `{"policy":{"roles":[]}}`},
			{200, `{"request_id":"r","status_code":200,"policy":null}`}, {200, `{"request_id":"r","status_code":200,"policy":[]}`},
		}
		for not := range notPolicies() {
			if not.body != emptyPolicy {
				not.body = strings.ReplaceAll(not.body, "org_policy", "policy")
				answers = append(answers, not)
			}
		}
		for _, scopes := range incompleteRoles() {
			scopes = strings.ReplaceAll(strings.ReplaceAll(scopes, "role_id", "scope"), `"editor"`, `"read:reports"`)
			answers = append(answers, answer{200, `{"request_id":"r","status_code":200,"policy":{"roles":[],"scopes":` + scopes + `}}`})
		}
		for _, not := range answers {
			f.api.Serve(minttest.Policy, policy)
			f.forgetPolicy()
			f.allows(text, on("documents", "edit"))
			f.api.Handle(minttest.Policy, minttest.Status(not.status, not.body))
			f.advance(50 * time.Minute)
			f.allows(text, on("documents", "edit"))
		}
	}, noRetry)
	forEachProduct(t, "empty lists, and members that are left out or new, are a policy", func(f *fixture) {
		text := f.sessionWithRoles("editor")
		for _, policy := range []string{
			`"roles":[]`, `"roles":[{"role_id":"editor","permissions":[]}]`, `"roles":[],"scopes":null`, `"roles":[],"resources":null,"scopes":[]`,
			`"roles":[{"role_id":"editor","permissions":[{"resource_id":"documents","actions":[]}]}]`,
			`"roles":[{"role_id":"editor","description":null,"permissions":[],"new":1}],"scopes":[{"scope":"a","permissions":[]}],"new":{}`,
		} {
			for _, envelope := range []string{`"request_id":"r","status_code":200`, `"request_id":"r","status_code":201,"error_type":null`, `"request_id":"r","status_code":200,"error_type":""`} {
				f.api.Serve(minttest.Policy, `{`+envelope+`,"policy":{`+policy+`}}`)
				f.forgetPolicy()
				_, err := f.authenticateLocal(f.t.Context(), &request{SessionJWT: text, AuthorizationCheck: on("documents", "edit")})
				assert.IsType(f.t, new(stytcherror.PermissionError), err, "%s %s", envelope, policy)
			}
		}
	})
}
