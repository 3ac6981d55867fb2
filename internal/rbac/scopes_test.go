package rbac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/rbac"
)

func TestMissingScopes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ held, required, missing []string }{
		"nothing is missing if nothing is required":              {list("read:users"), nil, nil},
		"nothing is missing if nothing is required or held":      {nil, nil, nil},
		"all are missing if nothing is held":                     {nil, list("read:users", "x"), list("read:users", "x")},
		"an equal scope covers":                                  {list("read:users"), list("read:users"), nil},
		"each required scope must be covered":                    {list("read:users"), list("read:users", "read:books"), list("read:books")},
		"missing scopes are in the order of required ones":       {list("b:1"), list("c:1", "b:1", "a:1"), list("c:1", "a:1")},
		"another resource does not cover":                        {list("read:users"), list("read:books"), list("read:books")},
		"another action does not cover":                          {list("read:users"), list("write:users"), list("write:users")},
		"the resource * covers every resource":                   {list("read:*"), list("read:users", "read:a:b"), nil},
		"the resource * covers its action only":                  {list("read:*"), list("write:users"), list("write:users")},
		"there is no wildcard for actions":                       {list("*:users"), list("read:users"), list("read:users")},
		"the action * covers itself":                             {list("*:users"), list("*:users"), nil},
		"a * alone is an action":                                 {list("*"), list("read:users"), list("read:users")},
		"a required * needs a *":                                 {list("read:users"), list("read:*"), list("read:*")},
		"a * covers a required *":                                {list("read:*"), list("read:*"), nil},
		"a scope without a colon covers itself":                  {list("read"), list("read"), nil},
		"a scope without a colon does not cover action:resource": {list("read"), list("read:users"), list("read:users")},
		"action:resource does not cover a scope without a colon": {list("read:users"), list("read"), list("read")},
		"action:* covers a scope without a colon":                {list("read:*"), list("read"), nil},
		"the resource - covers a scope without a colon":          {list("read:-"), list("read"), nil},
		"a scope without a colon covers the resource -":          {list("read"), list("read:-"), nil},
		"only the first colon splits":                            {list("read:a:b"), list("read:a:b"), nil},
		"a resource includes further colons":                     {list("read:a"), list("read:a:b"), list("read:a:b")},
		"* within a resource is text":                            {list("read:user*", "read:*:b"), list("read:users"), list("read:users")},
		"an empty resource is not the resource -":                {list("read:"), list("read"), list("read")},
		"an empty scope must be covered":                         {list("read"), list(""), list("")},
		"case and spaces matter":                                 {list("Read:users", " read:users"), list("read:users"), list("read:users")},
		"the wildcard may be anywhere among the held":            {list("x", "read:a", "read:*"), list("read:b", "x"), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.missing, rbac.MissingScopes(test.held, test.required))
		})
	}
}
