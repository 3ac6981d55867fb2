package engine

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/emulator/internal/strict"
)

// bind decodes path, query and body into a request of the SDK's types. Unknown names and values of a wrong type are
// errors.
func (c *call) bind(req any) error {
	if len(c.body) > 0 {
		if err := c.bindBody(req); err != nil {
			return err
		}
	}
	query, err := c.query()
	if err != nil {
		return err
	}
	for field, value := range reflect.ValueOf(req).Elem().Fields() {
		if name, ok := field.Tag.Lookup("path"); ok {
			value.SetString(c.params[name])
		}
		name, ok := field.Tag.Lookup("url")
		if !ok || !query.Has(name) {
			continue
		}
		if err := bindQuery(value, query[name]); err != nil {
			return ops.ErrBadRequest.Because("The parameter %s %v.", name, err)
		}
		query.Del(name)
	}
	if len(query) > 0 {
		name := slices.Min(slices.Collect(maps.Keys(query)))
		return ops.ErrBadRequest.Because("There is no parameter %s.", shorten(name))
	}
	return nil
}

// shorten cuts a name that an error repeats.
func shorten(name string) string { return strings.ToValidUTF8(name[:min(len(name), 128)], "") }

// bindQuery sets a field to the value of a parameter of the query.
func bindQuery(field reflect.Value, values []string) error {
	if len(values) > 1 {
		return errors.New("occurs twice")
	}
	if field.Kind() == reflect.Pointer {
		if values[0] == "" {
			return nil
		}
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	switch field.Kind() {
	case reflect.Bool:
		if values[0] != "true" && values[0] != "false" {
			return errors.New("is neither true nor false")
		}
		field.SetBool(values[0] == "true")
	case reflect.Int:
		n, err := strconv.Atoi(values[0])
		if err != nil {
			return errors.New("is not an integer")
		}
		field.SetInt(int64(n))
	default:
		field.SetString(values[0])
	}
	return nil
}

// bindBody decodes the body into req. It ignores members named like a parameter of the path, which some clients repeat
// in the body.
func (c *call) bindBody(req any) error {
	if strict.TooDeep(c.body, state.MaxDepth) {
		return ops.ErrBadRequest.Because("The body is nested deeper than %d levels.", state.MaxDepth)
	}
	body, err := c.withoutParameters()
	if err != nil {
		return ops.ErrBadRequest.Because("The body is not a JSON object.")
	}
	err = json.Unmarshal(body, req, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		if e := c.badFilterName(string(semantic.JSONPointer)); e != nil {
			return e
		}
		field := strings.ReplaceAll(strings.TrimPrefix(string(semantic.JSONPointer), "/"), "/", ".")
		if errors.Is(err, json.ErrUnknownName) {
			return ops.ErrBadRequest.Because("There is no parameter %s.", shorten(field))
		}
		return ops.ErrBadRequest.Because("The parameter %s has a wrong type.", shorten(field))
	}
	return ops.ErrBadRequest.Because("The body does not decode.")
}

// badFilterName is the error of a search whose filter_name, at a pointer into the body, is no string; nil for other
// operations and pointers.
func (c *call) badFilterName(pointer string) error {
	if !strings.HasSuffix(pointer, "/filter_name") {
		return nil
	}
	for _, e := range c.route.Errors {
		if strings.HasSuffix(string(e.Code), "_search_filter_name_must_be_string") {
			return e
		}
	}
	return nil
}

// withoutParameters returns the body without the members that are named like a parameter of the path, and notes the
// names of the others. An error means that the body is not one JSON object.
func (c *call) withoutParameters() ([]byte, error) {
	dec := jsontext.NewDecoder(bytes.NewReader(c.body))
	if token, err := dec.ReadToken(); err != nil || token.Kind() != jsontext.KindBeginObject {
		return nil, errors.New("not an object")
	}
	kept := []byte{'{'}
	c.members = map[string]bool{}
	for dec.PeekKind() != jsontext.KindEndObject {
		name, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		key, err := jsontext.AppendUnquote(nil, name)
		if err != nil {
			return nil, err
		}
		quoted := bytes.Clone(name)
		value, err := dec.ReadValue()
		if err != nil {
			return nil, err
		}
		if _, inPath := c.params[string(key)]; inPath {
			continue
		}
		c.members[string(key)] = true
		if len(kept) > 1 {
			kept = append(kept, ',')
		}
		kept = append(append(append(kept, quoted...), ':'), value...)
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return append(kept, '}'), nil
}
