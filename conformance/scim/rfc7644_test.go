package scim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRFC7644_2_callsNeedABearerToken(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, authorization := range []string{"", "Bearer x", "Basic x"} {
		p.refused(401, "", "GET", "/Users", "", "Authorization", authorization)
	}
	assert.Contains(t, p.call("GET", "/Users", "", "Authorization", "").header.Get("WWW-Authenticate"), "Bearer")
}

func TestRFC7644_3_1_bodiesAreSCIMJSON(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	assert.Equal(t, "application/scim+json", p.do(200, "GET", "/Users", "").header.Get("Content-Type"))
	p.do(201, "POST", "/Users", person("a@x.example", nil), "Content-Type", "application/json", "Accept", "application/json")
}

func TestRFC7644_3_3_creationAnswers201WithTheLocation(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	out := p.do(201, "POST", "/Users", person("a@x.example", object{"unknown": 1}))
	location := out.body["meta"].(object)["location"]
	assert.Equal(t, location, out.header.Get("Location"))
	assert.Equal(t, out.body, p.do(200, "GET", strings.TrimPrefix(location.(string), p.base), "").body)
	assert.NotContains(t, out.body, "unknown", "what the schema does not have is ignored")
}

func TestRFC7644_3_4_1_unknownResourcesAre404(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, path := range []string{"/Users/x", "/Groups/x"} {
		p.refused(404, "", "GET", path, "")
		p.refused(404, "", "DELETE", path, "")
		p.refused(404, "", "PATCH", path, patch(`{"op": "replace", "path": "displayName", "value": "x"}`))
	}
}

func TestRFC7644_3_4_2_queriesAnswerWithAList(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	out := p.do(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "nobody"`), "").body
	assert.Equal(t, []any{messages + "ListResponse"}, out["schemas"])
	assert.Equal(t, 0.0, out["totalResults"], "nothing found is no error")
}

func TestRFC7644_3_4_2_3_sortedResources(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, name := range []string{"b@x.example", "C@x.example", "a@x.example"} {
		p.create(name, nil)
	}
	p.create("d@x.example", object{"title": "T"})
	names := func(query string) (list []string) {
		for _, v := range p.do(200, "GET", "/Users?"+query, "").body["Resources"].([]any) {
			list = append(list, v.(object)["userName"].(string)[:1])
		}
		return list
	}
	assert.Equal(t, []string{"a", "b", "C", "d"}, names("sortBy=userName"), "without regard to the case")
	assert.Equal(t, []string{"d", "C", "b", "a"}, names("sortBy=userName&sortOrder=descending"))
	assert.Equal(t, "d", names("sortBy=title")[0], "those without a value are last")
	assert.Equal(t, "d", names("sortBy=title&sortOrder=descending")[3], "and first in descending order")
}

func TestRFC7644_3_4_2_4_pages(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, name := range []string{"a@x.example", "b@x.example", "c@x.example"} {
		p.create(name, nil)
	}
	for query, want := range map[string][3]float64{ // startIndex, itemsPerPage, totalResults
		"startIndex=2&count=1": {2, 1, 3}, "startIndex=0": {1, 3, 3}, "startIndex=-1&count=2": {1, 2, 3}, "count=0": {1, 0, 3},
		"count=-1": {1, 0, 3}, "startIndex=9": {9, 0, 3},
	} {
		out := p.do(200, "GET", "/Users?"+query, "").body
		assert.Equal(t, want, [3]float64{out["startIndex"].(float64), out["itemsPerPage"].(float64), out["totalResults"].(float64)}, query)
		assert.Len(t, out["Resources"], int(want[1]), query)
	}
}

func TestRFC7644_3_4_2_5_andSection3_9_attributesOfResponses(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	user := p.create("a@x.example", object{"title": "T", "name": object{"givenName": "A", "familyName": "B"}})
	path := p.path(user, "Users")
	out := p.do(200, "GET", path+"?attributes=userName,name.givenName", "").body
	assert.Equal(t, object{
		"schemas": []any{userURN}, "id": user["id"], "userName": "a@x.example", "name": object{"givenName": "A"},
	}, out)
	out = p.do(200, "GET", path+"?excludedAttributes=name,id", "").body
	assert.NotContains(t, out, "name")
	assert.Contains(t, out, "id", "which is always returned")
	assert.Contains(t, out, "title")
	out = p.do(200, "GET", "/Users?attributes=title", "").body["Resources"].([]any)[0].(object)
	assert.NotContains(t, out, "userName")
	out = p.do(200, "PATCH", path+"?attributes=title", patch(`{"op": "remove", "path": "name"}`)).body
	assert.NotContains(t, out, "userName")
}

func TestRFC7644_3_4_3_searchesByPOST(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.create("a@x.example", nil)
	p.create("b@x.example", nil)
	out := p.do(200, "POST", "/Users/.search", text(object{
		"schemas": []string{messages + "SearchRequest"}, "filter": `userName sw "a"`, "attributes": []string{"userName"}, "count": 5,
	})).body
	assert.Equal(t, 1.0, out["totalResults"])
	p.refused(400, "invalidFilter", "POST", "/Users/.search",
		text(object{"schemas": []string{messages + "SearchRequest"}, "filter": `userName`}))
	p.refused(400, "invalidSyntax", "POST", "/Users/.search", `{}`)
}

func TestRFC7644_3_5_1_replacement(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	user := p.create("a@x.example", object{"title": "T", "externalId": "1"})
	out := p.do(200, "PUT", p.path(user, "Users"), person("b@x.example", object{"id": "x", "nickName": "N"})).body
	assert.Equal(t, user["id"], out["id"], "what is read-only is ignored")
	assert.Equal(t, "b@x.example", out["userName"])
	assert.Equal(t, "N", out["nickName"])
	for _, name := range []string{"title", "externalId"} {
		assert.NotContains(t, out, name, "what is left out is gone")
	}
	p.refused(400, "invalidValue", "PUT", p.path(user, "Users"), `{"schemas": ["`+userURN+`"]}`)
	p.refused(404, "", "PUT", "/Users/x", person("c@x.example", nil))
}

func TestRFC7644_3_5_2_patchesAreAtomic(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	user := p.create("a@x.example", object{"title": "T"})
	p.refused(400, "invalidPath", "PATCH", p.path(user, "Users"),
		patch(`{"op": "replace", "path": "title", "value": "U"}, {"op": "replace", "path": "nothing", "value": "x"}`))
	assert.Equal(t, user, p.do(200, "GET", p.path(user, "Users"), "").body)
	p.refused(400, "invalidSyntax", "PATCH", p.path(user, "Users"), `{"Operations": [{"op": "remove", "path": "title"}]}`)
	p.refused(400, "invalidSyntax", "PATCH", p.path(user, "Users"), patch(`{"op": "copy", "path": "title"}`))
}

// Each row is a section, an operation on a user, and the refusal of it or what the attribute becomes.
func TestRFC7644_3_5_2_operations(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	emails := []any{object{"value": "a@x.example", "type": "work", "primary": true}, object{"value": "b@x.example", "type": "home"}}
	for _, row := range []struct {
		section, operation, refusal, attribute string
		want                                   any
	}{
		{"3.5.2.1", `{"op": "add", "path": "title", "value": "U"}`, "", "title", "U"},
		{"3.5.2.1", `{"op": "add", "value": {"nickName": "N"}}`, "", "nickName", "N"},
		{"3.5.2.1", `{"op": "add", "path": "name.givenName", "value": "A"}`, "", "name", object{"givenName": "A"}},
		{"3.5.2.1", `{"op": "add", "path": "emails", "value": [{"value": "b@x.example", "type": "home"}]}`, "", "emails", emails},
		{
			"3.5.2.1", `{"op": "add", "path": "emails", "value": [{"value": "c@x.example", "primary": true}]}`, "", "emails",
			[]any{object{"value": "a@x.example", "type": "work"}, emails[1], object{"value": "c@x.example", "primary": true}},
		},
		{"3.5.2.1", `{"op": "add", "path": "id", "value": "x"}`, "mutability", "", nil},
		{"3.5.2.1", `{"op": "add", "path": "title"}`, "invalidValue", "", nil},
		{"3.5.2.2", `{"op": "remove"}`, "noTarget", "", nil},
		{"3.5.2.2", `{"op": "remove", "path": "title"}`, "", "title", nil},
		{"3.5.2.2", `{"op": "remove", "path": "emails"}`, "", "emails", nil},
		{"3.5.2.2", `{"op": "remove", "path": "emails[type eq \"home\"]"}`, "", "emails", emails[:1]},
		{"3.5.2.2", `{"op": "remove", "path": "userName"}`, "mutability", "", nil},
		{"3.5.2.2", `{"op": "remove", "path": "meta"}`, "mutability", "", nil},
		{"3.5.2.3", `{"op": "replace", "path": "title", "value": "V"}`, "", "title", "V"},
		{"3.5.2.3", `{"op": "replace", "value": {"title": "V", "active": false}}`, "", "active", false},
		{"3.5.2.3", `{"op": "replace", "path": "nickName", "value": "N"}`, "", "nickName", "N"},
		{"3.5.2.3", `{"op": "replace", "path": "emails", "value": [{"value": "c@x.example"}]}`, "", "emails", []any{object{"value": "c@x.example"}}},
		{
			"3.5.2.3", `{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "c@x.example"}`, "", "emails",
			[]any{emails[0], object{"value": "c@x.example", "type": "home"}},
		},
		{
			"3.5.2.3", `{"op": "replace", "path": "emails[type eq \"home\"]", "value": {"value": "c@x.example"}}`, "", "emails",
			[]any{emails[0], object{"value": "c@x.example"}},
		},
		{"3.5.2.3", `{"op": "replace", "path": "emails[type eq \"x\"].value", "value": "c"}`, "noTarget", "", nil},
		{"3.5.2", `{"op": "replace", "path": "` + userURN + `:title", "value": "V"}`, "", "title", "V"},
		{"3.5.2", `{"op": "replace", "path": "` + enterpriseURN + `:department", "value": "D"}`, "", enterpriseURN, object{"department": "D"}},
		{"3.5.2", `{"op": "replace", "path": "emails[type eq", "value": "c"}`, "invalidPath", "", nil},
	} {
		user := p.create("a@x.example", object{"title": "T", "emails": emails})
		path := p.path(user, "Users")
		if row.refusal != "" {
			p.refused(400, row.refusal, "PATCH", path, patch(row.operation))
		} else {
			p.do(200, "PATCH", path, patch(row.operation))
			assert.Equal(t, row.want, p.do(200, "GET", path, "").body[row.attribute], row.section+" "+row.operation)
		}
		p.do(204, "DELETE", path, "")
	}
}

func TestRFC7644_3_6_deletedResourcesAreGone(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	user := p.create("a@x.example", nil)
	out := p.do(204, "DELETE", p.path(user, "Users"), "")
	assert.Empty(t, out.text)
	p.refused(404, "", "GET", p.path(user, "Users"), "")
	p.refused(404, "", "DELETE", p.path(user, "Users"), "")
	assert.Equal(t, 0.0, p.do(200, "GET", "/Users", "").body["totalResults"])
	p.create("a@x.example", nil)
}

func TestRFC7644_3_7_bulkIsNotSupported(t *testing.T) {
	t.Parallel()
	newProvider(t).refused(501, "", "POST", "/Bulk", `{"schemas": ["`+messages+`BulkRequest"], "Operations": []}`)
}

func TestRFC7644_3_11_meIsNotSupported(t *testing.T) {
	t.Parallel()
	newProvider(t).refused(501, "", "GET", "/Me", "")
}

func TestRFC7644_3_12_malformedBodiesAreInvalidSyntax(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, body := range []string{"", "{", "[]", `{"schemas": ["` + userURN + `"], "schemas": []}`} {
		p.refused(400, "invalidSyntax", "POST", "/Users", body)
	}
}

func TestRFC7644_3_14_versionsAndPreconditions(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	created := p.do(201, "POST", "/Users", person("a@x.example", nil))
	tag, path := created.header.Get("ETag"), p.path(created.body, "Users")
	require.Equal(t, tag, created.body["meta"].(object)["version"])
	p.do(http.StatusNotModified, "GET", path, "", "If-None-Match", tag)
	p.do(200, "PUT", path, person("b@x.example", nil), "If-Match", tag)
	p.refused(412, "", "PUT", path, person("c@x.example", nil), "If-Match", tag)
	p.do(200, "GET", path, "", "If-None-Match", tag)
}

func TestRFC7644_4_discoveryTakesNoFilter(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, path := range []string{"/ServiceProviderConfig", "/ResourceTypes", "/Schemas"} {
		p.refused(403, "", "GET", path+"?filter="+url.QueryEscape(`id eq "x"`), "")
	}
}
