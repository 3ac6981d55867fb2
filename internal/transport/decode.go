package transport

import (
	"errors"
	"io"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/typecache"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// decode decodes the body into resp, a pointer to the operation's response struct. It refuses a body that is not the
// API's, such as a proxy's.
func (c *call) decode(received *response, resp any) error {
	body := received.body.Bytes()
	if received.status < 200 || received.status > 299 {
		return c.decodeError(received, "", "the status is neither a success nor an error", nil)
	}
	if len(body) == 0 {
		return c.decodeError(received, "", "it is empty", nil)
	}
	if err := unmarshal(body, resp, c.op.Decides); err != nil {
		field, reason, cause := explainDecoding(err)
		return c.decodeError(received, field, reason, cause)
	}
	if c.op.NoEnvelope {
		return nil
	}
	requestID, status, known := envelope(reflect.ValueOf(resp).Elem())
	switch {
	case known && requestID == "" && status == 0:
		return c.decodeError(received, "", "neither request_id nor status_code: not a response of the API", nil)
	case status >= 400:
		return c.newError(status, received.header, body, false)
	case c.op.Decides && status != 0 && (status < 200 || status > 299):
		return c.decodeError(received, "/status_code", "it is not that of a success", nil)
	case c.op.Decides && hasErrorType(body):
		return c.decodeError(received, "/error_type", "it is in a response of success", nil)
	}
	return nil
}

// hasErrorType reports whether a response has an error_type that is not empty.
func hasErrorType(body []byte) bool {
	value := string(members(body)["error_type"])
	return value != "" && value != `""`
}

func (c *call) decodeError(received *response, field jsontext.Pointer, reason string, cause error) error {
	id := text(members(received.body.Bytes())["request_id"])
	return &stytcherror.DecodeError{
		Op: c.op.Name, StatusCode: received.status, RequestID: c.redact(id),
		Field: c.redactPointer(field), Reason: reason, Err: cause,
	}
}

// explainDecoding returns where and why decoding failed, without the value.
func explainDecoding(err error) (field jsontext.Pointer, reason string, cause error) {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "", "it is cut short", io.ErrUnexpectedEOF
	}
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		reason = "unexpected value"
		if semantic.JSONKind != 0 {
			reason = "JSON " + kindName(semantic.JSONKind)
		}
		if semantic.GoType != nil {
			reason += " does not fit " + semantic.GoType.String()
		}
		return semantic.JSONPointer, reason, nil
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		reason = "it is not valid JSON"
		if errors.Is(err, jsontext.ErrDuplicateName) {
			reason = "a name occurs twice"
		}
		return syntactic.JSONPointer, reason, nil
	}
	return "", "it is not valid JSON", nil
}

func kindName(k jsontext.Kind) string {
	switch k {
	case jsontext.KindBeginObject, jsontext.KindEndObject:
		return "object"
	case jsontext.KindBeginArray, jsontext.KindEndArray:
		return "array"
	default:
		return k.String()
	}
}

// envelopeFields are the indexes of the fields RequestID and StatusCode of a response struct, -1 if it has none.
type envelopeFields struct{ requestID, status int }

// envelopes has the envelopeFields of a type.
var envelopes = typecache.Of(func(t reflect.Type) any { return findEnvelope(t) })

// envelope returns the two fields that the API sets in every response. known is false for a type that has neither.
func envelope(resp reflect.Value) (requestID string, status int, known bool) {
	f := envelopes(resp.Type()).(envelopeFields)
	if f.requestID >= 0 {
		requestID, known = resp.Field(f.requestID).String(), true
	}
	if f.status >= 0 {
		status, known = int(resp.Field(f.status).Int()), true
	}
	return requestID, status, known
}

func findEnvelope(t reflect.Type) envelopeFields {
	f := envelopeFields{requestID: -1, status: -1}
	if t.Kind() != reflect.Struct {
		return f
	}
	if field, ok := t.FieldByName("RequestID"); ok && field.Type.Kind() == reflect.String {
		f.requestID = field.Index[0]
	}
	if field, ok := t.FieldByName("StatusCode"); ok && field.Type.Kind() == reflect.Int {
		f.status = field.Index[0]
	}
	return f
}
