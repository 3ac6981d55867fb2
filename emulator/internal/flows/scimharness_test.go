package flows_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2bscim "github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/shared"
)

// The schemas of SCIM.
const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
	errorURN      = "urn:ietf:params:scim:api:messages:2.0:Error"
)

// identityProvider calls the SCIM server of a connection.
type identityProvider struct {
	t                           *testing.T
	organizationID, id, baseURL string
	token                       string
	client                      *http.Client
}

// connect creates an organization, of which ada@acme.example is the administrator, with a SCIM connection.
func (h *harness) connect() *identityProvider {
	h.t.Helper()
	return h.connectTo(h.create("ada@acme.example").Organization.OrganizationID)
}

func (h *harness) connectTo(organizationID string) *identityProvider {
	h.t.Helper()
	resp, err := h.api.B2B.SCIM.Connection.Create(h.t.Context(), &connection.CreateRequest{OrganizationID: organizationID})
	require.NoError(h.t, err)
	c := resp.Connection
	return &identityProvider{h.t, organizationID, c.ConnectionID, c.BaseURL, c.BearerToken, &http.Client{Transport: h.Transport()}}
}

func (h *harness) scimConnection(organizationID string, opts ...shared.RequestOption) (*b2bscim.SCIMConnection, error) {
	h.t.Helper()
	resp, err := h.api.B2B.SCIM.Connection.Get(h.t.Context(), &connection.GetRequest{OrganizationID: organizationID}, opts...)
	if err != nil {
		return nil, err
	}
	return resp.Connection, nil
}

// scimReply is a response of the SCIM server.
type scimReply struct {
	status int
	header http.Header
	object
}

// call sends a request with a body, if it is not nil: an object, or text that is sent as it is.
func (p *identityProvider) call(method, path string, body any, headers ...string) scimReply {
	p.t.Helper()
	text, isText := body.(string)
	if body != nil && !isText {
		data, err := json.Marshal(body)
		require.NoError(p.t, err)
		text = string(data)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.baseURL+path, strings.NewReader(text))
	require.NoError(p.t, err)
	r.Header.Set("Content-Type", "application/scim+json")
	r.Header.Set("Authorization", "Bearer "+p.token)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.client.Do(r)
	require.NoError(p.t, err)
	data, err := io.ReadAll(resp.Body)
	require.NoError(p.t, err)
	require.NoError(p.t, resp.Body.Close())
	out := scimReply{status: resp.StatusCode, header: resp.Header}
	if method == http.MethodHead {
		assert.Empty(p.t, data)
	}
	if len(data) > 0 {
		assert.Equal(p.t, "application/scim+json", resp.Header.Get("Content-Type"))
		require.NoError(p.t, json.Unmarshal(data, &out.object), "%s", data)
	}
	return out
}

// do sends a request that succeeds.
func (p *identityProvider) do(status int, method, path string, body any, headers ...string) scimReply {
	p.t.Helper()
	out := p.call(method, path, body, headers...)
	require.Equal(p.t, status, out.status, "%v", out.object)
	return out
}

// refuse sends a request that is refused, with an error of SCIM.
func (p *identityProvider) refuse(status int, scimType, method, path string, body any, headers ...string) {
	p.t.Helper()
	out := p.call(method, path, body, headers...)
	require.Equal(p.t, status, out.status, "%v", out.object)
	want := object{
		"schemas": []any{errorURN}, "status": strconv.Itoa(status), "scimType": scimType, "detail": out.object["detail"],
	}
	if scimType == "" {
		delete(want, "scimType")
	}
	require.Equal(p.t, want, out.object)
	require.NotEmpty(p.t, out.object["detail"])
}

// person is the body that creates a user.
func person(userName string, more ...object) object {
	out := object{"schemas": []any{userURN}, "userName": userName}
	for _, m := range more {
		maps.Copy(out, m)
	}
	return out
}

// user creates a user and returns the id.
func (p *identityProvider) user(userName string, more ...object) string {
	p.t.Helper()
	return p.do(http.StatusCreated, "POST", "/Users", person(userName, more...)).object["id"].(string)
}

// group creates a group of users and returns the id.
func (p *identityProvider) group(name string, users ...string) string {
	p.t.Helper()
	return p.do(http.StatusCreated, "POST", "/Groups",
		object{"schemas": []any{groupURN}, "displayName": name, "members": refs(users...)}).object["id"].(string)
}

// refs are the values of users as members of a group.
func refs(users ...string) []any {
	list := []any{}
	for _, id := range users {
		list = append(list, object{"value": id})
	}
	return list
}

// patch is the body that changes a resource.
func patch(operations ...object) object {
	return object{"schemas": []any{patchURN}, "Operations": operations}
}

func operation(op, path string, value any) object {
	out := object{"op": op, "value": value}
	if path != "" {
		out["path"] = path
	}
	return out
}

// find returns the userNames of the users that a query finds.
func (p *identityProvider) find(query string) []string {
	p.t.Helper()
	found := p.do(http.StatusOK, "GET", "/Users?"+query, nil)
	names := []string{}
	for _, v := range found.object["Resources"].([]any) {
		names = append(names, v.(object)["userName"].(string))
	}
	return names
}

// assign gives roles to groups.
func (h *harness) assign(p *identityProvider, roles ...b2bscim.SCIMGroupImplicitRoleAssignments) error {
	h.t.Helper()
	_, err := h.api.B2B.SCIM.Connection.Update(h.t.Context(), &connection.UpdateRequest{
		OrganizationID: p.organizationID, ConnectionID: p.id, SCIMGroupImplicitRoleAssignments: append(
			[]b2bscim.SCIMGroupImplicitRoleAssignments{}, roles...),
	})
	return err
}
