package transport

import (
	jsonv1 "encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-querystring/query"
)

// target is the part of the URL below the base: the path, the escaped path if there are parameters, and the query.
type target struct {
	path, rawPath, query string
}

var emptyBody = []byte("{}")

// encode turns the request struct into path, query and body.
func (c *call) encode(req any) error {
	v := reflect.ValueOf(req)
	if !v.IsValid() || v.Kind() != reflect.Pointer || v.Type().Elem().Kind() != reflect.Struct {
		return c.refuse("req", "is not a pointer to a request")
	}
	if v.IsNil() {
		v = reflect.New(v.Type().Elem())
		req = v.Interface()
	}
	c.req = req
	info := infoOf(v.Type().Elem())
	fields := v.Elem()
	for _, f := range info.required {
		if fields.Field(f.index).IsZero() {
			return c.refuse(f.name, "is required")
		}
	}
	if err := c.encodePath(fields, info); err != nil {
		return err
	}
	if err := c.encodeQuery(req, fields, info); err != nil {
		return err
	}
	return c.encodeBody(v, info)
}

// encodePath replaces the parameters in the path by their values, each as one escaped segment.
func (c *call) encodePath(fields reflect.Value, info *requestInfo) error {
	c.url.path = c.op.Path
	if len(info.path) == 0 && !strings.Contains(c.op.Path, "{") {
		return nil
	}
	var plain, escaped strings.Builder
	rest := c.op.Path
	for {
		before, after, found := strings.Cut(rest, "{")
		plain.WriteString(before)
		escaped.WriteString(before)
		if !found {
			break
		}
		name, tail, _ := strings.Cut(after, "}")
		value := c.cfg.ProjectID
		if i := slices.IndexFunc(info.path, func(f requestField) bool { return f.name == name }); i >= 0 {
			value = fields.Field(info.path[i].index).String()
		} else if name != "project_id" {
			return c.refuse(name, "is missing from the request type")
		}
		if reason := badSegment(value); reason != "" {
			return c.refuse(name, reason)
		}
		plain.WriteString(value)
		escaped.WriteString(url.PathEscape(value))
		rest = tail
	}
	c.url.path, c.url.rawPath = plain.String(), escaped.String()
	return nil
}

// badSegment returns why a value cannot be a path segment, or "". Proxies may resolve dot segments, which changes the
// path (RFC 3986, section 5.2.4).
func badSegment(value string) string {
	switch {
	case value == "":
		return "is required"
	case value == "." || value == "..":
		return "is a dot segment"
	case !utf8.ValidString(value):
		return "is not valid UTF-8"
	}
	return ""
}

func (c *call) encodeQuery(req any, fields reflect.Value, info *requestInfo) error {
	if len(info.query) == 0 {
		return nil
	}
	values, err := query.Values(req)
	if err != nil {
		return c.refuse("req", "cannot be encoded as a query")
	}
	kept := make(url.Values, len(info.query))
	for _, f := range info.query {
		if f.optional && fields.Field(f.index).IsZero() {
			continue
		}
		for _, v := range values[f.name] {
			if !utf8.ValidString(v) {
				return c.refuse(f.name, "is not valid UTF-8")
			}
		}
		kept[f.name] = values[f.name]
	}
	c.url.query = kept.Encode()
	return nil
}

// encodeBody makes the body of POST and PUT from req, a pointer to the request: a form or a JSON object, {} if the
// request has no fields in the body. GET and DELETE have none.
func (c *call) encodeBody(req reflect.Value, info *requestInfo) error {
	if c.op.Method != http.MethodPost && c.op.Method != http.MethodPut {
		return nil
	}
	if c.op.Form {
		return c.encodeForm(req.Elem(), info)
	}
	if len(info.body) == 0 {
		c.body = emptyBody
		return nil
	}
	content := c.req
	if info.bodyType != nil {
		content = req.Convert(info.bodyType).Interface()
	}
	body, err := json.Marshal(content)
	if err != nil {
		field, reason := explainEncoding(err)
		return c.refuse(field, reason)
	}
	c.body = body
	return nil
}

// explainEncoding returns which field JSON cannot represent, and why, without its value.
func explainEncoding(err error) (field, reason string) {
	field, reason = "req", "cannot be encoded as JSON"
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		field = pointerToName(semantic.JSONPointer)
		if typ := offendingType(semantic); typ != nil {
			reason += ": " + typ.String()
		}
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		field = pointerToName(syntactic.JSONPointer)
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			reason += ": a name occurs twice"
		case strings.Contains(syntactic.Error(), "max depth"): // json/v2 exports no such error
			reason += ": it is nested too deeply"
		default:
			reason += ": text that is not valid UTF-8"
		}
	}
	return field, reason
}

// offendingType returns the type that JSON cannot represent. For values in a shared.Object, encoding/json names it.
func offendingType(err *json.SemanticError) reflect.Type {
	if unsupported, ok := errors.AsType[*jsonv1.UnsupportedTypeError](err.Err); ok {
		return unsupported.Type
	}
	if unsupported, ok := errors.AsType[*jsonv1.UnsupportedValueError](err.Err); ok {
		if unsupported.Value.IsValid() {
			return unsupported.Value.Type()
		}
		if _, err := strconv.ParseFloat(unsupported.Str, 64); err == nil {
			return reflect.TypeFor[float64]() // under GOEXPERIMENT=jsonv2, NaN and infinities come without the value
		}
	}
	if failed, ok := errors.AsType[*jsonv1.MarshalerError](err.Err); ok {
		return failed.Type
	}
	return err.GoType
}

func pointerToName(p jsontext.Pointer) string {
	if p == "" {
		return "req"
	}
	return strings.ReplaceAll(strings.TrimPrefix(string(p), "/"), "/", ".")
}
