// Package jsonobject reads the members of JSON objects as encoding/json would, however odd they are.
//
//	import "github.com/go-json-experiment/json/jsontext"
//
//	complete := jsonobject.Each([]byte(`{"a":1,"a":2}`), func(name string, value jsontext.Value) bool {
//		fmt.Println(name, value)
//		return true
//	})
//
// [Each] has the members in order, and [AnyText] is the option to decode their values with.
package jsonobject

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// AnyText allows names that occur twice, of which the last counts, and text that is not UTF-8.
var AnyText = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// Each calls f for each member of an object, until that returns false. A value is valid until f returns. Each returns
// true if f returned true for all members and the object is whole. Text after the object is not read.
func Each(object []byte, f func(name string, value jsontext.Value) bool) (complete bool) {
	dec := jsontext.NewDecoder(bytes.NewReader(object), AnyText)
	if begin, err := dec.ReadToken(); err != nil || begin.Kind() != jsontext.KindBeginObject {
		return false
	}
	for dec.PeekKind() == jsontext.KindString {
		token, err := dec.ReadToken()
		if err != nil {
			return false
		}
		name := token.String()
		value, err := dec.ReadValue()
		if err != nil || !f(name, value) {
			return false
		}
	}
	return dec.PeekKind() == jsontext.KindEndObject
}
