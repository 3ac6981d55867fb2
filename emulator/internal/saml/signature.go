package saml

import (
	"encoding/xml"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// exclusive is the algorithm of exclusive canonicalization.
const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"

// transforms are the transforms that signatures of SAML use (SAML V2.0 Core, section 5.4.4). Others, such as those of
// XPath and XSLT, choose or compute what is signed.
var transforms = []string{
	"http://www.w3.org/2000/09/xmldsig#enveloped-signature", exclusive, exclusive + "WithComments",
}

// canonicalizations are the algorithms that give what is signed one form. They leave nothing out but comments, which
// [Check] refuses.
var canonicalizations = []string{
	exclusive, exclusive + "WithComments",
	"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
	"http://www.w3.org/2006/12/xml-c14n11", "http://www.w3.org/2006/12/xml-c14n11#WithComments",
}

// invalidSignature refuses a signature.
func invalidSignature(reason string) error {
	return ops.ErrInvalidSignatureSAMLResponse.Because("%s", reason)
}

// signature checks that a signature may begin: it is the only one of the response or of an assertion.
func (c *check) signature() error {
	parent := c.parent(0)
	isResponse, isAssertion := len(c.open) == 1, len(c.open) == 2 && parent.Local == "Assertion"
	if !isResponse && !isAssertion || parent.id == "" {
		return invalidSignature("A signature is at an unusual place.")
	}
	if parent.isSigned {
		return invalidSignature("An element has several signatures.")
	}
	parent.isSigned = true
	return nil
}

// signed checks an element that may be one of a signature: a reference covers the element that the signature is in, by
// transforms that keep all of it, and nothing carries more than the signature, refers to a key elsewhere, or makes a
// public key a secret.
func (c *check) signed(t xml.StartElement, e *element) error {
	switch isReference := e.Name == (xml.Name{Space: signatureSpace, Local: "Reference"}); {
	case isReference:
		signature, signed := c.parent(1), c.parent(2)
		if signature == nil || signature.Local != "Signature" || signed == nil {
			return invalidSignature("A reference is at an unusual place.")
		}
		if signature.references++; signature.references > 1 || attribute(t, "URI") != "#"+signed.id {
			return invalidSignature("A signature covers another element than its own.")
		}
		return nil
	case !c.isIn("Signature"):
		return nil
	case e.Space != signatureSpace:
		if c.isIn("Transform") && e.Local != "InclusiveNamespaces" {
			return invalidSignature("A transform has parameters.")
		}
		return nil
	}
	return checkMethod(e.Local, attribute(t, "Algorithm"))
}

// checkMethod checks an element of a signature that says how it is made.
func checkMethod(name, algorithm string) error {
	switch name {
	case "Transform":
		if !slices.Contains(transforms, algorithm) {
			return invalidSignature("A transform is neither enveloped-signature nor exclusive canonicalization.")
		}
	case "CanonicalizationMethod":
		if !slices.Contains(canonicalizations, algorithm) {
			return invalidSignature("The canonicalization is unknown.")
		}
	case "SignatureMethod":
		if strings.Contains(strings.ToLower(algorithm), "hmac") {
			return invalidSignature("The signature is made with a secret, not with a private key.")
		}
	case "Object", "Manifest", "XPath", "RetrievalMethod", "HMACOutputLength":
		return invalidSignature("A signature has an element " + name + ".")
	}
	return nil
}

// isIn reports whether an element of signatures has begun and not ended.
func (c *check) isIn(local string) bool {
	return slices.ContainsFunc(c.open, func(e element) bool {
		return e.Name == xml.Name{Space: signatureSpace, Local: local}
	})
}

// attribute is the value of an attribute without a namespace, empty if there is none.
func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
