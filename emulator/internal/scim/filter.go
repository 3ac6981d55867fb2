package scim

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Bounds of a filter.
const (
	maxFilter = 4096 // bytes
	maxNested = 50   // groups within each other
)

// node is a filter, or a part of one.
type node interface {
	// holds reports whether a resource, or a complex value, is one that is looked for. It means nothing once there was
	// too much work.
	holds(doc object, w *work) bool
}

// parser parses filters and paths (RFC 7644, sections 3.4.2.2 and 3.5.2).
type parser struct {
	text string
	at   int
	// nested is how many groups are open.
	nested int
	// resolve finds what a name is the name of.
	resolve func(name string) (target, bool)
	// inside says that the filter is one in brackets.
	inside bool
}

// parseFilter parses a filter on resources of a kind.
func parseFilter(t *resourceType, text string) (node, error) {
	if len(text) > maxFilter {
		return nil, bad(invalidFilter, "The filter is longer than %d bytes.", maxFilter)
	}
	p := &parser{text: strings.Trim(text, " "), resolve: t.resolve}
	n, err := p.disjunction()
	if err == nil && p.at < len(p.text) {
		return nil, p.unexpected()
	}
	return n, err
}

// parsePath parses the path of an operation of a patch.
func parsePath(t *resourceType, text string) (target, error) {
	if len(text) > maxFilter {
		return target{}, bad(invalidPath, "The path is longer than %d bytes.", maxFilter)
	}
	p := &parser{text: strings.Trim(text, " "), resolve: t.resolve}
	to, err := p.path()
	if err == nil && p.at < len(p.text) {
		err = p.unexpected()
	}
	if f, ok := err.(*failure); ok { //nolint:errorlint // The parser returns its errors as they are.
		f.scimType = invalidPath
	}
	return to, err
}

func (p *parser) unexpected() error {
	return bad(invalidFilter, "The filter or path is malformed at byte %d.", p.at)
}

// space skips spaces, and reports whether there were any.
func (p *parser) space() bool {
	from := p.at
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
	return p.at > from
}

// next reports whether the next byte is c, and skips it then.
func (p *parser) next(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// word reads up to a space, a quote or a bracket.
func (p *parser) word() string {
	from := p.at
	if i := strings.IndexAny(p.text[p.at:], " ()[]\""); i >= 0 {
		p.at += i
	} else {
		p.at = len(p.text)
	}
	return p.text[from:p.at]
}

// keyword reads a word that is between two filters, with the spaces around it. If there is another, it reads nothing.
func (p *parser) keyword(word string) bool {
	from := p.at
	if p.space() && strings.EqualFold(p.word(), word) && p.space() {
		return true
	}
	p.at = from
	return false
}

func (p *parser) disjunction() (node, error) {
	left, err := p.conjunction()
	for err == nil && p.keyword("or") {
		var right node
		if right, err = p.conjunction(); err == nil {
			left = or{left, right}
		}
	}
	return left, err
}

func (p *parser) conjunction() (node, error) {
	left, err := p.condition()
	for err == nil && p.keyword("and") {
		var right node
		if right, err = p.condition(); err == nil {
			left = and{left, right}
		}
	}
	return left, err
}

// condition reads a group, a negated group, or an expression on an attribute.
func (p *parser) condition() (node, error) {
	p.space()
	if p.next('(') {
		return p.group()
	}
	from := p.at
	if strings.EqualFold(p.word(), "not") {
		p.space()
		if p.next('(') {
			n, err := p.group()
			return not{n}, err
		}
	}
	p.at = from
	return p.expression()
}

func (p *parser) group() (node, error) {
	if p.nested++; p.nested > maxNested {
		return nil, bad(invalidFilter, "The filter has more than %d groups within each other.", maxNested)
	}
	n, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	p.space()
	if !p.next(')') {
		return nil, p.unexpected()
	}
	p.nested--
	return n, nil
}

// path reads an attribute, with a filter on its values in brackets, and a sub-attribute after those.
func (p *parser) path() (target, error) {
	name := p.word()
	to, known := p.resolve(name)
	if !known {
		return target{}, bad(invalidFilter, "There is no attribute %.128q.", name)
	}
	if !p.next('[') {
		return to, nil
	}
	if p.inside || to.attr == nil || to.sub != nil || !to.attr.multi || to.attr.kind != kindComplex {
		return target{}, bad(invalidFilter, "%.128q takes no filter in brackets.", name)
	}
	subs := to.attr.subs
	inside := &parser{text: p.text, at: p.at, nested: p.nested, inside: true}
	inside.resolve = func(name string) (target, bool) {
		a := named(subs, name)
		return target{attr: a}, a != nil
	}
	var err error
	if to.filter, err = inside.disjunction(); err != nil {
		return target{}, err
	}
	inside.space()
	if p.at = inside.at; !p.next(']') {
		return target{}, p.unexpected()
	}
	if p.next('.') {
		if to.sub = named(subs, p.word()); to.sub == nil {
			return target{}, bad(invalidFilter, "There is no sub-attribute of that name at byte %d.", p.at)
		}
	}
	return to, nil
}

func (p *parser) expression() (node, error) {
	to, err := p.path()
	if err != nil {
		return nil, err
	}
	if to.attr == nil {
		return nil, bad(invalidFilter, "An extension is no attribute.")
	}
	from := p.at
	if !p.space() {
		if to.filter != nil && to.sub == nil {
			return has{to}, nil
		}
		return nil, p.unexpected()
	}
	op := strings.ToLower(p.word())
	if to.filter != nil && to.sub == nil && op != "pr" {
		p.at = from
		return has{to}, nil
	}
	if op == "pr" {
		return has{to}, nil
	}
	if !p.space() {
		return nil, p.unexpected()
	}
	value, err := p.literal()
	if err != nil {
		return nil, err
	}
	return newComparison(to, op, value)
}

// literal reads a JSON value that is neither an object nor a list.
func (p *parser) literal() (any, error) {
	if p.at < len(p.text) && p.text[p.at] == '"' {
		from := p.at
		for p.at++; p.at < len(p.text) && p.text[p.at] != '"'; p.at++ {
			if p.text[p.at] == '\\' {
				p.at++
			}
		}
		if !p.next('"') {
			p.at = min(p.at, len(p.text))
			return nil, p.unexpected()
		}
		s, err := jsontext.AppendUnquote(nil, p.text[from:p.at])
		if err != nil {
			return nil, p.unexpected()
		}
		return string(s), nil
	}
	switch word := p.word(); word {
	case "true", "false":
		return word == "true", nil
	case "null":
		return nil, nil //nolint:nilnil // The value is null.
	default:
		return nil, bad(invalidFilter, "%.128q is no value of an attribute.", word)
	}
}

// newComparison checks that an attribute can be compared so.
func newComparison(to target, op string, value any) (node, error) {
	a := to.last().comparable()
	if a == nil {
		return nil, bad(invalidFilter, "%s cannot be compared.", to.last().name)
	}
	if to.sub == nil && a != to.attr {
		to.sub = a
	}
	equality := op == "eq" || op == "ne"
	_, isText := value.(string)
	switch op {
	case "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le":
	default:
		return nil, bad(invalidFilter, "There is no operator %.128q.", op)
	}
	switch _, isBool := value.(bool); {
	case value == nil && equality:
	case a.kind == kindBoolean && (!isBool || !equality), a.kind != kindBoolean && !isText,
		a.kind == kindBinary && !equality:
		return nil, bad(invalidFilter, "%s is not compared with such a value by %s.", a.name, op)
	}
	c := comparison{to: to, op: op, value: value, given: value, exact: a.caseExact}
	if a.kind == kindDateTime && isText {
		at, err := time.Parse(time.RFC3339, value.(string))
		if err != nil || op == "co" || op == "sw" || op == "ew" {
			return nil, bad(invalidFilter, "%s is compared with a time, as in 2026-01-02T03:04:05Z, by order.", a.name)
		}
		c.value = at
	}
	if s, ok := c.value.(string); ok && !c.exact {
		c.value = state.Lower(s)
	}
	return c, nil
}
