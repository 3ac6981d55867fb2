// Package scim_test has the clauses of RFC 7643 and RFC 7644, each as a test that is named for its section, and what
// Okta and Microsoft Entra ID send. The emulator's SCIM server is called over HTTP, as an identity provider does.
package scim_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/emulator"
)

type object = map[string]any

const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	messages      = "urn:ietf:params:scim:api:messages:2.0:"
)

// provider is an identity provider with a connection.
type provider struct {
	t           *testing.T
	base, token string
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	e, err := emulator.New(emulator.Config{})
	require.NoError(t, err)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	client, err := stytch.NewClient(stytch.Config{
		ProjectID: e.Project().ID(), Secret: e.Project().Secret(), BaseURL: server.URL, FraudBaseURL: server.URL,
	})
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	org, err := client.B2B.Organizations.Create(t.Context(), &organizations.CreateRequest{OrganizationName: "Acme"})
	require.NoError(t, err)
	created, err := client.B2B.SCIM.Connection.Create(t.Context(),
		&connection.CreateRequest{OrganizationID: org.Organization.OrganizationID})
	require.NoError(t, err)
	return &provider{t, created.Connection.BaseURL, created.Connection.BearerToken}
}

type reply struct {
	status int
	header http.Header
	text   string
	body   object
}

func (p *provider) call(method, path, body string, headers ...string) reply {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.base+path, strings.NewReader(body))
	require.NoError(p.t, err)
	r.Header.Set("Authorization", "Bearer "+p.token)
	r.Header.Set("Accept", "application/scim+json")
	r.Header.Set("Content-Type", "application/scim+json; charset=utf-8")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	data, err := io.ReadAll(resp.Body)
	require.NoError(p.t, err)
	require.NoError(p.t, resp.Body.Close())
	out := reply{status: resp.StatusCode, header: resp.Header, text: string(data)}
	if len(data) > 0 {
		require.Equal(p.t, "application/scim+json", resp.Header.Get("Content-Type"))
		require.NoError(p.t, json.Unmarshal(data, &out.body))
	}
	return out
}

// do calls, and expects a status.
func (p *provider) do(status int, method, path, body string, headers ...string) reply {
	p.t.Helper()
	out := p.call(method, path, body, headers...)
	require.Equal(p.t, status, out.status, out.text)
	return out
}

// refused calls, and expects an error as RFC 7644, section 3.12, has it.
func (p *provider) refused(status int, scimType, method, path, body string, headers ...string) {
	p.t.Helper()
	out := p.do(status, method, path, body, headers...)
	require.Equal(p.t, []any{messages + "Error"}, out.body["schemas"])
	require.Equal(p.t, strconv.Itoa(status), out.body["status"])
	require.NotEmpty(p.t, out.body["detail"])
	if scimType == "" {
		require.NotContains(p.t, out.body, "scimType")
	} else {
		require.Equal(p.t, scimType, out.body["scimType"])
	}
}

// text is the JSON of a value.
func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// person is a user to create.
func person(userName string, more object) string {
	out := object{"schemas": []string{userURN}, "userName": userName}
	maps.Copy(out, more)
	return text(out)
}

func (p *provider) create(userName string, more object) object {
	p.t.Helper()
	return p.do(http.StatusCreated, "POST", "/Users", person(userName, more)).body
}

func (p *provider) path(resource object, kind string) string {
	return "/" + kind + "/" + resource["id"].(string)
}

func patch(operations string) string {
	return `{"schemas": ["` + messages + `PatchOp"], "Operations": [` + operations + `]}`
}
