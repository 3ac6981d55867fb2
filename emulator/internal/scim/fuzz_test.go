package scim

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

// refusal is the failure that an error is, which is that of a malformed request.
func refusal(t *testing.T, err error) failure {
	t.Helper()
	f, ok := errors.AsType[*failure](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, http.StatusBadRequest, f.status)
	return *f
}

// printed is a filter as text.
func printed(n node) string {
	group := func(n node, inGroup bool) string {
		if inGroup {
			return "(" + printed(n) + ")"
		}
		return printed(n)
	}
	switch n := n.(type) {
	case and:
		_, leftIsOr := n.left.(or)
		_, rightIsOr := n.right.(or)
		_, rightIsAnd := n.right.(and)
		return group(n.left, leftIsOr) + " and " + group(n.right, rightIsOr || rightIsAnd)
	case or:
		_, rightIsOr := n.right.(or)
		return printed(n.left) + " or " + group(n.right, rightIsOr)
	case not:
		return "not (" + printed(n.of) + ")"
	case has:
		if n.to.filter != nil && n.to.sub == nil {
			return pathOf(n.to)
		}
		return pathOf(n.to) + " pr"
	case comparison:
		value, _ := json.Marshal(n.given)
		return pathOf(n.to) + " " + n.op + " " + string(value)
	}
	panic("a node of another type")
}

// pathOf is what names a target.
func pathOf(to target) string {
	path := to.attr.name
	if to.extension != "" {
		path = to.extension + ":" + path
	}
	if to.filter != nil {
		path += "[" + printed(to.filter) + "]"
	}
	if to.sub != nil {
		path += "." + to.sub.name
	}
	return path
}

// A filter that is written anew is the same, and finds what its opposite does not.
func FuzzFilter(f *testing.F) {
	for _, filter := range []string{
		`userName eq "bob"`, `not (emails[type eq "work" and value co "a"].value pr) or name.givenName sw "b"`, `active eq true`,
		enterpriseSchema + `:manager.displayName eq null`, `meta.created gt "2026-01-01T00:00:00Z"`, `title eq "\u0041\\"`, `((`,
		`(title pr or (active pr or title pr)) and (title pr and (active pr and not (title pr)))`, `emails[type eq "work"] pr`,
		userSchema + `:emails eq "x"`,
	} {
		f.Add(filter)
	}
	f.Fuzz(func(t *testing.T, filter string) {
		n, err := parseFilter(userType, filter)
		if err != nil {
			require.Equal(t, invalidFilter, refusal(t, err).scimType)
			return
		}
		if text := printed(n); len(text) <= maxFilter {
			again, err := parseFilter(userType, text)
			require.NoError(t, err, text)
			require.Equal(t, n, again, text)
		}
		opposite, err := parseFilter(userType, "not ("+filter+")")
		if err == nil {
			require.NotEqual(t, n.holds(sample(), new(work)), opposite.holds(sample(), new(work)), filter)
		}
	})
}

// A query is the same in a URL and in a body.
func FuzzQuery(f *testing.F) {
	f.Add(`title pr`, "title", "descending", "userName, emails.value", "meta", "3", "10")
	f.Add(``, `emails[type eq "work"].value`, "", "", "", "-1", "9007199254740992")
	f.Add(`x`, "name", "up", ",", " ", "0", "1.5")
	f.Fuzz(func(t *testing.T, filter, sortBy, order, attributes, excluded, start, count string) {
		raw := url.Values{
			"filter": {filter}, "sortBy": {sortBy}, "sortOrder": {order}, "attributes": {attributes},
			"excludedAttributes": {excluded}, "startIndex": {start}, "count": {count},
		}.Encode()
		inURL, urlErr := urlQuery(userType, raw)
		if urlErr != nil {
			refusal(t, urlErr)
		} else {
			require.GreaterOrEqual(t, inURL.startIndex, 1)
			require.True(t, inURL.count >= 0 && inURL.count <= maxCount)
		}
		body := object{
			"schemas": []any{searchSchema}, "filter": filter, "sortBy": sortBy, "sortOrder": order,
			"attributes": splitList([]string{attributes}), "excludedAttributes": splitList([]string{excluded}),
		}
		for name, text := range map[string]string{"startIndex": start, "count": count} {
			number := jsontext.Value(text)
			if text == "" {
				continue
			}
			if number.Kind() != '0' || !number.IsValid() || len(text) > 15 {
				return // no number that both have
			}
			body[name] = number
		}
		data, err := json.Marshal(body)
		if err != nil {
			require.False(t, utf8.ValidString(filter+sortBy+order+attributes+excluded))
			return
		}
		inBody, bodyErr := bodyQuery(userType, data)
		if bodyErr != nil {
			refusal(t, bodyErr)
		}
		if urlErr == nil {
			require.NoError(t, bodyErr)
			require.Equal(t, inURL, inBody)
		}
	})
}

// kept is what is stored of a resource: not whether the user is active, which follows from the member, nor that a value
// is not the primary one.
func kept(doc object) object {
	delete(doc, "active")
	for _, v := range doc {
		list, _ := v.([]any)
		for _, v := range list {
			if element, ok := v.(object); ok && element["primary"] == false {
				delete(element, "primary")
			}
		}
	}
	return doc
}

// What is made of a body is made again of its own JSON.
func FuzzParse(f *testing.F) {
	for _, member := range []string{
		`"userName": "bob"`, `"USERNAME": "bob", "active": "True", "emails": {"value": "a", "primary": true}, "phoneNumbers": [null, {}, {"type": "x"}]`,
		`"userName": "bob", "` + enterpriseSchema + `": {"manager": "26", "department": ""}, "name": {"givenName": null}, "id": "x", "meta": {}`,
		`"userName": " "`, `"userName": "bob", "emails": [[]]`, `"externalId": "x", "userName": "bob", "addresses": [{"primary": "false"}]`,
	} {
		f.Add(member)
	}
	f.Fuzz(func(t *testing.T, members string) {
		doc, err := userType.parse([]byte(`{"schemas": ["` + userSchema + `"], ` + members + `}`))
		if err != nil {
			refusal(t, err)
			return
		}
		body := object{"schemas": []any{userSchema}}
		maps.Copy(body, doc)
		data, err := json.Marshal(body)
		require.NoError(t, err)
		again, err := userType.parse(data)
		require.NoError(t, err, "%s", data)
		require.Equal(t, doc, again)
		attributes := attributesOf(doc)
		require.Equal(t, kept(doc), userOf(&attributes), "what is stored is all of it")
	})
}

// Whatever is sent, the stored user is what it was, and a resource that was patched has the types of its schema: what is
// stored of it is all of it.
func FuzzPatch(f *testing.F) {
	for _, operation := range []string{
		`{"op": "Add", "path": "emails[type eq \"x\"].value", "value": "a"}`, `{"op": "replace", "value": {"name.givenName": 1}}`,
		`{"op": "remove", "path": "emails", "value": [{"value": "a@x.example"}]}`, `{"op": "add", "path": "emails", "value": [[]]}`,
		`{"op": "add", "value": {"` + enterpriseSchema + `": {"manager": "1"}}}`, `{"op": "add", "path": "active", "value": "TRUE"}`,
		`{"op": "replace", "path": "emails.type", "value": "x"}, {"op": "remove", "path": "userName"}`,
		`{"op": "add", "path": "name", "value": {"familyName": "B"}}, {"op": "move"}`,
	} {
		f.Add(operation)
	}
	f.Fuzz(func(t *testing.T, operation string) {
		stored, same := attributesOf(small()), attributesOf(small())
		doc := userOf(&stored)
		err := userType.patch(doc, operations(operation))
		require.Equal(t, same, stored)
		if err != nil {
			refusal(t, err)
			return
		}
		require.NotEmpty(t, doc["userName"])
		attributes := attributesOf(doc)
		require.Equal(t, kept(doc), userOf(&attributes))
	})
}
