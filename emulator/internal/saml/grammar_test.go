package saml_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator/internal/saml"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const (
	reference  = `<ds:Reference URI="#a"/>`
	signedInfo = `<ds:SignedInfo>` + reference + `</ds:SignedInfo>`
)

// with is the response with something in place of something else.
func with(t *testing.T, old, text string) string {
	t.Helper()
	require.Contains(t, response, old)
	return strings.Replace(response, old, text, 1)
}

// A verifier may take the first of two, and the reader the second: CVE-2025-29774 and CVE-2025-29775 are such.
func TestCheck_signatureHasOfEachElementWhatTheStandardSays(t *testing.T) {
	t.Parallel()
	x509 := func(inner string) string { return `<ds:KeyInfo><ds:X509Data>` + inner + `</ds:X509Data></ds:KeyInfo>` }
	method := func(algorithm string) string {
		return with(t, reference, `<ds:SignatureMethod Algorithm="`+algorithm+`"/>`+reference)
	}
	inReference := func(inner string) string {
		return with(t, reference, `<ds:Reference URI="#a">`+inner+`</ds:Reference>`)
	}
	const digest = `<ds:DigestValue>AA==</ds:DigestValue>`
	for name, document := range map[string]string{
		"an empty SignedInfo after the other":  with(t, signedInfo, signedInfo+`<ds:SignedInfo/>`),
		"an empty SignedInfo before the other": with(t, signedInfo, `<ds:SignedInfo/>`+signedInfo),
		"two of SignedInfo":                    with(t, signedInfo, signedInfo+signedInfo),
		"no SignedInfo":                        with(t, signedInfo, ``),
		"a reference in the key":               with(t, signedInfo, `<ds:KeyInfo>`+reference+`</ds:KeyInfo>`),
		"a reference in the signature":         with(t, signedInfo, reference),
		"a SignedInfo of another namespace":    with(t, signedInfo, `<x:SignedInfo xmlns:x="x">`+reference+`</x:SignedInfo>`),
		"a reference in a reference":           inReference(reference),
		"two digests":                          inReference(digest + digest),
		"an element in a digest":               inReference(`<ds:DigestValue>AA<x/>==</ds:DigestValue>`),
		"two digest methods":                   inReference(strings.Repeat(`<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>`, 2)),
		"a digest of MD5":                      inReference(`<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#md5"/>`),
		"500 transforms":                       inReference(`<ds:Transforms>` + strings.Repeat(transform(enveloped, ""), 500) + `</ds:Transforms>`),
		"two signature values":                 with(t, signedInfo, signedInfo+strings.Repeat(`<ds:SignatureValue>A</ds:SignatureValue>`, 2)),
		"a subject in the signature":           with(t, signedInfo, signedInfo+`<saml:Subject>eve</saml:Subject>`),
		"a subject in what is signed":          with(t, reference, reference+`<saml:Subject>eve</saml:Subject>`),
		"a subject in the key":                 with(t, signedInfo, signedInfo+`<ds:KeyInfo><saml:Subject>eve</saml:Subject></ds:KeyInfo>`),
		"a subject in a certificate":           with(t, signedInfo, signedInfo+x509(`<ds:X509Certificate><saml:Subject/></ds:X509Certificate>`)),
		"the method none":                      method("none"),
		"a signature with MD5":                 method("http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
		"a signature with a secret":            method("http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
		"a key that is elsewhere":              with(t, signedInfo, signedInfo+`<ds:KeyInfo><d:KeyInfoReference xmlns:d="http://www.w3.org/2009/xmldsig11#" URI="http://evil.example"/></ds:KeyInfo>`),
		"an encrypted key that is elsewhere":   with(t, signedInfo, signedInfo+`<ds:KeyInfo><e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:CipherData><e:CipherReference URI="http://evil.example"/></e:CipherData></e:EncryptedKey></ds:KeyInfo>`),
	} {
		require.ErrorIs(t, saml.Check([]byte(document)), stytcherror.CodeInvalidSignatureSAMLResponse, name)
	}
	whole := signedInfo + `<ds:SignatureValue>AA==</ds:SignatureValue><ds:KeyInfo><ds:KeyName>a</ds:KeyName><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AA==</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>`
	require.NoError(t, saml.Check([]byte(with(t, signedInfo, whole))))
	require.NoError(t, saml.Check([]byte(with(t, signedInfo, signedInfo+x509(strings.Repeat(`<ds:X509Certificate>AA==</ds:X509Certificate>`, 3)+`<ds:X509IssuerSerial><ds:X509IssuerName>a</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial>`)))))
	require.NoError(t, saml.Check([]byte(method("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"))))
}

// encrypted is a signed response with an encrypted assertion, whose key has a digest method, and further elements.
func encrypted(keyInfo, cipher string) string {
	return strings.Replace(response, assertion, strings.ReplaceAll(signature, "#a", "#r")+
		`<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:e="http://www.w3.org/2001/04/xmlenc#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:d="http://www.w3.org/2009/xmldsig11#"><e:EncryptedData><ds:KeyInfo>`+
		keyInfo+`<e:EncryptedKey><e:EncryptionMethod Algorithm="x"><ds:DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#sha1"/></e:EncryptionMethod><ds:KeyInfo><ds:X509Data><ds:X509Certificate>AA==</ds:X509Certificate></ds:X509Data></ds:KeyInfo><e:CipherData>`+
		cipher+`</e:CipherData></e:EncryptedKey></ds:KeyInfo></e:EncryptedData></saml:EncryptedAssertion>`, 1)
}

func TestCheck_refusesReferencesToWhatIsOutside(t *testing.T) {
	t.Parallel()
	const value = `<e:CipherValue>AA==</e:CipherValue>`
	for _, local := range []string{``, `<ds:RetrievalMethod URI="#k"/>`, `<d:KeyInfoReference URI="#k"/>`} {
		require.NoError(t, saml.Check([]byte(encrypted(local, value))))
	}
	for name, document := range map[string]string{
		"a key":             encrypted(`<ds:RetrievalMethod URI="http://evil.example"/>`, value),
		"a key of XML 1.1":  encrypted(`<d:KeyInfoReference URI="http://evil.example"/>`, value),
		"a cipher":          encrypted(``, `<e:CipherReference URI="http://evil.example"/>`),
		"an inclusion":      with(t, "ada@", `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>ada@`),
		"a part of another": encrypted(`<ds:SignedInfo/>`, value),
	} {
		require.Error(t, saml.Check([]byte(document)), name)
	}
}

func TestCheck_refusesXMLThatIsNotWellFormed(t *testing.T) {
	t.Parallel()
	const declaration = `<?xml version="1.0"?>`
	for name, row := range map[string]struct {
		document string
		code     stytcherror.Code
	}{
		"two declarations":              {declaration + response, stytcherror.CodeInvalidSAMLResponse},
		"a declaration after a space":   {" " + response, stytcherror.CodeInvalidSAMLResponse},
		"a mark in the middle":          {with(t, declaration, declaration+"\ufeff"), stytcherror.CodeInvalidXMLSAMLResponse},
		"two marks":                     {"\ufeff\ufeff" + response, stytcherror.CodeInvalidXMLSAMLResponse},
		"a prefix that is not declared": {with(t, "<saml:Subject>", "<zz:Subject/><saml:Subject>"), stytcherror.CodeInvalidXMLSAMLResponse},
		"an assertion with such a one":  {with(t, assertion, `<x:Assertion ID="b"/>`+assertion), stytcherror.CodeInvalidXMLSAMLResponse},
		"such a one of an attribute":    {with(t, "<saml:Subject>", `<saml:Subject zz:a="b">`), stytcherror.CodeInvalidXMLSAMLResponse},
		"a prefix of another element":   {with(t, "<saml:Subject>", `<a xmlns:zz="z"/><zz:b/><saml:Subject>`), stytcherror.CodeInvalidXMLSAMLResponse},
		"xml for another namespace":     {with(t, "<saml:Subject>", `<saml:Subject xmlns:xml="urn:x">`), stytcherror.CodeInvalidXMLSAMLResponse},
		"another prefix for xml":        {with(t, "<saml:Subject>", `<saml:Subject xmlns:x="http://www.w3.org/XML/1998/namespace">`), stytcherror.CodeInvalidXMLSAMLResponse},
		"xmlns declared":                {with(t, "<saml:Subject>", `<saml:Subject xmlns:xmlns="urn:x">`), stytcherror.CodeInvalidXMLSAMLResponse},
		"a prefix for nothing":          {with(t, "<saml:Subject>", `<saml:Subject xmlns:x="">`), stytcherror.CodeInvalidXMLSAMLResponse},
		"a prefix declared twice":       {with(t, "<saml:Subject>", `<saml:Subject xmlns:x="a" xmlns:x="b">`), stytcherror.CodeInvalidXMLSAMLResponse},
		"one attribute by two prefixes": {with(t, "<saml:Subject>", `<saml:Subject xmlns:p="u" xmlns:q="u" p:a="1" q:a="2">`), stytcherror.CodeInvalidXMLSAMLResponse},
		"an end by another prefix":      {with(t, "<saml:Subject>", `<saml:Subject xmlns:p="urn:oasis:names:tc:SAML:2.0:assertion"><p:a></saml:a>`), stytcherror.CodeInvalidXMLSAMLResponse},
		"an end of nothing":             {response + "</a>", stytcherror.CodeInvalidXMLSAMLResponse},
	} {
		require.ErrorIs(t, saml.Check([]byte(row.document)), row.code, name)
	}
	require.NoError(t, saml.Check([]byte("\ufeff"+response)), "a byte order mark is legal")
	require.NoError(t, saml.Check([]byte(with(t, "<saml:Subject>", `<saml:Subject xml:lang="en" xmlns:id="urn:id" xmlns="">`))))
}

func TestCheck_largeDocumentsTakeLittleTime(t *testing.T) {
	t.Parallel()
	declarations := &strings.Builder{}
	for i := range 30_000 {
		fmt.Fprintf(declarations, ` xmlns:a%d="b"`, i)
	}
	begun := time.Now()
	_ = saml.Check([]byte(with(t, "<saml:Subject>", `<x`+declarations.String()+`>`+strings.Repeat(`<a xmlns:b="c"/>`, 30_000)+`</x><saml:Subject>`)))
	require.Less(t, time.Since(begun), 5*time.Second)
}
