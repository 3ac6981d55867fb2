package transport

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// anyText allows what encoding/json allows in text.
var anyText = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// members returns the members of a JSON object that are not null, as far as it can be read. A byte order mark may
// precede it. It may be cut short, be followed by other text and be invalid UTF-8; of two members with one name, the
// last counts.
func members(body []byte) map[string]jsontext.Value {
	dec := jsontext.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, byteOrderMark)), anyText)
	if begin, err := dec.ReadToken(); err != nil || begin.Kind() != jsontext.KindBeginObject {
		return nil
	}
	fields := map[string]jsontext.Value{}
	for dec.PeekKind() == jsontext.KindString {
		token, err := dec.ReadToken()
		if err != nil {
			break
		}
		name := token.String()
		value, err := dec.ReadValue()
		if err != nil {
			break
		}
		if value.Kind() != jsontext.KindNull {
			fields[name] = value.Clone()
		}
	}
	return fields
}

// text returns the text of a JSON string, and "" for anything else.
func text(value jsontext.Value) string {
	var s string
	if json.Unmarshal(value, &s, anyText) != nil {
		return ""
	}
	return s
}
