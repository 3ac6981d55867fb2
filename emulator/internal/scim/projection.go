package scim

import "strings"

// projection says which attributes of a resource a response has (RFC 7644, section 3.9).
type projection struct {
	only bool
	// attributes are those that the response has alone, if only is set, or those that it does not have.
	attributes []target
}

// newProjection makes a projection of two parameters, of which attributes counts if both are given. What the schema
// does not have is ignored.
func newProjection(t *resourceType, attributes, excluded []string) projection {
	p := projection{only: len(attributes) > 0}
	names := excluded
	if p.only {
		names = attributes
	}
	seen := map[target]bool{}
	for _, name := range names {
		if to, known := t.resolve(strings.TrimSpace(name)); known && !seen[to] {
			seen[to] = true
			p.attributes = append(p.attributes, to)
		}
	}
	return p
}

// splitList splits a parameter of the query.
func splitList(values []string) []string {
	text := strings.Join(values, ",")
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// has reports whether the response has a part of an attribute of the schema.
func (p projection) has(a *attribute) bool {
	var subs bool
	for _, to := range p.attributes {
		if to.attr == a && to.sub == nil && to.extension == "" {
			return p.only
		}
		subs = subs || to.attr == a
	}
	return subs || !p.only
}

// of returns the part of a resource that the response has.
func (p projection) of(t *resourceType, doc object) object {
	if len(p.attributes) == 0 && !p.only {
		return doc
	}
	out := object{}
	for name, value := range doc {
		a := named(t.attributes, name)
		switch {
		case name == t.extension:
			values := object{}
			for name, value := range value.(object) {
				if v := p.value(t.extension, named(t.extensionAttributes, name), value); v != nil {
					values[name] = v
				}
			}
			if len(values) > 0 {
				out[name] = values
			}
			continue
		case a == nil:
			a = named(commonAttributes, name)
		}
		if v := p.value("", a, value); v != nil {
			out[name] = v
		}
	}
	return out
}

// value returns the part of an attribute's value that the response has, nil if it has none of it.
func (p projection) value(extension string, a *attribute, value any) any {
	if a.always {
		return value
	}
	var subs []*attribute
	for _, to := range p.attributes {
		switch {
		case to.extension != extension:
		case to.attr == nil, to.attr == a && to.sub == nil:
			if p.only {
				return value
			}
			return nil
		case to.attr == a:
			subs = append(subs, to.sub)
		}
	}
	switch {
	case len(subs) > 0:
		return p.part(value, subs)
	case p.only:
		return nil
	}
	return value
}

// part returns the value, or the elements of a list, with some sub-attributes alone or without them.
func (p projection) part(value any, subs []*attribute) any {
	if list, ok := value.([]any); ok {
		out := []any{}
		for _, v := range list {
			if part := p.part(v, subs); part != nil {
				out = append(out, part)
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	}
	element, _ := value.(object)
	out := object{}
	for name, v := range element {
		if (named(subs, name) != nil) == p.only {
			out[name] = v
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}
