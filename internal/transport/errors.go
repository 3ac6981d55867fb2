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
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	drain(resp)
	c.fillRaw(resp, body)
	return c.newError(resp.StatusCode, resp.Header, body, err != nil || len(body) == maxErrorBody)
}

// newError returns the error of a response of the API, of OAuth2 (RFC 6749, section 5.2) or of a gateway. Members of a
// wrong type are ignored. The body may be cut short.
func (c *call) newError(status int, header http.Header, body []byte, cut bool) *stytcherror.Error {
	readable := toUTF8(body)
	fields := members(readable)
	raw := func(names ...string) string {
		for _, name := range names {
			if s := text(fields[name]); s != "" {
				return s
			}
		}
		return ""
	}
	first := func(names ...string) string { return c.redact(raw(names...)) }
	code, codeName := c.redactCode(raw("error_type")), ""
	if reason := c.redactCode(raw("error")); code == "" && isCode(reason) {
		code, codeName = reason, "error"
	}
	e := &stytcherror.Error{
		Op: c.op.Name, StatusCode: status, Retries: int(c.retries.Load()),
		RequestID:  first("request_id"),
		Code:       stytcherror.Code(code),
		Message:    first("error_message", "error_description"),
		URL:        c.redactAround(code, raw("error_url", "error_uri")),
		RetryAfter: retryAfter(header, c.cfg.Now),
		Body:       bytes.Clone(body[:min(len(body), maxErrorKept)]),
		Details:    []byte(fields["error_details"]),
	}
	if e.Message == "" {
		e.Message = c.gatewayMessage(readable, codeName, cut)
	}
	return e
}

// isCode reports whether the member error is a code, as in OAuth2, and not a gateway's sentence.
func isCode(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_-.:/") == ""
}
