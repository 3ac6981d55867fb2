package hosted_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/emulator/internal/hosted"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// A choice has each field once, in UTF-8.
func FuzzParseChoice(f *testing.F) {
	f.Add("email=ada%40example.com&account=x")
	f.Add("deny=true")
	f.Add("email=a&email=b")
	f.Add("email=%ff&name=%00")
	f.Fuzz(func(t *testing.T, body string) {
		values, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		c, err := hosted.ParseChoice(values)
		if err != nil {
			return
		}
		assert.Equal(t, values.Has("deny"), c.Denied)
		for name, list := range values {
			assert.Len(t, list, 1)
			assert.Equal(t, list[0], c.Value(name))
			assert.True(t, utf8.ValidString(c.Value(name)))
		}
		if typed := values.Get("email"); typed != "" {
			assert.Equal(t, typed, c.Email)
		}
	})
}

// Whoever is taken can be stored, and described again with the same words.
func FuzzParseOAuthPerson(f *testing.F) {
	f.Add(byte(0), "ada@example.com", "Ada", "1", "https://x.example/p", "en-GB", "", "true")
	f.Add(byte(4), "Ada@Example.com", "\u202e", "a b", "javascript:x", "en_GB", "1 2 3", "false")
	f.Add(byte(2), "<ada>@x", "\xff", "", "//", "", "T1", "")
	f.Fuzz(func(t *testing.T, n byte, email, name, subject, picture, locale, tenants, verified string) {
		provider := state.OAuthProviders()[int(n)%len(state.OAuthProviders())]
		values := map[string]string{
			"name": name, "subject": subject, "picture": picture, "locale": locale, "tenant_ids": tenants,
			"email_verified": verified,
		}
		value := func(field string) string { return values[field] }
		p, problem := hosted.ParseOAuthPerson(provider, email, value)
		if problem != "" {
			return
		}
		address, err := state.Email(p.Email)
		assert.NoError(t, err)
		assert.Equal(t, p.Email, address)
		assert.True(t, utf8.ValidString(p.Name) && utf8.RuneCountInString(p.Name) <= state.MaxName)
		assert.NotEmpty(t, p.Subject)
		for _, text := range append(p.TenantIDs, p.Subject) {
			assert.LessOrEqual(t, len(text), 128)
		}
		again, problem := hosted.ParseOAuthPerson(provider, p.Email, value)
		assert.Empty(t, problem)
		assert.Equal(t, p, again)
		for _, field := range hosted.OAuthFields(provider, value) {
			assert.Equal(t, values[field.Name], field.Value)
		}
	})
}

// Whoever is taken can be stored, and is among the attributes by the names of the mapping.
func FuzzParseSSOPerson(f *testing.F) {
	f.Add("ada@example.com", "Ada", "1", "a, b", `{"title": "Dr."}`, "mail")
	f.Add("ada@example.com", "", "", "", `{"mail": 5, "groups": ["", "a"], "given_name": "A"}`, "email")
	f.Add("x", "\xff", "\x00", ",,", `{"a": {"b": []}}`, "")
	f.Fuzz(func(t *testing.T, email, name, subject, groups, attributes, mapped string) {
		values := map[string]string{"name": name, "subject": subject, "groups": groups, "attributes": attributes}
		p, problem := hosted.ParseSSOPerson(email, func(field string) string { return values[field] },
			map[string]any{"email": mapped, "groups": "memberOf"})
		if problem != "" {
			assert.Nil(t, p)
			return
		}
		address, err := state.Email(p.Email)
		assert.NoError(t, err)
		assert.Equal(t, p.Email, address)
		assert.NoError(t, p.Check())
		assert.NotContains(t, p.Groups, "")
		data, err := json.Marshal(p.Attributes)
		assert.NoError(t, err)
		assert.NoError(t, json.Unmarshal(data, new(map[string]any)))
		if mapped != "name" && mapped != "memberOf" {
			assert.Equal(t, p.Email, p.Attributes[mapped])
		}
	})
}
