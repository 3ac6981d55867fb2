package scim

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProjection_hasWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	all := sample()
	without := func(names ...string) object {
		doc := sample()
		for _, name := range names {
			delete(doc, name)
		}
		return doc
	}
	always := func(more object) object {
		doc := object{"schemas": all["schemas"], "id": "U1"}
		maps.Copy(doc, more)
		return doc
	}
	emails := func(kind string) object { return object{"value": "bob@example." + kind} }
	for _, row := range []struct {
		attributes, excluded string
		want                 object
	}{
		{"", "", all},
		{"userName", "", always(object{"userName": "Bob@example.com"})},
		{"USERNAME, title", "title", always(object{"userName": "Bob@example.com", "title": "CFO"})},
		{"nothing", "", always(nil)}, {"nickName", "", always(nil)},
		{"name.givenName", "", always(object{"name": object{"givenName": "Bob"}})},
		{"name.middleName", "", always(nil)},
		{"emails.value", "", always(object{"emails": []any{emails("com"), emails("org")}})},
		{userSchema + ":title", "", always(object{"title": "CFO"})},
		{enterpriseSchema, "", always(object{enterpriseSchema: all[enterpriseSchema]})},
		{enterpriseSchema + ":department", "", always(object{enterpriseSchema: object{"department": "Finance"}})},
		{"meta", "", always(object{"meta": all["meta"]})},
		{"", "id,schemas", all}, {"", "nothing", all},
		{"", "emails,Groups", without("emails", "groups")},
		{"", enterpriseSchema, without(enterpriseSchema)},
		{"", "name.familyName", func() object {
			doc := sample()
			doc["name"] = object{"givenName": "Bob"}
			return doc
		}()},
	} {
		p := newProjection(userType, splitList([]string{row.attributes}), splitList([]string{row.excluded}))
		assert.Equal(t, row.want, p.of(userType, sample()), row.attributes+" without "+row.excluded)
	}
}

func TestSchema_isThatOfTheTypesOfTheAPI(t *testing.T) {
	t.Parallel()
	for _, a := range slices.Concat(userType.attributes, userType.extensionAttributes) {
		assert.False(t, strings.ContainsFunc(a.name, func(r rune) bool { return r == '.' || r == '_' }), a.name)
		assert.NotEmpty(t, a.description, a.name)
		for _, sub := range a.subs {
			assert.NotEmpty(t, sub.description, a.name+"."+sub.name)
		}
	}
	doc := sample()
	attributes := attributesOf(doc)
	again := userOf(&attributes)
	for _, computed := range []string{"id", "schemas", "meta", "groups", "active"} {
		delete(doc, computed)
	}
	assert.Equal(t, doc, again)
}
