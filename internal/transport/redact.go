package transport

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// redact takes out of foreign text what the call sent in secret: a server may echo it.
func (c *call) redact(text string) string {
	if c.cfg.Redact != nil {
		text = c.cfg.Redact(text)
	}
	return secret.Scrub(text, c.secrets())
}

// redactPointer does the same for each name in a JSON pointer, where ~ and / are escaped (RFC 6901, section 3).
func (c *call) redactPointer(p jsontext.Pointer) string {
	var redacted jsontext.Pointer
	for name := range p.Tokens() {
		redacted = redacted.AppendToken(c.redact(name))
	}
	return string(redacted)
}

// redactCause replaces a cause whose text holds a secret, as net/http's quotes of malformed answers can.
func (c *call) redactCause(err error) error {
	text := err.Error()
	if redacted := c.redact(text); redacted != text {
		return errors.New(redacted)
	}
	return err
}

// secrets are the values that the call sends and nobody must see, but for the project's credentials.
func (c *call) secrets() []string {
	session := []string{c.opts.Authorization.SessionToken, c.opts.Authorization.SessionJWT}
	return append(session, secret.Values(c.req)...)
}
