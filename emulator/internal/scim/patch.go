package scim

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
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
	body, err := parseMessage(data, patchSchema, "Operations")
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
	o, err := membersNamed(body, "op", "path", "value")
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
		return edit{op, to, value, w}.apply(doc)
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
		if err := (edit{op, to, values[name], w}).apply(doc); err != nil {
			return err
		}
		if err := w.check(); err != nil {
			return err
		}
	}
	return nil
}

// edit is an operation on what a path names.
type edit struct {
	op    string
	to    target
	value any
	work  *work
}

func (e edit) apply(doc object) error {
	if e.to.extension == "" {
		return e.changeIn(doc)
	}
	extension, _ := doc[e.to.extension].(object)
	if extension == nil {
		extension = object{}
	}
	if err := e.changeExtension(extension); err != nil {
		return err
	}
	doc[e.to.extension] = extension
	if len(extension) == 0 {
		delete(doc, e.to.extension)
	}
	return nil
}

func (e edit) changeExtension(extension object) error {
	if e.to.attr != nil {
		return e.changeIn(extension)
	}
	if e.op == opRemove {
		clear(extension)
		return nil
	}
	values, ok := e.value.(object)
	if !ok {
		return bad(invalidValue, "The value of an extension is an object.")
	}
	return assign(extension, userType.extensionAttributes, values)
}

// changeIn changes an attribute of an object.
func (e edit) changeIn(doc object) error {
	a := e.to.attr
	if a.readOnly || e.to.sub != nil && e.to.sub.readOnly {
		return bad(mutability, "The attribute %s cannot be changed.", e.to.last().name)
	}
	var err error
	switch {
	case a.multi:
		var list []any
		old, _ := doc[a.name].([]any)
		if list, err = e.changeList(old); err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(v any) bool { // one that was nothing but the primary one
			element, _ := v.(object)
			return isEmpty(element)
		})
		if doc[a.name] = list; len(list) == 0 {
			delete(doc, a.name)
		}
		return a.checkCount(list)
	case e.to.sub != nil:
		element, _ := doc[a.name].(object)
		if element == nil {
			element = object{}
		}
		err = e.changeElement(element)
		doc[a.name] = element
		if len(element) == 0 {
			delete(doc, a.name)
		}
		return err
	case e.op == opRemove:
		delete(doc, a.name)
		return nil
	}
	v, err := a.value(e.value)
	switch values, isComplex := v.(object); {
	case err != nil:
		return err
	case v == nil:
		if e.op == opReplace {
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
func (e edit) changeElement(element object) error {
	sub := e.to.sub
	switch {
	case e.op == opRemove && sub == nil:
		clear(element)
		return nil
	case e.op == opRemove:
		delete(element, sub.name)
		return nil
	case sub == nil:
		v, err := e.to.attr.single(e.value)
		if e.op == opReplace && err == nil {
			clear(element)
		}
		values, _ := v.(object)
		maps.Copy(element, values)
		return err
	}
	v, err := sub.value(e.value)
	switch {
	case err != nil:
		return err
	case v != nil:
		element[sub.name] = v
	case e.op == opReplace:
		delete(element, sub.name)
	}
	return nil
}

// changeList returns what a list becomes.
func (e edit) changeList(list []any) ([]any, error) {
	switch {
	case e.to.filter == nil && e.to.sub == nil && e.op == opRemove && e.value == nil:
		return nil, nil
	case e.to.filter == nil && e.to.sub == nil:
		v, err := e.to.attr.value(e.value)
		if err != nil {
			return nil, err
		}
		values, _ := v.([]any)
		switch e.op {
		case opAdd:
			return e.merged(list, values), nil
		case opRemove:
			return e.without(list, values), nil
		default:
			return e.merged(nil, values), nil
		}
	}
	return e.changeElements(list)
}

// changeElements changes the elements of a list that the path selects. Where there is none, one may be made.
func (e edit) changeElements(list []any) ([]any, error) {
	changed := map[int]bool{}
	for i, v := range list {
		e.work.add(1)
		element, _ := v.(object)
		if e.to.filter != nil && !e.to.filter.holds(element, e.work) {
			continue
		}
		if err := e.changeElement(element); err != nil {
			return nil, err
		}
		changed[i] = true
	}
	if len(changed) == 0 {
		element, err := e.newElement()
		if err != nil {
			return nil, err
		}
		changed[len(list)] = true
		list = append(list, element)
	}
	return list, onePrimary(list, func(i int) bool { return changed[i] })
}

// newElement makes an element where the path selects none, nil where there need be none. With a filter only the
// operation add does, as Entra ID expects: of one that says what the element would be. The filter then selects it.
func (e edit) newElement() (object, error) {
	refusal := bad(noTarget, "No value of %s is one that the path selects.", e.to.attr.name)
	element := object{}
	switch {
	case e.to.filter == nil && e.op == opRemove:
		return nil, nil //nolint:nilnil // No element is not an error.
	case e.to.filter != nil && (e.op != opAdd || !example(e.to.filter, element)):
		return nil, refusal
	}
	if err := e.changeElement(element); err != nil {
		return nil, err
	}
	v, err := e.to.attr.single(element)
	if err != nil {
		return nil, err
	}
	element, _ = v.(object)
	if e.to.filter != nil && !e.to.filter.holds(element, e.work) {
		return nil, refusal
	}
	return element, nil
}

// merged adds values to a list. One that the list has already replaces that one. A primary one takes the place of the
// one before.
func (e edit) merged(list, values []any) []any {
	const nowhere = -1
	at, keys := make(map[identity]int, len(values)), make([]identity, len(values))
	for i, v := range values {
		keys[i] = e.identify(v)
		at[keys[i]] = nowhere
	}
	for i, v := range list {
		if key := e.identify(v); at[key] == nowhere {
			at[key] = i
		}
	}
	added := map[int]bool{}
	for i, v := range values {
		if at[keys[i]] == nowhere {
			at[keys[i]] = len(list)
			list = append(list, v)
		}
		list[at[keys[i]]] = v
		added[at[keys[i]]] = true
	}
	_ = onePrimary(list, func(i int) bool { return added[i] }) // of the values one is primary at most
	return list
}

// without removes values from a list: those that are the same or, where only a value is given, that have it.
func (e edit) without(list, values []any) []any {
	gone := make(map[identity]bool, len(values))
	for _, v := range values {
		gone[e.identify(v)] = true
	}
	return slices.DeleteFunc(list, func(v any) bool {
		key := e.identify(v)
		return gone[key] || key.other == "" && gone[identity{value: key.value}]
	})
}

// identity is what tells the values of a list apart: value and type, or all of it where there is no value. The members
// of a group have one type, which need not be given.
type identity struct{ value, kind, other string }

func (e edit) identify(v any) identity {
	element, _ := v.(object)
	if value, ok := element["value"].(string); ok {
		e.work.add(1 + len(value)/64)
		if e.to.attr == groupMembers {
			return identity{value: value}
		}
		return identity{value: value, kind: asText(element["type"])}
	}
	var all strings.Builder
	for _, a := range e.to.attr.subs {
		if v, given := element[a.name]; given {
			_, _ = fmt.Fprintf(&all, "%s %q ", a.name, v)
		}
	}
	e.work.add(costOfPart * len(e.to.attr.subs))
	e.work.text(all.String())
	return identity{other: all.String()}
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
