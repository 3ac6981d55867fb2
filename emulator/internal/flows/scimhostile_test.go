package flows_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Two spellings of one name contradict each other: neither is chosen.
func TestSCIMHostile_namesOccurOnceWhateverTheirCase(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example", object{"title": "CFO"})
	before := p.do(200, "GET", "/Users/"+id, nil).object
	for _, operation := range []string{
		`{"op": "add", "OP": "remove", "path": "title", "value": "x"}`, `{"op": "add", "path": "title", "Path": "nickName", "value": "x"}`,
		`{"op": "add", "path": "title", "value": "x", "VALUE": "y"}`, `{"op": "add", "value": {"title": "x", "TITLE": "y"}}`,
		`{"op": "add", "value": {"title": "x", "` + userURN + `:title": "y"}}`, `{"op": "add", "path": "name", "value": {"givenName": "x", "GIVENNAME": "y"}}`,
	} {
		p.refuse(400, "invalidSyntax", "PATCH", "/Users/"+id, `{"schemas": ["`+patchURN+`"], "Operations": [`+operation+`]}`)
	}
	const remove = `[{"op": "remove", "path": "title"}]`
	p.refuse(400, "invalidSyntax", "PATCH", "/Users/"+id, `{"schemas": ["`+patchURN+`"], "Operations": `+remove+`, "operations": `+remove+`}`)
	p.refuse(400, "invalidSyntax", "PATCH", "/Users/"+id, `{"schemas": ["`+patchURN+`"], "SCHEMAS": [], "Operations": `+remove+`}`)
	p.refuse(400, "invalidSyntax", "PUT", "/Users/"+id, `{"schemas": ["`+userURN+`"], "Schemas": [], "userName": "bob@acme.example"}`)
	p.refuse(400, "invalidSyntax", "PUT", "/Users/"+id, `{"schemas": ["`+userURN+`"], "userName": "bob@acme.example", "`+
		enterpriseURN+`": {}, "`+strings.ToUpper(enterpriseURN)+`": {}}`)
	p.refuse(400, "invalidSyntax", "POST", "/Users/.search", `{"schemas": ["`+searchURN+`"], "count": 1, "COUNT": 2}`)
	assert.Equal(t, before, p.do(200, "GET", "/Users/"+id, nil).object)
	p.do(200, "PATCH", "/Users/"+id, `{"SCHEMAS": ["`+patchURN+`"], "OPERATIONS": [{"OP": "REMOVE", "PATH": "TITLE", "unknown": 1}]}`)
}

// A parameter that cannot be read is not left out: without its filter, a query finds everybody.
func TestSCIMHostile_parametersAreReadOrRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example", object{"title": "CFO"})
	for _, path := range []string{"/Users?filter=%zz", "/Users?filter=title;pr", "/Groups?filter=%", "/Users/" + id + "?attributes=%zz"} {
		p.refuse(400, "invalidSyntax", "GET", path, nil)
	}
	for _, query := range []string{
		"filter=title+pr&filter=active+pr", "count=1&count=2", "startIndex=1&startIndex=2", "sortBy=title&sortBy=active",
		"sortOrder=ascending&sortOrder=descending", "count=9223372036854775808", "startIndex=-9223372036854775809", "count=0x1", "count=1e1",
	} {
		p.refuse(400, "invalidValue", "GET", "/Users?"+query, nil)
	}
	for _, member := range []string{
		`"count": 9007199254740993`, `"count": 1e999`, `"count": -1e17`, `"startIndex": 0.5`, `"startIndex": true`, `"count": []`, `"sortBy": {}`,
		`"attributes": "userName"`, `"attributes": [1]`, `"excludedAttributes": {}`, `"sortOrder": "up"`,
	} {
		out := p.call("POST", "/Users/.search", `{"schemas": ["`+searchURN+`"], `+member+`}`)
		assert.Equal(t, 400, out.status, member)
	}
	for _, member := range []string{`"count": null`, `"filter": null`, `"attributes": null`, `"count": 9007199254740991`, `"startIndex": -7`} {
		assert.Len(t, p.do(200, "POST", "/Users/.search", `{"schemas": ["`+searchURN+`"], `+member+`}`).object["Resources"], 1, member)
	}
	found := p.do(200, "GET", "/Users?attributes=USERNAME&attributes=title&excludedAttributes=title", nil).object["Resources"].([]any)[0]
	assert.Equal(t, object{"schemas": []any{userURN}, "id": id, "userName": "bob@acme.example", "title": "CFO"}, found, "attributes alone count")
}

func TestSCIMHostile_bodiesAreJSONOfTheirMediaType(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example")
	body := patch(operation("replace", "title", "CFO"))
	for _, kind := range []string{
		"application/json", "application/scim+json", "APPLICATION/SCIM+JSON; Charset=UTF-8", `application/json;charset="utf-8"`, "",
	} {
		p.do(200, "PATCH", "/Users/"+id, body, "Content-Type", kind)
	}
	for _, kind := range []string{
		"text/plain", "application/x-www-form-urlencoded", "application/xml", "application/scim+json; charset=utf-16", "application/json;;", "json",
	} {
		p.refuse(http.StatusUnsupportedMediaType, "", "PATCH", "/Users/"+id, body, "Content-Type", kind)
	}
	p.do(200, "GET", "/Users/"+id, nil, "Content-Type", "text/plain") // it has no body
	person := `{"schemas": ["` + userURN + `"], "userName": "bob@acme.example", "unknown": "%s"}`
	p.do(200, "PUT", "/Users/"+id, fmt.Sprintf(person, strings.Repeat("x", 1<<20-len(person)+2)))
	p.refuse(http.StatusRequestEntityTooLarge, "", "PUT", "/Users/"+id, fmt.Sprintf(person, strings.Repeat("x", 1<<20-len(person)+3)))
}

func TestSCIMHostile_idsInPaths(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example")
	p.do(200, "GET", "/Users/"+strings.ReplaceAll(id, "-", "%2D"), nil)
	for _, other := range []string{strings.ToUpper(id), id + "%00", id + "%2F", "%2E%2E", "%FF", url.PathEscape(id + "\n"), "%20" + id, strings.Repeat("x", 100_000)} {
		p.refuse(http.StatusNotFound, "", "GET", "/Users/"+other, nil)
	}
	require.Equal(t, []string{"bob@acme.example"}, p.find(""))
}

// What a patch names and what it cannot change.
func TestSCIMHostile_pathsOfPatches(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example", object{"emails": []any{object{"value": "bob@acme.example", "type": "work"}}})
	before := p.do(200, "GET", "/Users/"+id, nil).object
	for path, scimType := range map[string]string{
		"urn:ietf:params:scim:schemas:core:2.0:Group:displayName": "invalidPath", "urn:x:title": "invalidPath", ":title": "invalidPath",
		userURN + ":": "invalidPath", userURN: "invalidPath", "title.": "invalidPath", ".title": "invalidPath", "emails[]": "invalidPath",
		`emails[emails[value pr]]`: "invalidPath", `emails[type eq "work"].value.x`: "invalidPath", `emails[type eq "work"]value`: "invalidPath",
		"title, nickName": "invalidPath", "emails[0].value": "invalidPath", "/title": "invalidPath", " ": "invalidPath",
		"id": "mutability", "META.VERSION": "mutability", "groups.value": "mutability", `groups[value eq "x"].display`: "mutability",
		"schemas": "mutability", `emails[type eq "home"]`: "noTarget", `emails[type eq "home"].value`: "noTarget",
	} {
		p.refuse(400, scimType, "PATCH", "/Users/"+id, patch(operation("RePlAcE", path, "x")))
	}
	for _, value := range []any{[]any{}, []any{object{"title": "x"}}, "x", 1, nil, true} {
		p.refuse(400, "invalidValue", "PATCH", "/Users/"+id, patch(operation("replace", "", value)))
	}
	for _, list := range []any{nil, []any{}, object{}, []any{nil}, []any{[]any{}}} {
		p.refuse(400, "invalidSyntax", "PATCH", "/Users/"+id, object{"schemas": []any{patchURN}, "Operations": list})
	}
	assert.Equal(t, before, p.do(200, "GET", "/Users/"+id, nil).object)
}
