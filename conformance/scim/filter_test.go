package scim_test

import (
	"maps"
	"net/url"
	"testing"

	"github.com/elimity-com/scim/filter"
	"github.com/elimity-com/scim/schema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// people are users with values in every combination that the filters tell apart.
func people(p *provider) {
	p.create("ada@x.example", object{
		"externalId": "A1", "title": "CEO", "displayName": "Ada", "userType": "Employee", "active": true,
		"name": object{"familyName": "Byron", "givenName": "Ada"}, "emails": []object{
			{"value": "ada@x.example", "type": "work", "primary": true}, {"value": "ada@home.example", "type": "home"},
		},
		enterpriseURN: object{"department": "Board"},
	})
	p.create("bob@x.example", object{
		"externalId": "a1", "title": "CFO", "displayName": "Bob", "userType": "employee", "active": true,
		"name": object{"familyName": "O'Byrne"}, "emails": []object{{"value": "bob@x.example", "type": "work"}},
		enterpriseURN: object{"department": "Finance"},
	})
	p.create("carol@y.example", object{
		"externalId": "C", "title": "Intern", "displayName": "carol", "userType": "Intern", "active": false,
		"name": object{"familyName": "Adams"}, "emails": []object{{"value": "carol@y.example", "type": "home"}},
		enterpriseURN: object{"department": "board"},
	})
}

// flat is a resource as the library takes it: the attributes of the extension have their URN in the name.
func flat(resource object) object {
	out := maps.Clone(resource)
	for name, value := range resource[enterpriseURN].(object) {
		out[enterpriseURN+":"+name] = value
	}
	return out
}

// Filters find what the library elimity-com/scim finds among the same resources.
func TestRFC7644_3_4_2_2_filtersFindWhatAnotherLibraryFinds(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	people(p)
	all := p.do(200, "GET", "/Users", "").body["Resources"].([]any)
	user := schema.CoreUserSchema()
	user.Attributes = append(user.Attributes, schema.CommonAttributes()...)
	some := 0
	for _, f := range []string{
		`userName eq "ADA@x.example"`, `userName ne "ada@x.example"`, `userName co "X.EX"`, `userName sw "b"`, `userName ew "y.example"`,
		`userName gt "bob@x.example"`, `userName ge "bob@x.example"`, `userName lt "bob@x.example"`, `userName le "bob@x.example"`,
		`title eq "cfo"`, `title pr`, `userType eq "EMPLOYEE"`, `active eq true`, `active eq false`, `externalId eq "a1"`,
		`name.familyName co "byr"`, `name.familyName eq "o'byrne"`, `displayName sw "C"`, `userName eq "nobody"`,
		`emails[type eq "work"]`, `emails[type eq "home" and value ew "home.example"]`, `emails[not (type eq "work")]`,
		`emails[type eq "work" or type eq "home"]`,
		`title eq "CEO" or title eq "CFO" and active eq false`, `(title eq "CEO" or title eq "CFO") and active eq true`,
		`not (title eq "CEO")`, `not (title eq "CEO" or active eq false)`, `userType eq "Intern" and not (active eq true)`,
		`((userName pr) and (title pr))`, `title sw "C" and title ew "O" and title co "F"`,
		userURN + `:userName sw "bob"`, enterpriseURN + `:department eq "board"`, `userName EQ "ada@x.example" AND title Pr`,
	} {
		other, err := filter.NewValidator(f, user, schema.ExtensionEnterpriseUser())
		require.NoError(t, err, f)
		want := []any{}
		for _, resource := range all {
			if other.PassesFilter(flat(resource.(object))) == nil {
				want = append(want, resource)
			}
		}
		some += len(want)
		found := p.do(200, "GET", "/Users?filter="+url.QueryEscape(f), "").body
		assert.Equal(t, want, found["Resources"], f)
	}
	assert.Greater(t, some, 40)
}

// Filters that the library refuses are refused.
func TestRFC7644_3_4_2_2_malformedFiltersAreInvalid(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, f := range []string{
		`userName`, `userName eq`, `userName eq bob`, `userName eq "bob`, `userName is "bob"`, `(userName pr`, `userName pr)`, `not userName pr`,
		`userName pr and`, `userName pr or or title pr`, `emails[type eq "work"`, `emails[]`, `and title pr`, `userName eq 'bob'`, `()`,
	} {
		_, err := filter.NewValidator(f, schema.CoreUserSchema())
		require.Error(t, err, f)
		p.refused(400, "invalidFilter", "GET", "/Users?filter="+url.QueryEscape(f), "")
	}
	for _, f := range []string{`nothing eq "x"`, `name.nothing pr`, `active gt true`} {
		other, err := filter.NewValidator(f, schema.CoreUserSchema())
		require.NoError(t, err, f)
		require.Error(t, other.Validate(), f)
		p.refused(400, "invalidFilter", "GET", "/Users?filter="+url.QueryEscape(f), "")
	}
}
