package transport

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jsonobject"
)

// members returns the members of a JSON object that are not null, as far as it can be read, and nil for what is no
// object. A byte order mark may precede it. It may be cut short, be followed by other text and be invalid UTF-8; of two
// members with one name, the last counts.
func members(body []byte) map[string]jsontext.Value {
	body = bytes.TrimPrefix(body, byteOrderMark)
	if jsontext.Value(body).Kind() != jsontext.KindBeginObject {
		return nil
	}
	fields := map[string]jsontext.Value{}
	jsonobject.Each(body, func(name string, value jsontext.Value) bool {
		if value.Kind() != jsontext.KindNull {
			fields[name] = value.Clone()
		}
		return true
	})
	return fields
}

// text returns the text of a JSON string, and "" for anything else.
func text(value jsontext.Value) string {
	var s string
	if json.Unmarshal(value, &s, jsonobject.AnyText) != nil {
		return ""
	}
	return s
}
