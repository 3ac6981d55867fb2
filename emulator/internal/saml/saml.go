// Package saml checks the structure of SAML responses for what attacks on service providers are made of. It verifies no
// signature.
//
// The name that matters is [Check].
package saml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// maxDepth bounds how deeply elements are nested.
const maxDepth = 64

// The namespaces of SAML 2.0 and XML Signature.
const (
	protocolSpace  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionSpace = "urn:oasis:names:tc:SAML:2.0:assertion"
	signatureSpace = "http://www.w3.org/2000/09/xmldsig#"
)

// Check refuses a SAML response that has more than a response needs, and in which a service provider could therefore
// read something else than what was signed: a document type, processing instructions, comments, CDATA, an id that
// occurs twice, several assertions, assertions at an unusual place or in another namespace, and a signature that is one
// of several of its element, covers another element, or changes what it covers, see [check.signed]. A response without
// any signature is refused too.
func Check(document []byte) error {
	if bytes.Contains(document, []byte("<![CDATA[")) { // the decoder does not tell it from other text
		return refuse("a CDATA section")
	}
	d := &check{dec: xml.NewDecoder(bytes.NewReader(document)), ids: map[string]bool{}}
	d.dec.Strict = true
	for {
		token, err := d.dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return ops.ErrInvalidXMLSAMLResponse
		}
		if err := d.token(token); err != nil {
			return err
		}
	}
	switch {
	case !d.isResponse:
		return ops.ErrInvalidSAMLResponse.Because("The document is no SAML 2.0 response.")
	case d.assertions > 1:
		return ops.ErrInvalidSAMLResponse.Because("There is more than one assertion.")
	case d.signatures == 0:
		return ops.ErrMissingSignatureSAMLResponse
	}
	return nil
}

// check is a check in progress.
type check struct {
	dec *xml.Decoder
	// open are the elements that have begun and not ended, with their ids.
	open       []element
	ids        map[string]bool
	isResponse bool
	ended      bool
	assertions int
	signatures int
}

// element is an element that has begun.
type element struct {
	xml.Name
	id string
	// isSigned says that the element has a signature.
	isSigned bool
	// references are how many References a signature has so far.
	references int
}

func (c *check) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return refuse("a document type")
	case xml.Comment:
		return refuse("a comment")
	case xml.ProcInst:
		if t.Target != "xml" || c.isResponse {
			return refuse("a processing instruction")
		}
	case xml.CharData:
		if len(c.open) == 0 && len(bytes.TrimSpace(t)) > 0 {
			return ops.ErrInvalidXMLSAMLResponse
		}
	case xml.StartElement:
		return c.start(t)
	case xml.EndElement:
		return c.end()
	}
	return nil
}

func (c *check) start(t xml.StartElement) error {
	if len(c.open) == 0 {
		if c.ended {
			return ops.ErrInvalidXMLSAMLResponse.Because("There is more than one element at the top.")
		}
		c.isResponse = t.Name == xml.Name{Space: protocolSpace, Local: "Response"}
	}
	if len(c.open) >= maxDepth {
		return ops.ErrInvalidXMLSAMLResponse.Because("Elements are nested deeper than %d levels.", maxDepth)
	}
	e, seen := element{Name: t.Name}, map[xml.Name]bool{}
	for _, a := range t.Attr {
		if seen[a.Name] {
			return ops.ErrInvalidXMLSAMLResponse.Because("An attribute occurs twice.")
		}
		seen[a.Name] = true
		if a.Name.Space == "" && strings.EqualFold(a.Name.Local, "ID") || a.Name.Local == "id" {
			if e.id != "" || c.ids[a.Value] {
				return ops.ErrInvalidSAMLResponse.Because("An ID occurs twice, or an element has two.")
			}
			e.id, c.ids[a.Value] = a.Value, true
		}
	}
	if err := c.place(t, &e); err != nil {
		return err
	}
	c.open = append(c.open, e)
	return nil
}

// place checks that an element may be where it is.
func (c *check) place(t xml.StartElement, e *element) error {
	switch e.Name {
	case xml.Name{Space: protocolSpace, Local: "Response"}:
		if len(c.open) > 0 {
			return ops.ErrInvalidSAMLResponse.Because("There is a response in the response.")
		}
		return nil
	case xml.Name{Space: assertionSpace, Local: "Assertion"},
		xml.Name{Space: assertionSpace, Local: "EncryptedAssertion"}:
		c.assertions++
		if len(c.open) != 1 {
			return ops.ErrInvalidSAMLResponse.Because("An assertion is not directly in the response.")
		}
		return nil
	case xml.Name{Space: signatureSpace, Local: "Signature"}:
		c.signatures++
		return c.signature()
	}
	switch e.Local {
	case "Response", "Assertion", "EncryptedAssertion":
		return ops.ErrInvalidSAMLResponse.Because("An element %s is in another namespace than that of SAML.", e.Local)
	case "Signature":
		return ops.ErrInvalidSignatureSAMLResponse.Because("A signature is in another namespace than its own.")
	}
	return c.signed(t, e)
}

// parent is the element in which the next one begins, or the n-th one around that.
func (c *check) parent(n int) *element {
	if len(c.open) <= n {
		return nil
	}
	return &c.open[len(c.open)-1-n]
}

func (c *check) end() error {
	last := *c.parent(0)
	c.open = c.open[:len(c.open)-1]
	c.ended = len(c.open) == 0
	if last.Name == (xml.Name{Space: signatureSpace, Local: "Signature"}) && last.references == 0 {
		return ops.ErrInvalidSignatureSAMLResponse.Because("A signature covers nothing.")
	}
	return nil
}

func refuse(what string) error {
	return ops.ErrInvalidSAMLResponse.Because("The document has %s.", what)
}
