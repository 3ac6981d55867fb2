package saml_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/saml"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	signature = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:Reference URI="#a"/></ds:SignedInfo></ds:Signature>`
	assertion = `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="a">` + signature + `<saml:Subject>ada@example.com</saml:Subject></saml:Assertion>`
	response  = `<?xml version="1.0"?><samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="r">` + assertion + `</samlp:Response>`
)

func TestCheck_acceptsAResponseWhoseAssertionIsSigned(t *testing.T) {
	t.Parallel()
	require.NoError(t, saml.Check([]byte(response)))
	whole := strings.ReplaceAll(signature, "#a", "#r")
	require.NoError(t, saml.Check([]byte(strings.Replace(response, assertion, whole+strings.Replace(assertion, signature, "", 1), 1))))
	require.NoError(t, saml.Check([]byte(strings.Replace(response, assertion, whole+assertion, 1))))
}

func TestCheck_refusesWhatAttacksAreMadeOf(t *testing.T) {
	t.Parallel()
	replaced := func(old, with string) string {
		require.Contains(t, response, old)
		return strings.Replace(response, old, with, 1)
	}
	unsigned := strings.Replace(strings.Replace(assertion, signature, "", 1), `ID="a"`, `ID="b"`, 1)
	for name, row := range map[string]struct {
		document string
		code     stytcherror.Code
	}{
		"a document type":                  {replaced(`<samlp`, `<!DOCTYPE x [<!ENTITY a "b">]><samlp`), stytcherror.CodeInvalidSAMLResponse},
		"an entity":                        {replaced("ada@", "&a;@"), stytcherror.CodeInvalidXMLSAMLResponse},
		"a comment in an address":          {replaced("ada@example.com", "ada@example.com<!-- -->.evil.com"), stytcherror.CodeInvalidSAMLResponse},
		"a processing instruction":         {replaced("ada@", "<?x?>ada@"), stytcherror.CodeInvalidSAMLResponse},
		"an instruction before it":         {"<?xml-stylesheet href='x'?>" + response, stytcherror.CodeInvalidSAMLResponse},
		"an ID twice":                      {replaced(`ID="r"`, `ID="a"`), stytcherror.CodeInvalidSAMLResponse},
		"an id in small letters":           {replaced(`<saml:Subject`, `<saml:Subject id="a"`), stytcherror.CodeInvalidSAMLResponse},
		"another assertion":                {replaced(assertion, unsigned+assertion), stytcherror.CodeInvalidSAMLResponse},
		"an encrypted assertion beside it": {replaced(assertion, assertion+`<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>`), stytcherror.CodeInvalidSAMLResponse},
		"an assertion in an extension":     {replaced(assertion, "<x>"+assertion+"</x>"), stytcherror.CodeInvalidSAMLResponse},
		"an assertion in an assertion":     {replaced("<saml:Subject>", unsigned+"<saml:Subject>"), stytcherror.CodeInvalidSAMLResponse},
		"a signature of another element":   {replaced("#a", "#r"), stytcherror.CodeInvalidSignatureSAMLResponse},
		"a signature of the document":      {replaced(`URI="#a"`, `URI=""`), stytcherror.CodeInvalidSignatureSAMLResponse},
		"two references":                   {replaced(`<ds:Reference URI="#a"/>`, `<ds:Reference URI="#a"/><ds:Reference URI="#a"/>`), stytcherror.CodeInvalidSignatureSAMLResponse},
		"no reference":                     {replaced(`<ds:Reference URI="#a"/>`, ``), stytcherror.CodeInvalidSignatureSAMLResponse},
		"a reference elsewhere":            {replaced(`<saml:Subject>`, `<ds:Reference xmlns:ds="http://www.w3.org/2000/09/xmldsig#" URI="#a"/><saml:Subject>`), stytcherror.CodeInvalidSignatureSAMLResponse},
		"a signature in a subject":         {replaced(`ada@`, signature+`ada@`), stytcherror.CodeInvalidSignatureSAMLResponse},
		"no signature":                     {replaced(signature, ""), stytcherror.CodeMissingSignatureSAMLResponse},
		"another document":                 {"<html/>", stytcherror.CodeInvalidSAMLResponse},
		"a request":                        {strings.ReplaceAll(response, "Response", "AuthnRequest"), stytcherror.CodeInvalidSAMLResponse},
		"another namespace":                {replaced("SAML:2.0:protocol", "SAML:1.0:protocol"), stytcherror.CodeInvalidSAMLResponse},
		"nothing":                          {"", stytcherror.CodeInvalidSAMLResponse},
		"no XML":                           {"SAML", stytcherror.CodeInvalidXMLSAMLResponse},
		"half of it":                       {response[:len(response)/2], stytcherror.CodeInvalidXMLSAMLResponse},
		"two of it":                        {response + strings.TrimPrefix(response, `<?xml version="1.0"?>`), stytcherror.CodeInvalidXMLSAMLResponse},
		"text after it":                    {response + "x", stytcherror.CodeInvalidXMLSAMLResponse},
		"an attribute twice":               {replaced(`ID="r"`, `ID="r" ID="s"`), stytcherror.CodeInvalidXMLSAMLResponse},
		"a million elements in each other": {strings.Repeat("<a>", 1_000_000), stytcherror.CodeInvalidXMLSAMLResponse},
	} {
		require.ErrorIs(t, saml.Check([]byte(row.document)), row.code, name)
	}
}

// methods is a signature whose Reference has transforms, with further elements.
func methods(transforms, further string) string {
	return strings.NewReplacer(
		`<ds:Reference URI="#a"/>`, `<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>`+
			`<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>`+
			`<ds:Reference URI="#a"><ds:Transforms>`+transforms+`</ds:Transforms></ds:Reference>`,
		`</ds:Signature>`, further+`</ds:Signature>`,
	).Replace(response)
}

func transform(algorithm, parameters string) string {
	return `<ds:Transform Algorithm="` + algorithm + `">` + parameters + `</ds:Transform>`
}

const (
	enveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

func TestCheck_acceptsTheSignaturesOfIdentityProviders(t *testing.T) {
	t.Parallel()
	usual := transform(enveloped, "") + transform(exclusive, `<ec:InclusiveNamespaces xmlns:ec="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="xs"/>`)
	require.NoError(t, saml.Check([]byte(methods(usual, `<ds:SignatureValue>AA==</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>AA==</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`))))
	// The key of an encrypted assertion may stand beside it, and be referred to.
	encrypted := `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:RetrievalMethod URI="#k"/></ds:KeyInfo></saml:EncryptedAssertion>`
	require.NoError(t, saml.Check([]byte(strings.Replace(response, assertion, strings.ReplaceAll(signature, "#a", "#r")+encrypted, 1))))
}

// A transform decides what is signed: with one of these, that is not the element that the reference names.
func TestCheck_refusesSignaturesThatCoverLessThanTheirElement(t *testing.T) {
	t.Parallel()
	usual := transform(enveloped, "") + transform(exclusive, "")
	for name, document := range map[string]string{
		"XSLT":                         methods(transform("http://www.w3.org/TR/1999/REC-xslt-19991116", `<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>`), ""),
		"XPath":                        methods(transform("http://www.w3.org/TR/1999/REC-xpath-19991116", `<ds:XPath>false()</ds:XPath>`), ""),
		"XPath filter 2":               methods(transform("http://www.w3.org/2002/06/xmldsig-filter2", `<f:XPath xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//*</f:XPath>`), ""),
		"XPath in a usual transform":   methods(transform(enveloped, `<ds:XPath>false()</ds:XPath>`), ""),
		"XSLT in a usual transform":    methods(transform(enveloped, `<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>`), ""),
		"base64":                       methods(transform("http://www.w3.org/2000/09/xmldsig#base64", ""), ""),
		"a transform of no name":       methods(`<ds:Transform/>`, ""),
		"another canonicalization":     strings.Replace(methods(usual, ""), `CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`, `CanonicalizationMethod Algorithm="http://www.w3.org/2000/09/xmldsig#base64"`, 1),
		"a secret for a key":           strings.Replace(methods(usual, ""), "xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256", 1),
		"a manifest":                   methods(usual, `<ds:Object><ds:Manifest/></ds:Object>`),
		"the original in an object":    methods(usual, `<ds:Object><x/></ds:Object>`),
		"a key elsewhere":              methods(usual, `<ds:KeyInfo><ds:RetrievalMethod URI="https://evil.example/"/></ds:KeyInfo>`),
		"two signatures":               strings.Replace(response, signature, signature+signature, 1),
		"two signatures of a response": strings.Replace(response, assertion, strings.Repeat(strings.ReplaceAll(signature, "#a", "#r"), 2)+assertion, 1),
		"a signature in a signature":   methods(usual, signature),
		"a signature of no namespace":  strings.Replace(response, signature, signature+`<Signature/>`, 1),
	} {
		require.ErrorIs(t, saml.Check([]byte(document)), stytcherror.CodeInvalidSignatureSAMLResponse, name)
	}
}

// Parsers that look for a local name, or join text in other ways, find another assertion or address than was signed.
func TestCheck_refusesWhatParsersReadDifferently(t *testing.T) {
	t.Parallel()
	with := func(old, text string) string {
		require.Contains(t, response, old)
		return strings.Replace(response, old, text, 1)
	}
	for name, document := range map[string]string{
		"an assertion of no namespace":      with(assertion, `<Assertion ID="b"/>`+assertion),
		"an assertion of SAML 1.1":          with(assertion, `<Assertion xmlns="urn:oasis:names:tc:SAML:1.0:assertion" ID="b"/>`+assertion),
		"one below a subject":               with("<saml:Subject>", `<saml:Subject><x:Assertion xmlns:x="urn:x" ID="b"/>`),
		"an encrypted one of no namespace":  with(assertion, `<EncryptedAssertion/>`+assertion),
		"a response in the response":        with(assertion, `<samlp:Response ID="b"/>`+assertion),
		"a response of another namespace":   with(assertion, `<Response ID="b"/>`+assertion),
		"CDATA in an address":               with("ada@example.com", "ada@example.com<![CDATA[.evil.com]]>"),
		"CDATA around an assertion":         with(assertion, "<![CDATA["+assertion+"]]>"+assertion),
		"a comment at the start of a value": with("ada@", "<!--x-->ada@"),
		"an element with two IDs":           with(`ID="a"`, `ID="a" Id="b"`),
		"an element with an ID and xml:id":  with(`ID="a"`, `ID="a" xml:id="b"`),
	} {
		require.ErrorIs(t, saml.Check([]byte(document)), stytcherror.CodeInvalidSAMLResponse, name)
	}
	for name, document := range map[string]string{
		"an entity of an internal subset": with("<samlp", `<!DOCTYPE x [<!ENTITY % p SYSTEM "https://evil.example/"> %p;]><samlp`),
		"entities of entities":            `<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]>` + with("ada@", "&b;@"),
		"another encoding":                with(`version="1.0"`, `version="1.0" encoding="UTF-7"`),
		"UTF-16":                          "\xff\xfe<\x00a\x00/\x00>\x00",
		"text that is not UTF-8":          with("ada@", "ada\xff@"),
		"a NUL":                           with("ada@", "ada\x00@"),
		"crossed tags":                    with("</saml:Subject>", "</saml:Assertion>"),
	} {
		require.Error(t, saml.Check([]byte(document)), name)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(response))
	f.Fuzz(func(_ *testing.T, document []byte) { _ = saml.Check(document) })
}
