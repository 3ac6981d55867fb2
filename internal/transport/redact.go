package transport

import (
	"encoding/base64"
	"errors"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// Redactor returns a function that takes a project's credentials out of text, for FetchConfig.Redact.
func Redactor(user string, password secret.Text) func(string) string {
	return func(text string) string {
		return secret.Scrub(text, []string{basicAuth(user, password), password.Reveal()})
	}
}

// basicAuth is the value of a Basic header without its scheme (RFC 7617, section 2).
func basicAuth(user string, password secret.Text) string {
	return base64.StdEncoding.EncodeToString([]byte(user + ":" + password.Reveal()))
}

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
	fields := reflect.ValueOf(c.req).Elem()
	p := planOf(fields.Type())
	for _, list := range [][]tagged{p.body, p.query, p.path} {
		for _, f := range list {
			if slices.Contains(c.op.Sensitive, f.name) {
				values = appendStrings(values, fields.Field(f.index))
			}
		}
	}
	return values
}

// appendStrings appends the string that v is, points to, or lists.
func appendStrings(values []string, v reflect.Value) []string {
	switch {
	case v.Kind() == reflect.String:
		return append(values, v.String())
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return appendStrings(values, v.Elem())
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			values = appendStrings(values, v.Index(i))
		}
	}
	return values
}
