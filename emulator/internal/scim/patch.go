package scim

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

const patchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

// maxOperations bounds the operations of a patch.
const maxOperations = 1000

// The operations of a patch (RFC 7644, section 3.5.2).
const (
	opAdd     = "add"
	opRemove  = "remove"
	opReplace = "replace"
)

// patch changes a resource as the body of a request says.
func (t *resourceType) patch(doc object, data []byte) error {
	body, err := message(data, patchSchema, "Operations")
	if err != nil {
		return err
	}
	operations, _ := body["Operations"].([]any)
	switch {
	case len(operations) == 0:
		return bad(invalidSyntax, "There are no Operations.")
	case len(operations) > maxOperations:
		return bad(tooMany, "There are more than %d Operations.", maxOperations)
	}
	var w work
	for _, o := range operations {
		err := t.operate(doc, o, &w)
		if err := cmp.Or(w.check(), err); err != nil {
			return err
		}
	}
	return t.checkRequired(doc, mutability)
}

// operate does one operation. The name of it has any case: Entra ID sends "Add".
func (t *resourceType) operate(doc object, operation any, w *work) error {
	body, _ := operation.(object)
	o, err := members(body, "op", "path", "value")
	if err != nil {
		return err
	}
	op := strings.ToLower(asText(o["op"]))
	if op != opAdd && op != opRemove && op != opReplace {
		return bad(invalidSyntax, "The op of an operation is neither add nor remove nor replace.")
	}
	value, given := o["value"]
	if !given && op != opRemove {
		return bad(invalidValue, "The operation %s has no value.", op)
	}
	if path := o["path"]; path != nil && path != "" {
		text, ok := path.(string)
		if !ok {
			return bad(invalidPath, "A path is not a string.")
		}
		to, err := parsePath(t, text)
		if err != nil {
			return err
		}
		return change{op, to, value, w}.apply(doc)
	}
	values, ok := value.(object)
	switch {
	case op == opRemove:
		return bad(noTarget, "The operation remove has no path.")
	case !ok:
		return bad(invalidValue, "Without a path the value is an object.")
	}
	return t.changeEach(doc, op, values, w)
}

// changeEach does an operation without a path. The names in the value are paths themselves, as Entra ID sends them;
// what the schema does not have, and what clients cannot set, is ignored.
func (t *resourceType) changeEach(doc object, op string, values object, w *work) error {
	seen := map[target]bool{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		to, err := parsePath(t, name)
		if err != nil || to.attr != nil && to.attr.readOnly {
			continue
		}
		if to.filter == nil {
			if seen[to] {
				return bad(invalidSyntax, "The value has %.128q twice.", name)
			}
			seen[to] = true
		}
		if err := (change{op, to, values[name], w}).apply(doc); err != nil {
			return err
		}
		if err := w.check(); err != nil {
			return err
		}
	}
	return nil
}

// change is an operation on what a path names.
type change struct {
	op    string
	to    target
	value any
	work  *work
}

func (c change) apply(doc object) error {
	if c.to.extension == "" {
		return c.changeIn(doc)
	}
	extension, _ := doc[c.to.extension].(object)
	if extension == nil {
		extension = object{}
	}
	if err := c.changeExtension(extension); err != nil {
		return err
	}
	doc[c.to.extension] = extension
	if len(extension) == 0 {
		delete(doc, c.to.extension)
	}
	return nil
}

func (c change) changeExtension(extension object) error {
	if c.to.attr != nil {
		return c.changeIn(extension)
	}
	if c.op == opRemove {
		clear(extension)
		return nil
	}
	values, ok := c.value.(object)
	if !ok {
		return bad(invalidValue, "The value of an extension is an object.")
	}
	return assign(extension, userType.extensionAttributes, values)
}

// changeIn changes an attribute of an object.
func (c change) changeIn(doc object) error {
	a := c.to.attr
	if a.readOnly || c.to.sub != nil && c.to.sub.readOnly {
		return bad(mutability, "The attribute %s cannot be changed.", c.to.last().name)
	}
	var err error
	switch {
	case a.multi:
		var list []any
		old, _ := doc[a.name].([]any)
		if list, err = c.changeList(old); err != nil {
			return err
		}
		if doc[a.name] = list; len(list) == 0 {
			delete(doc, a.name)
		}
		return a.checkCount(list)
	case c.to.sub != nil:
		element, _ := doc[a.name].(object)
		if element == nil {
			element = object{}
		}
		err = c.changeElement(element)
		doc[a.name] = element
		if len(element) == 0 {
			delete(doc, a.name)
		}
		return err
	case c.op == opRemove:
		delete(doc, a.name)
		return nil
	}
	v, err := a.value(c.value)
	switch values, isComplex := v.(object); {
	case err != nil:
		return err
	case v == nil:
		if c.op == opReplace {
			delete(doc, a.name)
		}
	case isComplex && doc[a.name] != nil:
		old, _ := doc[a.name].(object)
		maps.Copy(old, values)
	default:
		doc[a.name] = v
	}
	return nil
}

// changeElement changes a complex value: the sub-attribute that the path names, or the whole.
func (c change) changeElement(element object) error {
	sub := c.to.sub
	switch {
	case c.op == opRemove && sub == nil:
		clear(element)
		return nil
	case c.op == opRemove:
		delete(element, sub.name)
		return nil
	case sub == nil:
		v, err := c.to.attr.single(c.value)
		if c.op == opReplace && err == nil {
			clear(element)
		}
		values, _ := v.(object)
		maps.Copy(element, values)
		return err
	}
	v, err := sub.value(c.value)
	switch {
	case err != nil:
		return err
	case v != nil:
		element[sub.name] = v
	case c.op == opReplace:
		delete(element, sub.name)
	}
	return nil
}

// changeList returns what a list becomes.
func (c change) changeList(list []any) ([]any, error) {
	switch {
	case c.to.filter == nil && c.to.sub == nil && c.op == opRemove && c.value == nil:
		return nil, nil
	case c.to.filter == nil && c.to.sub == nil:
		v, err := c.to.attr.value(c.value)
		if err != nil {
			return nil, err
		}
		values, _ := v.([]any)
		switch c.op {
		case opAdd:
			return c.merged(list, values), nil
		case opRemove:
			return c.without(list, values), nil
		default:
			return c.merged(nil, values), nil
		}
	}
	return c.changeElements(list)
}

// changeElements changes the elements of a list that the path selects. Where there is none, the operation add makes one
// of a filter that says what it would be, as Entra ID expects.
func (c change) changeElements(list []any) ([]any, error) {
	changed := map[int]bool{}
	for i, v := range list {
		c.work.add(1)
		element, _ := v.(object)
		if c.to.filter != nil && !c.to.filter.holds(element, c.work) {
			continue
		}
		if err := c.changeElement(element); err != nil {
			return nil, err
		}
		changed[i] = true
	}
	if len(changed) == 0 {
		element := object{}
		switch {
		case c.op == opAdd && (c.to.filter == nil || example(c.to.filter, element)):
		case c.op == opReplace && c.to.filter == nil:
		case c.op == opRemove && c.to.filter == nil:
			return list, nil
		default:
			return nil, bad(noTarget, "No value of %s is one that the path selects.", c.to.attr.name)
		}
		if err := c.changeElement(element); err != nil {
			return nil, err
		}
		changed[len(list)] = true
		list = append(list, element)
	}
	if err := onePrimary(list, func(i int) bool { return changed[i] }); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(v any) bool {
		element, _ := v.(object)
		return isEmpty(element)
	}), nil
}

// merged adds values to a list. One that the list has already replaces that one. A primary one takes the place of the
// one before.
func (c change) merged(list, values []any) []any {
	at := make(map[identity]int, len(list)+len(values))
	for i, v := range list {
		at[c.identify(v)] = i
	}
	added := map[int]bool{}
	for _, v := range values {
		key := c.identify(v)
		i, known := at[key]
		if !known {
			i, list = len(list), append(list, v)
			at[key] = i
		}
		list[i] = v
		added[i] = true
	}
	_ = onePrimary(list, func(i int) bool { return added[i] }) // of the values one is primary at most
	return list
}

// without removes values from a list: those that are the same or, where only a value is given, that have it.
func (c change) without(list, values []any) []any {
	gone := make(map[identity]bool, len(values))
	for _, v := range values {
		gone[c.identify(v)] = true
	}
	return slices.DeleteFunc(list, func(v any) bool {
		key := c.identify(v)
		return gone[key] || key.other == "" && gone[identity{value: key.value}]
	})
}

// identity is what tells the values of a list apart: value and type, or all of it, as JSON, where there is no value.
type identity struct{ value, kind, other string }

func (c change) identify(v any) identity {
	c.work.add(1)
	element, _ := v.(object)
	if value, ok := element["value"].(string); ok {
		return identity{value: value, kind: asText(element["type"])}
	}
	data, _ := json.Marshal(v, json.Deterministic(true)) // what was decoded from JSON encodes as JSON
	c.work.text(string(data))
	return identity{other: string(data)}
}

// onePrimary makes a value of a list that was changed to be the primary one the only such.
func onePrimary(list []any, changed func(i int) bool) error {
	n := 0
	for i, v := range list {
		if changed(i) && isPrimary(v) {
			n++
		}
	}
	if n > 1 {
		return bad(invalidValue, "Several values would be the primary one.")
	}
	for i, v := range list {
		if n == 1 && !changed(i) && isPrimary(v) {
			element, _ := v.(object)
			delete(element, "primary")
		}
	}
	return nil
}
