package scim_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/elimity-com/scim/schema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRFC7643_2_1_namesOfAttributesHaveAnyCase(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	out := p.do(201, "POST", "/Users", `{"SCHEMAS": ["`+userURN+`"], "USERNAME": "a@x.example", "Name": {"GIVENNAME": "A"}}`).body
	assert.Equal(t, "a@x.example", out["userName"])
	assert.Equal(t, map[string]any{"givenName": "A"}, out["name"])
}

func TestRFC7643_2_4_onePrimaryValueAtMost(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.refused(400, "invalidValue", "POST", "/Users", person("a@x.example", object{
		"emails": []object{{"value": "a@x.example", "primary": true}, {"value": "b@x.example", "primary": true}},
	}))
}

func TestRFC7643_2_5_nullAndEmptyListsAreUnassigned(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	out := p.create("a@x.example", object{"title": nil, "phoneNumbers": []any{}, "name": nil})
	for _, name := range []string{"title", "phoneNumbers", "name"} {
		assert.NotContains(t, out, name)
	}
}

func TestRFC7643_3_schemasAreRequired(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.refused(400, "invalidSyntax", "POST", "/Users", `{"userName": "a@x.example"}`)
	out := p.create("a@x.example", object{enterpriseURN: object{"department": "D"}})
	assert.Equal(t, []any{userURN, enterpriseURN}, out["schemas"], "with each extension that the resource has")
}

func TestRFC7643_3_1_commonAttributesAreTheServers(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	out := p.create("a@x.example", object{"id": "mine", "externalId": "theirs", "meta": object{"location": "x"}})
	assert.NotEqual(t, "mine", out["id"])
	assert.Equal(t, "theirs", out["externalId"])
	meta := out["meta"].(object)
	assert.Equal(t, "User", meta["resourceType"])
	assert.Equal(t, p.base+p.path(out, "Users"), meta["location"])
	for _, name := range []string{"created", "lastModified"} {
		_, err := time.Parse(time.RFC3339, meta[name].(string))
		require.NoError(t, err)
	}
	assert.NotEmpty(t, meta["version"])
}

func TestRFC7643_4_1_1_userNameIsRequiredAndUniqueInAnyCase(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.refused(400, "invalidValue", "POST", "/Users", `{"schemas": ["`+userURN+`"]}`)
	p.create("a@x.example", nil)
	p.refused(409, "uniqueness", "POST", "/Users", person("A@X.example", nil))
	other := p.create("b@x.example", nil)
	p.refused(409, "uniqueness", "PUT", p.path(other, "Users"), person("a@x.example", nil))
	p.refused(409, "uniqueness", "PATCH", p.path(other, "Users"),
		patch(`{"op": "replace", "path": "userName", "value": "a@x.example"}`))
}

func TestRFC7643_4_1_1_passwordIsNeverReturned(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	out := p.do(201, "POST", "/Users?attributes=password,userName", person("a@x.example", object{"password": "t1meMa$heen"}))
	assert.NotContains(t, out.text, "t1meMa$heen")
	assert.NotContains(t, p.do(200, "GET", p.path(out.body, "Users"), "").text, "t1meMa$heen")
}

func TestRFC7643_4_1_2_groupsOfAUserAreReadOnly(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	user := p.create("a@x.example", object{"groups": []object{{"value": "x"}}})
	assert.NotContains(t, user, "groups")
	p.refused(400, "mutability", "PATCH", p.path(user, "Users"), patch(`{"op": "add", "path": "groups", "value": [{"value": "x"}]}`))
	group := p.do(201, "POST", "/Groups", text(object{
		"schemas": []string{groupURN}, "displayName": "G", "members": []object{{"value": user["id"]}},
	})).body
	got := p.do(200, "GET", p.path(user, "Users"), "").body["groups"].([]any)[0].(object)
	assert.Equal(t, group["id"], got["value"])
	assert.Equal(t, "G", got["display"])
	assert.Equal(t, p.base+p.path(group, "Groups"), got["$ref"])
}

func TestRFC7643_4_2_groupsNeedADisplayName(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.refused(400, "invalidValue", "POST", "/Groups", `{"schemas": ["`+groupURN+`"]}`)
	p.do(201, "POST", "/Groups", `{"schemas": ["`+groupURN+`"], "displayName": "G"}`)
}

func TestRFC7643_5_configurationSaysWhatIsSupported(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	config := p.do(200, "GET", "/ServiceProviderConfig", "").body
	assert.Equal(t, []any{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"}, config["schemas"])
	for name, supported := range map[string]bool{
		"patch": true, "bulk": false, "filter": true, "changePassword": false, "sort": true, "etag": true,
	} {
		assert.Equal(t, supported, config[name].(object)["supported"], name)
	}
	assert.Positive(t, config["filter"].(object)["maxResults"])
	assert.Equal(t, "oauthbearertoken", config["authenticationSchemes"].([]any)[0].(object)["type"])
}

func TestRFC7643_6_resourceTypesNameTheirSchemas(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	types := p.do(200, "GET", "/ResourceTypes", "").body
	assert.Equal(t, 2.0, types["totalResults"])
	user := p.do(200, "GET", "/ResourceTypes/User", "").body
	assert.Equal(t, userURN, user["schema"])
	assert.Equal(t, "/Users", user["endpoint"])
	assert.Equal(t, []any{map[string]any{"schema": enterpriseURN, "required": false}}, user["schemaExtensions"])
	p.refused(404, "", "GET", "/ResourceTypes/Robot", "")
}

func TestRFC7643_7_schemasDescribeEachAttribute(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	schemas := p.do(200, "GET", "/Schemas", "").body
	assert.Equal(t, 3.0, schemas["totalResults"])
	var check func(attributes []any)
	check = func(attributes []any) {
		for _, v := range attributes {
			a := v.(object)
			for _, name := range []string{
				"name", "type", "multiValued", "description", "required", "caseExact", "mutability", "returned", "uniqueness",
			} {
				assert.Contains(t, a, name, "%v", a["name"])
			}
			assert.Equal(t, a["type"] == "complex", a["subAttributes"] != nil, "%v", a["name"])
			if subs, ok := a["subAttributes"].([]any); ok {
				check(subs)
			}
		}
	}
	for _, v := range schemas["Resources"].([]any) {
		s := v.(object)
		assert.Equal(t, s, p.do(200, "GET", "/Schemas/"+s["id"].(string), "").body)
		require.NotEmpty(t, s["attributes"])
		check(s["attributes"].([]any))
	}
	p.refused(404, "", "GET", "/Schemas/urn:x", "")
}

// Another library's schemas of RFC 7643, section 8.7, take what the server returns.
func TestRFC7643_8_7_resourcesAreValidByAnotherLibrarysSchemas(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	user := p.create("a@x.example", object{
		"active": true, "displayName": "A", "name": object{"givenName": "A", "familyName": "B"}, "title": "CFO",
		"emails": []object{{"value": "a@x.example", "type": "work", "primary": true}}, "profileUrl": "https://x.example/a",
		"addresses":   []object{{"locality": "Dublin", "country": "IE", "type": "work"}},
		enterpriseURN: object{"department": "D", "manager": object{"value": "1", "displayName": "M"}},
	})
	group := p.do(201, "POST", "/Groups", text(object{
		"schemas": []string{groupURN}, "displayName": "G", "members": []object{{"value": user["id"]}},
	})).body
	user = p.do(http.StatusOK, "GET", p.path(user, "Users"), "").body
	_, err := schema.CoreUserSchema().Validate(user)
	assert.Nil(t, err)
	_, err = schema.CoreGroupSchema().Validate(group)
	assert.Nil(t, err)
}
