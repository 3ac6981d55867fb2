package transport

import (
	"bytes"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jsonobject"
	"github.com/seed75add069/stytch-go/internal/jsonoptions"
)

// byteOrderMark is not JSON, but may be ignored before it (RFC 8259, section 8.1).
var byteOrderMark = []byte("\ufeff")

// StrictResponse is a response that may not always be decoded leniently.
type StrictResponse interface {
	// MayBeLenient reports whether this body may be.
	MayBeLenient(body []byte) bool
}

// unmarshal decodes a body into resp, a pointer to a zero value: strictly first, which is faster, and leniently where
// that fails. If resp decides, it does not merge objects with one name, such as two sessions.
func unmarshal(body []byte, resp any, decides bool) error {
	quick := jsonoptions.Quick
	if len(body) > maxSmall {
		quick = jsonoptions.QuickPage
	}
	err := json.Unmarshal(body, resp, quick)
	if err != nil && jsonoptions.MaySucceedStrictly(err) {
		reflect.ValueOf(resp).Elem().SetZero()
		err = json.Unmarshal(body, resp, jsonoptions.Strict)
	}
	if err == nil {
		return nil
	}
	body = bytes.TrimPrefix(body, byteOrderMark)
	r, isStrict := resp.(StrictResponse)
	if isStrict && !r.MayBeLenient(body) {
		return err
	}
	if decides && !isStrict && !hasUniqueNames(body, 1) {
		return err
	}
	reflect.ValueOf(resp).Elem().SetZero()
	return json.Unmarshal(body, resp, jsonoptions.Lenient)
}

// hasUniqueNames reports whether no name occurs twice in an object, and in the objects in it to that depth. Further
// down is what users write, such as metadata.
func hasUniqueNames(object []byte, depth int) bool {
	seen := map[string]bool{}
	return jsonobject.Each(object, func(name string, value jsontext.Value) bool {
		if seen[name] {
			return false
		}
		seen[name] = true
		return depth == 0 || value.Kind() != jsontext.KindBeginObject || hasUniqueNames(value, depth-1)
	})
}
