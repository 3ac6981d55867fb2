package flows_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// scimCall is a request to each endpoint of the SCIM server. In the path, %s is the id of a user or a group.
type scimCall struct {
	method, path string
	body         any
	status       int
}

var scimEndpoints = map[string]scimCall{
	"public.b2b.scim.users.create":            {"POST", "/Users", person("new@acme.example"), 201},
	"public.b2b.scim.users.list":              {"GET", "/Users", nil, 200},
	"public.b2b.scim.users.search":            {"POST", "/Users/.search", object{"schemas": []any{searchURN}}, 200},
	"public.b2b.scim.users.get":               {"GET", "/Users/%s", nil, 200},
	"public.b2b.scim.users.replace":           {"PUT", "/Users/%s", person("new@acme.example"), 200},
	"public.b2b.scim.users.patch":             {"PATCH", "/Users/%s", patch(operation("add", "title", "CFO")), 200},
	"public.b2b.scim.users.delete":            {"DELETE", "/Users/%s", nil, 204},
	"public.b2b.scim.groups.create":           {"POST", "/Groups", object{"schemas": []any{groupURN}, "displayName": "New"}, 201},
	"public.b2b.scim.groups.list":             {"GET", "/Groups", nil, 200},
	"public.b2b.scim.groups.search":           {"POST", "/Groups/.search", object{"schemas": []any{searchURN}}, 200},
	"public.b2b.scim.groups.get":              {"GET", "/Groups/%s", nil, 200},
	"public.b2b.scim.groups.replace":          {"PUT", "/Groups/%s", object{"schemas": []any{groupURN}, "displayName": "New"}, 200},
	"public.b2b.scim.groups.patch":            {"PATCH", "/Groups/%s", patch(operation("add", "externalId", "1")), 200},
	"public.b2b.scim.groups.delete":           {"DELETE", "/Groups/%s", nil, 204},
	"public.b2b.scim.service_provider_config": {"GET", "/ServiceProviderConfig", nil, 200},
	"public.b2b.scim.resource_types.list":     {"GET", "/ResourceTypes", nil, 200},
	"public.b2b.scim.resource_types.get":      {"GET", "/ResourceTypes/User", nil, 200},
	"public.b2b.scim.schemas.list":            {"GET", "/Schemas", nil, 200},
	"public.b2b.scim.schemas.get":             {"GET", "/Schemas/" + userURN, nil, 200},
	"public.b2b.scim.me":                      {"GET", "/Me", nil, 501},
	"public.b2b.scim.bulk":                    {"POST", "/Bulk", object{}, 501},
	"public.b2b.scim.search":                  {"POST", "/.search", object{}, 501},
}

const searchURN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

// withIDs puts the id of a user or a group into the path.
func (c scimCall) withIDs(user, group string) scimCall {
	c.path = strings.ReplaceAll(c.path, "/Users/%s", "/Users/"+user)
	c.path = strings.ReplaceAll(c.path, "/Groups/%s", "/Groups/"+group)
	return c
}

func TestSCIMServer_eachEndpointAnswersAndHasFaults(t *testing.T) {
	t.Parallel()
	require.Len(t, scimEndpoints, len(ops.SCIM))
	for _, info := range ops.SCIM {
		call, known := scimEndpoints[info.ID]
		require.True(t, known, info.ID)
		h := newHarness(t)
		p := h.connect()
		call = call.withIDs(p.user("bob@acme.example"), p.group("Editors"))
		require.NoError(t, h.AddFaults(emulator.Fault{Operation: info.ID, Status: 503, Body: "{}", ContentType: "application/scim+json"}))
		p.do(http.StatusServiceUnavailable, call.method, call.path, call.body)
		p.do(call.status, call.method, call.path, call.body)
	}
}

func TestSCIMServer_takesTheTokensOfItsConnectionAlone(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p, other := h.connect(), h.connectTo(h.create("bob@example.com").Organization.OrganizationID)
	user, group := p.user("bob@acme.example"), p.group("Editors")
	before := h.rows("scim_users")
	for id, call := range scimEndpoints {
		call = call.withIDs(user, group)
		for _, authorization := range []string{
			"", "Bearer", "Bearer ", "Bearer " + other.token, "Bearer " + p.token[1:], "Bearer " + p.token + "x", "Bearer " + strings.ToLower(p.token),
			"Basic " + p.token, p.token, "Bearer  x " + p.token, "Bearer " + strings.Repeat("x", 10_000), "Bearer \x80",
		} {
			out := p.call(call.method, call.path, call.body, "Authorization", authorization)
			require.Equal(t, http.StatusUnauthorized, out.status, "%s %.100q", id, authorization)
			require.Equal(t, "Bearer", out.header.Get("WWW-Authenticate"))
			require.Equal(t, []any{errorURN}, out.object["schemas"])
		}
	}
	assert.Equal(t, before, h.rows("scim_users"))
	p.baseURL = strings.ReplaceAll(p.baseURL, p.id, "scim-connection-test-1")
	p.refuse(http.StatusUnauthorized, "", "GET", "/Users", nil)
}

func TestSCIMServer_resourcesOfAnotherConnectionAreUnknown(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p, other := h.connect(), h.connectTo(h.create("bob@example.com").Organization.OrganizationID)
	user, group, own := p.user("bob@acme.example"), p.group("Editors"), other.group("Own")
	for id, call := range scimEndpoints {
		if strings.Contains(call.path, "%s") {
			call = call.withIDs(user, group)
			other.refuse(http.StatusNotFound, "", call.method, call.path, call.body)
			require.Equal(t, 200, p.call("GET", "/Users/"+user, nil).status, id)
			require.Equal(t, 200, p.call("GET", "/Groups/"+group, nil).status, id)
		}
	}
	assert.Empty(t, other.find(""))
	other.refuse(400, "invalidValue", "PATCH", "/Groups/"+own, patch(operation("add", "members", refs(user))))
	other.refuse(400, "invalidValue", "PUT", "/Groups/"+own,
		object{"schemas": []any{groupURN}, "displayName": "Own", "members": refs(user)})
	other.refuse(400, "invalidValue", "POST", "/Groups",
		object{"schemas": []any{groupURN}, "displayName": "Own", "members": refs(own)})
	other.user("bob@acme.example") // names are unique in a connection
}

func TestSCIMServer_malformedBodiesAreRefusedAndChangeNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	user, group := p.user("bob@acme.example"), p.group("Editors")
	state := func() []any {
		return []any{h.rows("scim_users"), h.rows("scim_groups"), h.rows("members"), h.rows("scim_memberships")}
	}
	before := state()
	for id, call := range scimEndpoints {
		if call.body == nil || call.status == 501 {
			continue
		}
		call = call.withIDs(user, group)
		for _, body := range []string{
			"", "null", "[]", `"x"`, "{", "{}", `{"schemas": []}`, `{"schemas": "x"}`, `{"schemas": [1]}`, `{"schemas": ["` + errorURN + `"]}`,
			`{"schemas": ["` + userURN + `"], "schemas": []}`, "{\"a\": \"\xff\"}", strings.Repeat(`{"a":`, 10_000), `{} {}`,
		} {
			out := p.call(call.method, call.path, body)
			require.Equal(t, 400, out.status, "%s %.100s", id, body)
			require.Contains(t, []any{"invalidSyntax", "invalidValue"}, out.object["scimType"], "%s %.100s", id, body)
		}
	}
	for _, body := range []string{
		`{"schemas": ["` + userURN + `"], "userName": 1}`, `{"schemas": ["` + userURN + `"], "userName": ["a@acme.example"]}`,
		`{"schemas": ["` + userURN + `"], "userName": "a@acme.example", "name": "x"}`,
		`{"schemas": ["` + userURN + `"], "userName": "a@acme.example", "active": "maybe"}`,
		`{"schemas": ["` + userURN + `"], "userName": "a@acme.example", "emails": "a@acme.example"}`,
		`{"schemas": ["` + userURN + `"], "userName": "a@acme.example", "emails": [{"value": {"a": 1}}]}`,
		`{"schemas": ["` + userURN + `"], "userName": "a@acme.example", "` + enterpriseURN + `": []}`,
		`{"schemas": ["` + userURN + `"], "userName": "a@acme.example", "emails": [` + strings.Repeat(`{"value": "x"},`, 1000) + `{"value": "x"}]}`,
		`{"schemas": ["` + userURN + `"], "userName": "a@acme.example", "addresses": [` + strings.Repeat(`{"formatted": "`+strings.Repeat("x", 4000)+`"},`, 17) + `{}]}`,
	} {
		p.refuse(400, "invalidValue", "POST", "/Users", body)
		p.refuse(400, "invalidValue", "PUT", "/Users/"+user, body)
	}
	p.refuse(400, "invalidSyntax", "POST", "/Users", `{"schemas": ["`+userURN+`"], "userName": "a@acme.example", "USERNAME": "b@acme.example"}`)
	assert.Equal(t, before, state())
}

func TestSCIMServer_aPatchIsDoneAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example", object{"title": "CFO"})
	before := p.do(200, "GET", "/Users/"+id, nil).object
	h.Clock().Advance(time.Minute)
	p.refuse(400, "mutability", "PATCH", "/Users/"+id, patch(operation("replace", "title", "CEO"), operation("remove", "userName", nil)))
	p.refuse(400, "invalidPath", "PATCH", "/Users/"+id, patch(operation("replace", "title", "CEO"), operation("add", "nothing", "x")))
	p.refuse(400, "noTarget", "PATCH", "/Users/"+id, patch(operation("replace", "title", "CEO"), operation("replace", `emails[type eq "x"].value`, "x")))
	p.refuse(400, "invalidPath", "PATCH", "/Users/"+id, patch(operation("replace", strings.Repeat("(", 10_000), "x")))
	p.do(200, "PATCH", "/Users/"+id, patch(operation("replace", "title", "CFO")))
	p.do(200, "PUT", "/Users/"+id, person("bob@acme.example", object{"title": "CFO", "id": "x", "groups": []any{object{"value": "x"}}, "unknown": 1}))
	assert.Equal(t, before, p.do(200, "GET", "/Users/"+id, nil).object, "what changes nothing leaves lastModified and version")
	changed := p.do(200, "PATCH", "/Users/"+id, patch(operation("replace", "title", "CEO"))).object
	assert.NotEqual(t, before["meta"], changed["meta"])
}

func TestSCIMServer_versionsGuardChanges(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	user, group := p.user("bob@acme.example"), p.group("Editors")
	for path, change := range map[string]object{
		"/Users/" + user:   operation("replace", "title", "CFO"),
		"/Groups/" + group: operation("replace", "displayName", "Writers"),
	} {
		got := p.do(200, "GET", path, nil)
		tag := got.header.Get("ETag")
		assert.Equal(t, tag, got.object["meta"].(object)["version"])
		unchanged := p.do(http.StatusNotModified, "GET", path, nil, "If-None-Match", tag)
		assert.Nil(t, unchanged.object)
		p.do(200, "GET", path, nil, "If-None-Match", `W/"other"`)
		p.refuse(http.StatusPreconditionFailed, "", "PATCH", path, patch(change), "If-Match", `W/"other"`)
		next := p.do(200, "PATCH", path, patch(change), "If-Match", `W/"other", `+tag).header.Get("ETag")
		assert.NotEqual(t, tag, next)
		p.refuse(http.StatusPreconditionFailed, "", "PATCH", path, patch(change), "If-Match", tag)
		p.refuse(http.StatusPreconditionFailed, "", "DELETE", path, nil, "If-Match", tag)
		p.do(200, "PATCH", path, patch(change), "If-Match", "*")
		p.do(204, "DELETE", path, nil, "If-Match", next)
	}
}

func TestSCIMServer_queriesAreBounded(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	for i := range 5 {
		p.user(fmt.Sprintf("user%d@acme.example", i), object{"title": fmt.Sprint(9 - i), "active": i%2 == 0})
	}
	user := func(numbers ...int) []string {
		list := []string{}
		for _, n := range numbers {
			list = append(list, fmt.Sprintf("user%d@acme.example", n))
		}
		return list
	}
	for query, want := range map[string][]string{
		"": user(0, 1, 2, 3, 4), "startIndex=2&count=2": user(1, 2), "startIndex=-5&count=1": user(0), "startIndex=6": {}, "count=0": {}, "count=-1": {},
		"count=99999": user(0, 1, 2, 3, 4), "startIndex=9223372036854775807": {}, "sortBy=title": user(4, 3, 2, 1, 0),
		"sortBy=title&sortOrder=descending": user(0, 1, 2, 3, 4), "sortBy=active&sortOrder=Ascending": user(1, 3, 0, 2, 4),
		"sortBy=nickName": user(0, 1, 2, 3, 4), "filter=" + url.QueryEscape(`userName eq "USER3@acme.example"`): user(3),
		"filter=" + url.QueryEscape(`title ge "7" and active eq true`): user(0, 2), "filter=" + url.QueryEscape(`userName eq "x"`): {},
		"filter=active+eq+false&sortBy=userName&sortOrder=descending&count=1": user(3),
	} {
		assert.Equal(t, want, p.find(query), query)
	}
	out := p.do(200, "GET", "/Users?startIndex=4&count=10", nil).object
	assert.Equal(t, 5.0, out["totalResults"])
	assert.Equal(t, 2.0, out["itemsPerPage"])
	assert.Equal(t, 4.0, out["startIndex"])
	for query, scimType := range map[string]string{
		"filter=x": "invalidFilter", "filter=nothing+eq+1": "invalidFilter", "count=x": "invalidValue", "startIndex=1.5": "invalidValue",
		"sortBy=nothing": "invalidPath", "sortBy=name": "invalidPath", "sortOrder=up": "invalidValue", "count=99999999999999999999": "invalidValue",
		"filter=" + strings.Repeat("(", 10_000): "invalidFilter", "filter=" + url.QueryEscape("title pr\x00"): "invalidFilter",
	} {
		p.refuse(400, scimType, "GET", "/Users?"+query, nil)
	}
	for body, scimType := range map[string]string{
		`"filter": "x"`: "invalidFilter", `"filter": 1`: "invalidValue", `"count": "x"`: "invalidValue", `"count": 1.5`: "invalidValue",
		`"startIndex": 1e300`: "invalidValue", `"sortBy": "nothing"`: "invalidPath",
	} {
		p.refuse(400, scimType, "POST", "/Users/.search", `{"schemas": ["`+searchURN+`"], `+body+`}`)
	}
	found := p.do(200, "POST", "/Users/.search", object{
		"schemas": []any{searchURN}, "filter": `title lt "8"`, "sortBy": "title", "sortOrder": "descending", "startIndex": 2, "count": 1,
		"attributes": []any{"userName"},
	}).object
	assert.Equal(t, 3.0, found["totalResults"])
	assert.Equal(t, "user3@acme.example", found["Resources"].([]any)[0].(object)["userName"])
	assert.NotContains(t, found["Resources"].([]any)[0], "title")
}

func TestSCIMServer_groupsHaveUsersOfTheConnection(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	bob, eve := p.user("bob@acme.example", object{"displayName": "Bob"}), p.user("eve@acme.example")
	created := p.do(201, "POST", "/Groups", object{
		"schemas": []any{groupURN}, "displayName": "Editors", "externalId": "g-1", "members": append(refs(bob), refs(bob, eve)...),
	})
	id := created.object["id"].(string)
	assert.Equal(t, p.baseURL+"/Groups/"+id, created.header.Get("Location"))
	names := func() (list []any) {
		t.Helper()
		members, _ := p.do(200, "GET", "/Groups/"+id, nil).object["members"].([]any)
		for _, m := range members {
			list = append(list, m.(object)["display"])
		}
		return list
	}
	assert.Equal(t, []any{"Bob", "eve@acme.example"}, names())
	change := func(operations ...object) { p.do(200, "PATCH", "/Groups/"+id, patch(operations...)) }
	change(object{"op": "remove", "path": fmt.Sprintf("members[value eq %q]", bob)})
	assert.Equal(t, []any{"eve@acme.example"}, names())
	p.refuse(400, "noTarget", "PATCH", "/Groups/"+id, patch(object{"op": "remove", "path": `members[value eq "x"]`}))
	change(operation("Add", "members", refs(bob)))
	change(operation("Remove", "members", refs(eve, "unknown")))
	assert.Equal(t, []any{"Bob"}, names())
	change(operation("replace", "", object{"id": id, "displayName": "Writers"}))
	assert.Equal(t, "Writers", p.do(200, "GET", "/Groups/"+id, nil).object["displayName"])
	change(operation("replace", "members", refs(eve, bob)))
	assert.Len(t, names(), 2)
	assert.NotContains(t, p.do(200, "GET", "/Groups/"+id+"?excludedAttributes=members", nil).object, "members")
	found := p.do(200, "GET", "/Groups?filter="+url.QueryEscape(fmt.Sprintf("members eq %q and displayName eq \"writers\"", eve)), nil)
	assert.Equal(t, 1.0, found.object["totalResults"])
	p.do(204, "DELETE", "/Users/"+eve, nil)
	assert.Equal(t, []any{"Bob"}, names())
	p.do(200, "PUT", "/Groups/"+id, object{"schemas": []any{groupURN}, "displayName": "Empty"})
	assert.Empty(t, names())
	assert.NotContains(t, p.do(200, "GET", "/Groups/"+id, nil).object, "externalId")
	p.refuse(400, "mutability", "PATCH", "/Groups/"+id, patch(object{"op": "remove", "path": "displayName"}))
	p.refuse(400, "invalidValue", "PUT", "/Groups/"+id, object{"schemas": []any{groupURN}})
	p.refuse(400, "invalidValue", "POST", "/Groups", object{"schemas": []any{groupURN}, "displayName": strings.Repeat("x", 4097)})
	p.refuse(400, "invalidValue", "POST", "/Groups", object{"schemas": []any{groupURN}, "displayName": "x", "members": refs(slices.Repeat([]string{"x"}, 10_001)...)})
}

func TestSCIMServer_tokenSurvivesSnapshotAndRestore(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	started, err := h.api.B2B.SCIM.Connection.RotateStart(t.Context(),
		&connection.RotateStartRequest{OrganizationID: "acme", ConnectionID: p.id})
	require.NoError(t, err)
	bob := p.user("bob@acme.example")
	group := p.group("Editors", bob)
	before := p.do(200, "GET", "/Groups/"+group, nil).object
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	assert.NotContains(t, string(snapshot), p.token, "there are hashes of tokens alone")
	h.Reset()
	p.refuse(http.StatusUnauthorized, "", "GET", "/Users", nil)
	require.NoError(t, h.Restore(snapshot))
	h.Clock().Advance(1000 * time.Hour)
	assert.Equal(t, before, p.do(200, "GET", "/Groups/"+group, nil).object)
	p.token = started.Connection.NextBearerToken
	p.do(200, "GET", "/Users/"+bob, nil)
}
