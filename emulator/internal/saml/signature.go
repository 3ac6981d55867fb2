package saml

import (
	"encoding/xml"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// The algorithms of canonicalization. That of exclusive is the namespace of its parameters too.
const (
	exclusive    = "http://www.w3.org/2001/10/xml-exc-c14n#"
	inclusive    = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	inclusive11  = "http://www.w3.org/2006/12/xml-c14n11"
	withComments = "WithComments"
)

// Namespaces, with which the names of algorithms begin too.
const (
	more       = "http://www.w3.org/2001/04/xmldsig-more#"
	newer      = "http://www.w3.org/2007/05/xmldsig-more#"
	version11  = "http://www.w3.org/2009/xmldsig11#"
	encryption = "http://www.w3.org/2001/04/xmlenc#"
	xinclude   = "http://www.w3.org/2001/XInclude"
)

// How often an element may occur.
const (
	maxTransforms = 2
	anyNumber     = 1 << 20
)

// algorithms are those that elements of a signature may name. A transform or a canonicalization keeps all of what it is
// applied to but comments, which [Check] refuses (SAML V2.0 Core, section 5.4.4); others, such as XPath and XSLT,
// choose or compute what is signed. A signature is made with a private key, not with a secret.
var algorithms = map[string][]string{
	"Transform": {signatureSpace + "enveloped-signature", exclusive, exclusive + withComments},
	"CanonicalizationMethod": {
		exclusive, exclusive + withComments, inclusive, inclusive + "#" + withComments,
		inclusive11, inclusive11 + "#" + withComments,
	},
	"SignatureMethod": {
		signatureSpace + "rsa-sha1", signatureSpace + "dsa-sha1", version11 + "dsa-sha256",
		more + "rsa-sha224", more + "rsa-sha256", more + "rsa-sha384", more + "rsa-sha512",
		more + "ecdsa-sha1", more + "ecdsa-sha224", more + "ecdsa-sha256", more + "ecdsa-sha384", more + "ecdsa-sha512",
		newer + "sha1-rsa-MGF1", newer + "sha224-rsa-MGF1", newer + "sha256-rsa-MGF1", newer + "sha384-rsa-MGF1",
		newer + "sha512-rsa-MGF1",
	},
	"DigestMethod": {
		signatureSpace + "sha1", more + "sha224", encryption + "sha256", more + "sha384", encryption + "sha512",
	},
}

// children are the elements that an element of a signature may have, with how often: those of XML Signature 1.1,
// section 4, that SAML has a use for. What is not here may have none. So nothing is carried in a signature but the
// signature, and no verifier can take one of two of something.
var children = map[xml.Name]map[xml.Name]int{
	of("Signature"):  {of("SignedInfo"): 1, of("SignatureValue"): 1, of("KeyInfo"): 1},
	of("SignedInfo"): {of("CanonicalizationMethod"): 1, of("SignatureMethod"): 1, of("Reference"): 1},
	of("Reference"):  {of("Transforms"): 1, of("DigestMethod"): 1, of("DigestValue"): 1},
	of("Transforms"): {of("Transform"): maxTransforms},

	of("Transform"):              {{Space: exclusive, Local: "InclusiveNamespaces"}: 1},
	of("CanonicalizationMethod"): {{Space: exclusive, Local: "InclusiveNamespaces"}: 1},

	of("KeyInfo"): {of("KeyName"): anyNumber, of("KeyValue"): anyNumber, of("X509Data"): anyNumber},
	of("KeyValue"): {
		of("RSAKeyValue"): 1, of("DSAKeyValue"): 1, {Space: version11, Local: "ECKeyValue"}: 1,
	},
	of("RSAKeyValue"): {of("Modulus"): 1, of("Exponent"): 1},
	of("DSAKeyValue"): {
		of("P"): 1, of("Q"): 1, of("G"): 1, of("Y"): 1, of("J"): 1, of("Seed"): 1, of("PgenCounter"): 1,
	},
	{Space: version11, Local: "ECKeyValue"}: {
		{Space: version11, Local: "NamedCurve"}: 1, {Space: version11, Local: "PublicKey"}: 1,
	},
	of("X509Data"): {
		of("X509IssuerSerial"): anyNumber, of("X509SKI"): anyNumber, of("X509SubjectName"): anyNumber,
		of("X509Certificate"): anyNumber, of("X509CRL"): anyNumber, {Space: version11, Local: "X509Digest"}: anyNumber,
	},
	of("X509IssuerSerial"): {of("X509IssuerName"): 1, of("X509SerialNumber"): 1},
}

// of is the name of an element of XML Signature.
func of(local string) xml.Name { return xml.Name{Space: signatureSpace, Local: local} }

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

// signed checks an element that may be one of a signature: it may be where it is, and a reference covers the element
// that the signature is in.
func (c *check) signed(t xml.StartElement, e *element) error {
	if !c.isIn("Signature") {
		return c.beside(t, e)
	}
	parent := c.parent(0)
	if parent.children == nil {
		parent.children = map[xml.Name]int{}
	}
	if parent.children[e.Name]++; parent.children[e.Name] > children[parent.Name][e.Name] {
		return invalidSignature("A signature has an element at an unusual place, or more than one of it.")
	}
	if e.Name == of("Reference") && attribute(t, "URI") != "#"+c.parent(2).id {
		return invalidSignature("A signature covers another element than its own.")
	}
	if known, names := algorithms[e.Local]; names && !slices.Contains(known, attribute(t, "Algorithm")) {
		return invalidSignature("The algorithm of a " + e.Local + " is none that signatures of SAML have.")
	}
	return nil
}

// beside checks an element outside of signatures: of XML Signature only keys may be there, and nothing refers to what
// is outside of the document.
func (c *check) beside(t xml.StartElement, e *element) error {
	parent := xml.Name{}
	if c.parent(0) != nil {
		parent = c.parent(0).Name
	}
	switch {
	case e.Name == of("RetrievalMethod") || e.Name == xml.Name{Space: version11, Local: "KeyInfoReference"}:
		if parent != of("KeyInfo") || !strings.HasPrefix(attribute(t, "URI"), "#") {
			return invalidSignature("A key is elsewhere.")
		}
		return nil
	case e.Name == xml.Name{Space: encryption, Local: "CipherReference"}:
		return refuse("a reference to something encrypted elsewhere")
	case e.Space == xinclude:
		return refuse("an inclusion of another document")
	case e.Space != signatureSpace, e.Name == of("KeyInfo"), children[parent][e.Name] > 0,
		e.Name == of("DigestMethod") && parent == xml.Name{Space: encryption, Local: "EncryptionMethod"}:
		return nil
	}
	return invalidSignature("An element of signatures is outside of one.")
}

// isIn reports whether an element of signatures has begun and not ended.
func (c *check) isIn(local string) bool {
	return slices.ContainsFunc(c.open, func(e element) bool { return e.Name == of(local) })
}

// attribute is the value of an attribute without a namespace, empty if there is none.
func attribute(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name == (xml.Name{Local: name}) {
			return a.Value
		}
	}
	return ""
}
