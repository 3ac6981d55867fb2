package scim_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What Okta's test of SCIM servers asks for, and the requests of its provisioning.
func TestOkta_lifeOfAUserAndAGroup(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.create("first@x.example", object{
		"name": object{"givenName": "F", "familyName": "I"}, "emails": []object{{"value": "first@x.example", "primary": true}},
	})
	list := p.do(200, "GET", "/Users?count=1&startIndex=1", "").body
	for _, name := range []string{"itemsPerPage", "startIndex", "totalResults"} {
		assert.IsType(t, 1.0, list[name], name)
	}
	first := list["Resources"].([]any)[0].(object)
	for _, name := range []string{"id", "userName", "active", "emails", "name"} {
		assert.NotEmpty(t, first[name], name)
	}
	p.refused(404, "", "GET", "/Users/010101001010101011001010101011", "")
	find := func(name string) float64 {
		query := url.QueryEscape(fmt.Sprintf("userName eq %q", name))
		return p.do(200, "GET", "/Users?filter="+query+"&startIndex=1&count=100", "").body["totalResults"].(float64)
	}
	assert.Zero(t, find("bob@x.example"))
	body := person("bob@x.example", object{
		"name": object{"givenName": "Bob", "familyName": "B"}, "emails": []object{{"primary": true, "value": "bob@x.example", "type": "work"}},
		"displayName": "Bob B", "locale": "en-US", "externalId": "00ujl29u0le5T6Aj10h7", "groups": []any{}, "password": "1mz050nq", "active": true,
	})
	user := p.do(201, "POST", "/Users", body).body
	p.refused(409, "uniqueness", "POST", "/Users", body)
	assert.Equal(t, 1.0, find("BOB@x.example"))
	user["name"] = object{"givenName": "Robert", "familyName": "B"}
	path := p.path(user, "Users")
	assert.Equal(t, user["name"], p.do(200, "PUT", path, text(user)).body["name"], "a resource as it was read can be put")
	off := p.do(200, "PATCH", path, patch(`{"op": "replace", "value": {"active": false}}`)).body
	assert.Equal(t, false, off["active"])
	user["active"] = true
	assert.Equal(t, true, p.do(200, "PUT", path, text(user)).body["active"])

	assert.Equal(t, 0.0, p.do(200, "GET", "/Groups?startIndex=1&count=100", "").body["totalResults"])
	group := p.do(201, "POST", "/Groups", text(object{"schemas": []string{groupURN}, "displayName": "Test SCIMv2", "members": []any{}})).body
	at := p.path(group, "Groups")
	renamed := p.do(200, "PATCH", at, patch(fmt.Sprintf(`{"op": "replace", "value": {"id": %q, "displayName": "Renamed"}}`, group["id"]))).body
	assert.Equal(t, "Renamed", renamed["displayName"])
	member := fmt.Sprintf(`[{"value": %q, "display": "bob@x.example"}]`, user["id"])
	assert.Len(t, p.do(200, "PATCH", at, patch(`{"op": "add", "path": "members", "value": `+member+`}`)).body["members"], 1)
	assert.Len(t, p.do(200, "PATCH", at, patch(`{"op": "replace", "path": "members", "value": `+member+`}`)).body["members"], 1)
	remove := fmt.Sprintf(`{"op": "remove", "path": "members[value eq \"%s\"]"}`, user["id"])
	assert.NotContains(t, p.do(200, "PATCH", at, patch(remove)).body, "members")
	p.do(204, "DELETE", at, "")
}

// The requests that Microsoft documents for Entra ID's provisioning.
func TestEntra_lifeOfAUserAndAGroup(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	none := p.do(200, "GET", "/Users?filter="+url.QueryEscape(`userName eq "131d0dec-78cd-4c53-b4ea-4d4e6c8ba4a7"`), "").body
	assert.Equal(t, 0.0, none["totalResults"])
	user := p.do(201, "POST", "/Users", text(object{
		"schemas": []string{userURN, enterpriseURN}, "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef", "userName": "bob@x.example", "active": true,
		"emails": []object{{"primary": true, "type": "work", "value": "bob@x.example"}}, "meta": object{"resourceType": "User"},
		"name": object{"formatted": "g f", "familyName": "f", "givenName": "g"}, "roles": []any{}, "urn:x:custom:2.0:User": object{"tag": "x"},
	})).body
	path := p.path(user, "Users")
	find := func(filter string) float64 {
		return p.do(200, "GET", "/Users?filter="+url.QueryEscape(filter), "").body["totalResults"].(float64)
	}
	assert.Equal(t, 1.0, find(`externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"`))
	assert.Equal(t, 1.0, find(`emails[type eq "work"].value eq "bob@x.example"`))
	changed := p.do(200, "PATCH", path, patch(`
		{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "updated@x.example"},
		{"op": "Replace", "path": "name.familyName", "value": "updated"},
		{"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1"},
		{"op": "Add", "path": "`+enterpriseURN+`:manager", "value": "26"},
		{"op": "Add", "path": "`+enterpriseURN+`:department", "value": "D"}`)).body
	assert.Equal(t, "updated@x.example", changed["emails"].([]any)[0].(object)["value"])
	assert.Equal(t, "updated", changed["name"].(object)["familyName"])
	assert.Equal(t, []any{object{"type": "mobile", "value": "+1"}}, changed["phoneNumbers"])
	assert.Equal(t, object{"manager": object{"value": "26"}, "department": "D"}, changed[enterpriseURN])
	dotted := p.do(200, "PATCH", path, patch(`{"op": "replace", "value": {"name.givenName": "N", "displayName": "D", "`+enterpriseURN+`:department": "E"}}`)).body
	assert.Equal(t, "N", dotted["name"].(object)["givenName"])
	assert.Equal(t, "E", dotted[enterpriseURN].(object)["department"])
	assert.Equal(t, false, p.do(200, "PATCH", path, patch(`{"op": "Replace", "path": "active", "value": "False"}`)).body["active"])
	assert.Equal(t, 1.0, find(`userName eq "bob@x.example"`), "who is inactive is found")
	assert.Equal(t, true, p.do(200, "PATCH", path, patch(`{"op": "Replace", "path": "active", "value": "True"}`)).body["active"])

	group := p.do(201, "POST", "/Groups", text(object{
		"schemas":    []string{groupURN, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"},
		"externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", "displayName": "G", "meta": object{"resourceType": "Group"},
	})).body
	at := p.path(group, "Groups")
	assert.NotContains(t, p.do(200, "GET", at+"?excludedAttributes=members", "").body, "members")
	found := p.do(200, "GET", "/Groups?excludedAttributes=members&filter="+url.QueryEscape(`displayName eq "G"`), "").body
	assert.Equal(t, 1.0, found["totalResults"])
	assert.Equal(t, "H", p.do(200, "PATCH", at, patch(`{"op": "Replace", "path": "displayName", "value": "H"}`)).body["displayName"])
	member := fmt.Sprintf(`[{"$ref": null, "value": %q}]`, user["id"])
	assert.Len(t, p.do(200, "PATCH", at, patch(`{"op": "Add", "path": "members", "value": `+member+`}`)).body["members"], 1)
	query := url.QueryEscape(fmt.Sprintf("id eq %q and members eq %q", group["id"], user["id"]))
	assert.Equal(t, 1.0, p.do(200, "GET", "/Groups?attributes=id&filter="+query, "").body["totalResults"])
	assert.NotContains(t, p.do(200, "PATCH", at, patch(`{"op": "Remove", "path": "members", "value": `+member+`}`)).body, "members")
	p.do(204, "DELETE", at, "")
	p.do(204, "DELETE", path, "")
}
