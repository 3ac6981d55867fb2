package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestPermission_followsThePolicy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin := s.LogIn("ada@example.com")
	plain := s.LogIn("grace@example.org", stytchtest.WithRoles())
	s.Respond(policyOperation, `{"policy": {
		"roles": [
			{"role_id": "stytch_admin", "description": "", "permissions": [{"resource_id": "document", "actions": ["*"]}]},
			{"role_id": "stytch_member", "description": "", "permissions": [{"resource_id": "document", "actions": ["read"]}]}],
		"resources": [{"resource_id": "document", "description": "", "actions": ["read", "delete"]}],
		"scopes": [{"scope": "read:documents", "description": "", "permissions": [{"resource_id": "document", "actions": ["read"]}]}]}}`)
	app, reader := s.appToken(admin, "write:documents"), s.appToken(admin, "read:documents")
	read, del := httpauth.Permission("document", "read"), httpauth.Permission("document", "delete")
	all := []httpauth.Rule{httpauth.People(), httpauth.Apps("read:documents"), httpauth.Machines("read:documents")}
	require.Empty(t, s.answerOf(t, admin.SessionJWT, read), "the policy is fetched once")
	const denied = httpauth.ReasonPermission
	for name, tt := range map[string]struct {
		token string
		rules []httpauth.Rule
		want  httpauth.Reason
	}{
		"a role permits all actions":                {admin.SessionJWT, []httpauth.Rule{read, del}, ""},
		"a role permits one action":                 {plain.SessionJWT, []httpauth.Rule{read}, ""},
		"a role does not permit another action":     {plain.SessionJWT, []httpauth.Rule{del}, denied},
		"of two permissions, both are needed":       {plain.SessionJWT, []httpauth.Rule{read, del}, denied},
		"nobody may do what the policy has not":     {admin.SessionJWT, []httpauth.Rule{httpauth.Permission("safe", "open")}, denied},
		"a resource's name is not a pattern":        {admin.SessionJWT, []httpauth.Rule{httpauth.Permission("*", "read")}, denied},
		"a session token has the session's roles":   {plain.SessionToken, []httpauth.Rule{del}, denied},
		"an app's scope permits":                    {reader, append(all[:3:3], read), ""},
		"an app's scope does not permit":            {reader, append(all[:3:3], del), denied},
		"an app has none of its person's roles":     {app, []httpauth.Rule{httpauth.Apps("write:documents"), del}, denied},
		"a machine has no permissions":              {s.machineToken("read:documents"), append(all[:3:3], read), denied},
		"a machine of all scopes has none either":   {s.machineToken("*:*", "read:documents"), append(all[:3:3], read), denied},
		"a member whom the JWT names, with no role": {s.MintSessionJWT(stytchtest.Session{OrganizationID: admin.OrganizationID, Roles: []string{}}), []httpauth.Rule{read}, denied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, s.answerOf(t, tt.token, tt.rules...))
		})
	}
}

// Without a policy, nothing is decided, and nobody is told that it may not.
func TestPermission_isUndecidedWithoutAPolicy(t *testing.T) {
	t.Parallel()
	s := newSite(t, withLoginURL)
	v := s.LogIn("ada@example.com")
	s.fails(policyOperation)
	w := s.get(v.Bearer(navigation(http.MethodGet, "/")), httpauth.Permission("stytch.member", "create"))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.NotEmpty(t, w.Header().Get("Retry-After"))
	assert.Empty(t, w.Header().Get("Location"))
	s.ClearFaults()
	s.Clock().Advance(2 * time.Minute)
	assert.Empty(t, s.answerOf(t, v.SessionJWT, httpauth.Permission("stytch.member", "create")), "it is asked for again")
}

func TestInOrganization_comparesIDAndSlug(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com", inAcme)
	posing := s.MintSessionJWT(stytchtest.Session{OrganizationID: otherOrganization, OrganizationSlug: v.OrganizationID})
	named := s.MintSessionJWT(stytchtest.Session{OrganizationID: otherOrganization, OrganizationSlug: "Organization-x"})
	app, machine := s.appToken(v, "a"), s.machineToken("a")
	slugApp := s.MintAccessToken(stytchtest.AccessToken{
		MemberID: v.MemberID, OrganizationID: v.OrganizationID, OrganizationSlug: "acme", Scopes: []string{"a"},
	})
	for name, tt := range map[string]struct {
		token, asked string
		isAdmitted   bool
	}{
		"its id":                               {v.SessionJWT, v.OrganizationID, true},
		"its slug":                             {v.SessionJWT, "acme", true},
		"none":                                 {v.SessionJWT, "", false},
		"another slug":                         {v.SessionJWT, "acme2", false},
		"another id":                           {v.SessionJWT, otherOrganization, false},
		"its slug in capitals":                 {v.SessionJWT, "ACME", false},
		"its id with a space":                  {v.SessionJWT, v.OrganizationID + " ", false},
		"the beginning of its slug":            {v.SessionJWT, "acm", false},
		"another's id that it has as its slug": {posing, v.OrganizationID, false},
		"its own id beside a slug of another's id":     {posing, otherOrganization, true},
		"a slug that begins like an id":                {named, "Organization-x", false},
		"an app in its id":                             {app, v.OrganizationID, true},
		"an app in its slug":                           {slugApp, "acme", true},
		"an app in another":                            {app, otherOrganization, false},
		"a machine, which has none":                    {machine, v.OrganizationID, false},
		"a machine where none is named":                {machine, "", false},
		"a session token's, by the slug":               {v.SessionToken, "acme", true},
		"a session token's, by the slug of another is": {v.SessionToken, "other", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := httpauth.ReasonOrganization
			if tt.isAdmitted {
				want = ""
			}
			who := []httpauth.Rule{httpauth.People(), httpauth.Apps("a"), httpauth.Machines("a")}
			of := httpauth.InOrganization(func(*http.Request) string { return tt.asked })
			assert.Equal(t, want, s.answerOf(t, tt.token, append(who, of)...))
			if strings.HasPrefix(tt.asked, "organization-") {
				assert.Equal(t, want, s.answerOf(t, tt.token, append(who, httpauth.InOrganizationID(tt.asked))...))
			}
		})
	}
	assert.Equal(t, httpauth.ReasonOrganization, s.answerOf(t, v.SessionJWT,
		httpauth.InOrganizationID(v.OrganizationID), httpauth.InOrganizationID(otherOrganization)), "all of several count")
}

func TestPathValue_namesTheOrganization(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com", inAcme)
	app := s.guard.Router()
	app.HandleFunc("GET /{org}/notes/{id}", whoami, httpauth.InOrganization(httpauth.PathValue("org")))
	app.HandleFunc("GET /wrong/{id}", whoami, httpauth.InOrganization(httpauth.PathValue("org")))
	for path, want := range map[string]int{
		"/acme/notes/1":                     http.StatusOK,
		"/%61cme/notes/1":                   http.StatusOK,
		"/" + v.OrganizationID + "/notes/1": http.StatusOK,
		"/other/notes/1":                    http.StatusForbidden,
		"/acme%2fother/notes/1":             http.StatusForbidden,
		"/wrong/acme":                       http.StatusForbidden,
	} {
		w := serve(app, v.Bearer(request(http.MethodGet, path)))
		assert.Equal(t, want, w.Code, path)
	}
	outside := s.guard.Require(httpauth.InOrganization(httpauth.PathValue("org")))(app)
	w := serve(outside, v.Bearer(request(http.MethodGet, "/acme/notes/1")))
	assert.Equal(t, http.StatusForbidden, w.Code, "outside of the mux there is no wildcard")
}

func TestSubdomain_namesTheOrganization(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ parent, host, want string }{
		"the first label":                  {"example.com", "acme.example.com", "acme"},
		"with a port":                      {"example.com", "acme.example.com:8443", "acme"},
		"in capitals":                      {"example.com", "ACME.Example.COM", "acme"},
		"a parent in capitals":             {"Example.COM", "acme.example.com", "acme"},
		"with a dot at the end":            {"example.com", "acme.example.com.", "acme"},
		"with a dot at the end and a port": {"example.com", "acme.example.com.:443", "acme"},
		"a parent with dots":               {".example.com.", "acme.example.com", "acme"},
		"a parent of one label":            {"localhost", "acme.localhost:8080", "acme"},
		"the parent itself":                {"example.com", "example.com", ""},
		"an empty label":                   {"example.com", ".example.com", ""},
		"nested labels":                    {"example.com", "acme.eu.example.com", ""},
		"another parent":                   {"example.com", "acme.example.net", ""},
		"a parent that only ends alike":    {"example.com", "acme.badexample.com", ""},
		"a name that only ends alike":      {"example.com", "acmeexample.com", ""},
		"the parent as a label":            {"example.com", "acme.example.com.example.net", ""},
		"an address":                       {"example.com", "[::1]:8080", ""},
		"no host":                          {"example.com", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
			r.Host = tt.host
			r.Header.Set("X-Forwarded-Host", "acme.example.com")
			assert.Equal(t, tt.want, httpauth.Subdomain(tt.parent)(r))
		})
	}
	s := newSite(t)
	v := s.LogIn("ada@example.com", inAcme)
	for host, want := range map[string]int{"acme.example.com": 200, "other.example.com": 403, "example.com": 403} {
		r := v.Bearer(request(http.MethodGet, "/"))
		r.Host = host
		w := s.get(r, httpauth.InOrganization(httpauth.Subdomain("example.com")))
		require.Equal(t, want, w.Code, host)
	}
}
