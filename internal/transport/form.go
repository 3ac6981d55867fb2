package transport

import (
	"net/url"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// encodeForm makes a body of type application/x-www-form-urlencoded. A list becomes a pair per element.
func (c *call) encodeForm(fields reflect.Value, info *requestInfo) error {
	values := make(url.Values, len(info.body))
	for _, f := range info.body {
		v := fields.Field(f.index)
		if f.optional && v.IsZero() {
			continue
		}
		if reason := addPairs(values, f.name, v); reason != "" {
			return c.refuse(f.name, reason)
		}
	}
	c.body = []byte(values.Encode())
	return nil
}

// addPairs adds v as text, or returns why a form cannot represent it.
func addPairs(values url.Values, name string, v reflect.Value) (reason string) {
	switch v.Kind() {
	case reflect.String:
		if !utf8.ValidString(v.String()) {
			return "is not valid UTF-8"
		}
		values.Add(name, v.String())
	case reflect.Bool:
		values.Add(name, strconv.FormatBool(v.Bool()))
	case reflect.Int:
		values.Add(name, strconv.FormatInt(v.Int(), 10))
	case reflect.Pointer:
		if !v.IsNil() {
			return addPairs(values, name, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			if reason := addPairs(values, name, v.Index(i)); reason != "" {
				return reason
			}
		}
	default:
		return "cannot be encoded as a form"
	}
	return ""
}
