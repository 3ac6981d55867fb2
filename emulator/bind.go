package emulator

import (
	"bytes"
	"errors"
	"net/url"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// bind decodes path, query and body into a request of the SDK's types. An unknown name in the body and a value of a
// wrong type are errors; an unknown name in the query is ignored. Fields of path and query are strings.
func bind(req any, params map[string]string, query url.Values, body []byte) error {
	if len(body) > 0 {
		if err := decodeBody(body, req, params); err != nil {
			return err
		}
	}
	for field, value := range reflect.ValueOf(req).Elem().Fields() {
		if name, ok := field.Tag.Lookup("path"); ok {
			value.SetString(params[name])
		}
		if name, ok := field.Tag.Lookup("url"); ok && query.Has(name) {
			value.SetString(query.Get(name))
		}
	}
	return nil
}

// decodeBody decodes the body into req. It ignores members named like a parameter of the path, which some clients
// repeat in the body.
func decodeBody(body []byte, req any, params map[string]string) error {
	if tooDeep(body, maxDepth) {
		return fail(stytcherror.CodeBadRequest, "The body is nested deeper than %d levels.", maxDepth)
	}
	var members map[string]jsontext.Value
	if err := json.Unmarshal(body, &members); err != nil {
		return fail(stytcherror.CodeBadRequest, "The body is not a JSON object.")
	}
	for name := range params {
		delete(members, name)
	}
	rest, err := json.Marshal(members)
	if err != nil {
		return err
	}
	err = json.Unmarshal(rest, req, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		field := strings.ReplaceAll(strings.TrimPrefix(string(semantic.JSONPointer), "/"), "/", ".")
		if errors.Is(err, json.ErrUnknownName) {
			return fail(stytcherror.CodeBadRequest, "There is no parameter %s.", field)
		}
		return fail(stytcherror.CodeBadRequest, "The parameter %s has a wrong type.", field)
	}
	return fail(stytcherror.CodeBadRequest, "The body does not decode.")
}

// maxDepth bounds how deeply a body is nested, so that what is stored can be encoded as part of any response.
const maxDepth = 100

// tooDeep reports whether JSON is nested deeper than limit. It does not validate the JSON.
func tooDeep(data []byte, limit int) bool {
	for decoder := jsontext.NewDecoder(bytes.NewReader(data)); ; {
		if _, err := decoder.ReadToken(); err != nil {
			return false
		}
		if decoder.StackDepth() > limit {
			return true
		}
	}
}

// matchPath compares a template with an escaped path, segment by segment, and returns the decoded parameters. A
// parameter does not match an empty segment.
func matchPath(template, path []string) (map[string]string, bool) {
	if len(template) != len(path) {
		return nil, false
	}
	params := map[string]string{}
	for i, want := range template {
		if name, ok := strings.CutPrefix(want, "{"); ok {
			value, err := url.PathUnescape(path[i])
			if err != nil || value == "" {
				return nil, false
			}
			params[strings.TrimSuffix(name, "}")] = value
		} else if want != path[i] {
			return nil, false
		}
	}
	return params, true
}
