package transport

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// redact replaces the secrets of the call in text from a server, which may echo them.
func (c *call) redact(text string) string {
	if c.cfg.Redact != nil {
		text = c.cfg.Redact(text)
	}
	return secret.Scrub(text, c.secrets())
}

// redactCode replaces them in a code, unless that is a known one: no secret, though somebody's password may be a word
// in it.
func (c *call) redactCode(code string) string {
	if stytcherror.Code(code).StatusCode() != 0 {
		return code
	}
	return c.redact(code)
}

// redactAround replaces them in text, but for a known code in it.
func (c *call) redactAround(code, text string) string {
	if stytcherror.Code(code).StatusCode() == 0 {
		return c.redact(text)
	}
	parts := strings.Split(text, code)
	for i, part := range parts {
		parts[i] = c.redact(part)
	}
	return strings.Join(parts, code)
}

// maxPointer bounds a JSON pointer in an error, in bytes.
const maxPointer = 500

// redactPointer replaces them in the names of a JSON pointer, in which ~ and / are escaped (RFC 6901, section 3). What
// goes beyond maxPointer is left out.
func (c *call) redactPointer(p jsontext.Pointer) string {
	var redacted jsontext.Pointer
	for name := range p.Tokens() {
		next := redacted.AppendToken(c.redact(name))
		if len(next) > maxPointer {
			return string(redacted) + "/..."
		}
		redacted = next
	}
	return string(redacted)
}

// redactCause replaces an error whose text contains a secret: net/http quotes from malformed responses.
func (c *call) redactCause(err error) error {
	text := err.Error()
	if redacted := c.redact(text); redacted != text {
		return errors.New(redacted)
	}
	return err
}

// secrets returns the secrets that the call sends, except the client's credentials.
func (c *call) secrets() []string {
	session := []string{c.opts.Authorization.SessionToken, c.opts.Authorization.SessionJWT}
	return append(session, secret.Values(c.req)...)
}
