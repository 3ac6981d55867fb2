package transport

import (
	"errors"
	"reflect"
	"strings"

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

// secrets collects the values that the call sends and nobody must see, but for the project's credentials.
func (c *call) secrets() []string {
	values := []string{c.opts.Authorization.SessionToken, c.opts.Authorization.SessionJWT}
	if len(c.op.Sensitive) == 0 || c.req == nil {
		return values
	}
	for _, path := range c.op.Sensitive {
		values = appendValues(values, reflect.ValueOf(c.req), path)
	}
	return values
}

// appendValues appends the strings at a path of wire names below v; an empty path is v itself.
func appendValues(values []string, v reflect.Value, path string) []string {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return appendValues(values, v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			values = appendValues(values, v.Index(i), path)
		}
	case reflect.String:
		return append(values, v.String())
	case reflect.Struct:
		name, rest, _ := strings.Cut(path, ".")
		p := planOf(v.Type())
		for _, list := range [][]tagged{p.body, p.query, p.path} {
			for _, f := range list {
				if f.name == name {
					values = appendValues(values, v.Field(f.index), rest)
				}
			}
		}
	default:
	}
	return values
}
