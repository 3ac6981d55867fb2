package transport

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// readError returns the error for a status of 400 or more, whatever the body is. That the body cannot be read to its
// end is ignored.
func (c *call) readError(resp *http.Response) *stytcherror.Error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	drain(resp)
	c.fillRaw(resp, body)
	return c.newError(resp.StatusCode, resp.Header, body)
}

// newError returns the error of a response of the API or of OAuth2 (RFC 6749, section 5.2). Members of a wrong type are
// ignored.
func (c *call) newError(status int, header http.Header, body []byte) *stytcherror.Error {
	fields := members(body)
	text := func(names ...string) string {
		for _, name := range names {
			var s string
			if json.Unmarshal(fields[name], &s, jsontext.AllowInvalidUTF8(true)) == nil && s != "" {
				return c.redact(s)
			}
		}
		return ""
	}
	e := &stytcherror.Error{
		Op: c.op.Name, StatusCode: status, Retries: int(c.retries.Load()),
		RequestID:  text("request_id"),
		Code:       stytcherror.Code(text("error_type", "error")),
		Message:    text("error_message", "error_description"),
		URL:        text("error_url", "error_uri"),
		RetryAfter: retryAfter(header, c.cfg.Now),
		Body:       bytes.Clone(body[:min(len(body), maxErrorKept)]),
	}
	if details := fields["error_details"]; len(details) > 0 && details.Kind() != jsontext.KindNull {
		e.Details = []byte(details)
	}
	return e
}

// members returns the members of a JSON object, as far as it can be read. It may be cut short, be followed by other
// text and be invalid UTF-8; of two members with one name, the first counts.
func members(body []byte) map[string]jsontext.Value {
	dec := jsontext.NewDecoder(bytes.NewReader(body),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
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
		if _, ok := fields[name]; !ok {
			fields[name] = value.Clone()
		}
	}
	return fields
}

// isTLSFailure reports whether the TLS handshake failed or the server does not use TLS.
func isTLSFailure(err error) bool {
	_, refused := errors.AsType[*tls.CertificateVerificationError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	op, ok := errors.AsType[*net.OpError](err)
	alert := ok && (op.Op == "remote error" || op.Op == "local error") // of a type that crypto/tls does not export
	return refused || noTLS || alert || errors.Is(err, http.ErrSchemeMismatch)
}
