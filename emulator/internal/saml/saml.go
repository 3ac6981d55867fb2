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
// occurs twice, several assertions, assertions at an unusual place or in another namespace, references to what is
// outside of the document, and a signature that is one of several of its element, covers another element, or has
// something in it that signatures of SAML have not, see [children]. A response without any signature is refused too.
func Check(document []byte) error {
	if bytes.Contains(document, []byte("<![CDATA[")) { // the decoder does not tell it from other text
		return refuse("a CDATA section")
	}
	document = bytes.TrimPrefix(document, []byte("\ufeff")) // a byte order mark (XML 1.0, section 4.3.3)
	d := &check{dec: xml.NewDecoder(bytes.NewReader(document)), ids: map[string]bool{}}
	for {
		token, err := d.dec.RawToken()
		if errors.Is(err, io.EOF) && len(d.open) == 0 {
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
	dec       *xml.Decoder
	hasTokens bool
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
	// raw is its name with the prefix, spaces what it declares prefixes for, the empty one for names without.
	raw    xml.Name
	spaces map[string]string
	// children are how many elements of each name it has so far, if it is in a signature.
	children map[xml.Name]int
}

func (c *check) token(token xml.Token) error {
	isFirst := !c.hasTokens
	c.hasTokens = true
	switch t := token.(type) {
	case xml.Directive:
		return refuse("a document type")
	case xml.Comment:
		return refuse("a comment")
	case xml.ProcInst:
		if t.Target != xmlPrefix || !isFirst { // the XML declaration (XML 1.0, section 2.8)
			return refuse("a processing instruction")
		}
	case xml.CharData:
		if len(c.open) == 0 && len(bytes.TrimSpace(t)) > 0 {
			return ops.ErrInvalidXMLSAMLResponse
		}
	case xml.StartElement:
		return c.start(t)
	case xml.EndElement:
		return c.end(t)
	}
	return nil
}

func (c *check) start(raw xml.StartElement) error {
	e, seen := element{}, map[xml.Name]bool{}
	t, err := c.resolve(raw, &e)
	if err != nil {
		return err
	}
	e.Name = t.Name
	if len(c.open) == 0 {
		if c.ended {
			return ops.ErrInvalidXMLSAMLResponse.Because("There is more than one element at the top.")
		}
		c.isResponse = t.Name == xml.Name{Space: protocolSpace, Local: "Response"}
	}
	if len(c.open) >= maxDepth {
		return ops.ErrInvalidXMLSAMLResponse.Because("Elements are nested deeper than %d levels.", maxDepth)
	}
	for _, a := range t.Attr {
		if seen[a.Name] {
			return ops.ErrInvalidXMLSAMLResponse.Because("An attribute occurs twice.")
		}
		seen[a.Name] = true
		if strings.EqualFold(a.Name.Local, "ID") {
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
	case of("Signature"):
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

func (c *check) end(t xml.EndElement) error {
	last := c.parent(0)
	if last == nil || last.raw != t.Name {
		return ops.ErrInvalidXMLSAMLResponse
	}
	c.open = c.open[:len(c.open)-1]
	c.ended = len(c.open) == 0
	if last.Name == of("Signature") && last.children[of("SignedInfo")] == 0 ||
		last.Name == of("SignedInfo") && last.children[of("Reference")] == 0 {
		return ops.ErrInvalidSignatureSAMLResponse.Because("A signature covers nothing.")
	}
	return nil
}

func refuse(what string) error {
	return ops.ErrInvalidSAMLResponse.Because("The document has %s.", what)
}
