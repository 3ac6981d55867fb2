package transport

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// readError makes the error for a status of 400 and more, of whatever body came, or of none: the status is known, so a
// body that breaks off takes nothing away.
func (c *call) readError(resp *http.Response) *stytcherror.Error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	drain(resp)
	c.fillRaw(resp, body)
	return c.newError(resp.StatusCode, resp.Header, body)
}

func (c *call) newError(status int, header http.Header, body []byte) *stytcherror.Error {
	e := &stytcherror.Error{
		Op: c.op.Name, StatusCode: status, Retries: c.retries,
		RetryAfter: retryAfter(header, c.cfg.Now),
		Body:       bytes.Clone(body[:min(len(body), maxErrorKept)]),
	}
	fillError(e, body)
	if c.secrets != nil {
		c.scrub(e)
	}
	return e
}

// fillError reads the API's body or, where that is absent, the OAuth2 one (RFC 6749, section 5.2), field by field: one
// field of a wrong type takes nothing from the others.
func fillError(e *stytcherror.Error, body []byte) {
	var fields map[string]jsontext.Value
	if json.Unmarshal(body, &fields) != nil {
		return
	}
	text := func(names ...string) string {
		for _, name := range names {
			var s string
			if json.Unmarshal(fields[name], &s) == nil && s != "" {
				return s
			}
		}
		return ""
	}
	e.RequestID = text("request_id")
	e.Code = stytcherror.Code(text("error_type", "error"))
	e.Message = text("error_message", "error_description")
	e.URL = text("error_url", "error_uri")
	if details := fields["error_details"]; len(details) > 0 && details.Kind() != 'n' {
		e.Details = []byte(details)
	}
}

// scrub takes out of the printed fields what the call sent in secret, in case the server echoes it.
func (c *call) scrub(e *stytcherror.Error) {
	values := c.secrets()
	e.RequestID = secret.Scrub(e.RequestID, values)
	e.Code = stytcherror.Code(secret.Scrub(string(e.Code), values))
	e.Message = secret.Scrub(e.Message, values)
	e.URL = secret.Scrub(e.URL, values)
}

// isTLSFailure reports whether the two sides could not agree on a secure connection.
func isTLSFailure(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.AlertError](err)
	return ok
}
