package rbac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/rbac"
)

func TestMissingScopes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ held, required, missing []string }{
		"nothing required, nothing missing":              {list("read:users"), nil, nil},
		"not even of one who holds nothing":              {nil, nil, nil},
		"who holds nothing misses all":                   {nil, list("read:users", "x"), list("read:users", "x")},
		"an equal scope is held":                         {list("read:users"), list("read:users"), nil},
		"all required ones must be held":                 {list("read:users"), list("read:users", "read:books"), list("read:books")},
		"what misses is told in its order":               {list("b:1"), list("c:1", "b:1", "a:1"), list("c:1", "a:1")},
		"another resource is not":                        {list("read:users"), list("read:books"), list("read:books")},
		"another action is not":                          {list("read:users"), list("write:users"), list("write:users")},
		"a held resource * is every resource":            {list("read:*"), list("read:users", "read:a:b"), nil},
		"of its action only":                             {list("read:*"), list("write:users"), list("write:users")},
		"there is no wildcard for actions":               {list("*:users"), list("read:users"), list("read:users")},
		"* as an action is itself":                       {list("*:users"), list("*:users"), nil},
		"a lone * is a word":                             {list("*"), list("read:users"), list("read:users")},
		"a required * needs a held *":                    {list("read:users"), list("read:*"), list("read:*")},
		"which is then held":                             {list("read:*"), list("read:*"), nil},
		"a word is held by itself":                       {list("read"), list("read"), nil},
		"a word does not cover action:resource":          {list("read"), list("read:users"), list("read:users")},
		"nor is it covered by it":                        {list("read:users"), list("read"), list("read")},
		"but by action:*":                                {list("read:*"), list("read"), nil},
		"a word is the same as its action with -":        {list("read:-"), list("read"), nil},
		"and the reverse":                                {list("read"), list("read:-"), nil},
		"the first colon splits, further ones are text":  {list("read:a:b"), list("read:a:b"), nil},
		"nothing after the second one is dropped":        {list("read:a"), list("read:a:b"), list("read:a:b")},
		"* within a resource is text":                    {list("read:user*", "read:*:b"), list("read:users"), list("read:users")},
		"an empty resource is no word":                   {list("read:"), list("read"), list("read")},
		"an empty scope is not held by those who are":    {list("read"), list(""), list("")},
		"case and spaces matter":                         {list("Read:users", " read:users"), list("read:users"), list("read:users")},
		"the wildcard may stand anywhere among the held": {list("x", "read:a", "read:*"), list("read:b", "x"), nil},
	}
	for promise, test := range tests {
		t.Run(promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.missing, rbac.MissingScopes(test.held, test.required))
		})
	}
}
