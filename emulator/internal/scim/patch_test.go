package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// small is the resource of a user that patches change.
func small() object {
	return object{
		"userName": "bob", "title": "CFO", "name": object{"givenName": "Bob"}, "emails": []any{
			object{"value": "a@x.example", "type": "work", "primary": true}, object{"value": "b@x.example", "type": "home"},
		},
		enterpriseSchema: object{"department": "Finance"},
	}
}

// operations is the body of a patch.
func operations(list string) []byte {
	return fmt.Appendf(nil, `{"schemas": [%q], "Operations": [%s]}`, patchSchema, list)
}

func parsed(t *testing.T, text string) object {
	t.Helper()
	var out object
	require.NoError(t, json.Unmarshal([]byte(text), &out))
	return out
}

// Each row is an operation and what it changes of the resource; null is what is gone.
func TestPatch_changesWhatItsPathsName(t *testing.T) {
	t.Parallel()
	const work, home = `{"value": "a@x.example", "type": "work", "primary": true}`, `{"value": "b@x.example", "type": "home"}`
	for operation, want := range map[string]string{
		`{"op": "add", "path": "nickName", "value": "B"}`:                                                `{"nickName": "B"}`,
		`{"op": "Add", "path": "NICKNAME", "value": "B"}`:                                                `{"nickName": "B"}`,
		`{"op": "replace", "path": "title", "value": "CEO"}`:                                             `{"title": "CEO"}`,
		`{"op": "replace", "path": "title", "value": null}`:                                              `{"title": null}`,
		`{"op": "replace", "path": "title", "value": ""}`:                                                `{"title": null}`,
		`{"op": "add", "path": "title", "value": null}`:                                                  `{}`,
		`{"op": "remove", "path": "title"}`:                                                              `{"title": null}`,
		`{"op": "remove", "path": "nickName"}`:                                                           `{}`,
		`{"op": "replace", "path": "active", "value": "False"}`:                                          `{"active": false}`,
		`{"op": "replace", "path": "active", "value": true}`:                                             `{"active": true}`,
		`{"op": "add", "path": "name.familyName", "value": "B"}`:                                         `{"name": {"givenName": "Bob", "familyName": "B"}}`,
		`{"op": "add", "path": "name", "value": {"familyName": "B"}}`:                                    `{"name": {"givenName": "Bob", "familyName": "B"}}`,
		`{"op": "replace", "path": "name", "value": {"givenName": "R"}}`:                                 `{"name": {"givenName": "R"}}`,
		`{"op": "remove", "path": "name.givenName"}`:                                                     `{"name": null}`,
		`{"op": "remove", "path": "name"}`:                                                               `{"name": null}`,
		`{"op": "add", "path": "` + userSchema + `:nickName", "value": "B"}`:                             `{"nickName": "B"}`,
		`{"op": "add", "value": {"nickName": "B", "title": "CEO"}}`:                                      `{"nickName": "B", "title": "CEO"}`,
		`{"op": "add", "path": "", "value": {"nickName": "B"}}`:                                          `{"nickName": "B"}`,
		`{"op": "replace", "value": {"name.givenName": "R", "name.familyName": "B"}}`:                    `{"name": {"givenName": "R", "familyName": "B"}}`,
		`{"op": "replace", "value": {"emails[type eq \"home\"].value": "c@x.example"}}`:                  `{"emails": [` + work + `, {"value": "c@x.example", "type": "home"}]}`,
		`{"op": "replace", "value": {"id": "x", "meta": {}, "groups": [], "unknown": 1}}`:                `{}`,
		`{"op": "add", "path": "emails", "value": [{"value": "c@x.example"}]}`:                           `{"emails": [` + work + `, ` + home + `, {"value": "c@x.example"}]}`,
		`{"op": "add", "path": "emails", "value": {"value": "c@x.example"}}`:                             `{"emails": [` + work + `, ` + home + `, {"value": "c@x.example"}]}`,
		`{"op": "add", "path": "emails", "value": [` + work + `]}`:                                       `{}`,
		`{"op": "add", "path": "emails", "value": [{"value": "c", "primary": true}]}`:                    `{"emails": [{"value": "a@x.example", "type": "work"}, ` + home + `, {"value": "c", "primary": true}]}`,
		`{"op": "replace", "path": "emails", "value": [` + home + `]}`:                                   `{"emails": [` + home + `]}`,
		`{"op": "replace", "path": "emails", "value": []}`:                                               `{"emails": null}`,
		`{"op": "remove", "path": "emails"}`:                                                             `{"emails": null}`,
		`{"op": "remove", "path": "emails", "value": [{"value": "a@x.example"}]}`:                        `{"emails": [` + home + `]}`,
		`{"op": "remove", "path": "emails[type eq \"work\"]"}`:                                           `{"emails": [` + home + `]}`,
		`{"op": "remove", "path": "emails[value pr]"}`:                                                   `{"emails": null}`,
		`{"op": "remove", "path": "emails[type eq \"work\"].primary"}`:                                   `{"emails": [{"value": "a@x.example", "type": "work"}, ` + home + `]}`,
		`{"op": "remove", "path": "emails.type"}`:                                                        `{"emails": [{"value": "a@x.example", "primary": true}, {"value": "b@x.example"}]}`,
		`{"op": "remove", "path": "phoneNumbers.type"}`:                                                  `{}`,
		`{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "c"}`:                      `{"emails": [{"value": "c", "type": "work", "primary": true}, ` + home + `]}`,
		`{"op": "replace", "path": "emails[type eq \"work\"]", "value": {"value": "c"}}`:                 `{"emails": [{"value": "c"}, ` + home + `]}`,
		`{"op": "add", "path": "emails[type eq \"home\"]", "value": {"primary": true}}`:                  `{"emails": [{"value": "a@x.example", "type": "work"}, {"value": "b@x.example", "type": "home", "primary": true}]}`,
		`{"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "+1"}`:                 `{"phoneNumbers": [{"type": "mobile", "value": "+1"}]}`,
		`{"op": "Add", "path": "emails[type eq \"Other\" and primary eq true].value", "value": "c"}`:     `{"emails": [{"value": "a@x.example", "type": "work"}, ` + home + `, {"type": "Other", "primary": true, "value": "c"}]}`,
		`{"op": "add", "path": "phoneNumbers.value", "value": "+1"}`:                                     `{"phoneNumbers": [{"value": "+1"}]}`,
		`{"op": "add", "path": "roles[type eq \"a\" and type eq \"A\"].value", "value": "editor"}`:       `{"roles": [{"type": "A", "value": "editor"}]}`,
		`{"op": "add", "path": "roles.value", "value": null}`:                                            `{}`,
		`{"op": "replace", "path": "emails.type", "value": "other"}`:                                     `{"emails": [{"value": "a@x.example", "type": "other", "primary": true}, {"value": "b@x.example", "type": "other"}]}`,
		`{"op": "add", "path": "` + enterpriseSchema + `:manager", "value": "26"}`:                       `{"` + enterpriseSchema + `": {"department": "Finance", "manager": {"value": "26"}}}`,
		`{"op": "add", "path": "` + enterpriseSchema + `:manager", "value": {"value": "26"}}`:            `{"` + enterpriseSchema + `": {"department": "Finance", "manager": {"value": "26"}}}`,
		`{"op": "add", "value": {"` + enterpriseSchema + `": {"division": "D"}}}`:                        `{"` + enterpriseSchema + `": {"department": "Finance", "division": "D"}}`,
		`{"op": "add", "value": {"` + enterpriseSchema + `:division": "D"}}`:                             `{"` + enterpriseSchema + `": {"department": "Finance", "division": "D"}}`,
		`{"op": "remove", "path": "` + enterpriseSchema + `:department"}`:                                `{"` + enterpriseSchema + `": null}`,
		`{"op": "remove", "path": "` + enterpriseSchema + `"}`:                                           `{"` + enterpriseSchema + `": null}`,
		`{"op": "add", "path": "title", "value": "a"}, {"OP": "REPLACE", "Path": "title", "Value": "b"}`: `{"title": "b"}`,
	} {
		doc, expected := small(), small()
		require.NoError(t, userType.patch(doc, operations(operation)), operation)
		for name, value := range parsed(t, want) {
			expected[name] = value
			if value == nil {
				delete(expected, name)
			}
		}
		assert.Equal(t, expected, doc, operation)
	}
}

func TestPatch_refusesWhatDoesNotFitTheResource(t *testing.T) {
	t.Parallel()
	for operation, scimType := range map[string]string{
		``: invalidSyntax, `1`: invalidSyntax, `{}`: invalidSyntax, `{"op": "move", "path": "title"}`: invalidSyntax, `{"op": 1}`: invalidSyntax,
		`{"op": "add", "path": "title"}`: invalidValue, `{"op": "add", "value": "x"}`: invalidValue, `{"op": "replace", "value": null}`: invalidValue,
		`{"op": "remove"}`: noTarget, `{"op": "remove", "path": ""}`: noTarget, `{"op": "add", "path": 1, "value": 1}`: invalidPath,
		`{"op": "add", "path": "nothing", "value": 1}`: invalidPath, `{"op": "add", "path": "name.nothing", "value": 1}`: invalidPath,
		`{"op": "add", "path": "title.x", "value": 1}`: invalidPath, `{"op": "add", "path": "urn:x:title", "value": 1}`: invalidPath,
		`{"op": "add", "path": "emails[type eq]", "value": 1}`: invalidPath, `{"op": "add", "path": "emails[type eq \"a\"", "value": 1}`: invalidPath,
		`{"op": "add", "path": "emails[type eq \"a\"].x", "value": 1}`: invalidPath, `{"op": "add", "path": "title eq \"a\"", "value": 1}`: invalidPath,
		`{"op": "add", "path": "title[value pr]", "value": 1}`: invalidPath, `{"op": "remove", "path": "emails[nothing pr]"}`: invalidPath,
		`{"op": "add", "path": "title", "value": 1}`: invalidValue, `{"op": "add", "path": "title", "value": ["a"]}`: invalidValue,
		`{"op": "add", "path": "name", "value": "a"}`: invalidValue, `{"op": "add", "path": "emails", "value": ["a"]}`: invalidValue,
		`{"op": "add", "path": "active", "value": "maybe"}`: invalidValue, `{"op": "add", "path": "active", "value": 0}`: invalidValue,
		`{"op": "add", "path": "emails", "value": [{"value": "c", "primary": true}, {"value": "d", "primary": true}]}`: invalidValue,
		`{"op": "replace", "path": "emails.primary", "value": true}`:                                                   invalidValue, `{"op": "add", "path": "` + enterpriseSchema + `", "value": 1}`: invalidValue,
		`{"op": "replace", "path": "emails[type eq \"other\"].value", "value": "c"}`: noTarget, `{"op": "remove", "path": "emails[type eq \"other\"]"}`: noTarget,
		`{"op": "add", "path": "emails[type ne \"work\" and type ne \"home\"].value", "value": "c"}`: noTarget,
		`{"op": "add", "path": "phoneNumbers[type eq null].value", "value": "c"}`:                    noTarget,
		`{"op": "add", "path": "photos[value eq \"no URL\"].type", "value": "photo"}`:                invalidValue,
		`{"op": "add", "path": "x509Certificates[value eq \"no base64!!\"].type", "value": "a"}`:     invalidValue,
		`{"op": "add", "path": "roles[type eq \"a\" and type eq \"b\"].value", "value": "editor"}`:   noTarget,
		`{"op": "add", "path": "roles[type eq \"a\"].type", "value": "b"}`:                           noTarget,
		`{"op": "add", "path": "roles[type eq \"\"].value", "value": "editor"}`:                      noTarget,
		`{"op": "replace", "path": "id", "value": "x"}`:                                              mutability, `{"op": "remove", "path": "meta"}`: mutability, `{"op": "add", "path": "groups", "value": []}`: mutability,
		`{"op": "replace", "path": "meta.version", "value": "x"}`: mutability, `{"op": "remove", "path": "schemas"}`: mutability,
		`{"op": "remove", "path": "userName"}`: mutability, `{"op": "replace", "path": "userName", "value": ""}`: mutability,
		`{"op": "replace", "value": {"userName": null}}`: mutability, `{"op": "replace", "path": "userName", "value": "  "}`: mutability,
		strings.Repeat(`{"op": "remove", "path": "title"},`, 1000) + `{"op": "remove", "path": "title"}`: tooMany,
	} {
		err := userType.patch(small(), operations(operation))
		f, ok := errors.AsType[*failure](err)
		require.True(t, ok, "%.200s", operation)
		assert.Equal(t, scimType, f.scimType, "%.200s", operation)
	}
	for _, body := range []string{
		``, `null`, `[]`, `{`, `{"Operations": [{"op": "remove", "path": "title"}]}`, `{"schemas": ["` + userSchema + `"], "Operations": []}`,
		`{"schemas": ["` + patchSchema + `"]}`, `{"schemas": ["` + patchSchema + `"], "Operations": {}}`, "{\"schemas\": [\"\xff\"]}",
		`{"schemas": [], "schemas": ["` + patchSchema + `"]}`, strings.Repeat("[", 10_000),
	} {
		f, ok := errors.AsType[*failure](userType.patch(small(), []byte(body)))
		require.True(t, ok, "%.200s", body)
		assert.Equal(t, invalidSyntax, f.scimType, "%.200s", body)
	}
}

func TestPatch_keepsNoValueThatWasOnlyThePrimaryOne(t *testing.T) {
	t.Parallel()
	doc := small()
	for _, value := range []string{`{"primary": true}`, `{"value": "b", "primary": true}`} {
		require.NoError(t, userType.patch(doc, operations(`{"op": "add", "path": "ims", "value": [`+value+`]}`)))
	}
	assert.Equal(t, []any{object{"value": "b", "primary": true}}, doc["ims"])
}
