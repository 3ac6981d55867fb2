package emulator

import (
	"bytes"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/shared"
)

// encode sets the request_id and status_code of a response of the SDK's types, and writes it as the API does: with
// every member, empty or not. The JSON of the SDK's types omits empty members.
func encode(resp any, requestID string) ([]byte, error) {
	v := reflect.ValueOf(resp).Elem()
	v.FieldByName("RequestID").SetString(requestID)
	v.FieldByName("StatusCode").SetInt(http.StatusOK)
	var b bytes.Buffer
	err := encodeValue(jsontext.NewEncoder(&b), v)
	return bytes.TrimSpace(b.Bytes()), err
}

func encodeValue(enc *jsontext.Encoder, v reflect.Value) error {
	switch value := v.Interface().(type) {
	case time.Time:
		if value.IsZero() {
			return enc.WriteToken(jsontext.Null)
		}
		return enc.WriteToken(jsontext.String(value.UTC().Format(time.RFC3339)))
	case shared.Object:
		if value == nil {
			value = shared.Object{}
		}
		return json.MarshalEncode(enc, value)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return enc.WriteToken(jsontext.Null)
		}
		return encodeValue(enc, v.Elem())
	case reflect.Struct:
		return encodeStruct(enc, v)
	case reflect.Slice:
		return encodeList(enc, v)
	default:
		return json.MarshalEncode(enc, v.Interface(), json.Deterministic(true))
	}
}

func encodeStruct(enc *jsontext.Encoder, v reflect.Value) error {
	if err := enc.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for field, value := range v.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if err := enc.WriteToken(jsontext.String(name)); err != nil {
			return err
		}
		if err := encodeValue(enc, value); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndObject)
}

func encodeList(enc *jsontext.Encoder, v reflect.Value) error {
	if err := enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for i := range v.Len() {
		if err := encodeValue(enc, v.Index(i)); err != nil {
			return err
		}
	}
	return enc.WriteToken(jsontext.EndArray)
}
