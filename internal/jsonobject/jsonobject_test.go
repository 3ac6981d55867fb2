package jsonobject_test

import (
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/jsonobject"
)

func TestEach(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]struct {
		members  []string
		complete bool
	}{
		``:                                 {nil, false},
		`null`:                             {nil, false},
		`[{"a":1}]`:                        {nil, false},
		`"a"`:                              {nil, false},
		`{`:                                {nil, false},
		"\ufeff{}":                         {nil, false},
		`{}`:                               {nil, true},
		` { "a" : 1 } `:                    {[]string{"a=1"}, true},
		`{"a":null,"b":{"c":[1]}}`:         {[]string{"a=null", `b={"c":[1]}`}, true},
		`{"a":1,"a":2,"\u0061":3}`:         {[]string{"a=1", "a=2", "a=3"}, true},
		`{"a":{"b":1,"b":2},"c":"\ud800"}`: {[]string{`a={"b":1,"b":2}`, `c="\ud800"`}, true},
		"{\"a\xff\":\"\xff\"}":             {[]string{"a\ufffd=\"\xff\""}, true},
		`{"a":1}{"b":2}`:                   {[]string{"a=1"}, true},
		`{"a":1} and text`:                 {[]string{"a=1"}, true},
		`{"a":1,}`:                         {[]string{"a=1"}, false},
		`{"a":1,"b":`:                      {[]string{"a=1"}, false},
		`{"a":1,"b":[1`:                    {[]string{"a=1"}, false},
		`{"a":1,"b`:                        {[]string{"a=1"}, false},
		`{"a":1`:                           {[]string{"a=1"}, false},
		`{"a":1 "b":2}`:                    {[]string{"a=1"}, false},
		`{1:2}`:                            {nil, false},
	} {
		var members []string
		complete := jsonobject.Each([]byte(object), func(name string, value jsontext.Value) bool {
			members = append(members, name+"="+string(value))
			return true
		})
		assert.Equal(t, want.members, members, object)
		assert.Equal(t, want.complete, complete, object)
	}
}

func TestEach_ends(t *testing.T) {
	t.Parallel()
	calls := 0
	assert.False(t, jsonobject.Each([]byte(`{"a":1,"b":2}`), func(string, jsontext.Value) bool {
		calls++
		return false
	}))
	assert.Equal(t, 1, calls)
}
