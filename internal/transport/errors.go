package transport

import (
	"bytes"
	"io"
	"net/http"
	"strings"

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

// newError returns the error of a response of the API, of OAuth2 (RFC 6749, section 5.2) or of a gateway. Members of a
// wrong type are ignored.
func (c *call) newError(status int, header http.Header, body []byte) *stytcherror.Error {
	fields := members(body)
	first := func(names ...string) string {
		for _, name := range names {
			if s := text(fields[name]); s != "" {
				return c.redact(s)
			}
		}
		return ""
	}
	code := first("error_type")
	if reason := first("error"); code == "" && isCode(reason) {
		code = reason
		delete(fields, "error")
	}
	e := &stytcherror.Error{
		Op: c.op.Name, StatusCode: status, Retries: int(c.retries.Load()),
		RequestID:  first("request_id"),
		Code:       stytcherror.Code(code),
		Message:    first("error_message", "error_description"),
		URL:        first("error_url", "error_uri"),
		RetryAfter: retryAfter(header, c.cfg.Now),
		Body:       bytes.Clone(body[:min(len(body), maxErrorKept)]),
		Details:    []byte(fields["error_details"]),
	}
	if e.Message == "" {
		e.Message = c.gatewayMessage(fields, body)
	}
	return e
}

// isCode reports whether the member error is a code, as in OAuth2, and not a gateway's sentence.
func isCode(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-.:/") == ""
}
