package transport

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// redact replaces the secrets of the call in text from a server, which may echo them.
func (c *call) redact(text string) string {
	if c.cfg.Redact != nil {
		text = c.cfg.Redact(text)
	}
	return secret.Scrub(text, c.secrets())
}

// redactPointer replaces them in the names of a JSON pointer, in which ~ and / are escaped (RFC 6901, section 3).
func (c *call) redactPointer(p jsontext.Pointer) string {
	var redacted jsontext.Pointer
	for name := range p.Tokens() {
		redacted = redacted.AppendToken(c.redact(name))
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
