package flows_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	b2bscim "github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
)

// A provider with the right token learns that method or path is wrong, in SCIM's form; one with a wrong token, only that.
func TestSCIM_otherMethodsAndPathsAreRefusedInItsForm(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example")
	for path, row := range map[string]struct {
		methods []string
		allow   string
	}{
		"/Users":                 {[]string{"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}, "GET, HEAD, POST"},
		"/Users/" + id:           {[]string{"POST", "OPTIONS", "FOO"}, "DELETE, GET, HEAD, PATCH, PUT"},
		"/Users/.search":         {[]string{"OPTIONS"}, "DELETE, GET, HEAD, PATCH, POST, PUT"},
		"/Bulk":                  {[]string{"GET", "HEAD", "PUT"}, "POST"},
		"/ServiceProviderConfig": {[]string{"POST", "DELETE"}, "GET, HEAD"},
		"/Me":                    {[]string{"OPTIONS"}, "DELETE, GET, HEAD, PATCH, POST, PUT"},
	} {
		for _, method := range row.methods {
			out := p.call(method, path, nil)
			require.Equal(t, http.StatusMethodNotAllowed, out.status, "%s %s", method, path)
			assert.Equal(t, row.allow, out.header.Get("Allow"), "%s %s", method, path)
			if method != http.MethodHead {
				assert.Equal(t, []any{errorURN}, out.object["schemas"])
			}
			p.refuse(http.StatusUnauthorized, "", "PUT", path, nil, "Authorization", "Bearer x")
		}
	}
	for _, path := range []string{"", "/", "/Users/", "/users", "/Users/" + id + "/", "/Users/" + id + "/x", "/Other", "/Users%2F" + id} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			p.refuse(http.StatusNotFound, "", method, path, nil)
			p.refuse(http.StatusUnauthorized, "", method, path, nil, "Authorization", "")
		}
	}
	p.do(http.StatusNotFound, "HEAD", "/Other", nil)
	p.refuse(http.StatusRequestEntityTooLarge, "", "POST", "/Other", strings.Repeat("x", 1<<20+1))
	r, err := http.NewRequestWithContext(t.Context(), "GET", p.baseURL+"x/Other", http.NoBody)
	require.NoError(t, err)
	r.SetBasicAuth(h.ID(), h.Secret())
	resp, err := p.client.Do(r)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Contains(t, string(body), "route_not_found", "what is below no connection is the API's")
}

func TestSCIM_meIsNotImplementedWhateverTheMethod(t *testing.T) {
	t.Parallel()
	p := newHarness(t).connect()
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		p.refuse(http.StatusNotImplemented, "", method, "/Me", nil)
	}
}

// HEAD has the status and the headers of GET without the body.
func TestSCIM_headIsGetWithoutTheBody(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	user, group := p.user("bob@acme.example"), p.group("Editors")
	for id, call := range scimEndpoints {
		if call = call.withIDs(user, group); call.method != http.MethodGet {
			continue
		}
		got, head := p.call("GET", call.path, nil), p.call("HEAD", call.path, nil)
		assert.Equal(t, call.status, head.status, id)
		assert.Equal(t, got.header, head.header, id)
	}
	p.do(http.StatusNotModified, "HEAD", "/Users/"+user, nil, "If-None-Match", p.do(200, "HEAD", "/Users/"+user, nil).header.Get("ETag"))
}

// A path is the same whatever of it is percent-encoded.
func TestSCIM_pathsMayBePercentEncoded(t *testing.T) {
	t.Parallel()
	p := newHarness(t).connect()
	id := p.user("bob@acme.example")
	for _, path := range []string{"/%55sers/" + id, "/%55%73%65%72%73/" + strings.ReplaceAll(id, "-", "%2d")} {
		assert.Equal(t, id, p.do(200, "GET", path, nil).object["id"], path)
	}
	p.do(200, "POST", "/Users/%2Esearch", object{"schemas": []any{searchURN}})
	p.refuse(http.StatusNotFound, "", "GET", fmt.Sprintf("/%%55sers%%2F%s", id), nil)
}

func TestSCIM_compressedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	p := newHarness(t).connect()
	for _, coding := range []string{"gzip", "br", "identity, gzip"} {
		p.refuse(http.StatusUnsupportedMediaType, "", "POST", "/Users", person("bob@acme.example"), "Content-Encoding", coding)
	}
	p.do(201, "POST", "/Users", person("bob@acme.example"), "Content-Encoding", "Identity")
}

// Certificates are base64, and references to elsewhere are URLs.
func TestSCIM_valuesHaveTheFormOfTheirType(t *testing.T) {
	t.Parallel()
	p := newHarness(t).connect()
	id := p.user("bob@acme.example")
	values := func(value string) []object { return []object{{"value": value}} }
	for _, wrong := range []object{
		{"x509Certificates": values("%%%")}, {"x509Certificates": values("AAAAA")}, {"profileUrl": "no url"}, {"profileUrl": "/relative"},
		{"profileUrl": "https://acme.example/a b"}, {"photos": values("no url")},
	} {
		p.refuse(400, "invalidValue", "PUT", "/Users/"+id, person("bob@acme.example", wrong))
		for name, value := range wrong {
			p.refuse(400, "invalidValue", "PATCH", "/Users/"+id, patch(operation("add", name, value)))
		}
	}
	for _, right := range []object{
		{"x509Certificates": values("AA+/")}, {"x509Certificates": values("AA==")}, {"x509Certificates": values("AA")},
		{"profileUrl": "https://acme.example/bob"}, {"photos": values("data:image/png;base64,AA==")},
	} {
		p.do(200, "PUT", "/Users/"+id, person("bob@acme.example", right))
	}
}

// The base URL for Entra ID has its parameter, which the server takes with each request.
func TestSCIM_baseURLOfEntraIDHasItsParameter(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	update := func(provider b2bscim.IdentityProvider) string {
		t.Helper()
		resp, err := h.api.B2B.SCIM.Connection.Update(t.Context(), &connection.UpdateRequest{
			OrganizationID: p.organizationID, ConnectionID: p.id, IdentityProvider: &provider,
		})
		require.NoError(t, err)
		return resp.Connection.BaseURL
	}
	const parameter = "?aadOptscim062020"
	require.Equal(t, p.baseURL+parameter, update(b2bscim.IdentityProviderMicrosoftEntra))
	got, err := h.scimConnection(p.organizationID)
	require.NoError(t, err)
	assert.Equal(t, p.baseURL+parameter, got.BaseURL)
	created := p.do(201, "POST", "/Users"+parameter, person("bob@acme.example")).object
	id := created["id"].(string)
	assert.Equal(t, p.baseURL+"/Users/"+id, created["meta"].(object)["location"])
	p.do(200, "PATCH", "/Users/"+id+parameter, patch(operation("add", "title", "CFO")))
	assert.Equal(t, []string{"bob@acme.example"}, p.find("aadOptscim062020&filter=title+pr"))
	assert.Equal(t, p.baseURL, update(b2bscim.IdentityProviderOkta))
}
