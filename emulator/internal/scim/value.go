package scim

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
	"github.com/seed75add069/stytch-go/emulator/internal/strict"
)

// parseObject decodes a body, which must be a JSON object.
func parseObject(body []byte) (object, error) {
	if strict.TooDeep(body, state.MaxDepth) {
		return nil, bad(invalidSyntax, "The body is nested deeper than %d levels.", state.MaxDepth)
	}
	var decoded object
	if err := json.Unmarshal(body, &decoded); err != nil || decoded == nil {
		return nil, bad(invalidSyntax, "The body is not a JSON object.")
	}
	return decoded, nil
}

// membersNamed returns those members of an object that have some names, whatever the case, under these names.
func membersNamed(body object, names ...string) (object, error) {
	found := object{}
	for key, value := range body {
		i := slices.IndexFunc(names, func(name string) bool { return isName(name, key) })
		if i < 0 {
			continue
		}
		if _, twice := found[names[i]]; twice {
			return nil, bad(invalidSyntax, "The member %s occurs twice.", names[i])
		}
		found[names[i]] = value
	}
	return found, nil
}

// parseMessage returns members of a body, see [membersNamed], that must say what it is.
func parseMessage(data []byte, schema string, names ...string) (object, error) {
	body, err := parseObject(data)
	if err != nil {
		return nil, err
	}
	found, err := membersNamed(body, slices.Concat(names, []string{"schemas"})...)
	if err != nil {
		return nil, err
	}
	return found, checkSchemas(found, schema)
}

// checkSchemas checks that a body says what it is.
func checkSchemas(body object, schema string) error {
	list, _ := body["schemas"].([]any)
	is := func(v any) bool {
		s, ok := v.(string)
		return ok && strings.EqualFold(s, schema)
	}
	if !slices.ContainsFunc(list, is) {
		return bad(invalidSyntax, "The attribute schemas must have %s.", schema)
	}
	return nil
}

// parse makes a resource of a body. What the schema does not have, and what clients cannot set, is ignored (RFC 7644,
// sections 3.3 and 3.5.1).
func (t *resourceType) parse(data []byte) (object, error) {
	body, err := parseObject(data)
	if err != nil {
		return nil, err
	}
	known, err := membersNamed(body, "schemas", t.extension)
	if err != nil {
		return nil, err
	}
	if err := checkSchemas(known, t.schema); err != nil {
		return nil, err
	}
	doc := object{}
	if err := assign(doc, slices.Concat(commonAttributes, t.attributes), body); err != nil {
		return nil, err
	}
	if value, given := known[t.extension]; given && value != nil {
		values, ok := value.(object)
		if !ok {
			return nil, bad(invalidValue, "%s must be an object.", t.extension)
		}
		extension := object{}
		if err := assign(extension, t.extensionAttributes, values); err != nil {
			return nil, err
		}
		if len(extension) > 0 {
			doc[t.extension] = extension
		}
	}
	return doc, t.checkRequired(doc, invalidValue)
}

// assign sets the attributes of a resource or of a complex value to values of a body.
func assign(doc object, attributes []*attribute, values object) error {
	seen := map[*attribute]bool{}
	for name, value := range values {
		a := named(attributes, name)
		if a == nil || a.readOnly {
			continue
		}
		if seen[a] {
			return bad(invalidSyntax, "The attribute %s occurs twice.", a.name)
		}
		seen[a] = true
		v, err := a.value(value)
		if err != nil {
			return err
		}
		if v != nil {
			doc[a.name] = v
		}
	}
	return nil
}

// checkRequired refuses a resource without a required attribute.
func (t *resourceType) checkRequired(doc object, scimType string) error {
	for _, a := range t.attributes {
		if s, _ := doc[a.name].(string); a.required && strings.TrimSpace(s) == "" {
			return bad(scimType, "The attribute %s is required.", a.name)
		}
	}
	return nil
}

// value makes a value of the attribute from decoded JSON, nil if that is none: null, an empty list or an empty text.
// Of a list of values with labels, one at most may be the primary one.
func (a *attribute) value(v any) (any, error) {
	if !a.multi {
		return a.single(v)
	}
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	if err := a.checkCount(list); err != nil {
		return nil, err
	}
	var values []any
	primary := 0
	for _, v := range list {
		one, err := a.single(v)
		if err != nil {
			return nil, err
		}
		if one == nil {
			continue
		}
		if isPrimary(one) {
			primary++
		}
		values = append(values, one)
	}
	switch {
	case primary > 1:
		return nil, bad(invalidValue, "Several values of %s are the primary one.", a.name)
	case len(values) == 0:
		return nil, nil //nolint:nilnil // No value is not an error.
	}
	return values, nil
}

// isEmpty reports whether a complex value has no value. Not to be the primary one is none.
func isEmpty(v object) bool { return len(v) == 0 || len(v) == 1 && v["primary"] == false }

func isPrimary(v any) bool {
	element, _ := v.(object)
	return element["primary"] == true
}

func (a *attribute) single(v any) (any, error) {
	if v == nil || v == "" {
		return nil, nil //nolint:nilnil // No value is not an error.
	}
	switch s, isText := v.(string); {
	case a.kind == kindComplex && isText && !a.multi && named(a.subs, "value") != nil:
		return a.single(object{"value": s}) // as Entra ID sends a manager
	case a.kind == kindComplex:
		values, ok := v.(object)
		if !ok {
			return nil, bad(invalidValue, "A value of %s is not an object.", a.name)
		}
		doc := object{}
		if err := assign(doc, a.subs, values); err != nil {
			return nil, err
		}
		if isEmpty(doc) {
			return nil, nil //nolint:nilnil // No value is not an error.
		}
		return doc, nil
	case a.kind == kindBoolean:
		return a.boolean(v)
	case !isText:
		return nil, bad(invalidValue, "The value of %s is not a string.", a.name)
	case a.kind == kindBinary && !isBase64(s):
		return nil, bad(invalidValue, "The value of %s is not base64.", a.name)
	case a.kind == kindReference && slices.Contains(a.types, external) && !isURL(s):
		return nil, bad(invalidValue, "The value of %s is not an absolute URL.", a.name)
	}
	return v, nil
}

// isBase64 reports whether a text is base64, which may be without the padding (RFC 7643, section 2.3.6).
func isBase64(s string) bool {
	_, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return err == nil
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && !strings.Contains(s, " ")
}

// boolean takes texts too: Entra ID sends "True" and "False".
func (a *attribute) boolean(v any) (any, error) {
	switch s, isText := v.(string); {
	case isText && strings.EqualFold(s, "true"):
		return true, nil
	case isText && strings.EqualFold(s, "false"):
		return false, nil
	}
	if _, ok := v.(bool); !ok {
		return nil, bad(invalidValue, "The value of %s is neither true nor false.", a.name)
	}
	return v, nil
}
