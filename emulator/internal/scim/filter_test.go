package scim

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sample is the resource of a user with values of each type.
func sample() object {
	return object{
		"schemas": []any{userSchema, enterpriseSchema}, "id": "U1", "externalId": "Ext1", "userName": "Bob@example.com",
		"active": true, "title": "CFO", "name": object{"familyName": "O'Byrne \"B\"", "givenName": "Bob"},
		"emails": []any{
			object{"value": "bob@example.com", "type": "work", "primary": true},
			object{"value": "bob@example.org", "type": "home"},
		},
		"addresses": []any{object{"locality": "Dublin", "type": "work"}},
		"groups":    []any{object{"value": "G1", "display": "Editors"}},
		enterpriseSchema: object{
			"department": "Finance", "manager": object{"value": "M1", "displayName": "Ada"},
		},
		"x509Certificates": []any{object{"value": "MIIB"}},
		"meta": object{
			"resourceType": "User", "created": "2026-01-02T03:04:05Z", "lastModified": "2026-02-02T03:04:05Z",
			"location": "http://localhost/Users/U1",
		},
	}
}

func TestFilter_holdsForWhatItDescribes(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]bool{
		`userName eq "bob@example.com"`: true, `USERNAME EQ "BOB@EXAMPLE.COM"`: true, `userName eq "bob"`: false,
		`userName ne "bob"`: true, `userName ne "bob@example.com"`: false, `userName co "B@E"`: true, `userName sw "bo"`: true,
		`userName ew ".COM"`: true, `userName sw "ob"`: false, `userName gt "a"`: true, `userName ge "bob@example.com"`: true,
		`userName lt "bob@example.com"`: false, `userName le "bob@example.com"`: true, `userName pr`: true, `nickName pr`: false,
		`externalId eq "Ext1"`: true, `externalId eq "ext1"`: false, `id eq "U1"`: true, `id eq "u1"`: false,
		`active eq true`: true, `active ne true`: false, `active eq false`: false, `active pr`: true,
		`title eq null`: false, `nickName eq null`: true, `title ne null`: true, `nickName ne null`: false,
		`nickName ne "x"`: true, `nickName eq "x"`: false, `nickName co ""`: false, `title co ""`: true,
		`name.familyName co "o'byrne \"b\""`: true, `name.givenName eq "\u0042ob"`: true, `name pr`: true,
		`emails eq "bob@example.org"`: true, `emails co "example.net"`: false, `emails.value ew ".org"`: true,
		`emails.type eq "home"`: true, `emails.primary eq true`: true, `emails pr`: true, `emails.display.x pr`: false,
		`emails[type eq "work" and value co "example.com"]`: true, `emails[type eq "work" and value co "example.org"]`: false,
		`emails[type eq "home"].value eq "bob@example.org"`: true, `emails[type eq "home"].value eq "bob@example.com"`: false,
		`emails[not (type eq "work")]`: true, `emails[type eq "x" or primary eq true]`: true, `emails[type eq "other"]`: false,
		`addresses[locality eq "dublin"]`: true, `addresses.locality sw "dub"`: true, `groups.display eq "editors"`: true,
		`groups eq "G1"`: true, `groups eq "g1"`: false,
		`meta.created gt "2026-01-01T00:00:00Z"`: true, `meta.created eq "2026-01-02T04:04:05+01:00"`: true,
		`meta.lastModified lt "2026-02-02T03:04:05Z"`: false, `meta.lastModified le "2026-02-02T03:04:05Z"`: true,
		`meta.resourceType eq "User"`: true, `schemas eq "` + userSchema + `"`: true, `x509Certificates eq "MIIB"`: true,
		userSchema + `:userName sw "bob"`: true, strings.ToUpper(userSchema) + `:name.givenName eq "bob"`: true,
		enterpriseSchema + `:department eq "finance"`: true, enterpriseSchema + `:manager.displayName eq "ada"`: true,
		enterpriseSchema + `:manager eq "M1"`: true, enterpriseSchema + `:division pr`: false,
		`title eq "x" or title eq "y" and userName pr`: false, `(title eq "x" or title eq "CFO") and userName pr`: true,
		`title eq "CFO" or title eq "x" and nickName pr`: true, `not (title eq "CFO")`: false, `not(title eq "x")`: true,
		`NOT (title eq "x") AND title pr`: true, `not (not (title pr))`: true, `((title pr))`: true, `( title pr )`: true,
		` title pr `: true, `title pr and not (nickName pr)`: true, `emails[ type eq "work" ] and title pr`: true,
		`(emails[type eq "work"])`: true, `title  eq  "CFO"`: true, `title eq "a\\\""`: false,
	} {
		n, err := parseFilter(userType, filter)
		if strings.Contains(filter, "display.x") {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err, filter)
		assert.Equal(t, want, n.holds(sample(), new(work)), filter)
	}
}

func TestFilter_refusesWhatTheGrammarAndTheTypesDoNotHave(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{
		"", " ", "userName", "userName ", "userName eq", "userName eq ", `userName eq bob`, `userName eq "bob`, `userName eq "bob\"`,
		`userName eq 'bob'`, `userName eq 1`, `userName eq {}`, `userName eq ["a"]`, `userName eq true`, `userName is "bob"`,
		`userName eq "\x"`, `userName eq "\`, `userNameeq "bob"`, `userName eq"bob"`, `userName eq "a"and title pr`,
		`userName eq "a" and`, `userName eq "a" and `, `and title pr`, `userName eq "a" title pr`, `title pr or or title pr`,
		`(title pr`, `title pr)`, `()`, `( )`, `not title pr`, `not`, `not ()`, `nothing eq "a"`, `name.nothing pr`, `name eq "a"`,
		`addresses eq "a"`, `urn:x:userName pr`, userSchema + ` pr`, enterpriseSchema + ` pr`, enterpriseSchema + `:nothing pr`,
		`active gt true`, `active co "t"`, `active eq "true"`, `title co null`, `title gt null`, `x509Certificates gt "a"`,
		`meta.created eq "yesterday"`, `meta.created co "2026-01-01T00:00:00Z"`, `meta.created eq true`,
		`emails[type eq "work"`, `emails[]`, `emails[type]`, `emails type eq "work"]`, `emails[nothing eq "a"]`,
		`emails[type[value pr]]`, `emails[emails[type pr]]`, `title[value pr]`, `name[givenName pr]`, `emails.type[value pr]`,
		`emails[type pr].nothing pr`, `emails[type pr].value`, `emails[type pr]x`, "title\tpr", "title pr\x00", "\xff pr", `userName eq "` + "\xff" + `"`,
		strings.Repeat("(", 10_000) + "title pr" + strings.Repeat(")", 10_000), strings.Repeat("(", 51) + "title pr" + strings.Repeat(")", 51),
		strings.Repeat("(", 4000), strings.Repeat("not (", 800), strings.Repeat("title pr and ", 400), "title pr" + strings.Repeat(" ", 4096),
	} {
		_, err := parseFilter(userType, filter)
		f, ok := errors.AsType[*failure](err)
		require.True(t, ok, "%.200s", filter)
		assert.Equal(t, invalidFilter, f.scimType, filter)
		assert.Less(t, len(f.detail), 300, filter)
	}
	_, err := parseFilter(userType, strings.Repeat("(", 50)+"title pr"+strings.Repeat(")", 50))
	require.NoError(t, err)
}
