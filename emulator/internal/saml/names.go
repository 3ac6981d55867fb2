package saml

import (
	"encoding/xml"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

const (
	xmlPrefix, xmlSpace     = "xml", "http://www.w3.org/XML/1998/namespace"
	xmlnsPrefix, xmlnsSpace = "xmlns", "http://www.w3.org/2000/xmlns/"
)

// malformed refuses a document that is not well-formed XML with namespaces.
func malformed(reason string) error {
	return ops.ErrInvalidXMLSAMLResponse.Because("%s", reason)
}

// resolve replaces the prefixes of an element and its attributes by the namespaces that they are declared for, and
// leaves the declarations out (Namespaces in XML 1.0). The decoder itself takes a prefix that is not declared.
func (c *check) resolve(t xml.StartElement, e *element) (xml.StartElement, error) {
	out := xml.StartElement{}
	e.raw, e.spaces = t.Name, map[string]string{}
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == xmlnsPrefix:
			if err := checkPrefix(a.Name.Local, a.Value); err != nil {
				return out, err
			}
		case a.Name.Space == "" && a.Name.Local == xmlnsPrefix:
			if a.Value == xmlSpace || a.Value == xmlnsSpace {
				return out, malformed("A namespace is declared that may not be.")
			}
			a.Name.Local = "" // of elements without a prefix
		default:
			continue
		}
		if _, isTwice := e.spaces[a.Name.Local]; isTwice {
			return out, malformed("A prefix is declared twice.")
		}
		e.spaces[a.Name.Local] = a.Value
	}
	var err error
	if out.Name, err = c.name(t.Name, e, true); err != nil {
		return out, err
	}
	for _, a := range t.Attr {
		if a.Name.Space == xmlnsPrefix || a.Name.Space == "" && a.Name.Local == xmlnsPrefix {
			continue
		}
		if a.Name, err = c.name(a.Name, e, false); err != nil {
			return out, err
		}
		out.Attr = append(out.Attr, a)
	}
	return out, nil
}

// checkPrefix checks the declaration of a prefix.
func checkPrefix(prefix, space string) error {
	switch {
	case prefix == xmlPrefix && space == xmlSpace:
		return nil
	case prefix == xmlPrefix || prefix == xmlnsPrefix || space == xmlSpace || space == xmlnsSpace || space == "":
		return malformed("A prefix is declared for a namespace that it may not be.")
	}
	return nil
}

// name is a name with the namespace in place of the prefix, as declared by an element or one around it.
func (c *check) name(raw xml.Name, e *element, isElement bool) (xml.Name, error) {
	prefix := raw.Space
	switch {
	case strings.Contains(raw.Local, ":"):
		return raw, malformed("A name has a colon at its start or end.")
	case prefix == xmlPrefix:
		return xml.Name{Space: xmlSpace, Local: raw.Local}, nil
	case prefix == "" && !isElement:
		return raw, nil
	}
	space, isDeclared := e.spaces[prefix]
	for i := len(c.open) - 1; i >= 0 && !isDeclared; i-- {
		space, isDeclared = c.open[i].spaces[prefix]
	}
	if prefix != "" && !isDeclared {
		return raw, malformed("A prefix is not declared.")
	}
	return xml.Name{Space: space, Local: raw.Local}, nil
}
